// SPDX-License-Identifier: Apache-2.0
// ekiben tags NAME [-o table|json|yaml|path] [--plain-http]
#include "cli/tags.h"

#include <memory>
#include <ostream>
#include <vector>

#include <fmt/format.h>

#include "base/json_writer.h"
#include "cli/usage.h"
#include "registry/repository.h"

namespace ekiben::cli {
namespace {

std::string AsJson(const std::vector<std::string>& tags, const std::string& repository) {
  JsonWriter json;
  json.BeginArray();
  for (const std::string& tag : tags) {
    const std::string name = fmt::format("{}:{}", repository, tag);
    json.BeginObject().Member("tag", tag).Member("name", name).EndObject();
  }
  return json.EndArray().text() + "\n";
}

}  // namespace

Status RunTags(const TagsArgs& args, Context& context) {
  const auto name = RemoteName(args.name, DefaultRegistry());
  if (!name) return name.error();
  registry::Repository repository(*name, ToSessionOptions(args.registry));
  const auto tags = repository.Tags();
  if (!tags) return tags.error();
  if (args.output == "json") {
    context.out << AsJson(*tags, name->repository);
    return {};
  }
  for (const std::string& tag : *tags) {
    if (args.output == "yaml") {
      context.out << fmt::format("- tag: \"{0}\"\n  name: \"{1}:{0}\"\n", tag, name->repository);
    } else {
      context.out << (args.output == "path" ? name->repository + ":" + tag : tag) << '\n';
    }
  }
  return {};
}

void AddTags(CLI::App& app, Context& context) {
  const auto args = std::make_shared<TagsArgs>();
  CLI::App* const command =
      app.add_subcommand("tags", "List the tags of a bento or model in a registry");
  command->footer("  ekiben tags registry.example/team/iris_classifier");
  command->add_option("NAME", args->name, "HOST/PATH; without a host, below EKIBEN_REGISTRY")
      ->required();
  AddOutput(*command, args->output, {"table", "json", "yaml", "path"});
  AddRegistryOptions(*command, args->registry, false);
  command->callback([args, &context] { context.status = RunTags(*args, context); });
}

}  // namespace ekiben::cli
