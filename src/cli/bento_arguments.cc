// SPDX-License-Identifier: Apache-2.0
#include "cli/bento_arguments.h"

#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "base/file.h"

namespace ekiben::cli {
namespace {

using store::Yaml;

constexpr size_t kMaxFile = size_t{1} << 20;

void Put(std::string key, Yaml value, Yaml& into) {
  std::erase_if(into.members, [&](const auto& member) { return member.first == key; });
  into.members.emplace_back(std::move(key), std::move(value));
}

Status PutFile(const std::string& file, Yaml& into) {
  const auto text = ReadFile(file, kMaxFile);
  if (!text) return Status(text.error()).WithContext("--arg-file");
  auto document = store::ParseYaml(*text);
  if (!document) {
    return Status(std::move(document).error()).WithContext(fmt::format("--arg-file: '{}'", file));
  }
  if (document->kind == Yaml::Kind::kNull) return {};
  if (document->kind != Yaml::Kind::kMap) {
    return InvalidArgument(fmt::format("--arg-file: expected keys and values in '{}'", file));
  }
  for (auto& [key, value] : document->members) Put(key, std::move(value), into);
  return {};
}

}  // namespace

Status PutArguments(const BentoArguments& arguments, Yaml& into) {
  if (arguments.empty()) return {};
  Yaml all = into;
  all.kind = Yaml::Kind::kMap;
  if (!arguments.file.empty()) {
    if (Status put = PutFile(arguments.file, all); !put.ok()) return put;
  }
  for (const std::string& text : arguments.texts) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      return InvalidArgument(fmt::format("--arg: expected KEY=VALUE, got '{}'", text));
    }
    Put(text.substr(0, equals),
        {.kind = Yaml::Kind::kScalar, .quoted = true, .text = text.substr(equals + 1)}, all);
  }
  into = std::move(all);
  return {};
}

void AddBentoArguments(CLI::App& command, BentoArguments& arguments) {
  command
      .add_option(
          "--arg", arguments.texts,
          "KEY=VALUE that the service's use_arguments() gets, over the bentofile's args, as "
          "often as needed")
      ->type_name("ARGUMENT")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      .add_option("--arg-file", arguments.file,
                  "a YAML or JSON file with such arguments; --arg goes over it")
      ->type_name("FILE");
}

}  // namespace ekiben::cli
