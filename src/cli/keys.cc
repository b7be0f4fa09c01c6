// SPDX-License-Identifier: Apache-2.0
// ekiben keys new NAME [--password-file FILE]
// ekiben keys trust FILE.pub [--name NAME]
// ekiben keys list [-o table|json]
#include "cli/keys.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <ostream>
#include <system_error>
#include <utility>
#include <vector>

#include <CLI/Option.hpp>
#include <fmt/format.h>

#include "base/file.h"
#include "base/json_writer.h"
#include "cli/trust.h"
#include "cli/usage.h"
#include "signing/keys.h"
#include "store/staging.h"
#include "store/tag.h"

namespace ekiben::cli {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxPassword = 4096;

Status CheckName(const std::string& name) {
  if (store::IsTagPart(name)) return {};
  return InvalidArgument(fmt::format("'{}' cannot be the name of a key", name))
      .WithHint("letters in lower case, digits, '-', '_' and '.'");
}

// A public key in a folder, as `list` shows it.
struct Listed {
  std::string name, id, file;
  bool is_trusted = false, is_own = false;
};

Status ListFolder(const fs::path& folder, bool is_trusted, std::vector<Listed>& all) {
  std::error_code error;
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".pub") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  for (const fs::path& file : files) {
    const auto key = signing::PublicKey::Load(file);
    if (!key) return key.error();
    const bool is_own = !is_trusted && fs::exists(fs::path(file).replace_extension(".key"), error);
    all.push_back({.name = file.stem().string(),
                   .id = key->Id(),
                   .file = file.string(),
                   .is_trusted = is_trusted,
                   .is_own = is_own});
  }
  return {};
}

}  // namespace

Result<std::string> KeyPassword(const fs::path& file) {
  if (file.empty()) {
    const char* const value = std::getenv("EKIBEN_KEY_PASSWORD");
    return value == nullptr ? "" : value;
  }
  auto text = ReadFile(file, kMaxPassword);
  if (text) text->resize(std::min(text->find_first_of("\r\n"), text->size()));
  return text;
}

void AddPasswordFile(CLI::App& command, fs::path& file) {
  command
      .add_option("--password-file", file,
                  "a file whose first line is the key's password; else EKIBEN_KEY_PASSWORD")
      ->type_name("FILE");
}

Status RunKeysNew(const KeysNewArgs& args, Context& context) {
  if (Status fits = CheckName(args.name); !fits.ok()) return fits;
  const auto password = KeyPassword(args.password_file);
  if (!password) return password.error();
  const auto key = signing::PrivateKey::Make();
  if (!key) return key.error();
  const fs::path folder = KeyFolder(context);
  if (Status made = store::MakeFolders(folder); !made.ok()) return made;
  Status written = signing::WriteKeyPair(*key, *password, folder, args.name);
  if (!written.ok()) return written;
  context.out << fmt::format("key      {}\nprivate  {}\npublic   {}\n", key->Id(),
                             (folder / (args.name + ".key")).string(),
                             (folder / (args.name + ".pub")).string());
  return {};
}

Status RunKeysTrust(const KeysTrustArgs& args, Context& context) {
  const std::string name = args.name.empty() ? args.file.stem().string() : args.name;
  if (Status fits = CheckName(name); !fits.ok()) return fits;
  const auto key = signing::PublicKey::Load(args.file);
  if (!key) return key.error();
  const fs::path folder = KeyFolder(context) / "trusted";
  if (Status made = store::MakeFolders(folder); !made.ok()) return made;
  const fs::path file = folder / (name + ".pub");
  if (Status written = WriteNewFile(file, key->ToPem()); !written.ok()) return written;
  context.out << fmt::format("trusted  {}  {}\n", key->Id(), file.string());
  return {};
}

Status RunKeysList(const std::string& output, Context& context) {
  std::vector<Listed> all;
  const fs::path folder = KeyFolder(context);
  Status listed = ListFolder(folder, false, all);
  if (listed.ok()) listed = ListFolder(folder / "trusted", true, all);
  if (!listed.ok()) return listed;
  if (output == "json") {
    JsonWriter json;
    json.BeginArray();
    for (const Listed& one : all) {
      json.BeginObject().Member("name", one.name).Member("id", one.id).Member("path", one.file);
      json.Key("own").Bool(one.is_own).Key("trusted").Bool(one.is_trusted).EndObject();
    }
    context.out << json.EndArray().text() << '\n';
    return {};
  }
  for (const Listed& one : all) {
    context.out << fmt::format("{}  {:<8}  {}\n", one.id,
                               one.is_trusted ? "trusted"
                               : one.is_own   ? "own"
                                              : "public",
                               one.name);
  }
  return {};
}

void AddKeys(CLI::App& app, Context& context) {
  CLI::App* const keys = app.add_subcommand("keys", "Make, trust and list keys for signatures");
  keys->footer("  ekiben keys new release\n  ekiben keys trust release.pub");

  const auto made = std::make_shared<KeysNewArgs>();
  CLI::App* const make = keys->add_subcommand("new", "Make a pair of keys");
  make->footer("  ekiben keys new release --password-file password.txt");
  make->add_option("NAME", made->name, "what it is called")->required();
  AddPasswordFile(*make, made->password_file);
  make->callback([made, &context] { context.status = RunKeysNew(*made, context); });

  const auto trusted = std::make_shared<KeysTrustArgs>();
  CLI::App* const trust = keys->add_subcommand("trust", "Let signatures by a key count");
  trust->footer("  ekiben keys trust release.pub --name their-release");
  trust->add_option("FILE", trusted->file, "a public key: FILE.pub")->required();
  trust->add_option("--name", trusted->name, "under which it is kept; the file's");
  trust->callback([trusted, &context] { context.status = RunKeysTrust(*trusted, context); });

  const auto output = std::make_shared<std::string>("table");
  CLI::App* const list = keys->add_subcommand("list", "List the keys of this home");
  list->footer("  ekiben keys list -o json");
  AddOutput(*list, *output, {"table", "json"});
  list->callback([output, &context] { context.status = RunKeysList(*output, context); });
}

}  // namespace ekiben::cli
