// SPDX-License-Identifier: Apache-2.0
#include "artifact/transfer.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include <fmt/format.h>

#include "archive/unpack.h"
#include "artifact/media_types.h"
#include "base/file.h"
#include "store/staging.h"

namespace ekiben::artifact {
namespace {

namespace fs = std::filesystem;
using store::StagingFolder;

constexpr size_t kRandomName = 32;  // Digits of a name in HOME/tmp that is swept after a day.

// Where a blob that is not whole yet lies, whoever fetches it.
fs::path PartialFile(const fs::path& home, const registry::Descriptor& blob) {
  constexpr size_t kAlgorithm = std::string_view("sha256:").size();
  return home / "tmp" / blob.digest.substr(kAlgorithm, kRandomName);
}

Status NotWhole(const Artifact& artifact, std::string_view why) {
  return FailedPrecondition(fmt::format("{} '{}' of the registry is not what it says: {}",
                                        NameOf(artifact.kind), artifact.tag.ToString(), why))
      .WithHint("nothing was taken; push it again from where it was made");
}

Status Rename(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  return error ? FileError("cannot write", to, error.value()) : Status();
}

// The only folder that `path` below `root` may have beside itself: none, on any level.
Status CheckNothingBeside(const fs::path& root, const fs::path& path) {
  fs::path at = root;
  for (const fs::path& part : path) {
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(at, error)) {
      if (entry.path().filename() != part || !entry.is_directory(error)) {
        return InvalidArgument(fmt::format("a layer has '{}', which does not belong into it",
                                           entry.path().lexically_relative(root).string()));
      }
    }
    if (error) return FileError("cannot read the folder", at, error.value());
    at /= part;
  }
  std::error_code error;
  return fs::is_directory(at, error)
             ? Status()
             : InvalidArgument(fmt::format("a layer has no '{}'", path.string()));
}

// Moves all that is in `from` into `to`.
Status MoveContent(const fs::path& from, const fs::path& to) {
  std::error_code error;
  std::vector<fs::path> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(from, error)) {
    names.push_back(entry.path().filename());
  }
  if (error) return FileError("cannot read the folder", from, error.value());
  for (const fs::path& name : names) {
    if (Status moved = Rename(from / name, to / name); !moved.ok()) return moved;
  }
  return {};
}

// One artifact on its way into a home. What it writes is in folders of its own until Enter().
class Receiver {
 public:
  Receiver(const Artifact& artifact, const fs::path& home, bool replace, StagingFolder work)
      : artifact_(artifact), home_(home), replace_(replace), work_(std::move(work)) {}

  Status Fetch(registry::Repository& repository, registry::Progress& progress, int parallel) {
    return registry::InParallel(artifact_.layers.size(), parallel, [&](size_t i) -> Status {
      const registry::Descriptor& blob = artifact_.layers[i].blob;
      const fs::path partial = PartialFile(home_, blob);
      Status got = repository.GetBlob(blob, partial, progress);
      if (!got.ok()) return got;
      // Under a name of its own nobody takes it away; under the other it is there for a next time.
      if (link(partial.c_str(), BlobFile(i).c_str()) == 0) return {};
      return FileError("cannot write", BlobFile(i), errno);
    });
  }

  Status Enter() {
    if (artifact_.kind == Kind::kModel) return EnterModel(0);
    for (size_t i = 0; i < artifact_.layers.size(); ++i) {
      const bool is_beside = artifact_.layers[i].model && !artifact_.has_models_inside;
      if (!is_beside) continue;
      if (Status entered = EnterModel(i); !entered.ok()) return entered;
    }
    return EnterBento();
  }

  // Once all of it is in the store, or cannot get there, nobody needs the parts, except who is
  // fetching one of them now.
  void Forget() const {
    for (const Layer& layer : artifact_.layers) {
      const fs::path part = PartialFile(home_, layer.blob);
      const FileDescriptor file(open(part.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
      if (file.valid() && flock(file.get(), LOCK_EX | LOCK_NB) == 0) unlink(part.c_str());
    }
  }

 private:
  fs::path BlobFile(size_t i) const { return work_.path() / fmt::format("{}.tar.gz", i); }

  // Unpacks a layer; its files lie below the folder that is returned.
  Result<fs::path> Unpack(size_t i) const {
    const Layer& layer = artifact_.layers[i];
    const fs::path root = work_.path() / fmt::format("{}", i);
    Status done = store::MakeFolders(root);
    if (done.ok()) done = archive::Unpack(BlobFile(i), archive::Form::kGzip, root);
    fs::path inside(kBentoFolder);
    if (layer.model) inside /= ModelPath(*layer.model);
    if (done.ok()) done = CheckNothingBeside(root, inside);
    if (!done.ok()) {
      return Error(done.code() == Code::kInvalidArgument ? NotWhole(artifact_, done.message())
                                                         : std::move(done));
    }
    return root / inside;
  }

  Status EnterModel(size_t i) const {
    const store::ModelStore models(home_);
    const store::Tag& tag = *artifact_.layers[i].model;
    // That of a bento may be there from another one.
    if (artifact_.kind == Kind::kBento && models.Get(tag.ToString())) return {};
    const auto folder = Unpack(i);
    if (!folder) return folder.error();
    auto staging = StagingFolder::Make(home_);
    if (!staging) return staging.error();
    if (Status moved = MoveContent(*folder, staging->path()); !moved.ok()) return moved;
    const auto model = models.ReadStaged(*staging);
    if (!model) return NotWhole(artifact_, model.error().message());
    if (artifact_.kind == Kind::kModel) {
      const auto digest = DigestOf(*model);
      if (!digest) return digest.error();
      if (*digest != artifact_.digest) return NotWhole(artifact_, "its files have another digest");
    }
    if (artifact_.kind == Kind::kModel) {
      if (Status room = MakeRoom(models); !room.ok()) return room;
    }
    const auto published = models.Publish(*std::move(staging), tag);
    return published ? Status() : published.error();
  }

  Status EnterBento() const {
    const store::BentoStore bentos(home_);
    auto staging = StagingFolder::Make(home_);
    if (!staging) return staging.error();
    // The bento comes first, models into it: it has the folder that they go into.
    for (size_t i = 0; i < artifact_.layers.size(); ++i) {
      if (artifact_.layers[i].model) continue;
      const auto folder = Unpack(i);
      if (!folder) return folder.error();
      if (Status moved = MoveContent(*folder, staging->path()); !moved.ok()) return moved;
    }
    for (size_t i = 0; artifact_.has_models_inside && i < artifact_.layers.size(); ++i) {
      if (!artifact_.layers[i].model) continue;
      const auto folder = Unpack(i);
      if (!folder) return folder.error();
      const fs::path place = staging->path() / ModelPath(*artifact_.layers[i].model);
      Status moved = store::MakeFolders(place.parent_path());
      if (moved.ok()) moved = Rename(*folder, place);
      if (!moved.ok()) return moved;
    }
    const auto bento = bentos.ReadStaged(*staging);
    if (!bento) return NotWhole(artifact_, bento.error().message());
    const auto digest = DigestOf(*bento);
    if (!digest) return digest.error();
    if (*digest != artifact_.digest || (!bento->digest.empty() && bento->digest != *digest)) {
      return NotWhole(artifact_, "its files have another digest");
    }
    if (Status room = MakeRoom(bentos); !room.ok()) return room;
    const auto published = bentos.Publish(*std::move(staging), artifact_.tag);
    return published ? Status() : published.error();
  }

  // Only now, when all that is to take the place is there.
  template <typename Store>
  Status MakeRoom(const Store& store) const {
    const Status gone = replace_ ? store.Delete(artifact_.tag) : Status();
    return gone.code() == Code::kNotFound ? Status() : gone;
  }

  const Artifact& artifact_;
  const fs::path home_;
  const bool replace_;
  const StagingFolder work_;
};

}  // namespace

registry::Pushed ToPushed(const Packed& packed) {
  registry::Pushed pushed{.manifest = packed.artifact.Manifest(),
                          .config = packed.artifact.ConfigJson()};
  for (size_t i = 0; i < packed.files.size(); ++i) {
    pushed.blobs.push_back({.blob = packed.artifact.layers[i].blob, .file = packed.files[i]});
  }
  return pushed;
}

Result<Remote> Look(registry::Repository& repository, const std::string& wanted) {
  auto manifest = repository.GetManifest(wanted);
  return manifest ? Look(repository, *std::move(manifest)) : Error(std::move(manifest).error());
}

Result<Remote> Look(registry::Repository& repository, registry::ManifestText manifest) {
  const registry::Reference& where = repository.where();
  const auto failed = [&](Status why) {
    return Error(std::move(why).WithContext(
        fmt::format("'{}' in '{}/{}'", where.Wanted(), where.Host(), where.Path())));
  };
  auto parts = ParseManifest(manifest);
  if (!parts) return failed(std::move(parts).error());
  auto config = repository.GetBytes(parts->config, kMaxConfig);
  if (!config) return Error(config.error());
  auto artifact = ParseArtifact(*std::move(parts), *config);
  if (!artifact) return failed(std::move(artifact).error());
  return Remote{.manifest = std::move(manifest),
                .config = *std::move(config),
                .artifact = *std::move(artifact)};
}

Status Receive(registry::Repository& repository, const Artifact& artifact, const fs::path& home,
               registry::Progress& progress, const ReceiveOptions& options) {
  auto work = StagingFolder::Make(home);
  if (!work) return work.error();
  Receiver receiver(artifact, home, options.replace, *std::move(work));
  Status done = receiver.Fetch(repository, progress, options.parallel);
  // What has come is kept for a next time where it was the way that broke off.
  if (done.code() == Code::kUnavailable) return done;
  if (done.ok()) done = receiver.Enter();
  receiver.Forget();
  return done;
}

}  // namespace ekiben::artifact
