// SPDX-License-Identifier: Apache-2.0
#include "store/model_store.h"

#include <algorithm>
#include <system_error>

#include <fmt/format.h>

#include "base/file.h"
#include "store/folders.h"
#include "store/model_yaml.h"

namespace ekiben::store {
namespace {

namespace fs = std::filesystem;

// A native form's file must be there and must not be a link that leaves the model's folder.
Status CheckNativeFiles(const ModelInfo& info) {
  for (const NativeForm& form : info.native) {
    std::error_code error;
    const fs::path folder = fs::canonical(info.path, error);
    const fs::path file = fs::canonical(info.path / form.file, error);
    const std::string key = fmt::format("ekiben.native.{}.file", form.signature);
    if (error) {
      return FailedPrecondition(
          fmt::format("{}: '{}': {}", key, form.file.string(), error.message()));
    }
    if (std::ranges::mismatch(folder, file).in1 != folder.end()) {
      return InvalidArgument(
          fmt::format("{}: '{}' leads out of the model's folder", key, form.file.string()));
    }
  }
  return {};
}

constexpr Kind<ModelInfo> kModels = {
    .folder = "models",
    .noun = "model",
    .command = "ekiben models",
    .manifest = kModelYaml,
    .most = kMaxModelYaml,
    .parse = ParseModelYaml,
    .check = CheckNativeFiles,
    .measure = [](ModelInfo& info) { info.size = SizeOfTree(info.path); }};

}  // namespace

ModelStore::ModelStore(fs::path home) : TagStore(std::move(home), kModels) {}

Result<ModelInfo> ModelStore::Publish(StagingFolder staging, ModelInfo info) const {
  if (Status written = WriteNewFile(staging.path() / kModelYaml, ToModelYaml(info));
      !written.ok()) {
    return Error(std::move(written));
  }
  return Enter(std::move(staging), std::move(info));
}

}  // namespace ekiben::store
