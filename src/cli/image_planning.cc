// SPDX-License-Identifier: Apache-2.0
#include "cli/image_planning.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "bento/uv.h"
#include "cli/ask_python.h"
#include "cli/registry_options.h"
#include "cli/report.h"
#include "cli/transfer_view.h"
#include "codec/json_document.h"
#include "codec/json_fields.h"
#include "worker/python.h"

namespace ekiben::cli {
namespace {

constexpr size_t kMissingTold = 3;

std::vector<std::string> TextsIn(const codec::JsonValue& json, std::string_view key) {
  std::vector<std::string> texts;
  const codec::JsonValue* const list = json.Find(key);
  if (list == nullptr) return texts;
  for (const codec::JsonValue& item : list->items()) texts.push_back(item.text());
  return texts;
}

Result<image::PythonFiles> AskForFiles(const std::string& python, const image::BentoSource& bento,
                                       Context& context) {
  Question question{
      .doing = "put the Python of the image together",
      .python = python,
      .name = "image-files",
      .arguments = {(context.store.home() / "cache" / "python").string(), bento.folder.string()}};
  if (const auto uv = bento::FindUv(python)) {
    question.arguments.insert(question.arguments.end(), uv->begin(), uv->end());
  }
  const auto answer = AskPython(question);
  if (!answer) return Error(answer.error());
  const auto json = codec::JsonValue::Parse(*answer);
  if (!json) return Error(json.error());
  for (const std::string& note : TextsIn(*json, "notes")) PrintNote(note, context);
  Status read;
  const codec::JsonFields fields(*json, "", read);
  image::PythonFiles files{.version = fields.StringOr("version", ""),
                           .interpreter = fields.StringOr("interpreter", ""),
                           .packages = fields.StringOr("packages", ""),
                           .program = fields.StringOr("program", ""),
                           .environment = fields.StringOr("environment", "")};
  if (!read.ok()) return Error(std::move(read));
  for (const std::string& file : TextsIn(*json, "needs")) files.needs.emplace_back(file);
  for (const std::string& text : TextsIn(*json, "distributions")) {
    const size_t space = text.find(' ');
    if (space == text.npos) continue;
    files.distributions.push_back(
        {.name = text.substr(0, space), .version = text.substr(space + 1)});
  }
  if (files.needs.empty()) return Error(Internal("Python's answer names no interpreter"));
  return files;
}

void TellMissing(const std::vector<std::string>& missing, Context& context) {
  for (size_t i = 0; i < std::min(missing.size(), kMissingTold); ++i) {
    PrintNote(missing[i], context);
  }
  if (missing.size() <= kMissingTold) return;
  PrintNote(fmt::format("{} more libraries of packages are not on this machine",
                        missing.size() - kMissingTold),
            context);
}

Result<image::BaseImage> PullBase(const std::string& name, Context& context) {
  const auto where = registry::Reference::Parse(name);
  if (!where) return Error(Status(where.error()).WithContext("docker.base_image"));
  registry::Repository repository(*where, ToSessionOptions({}));
  TransferView view(context.err, context.terminal);
  auto base =
      image::PullBaseImage(repository, image::ThisPlatform(), LayersOf(context.store.home()), view);
  if (base) PrintNote(fmt::format("the base image {} is {}", name, base->digest), context);
  return base;
}

Result<image::ImagePlan> PlanPython(const std::string& python, const image::BentoSource& bento,
                                    std::vector<std::string>& missing, Context& context) {
  std::optional<image::BaseImage> base;
  // First, since it fails sooner than packages are installed.
  if (const std::string& name = bento.docker.base_image; !name.empty()) {
    auto pulled = PullBase(name, context);
    if (!pulled) return Error(std::move(pulled).error());
    base = *std::move(pulled);
  }
  const auto files = AskForFiles(python, bento, context);
  if (!files) return Error(files.error());
  return base ? image::PlanPythonImageOn(*std::move(base), bento, *files, missing)
              : image::PlanPythonImage(bento, *files, missing);
}

}  // namespace

Result<image::ImagePlan> PlanImage(const ContainerizeArgs& args, const image::BentoSource& bento,
                                   Context& context) {
  if (!bento.is_python) return image::PlanNativeImage(bento);
  if (Status fits = image::CheckDockerOptions(bento.docker); !fits.ok()) {
    return Error(std::move(fits).WithContext(
        fmt::format("the image of bento {}:{}", bento.name, bento.version)));
  }
  const auto python = worker::FindPython(args.python);
  if (!python) return Error(python.error());
  std::vector<std::string> missing;
  auto plan = PlanPython(python->string(), bento, missing, context);
  TellMissing(missing, context);
  return plan;
}

}  // namespace ekiben::cli
