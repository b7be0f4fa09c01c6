// SPDX-License-Identifier: Apache-2.0
#include "cli/serve_bento.h"

#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "store/bento_store.h"

namespace ekiben::cli {
namespace {

namespace fs = std::filesystem;

// What the service of a bento of a model begins with.
constexpr std::string_view kModel = "model:";

Status CheckEnvironment(const store::BentoInfo& bento) {
  std::vector<std::string> missing;
  for (const std::string& name : bento.required_env) {
    if (std::getenv(name.c_str()) == nullptr) missing.push_back(fmt::format("'{}'", name));
  }
  if (missing.empty()) return {};
  return FailedPrecondition(fmt::format("bento '{}' needs variables of the environment that are "
                                        "not set: {}",
                                        bento.tag.ToString(), fmt::join(missing, ", ")))
      .WithHint("its bentofile names them in envs, without a value; set them and serve again");
}

Result<ServeTarget> ModelOf(const store::BentoInfo& bento, const fs::path& home,
                            ServeTarget target) {
  const std::string_view service = bento.service;
  const std::string_view tag =
      service.starts_with(kModel) ? service.substr(kModel.size()) : service;
  auto model = store::ModelsOf(bento, home).Get(tag);
  if (!model) {
    return Error(
        std::move(model).error().WithContext(fmt::format("bento '{}'", bento.tag.ToString())));
  }
  target.model = *std::move(model);
  return target;
}

}  // namespace

Status CheckStyle(const store::BentoInfo& bento) {
  if (!bento.is_class_style) return {};
  return FailedPrecondition(fmt::format("the service of bento '{}' is a class ('{}', BentoML {}), "
                                        "which this version cannot serve",
                                        bento.tag.ToString(), bento.service, bento.bentoml_version))
      .WithHint("services of BentoML 1.0 and 1.1 (bentoml.Service with @svc.api) can be served");
}

Result<ServeTarget> BentoTarget(const store::BentoInfo& bento, const fs::path& home) {
  ServeTarget target{
      .bento = bento,
      .choice = fmt::format("the bento {} in {}", bento.tag.ToString(), bento.path.string())};
  if (Status style = CheckStyle(bento); !style.ok()) return Error(std::move(style));
  if (!bento.digest.empty()) {
    auto digest = store::DigestOf(bento);
    if (!digest) return Error(std::move(digest).error());
    Status unchanged = store::CheckDigest(bento, *digest);
    if (!unchanged.ok()) return Error(std::move(unchanged));
    target.digest = *std::move(digest);
  }
  if (Status set = CheckEnvironment(bento); !set.ok()) return Error(set);
  if (bento.kind == store::BentoKind::kModel) return ModelOf(bento, home, std::move(target));

  std::error_code ignored;
  target.python = bento.service;
  target.arguments = bento.arguments;
  target.folder = bento.path / "src";
  if (!fs::is_directory(target.folder, ignored)) {
    return Error(FailedPrecondition(fmt::format("bento '{}' in '{}' has no folder src with its "
                                                "service",
                                                bento.tag.ToString(), bento.path.string()))
                     .WithHint("build it again"));
  }
  return target;
}

}  // namespace ekiben::cli
