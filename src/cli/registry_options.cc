// SPDX-License-Identifier: Apache-2.0
#include "cli/registry_options.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>
#include <fmt/format.h>

#include "cli/version.h"

namespace ekiben::cli {
namespace {

constexpr const char* kVariable = "EKIBEN_REGISTRY";
constexpr int kMostThreads = 64;

std::string_view WithoutSlash(std::string_view text) {
  while (text.ends_with('/')) text.remove_suffix(1);
  return text;
}

}  // namespace

void AddRegistryOptions(CLI::App& command, RegistryArgs& args, bool transfers) {
  command.add_flag("--plain-http", args.plain_http,
                   "talk to the registry without TLS; this machine's may always have none");
  if (transfers) AddThreads(command, args, "-t,--threads");
}

void AddThreads(CLI::App& command, RegistryArgs& args, const std::string& names) {
  command
      .add_option(names, args.threads,
                  fmt::format("how many blobs travel at once; {}", args.threads))
      ->type_name("N")
      ->check(CLI::Range(1, kMostThreads).description(""));
}

registry::SessionOptions ToSessionOptions(const RegistryArgs& args) {
  std::string agent = VersionText();
  std::ranges::replace(agent, ' ', '/');
  return {.plain_http = args.plain_http, .user_agent = std::move(agent)};
}

std::string DefaultRegistry() {
  const char* const value = std::getenv(kVariable);
  return value == nullptr ? "" : value;
}

Result<registry::Reference> RemoteName(std::string_view text, std::string_view default_registry) {
  auto reference = registry::Reference::Parse(text);
  if (!reference || reference->HasHost()) return reference;
  if (WithoutSlash(default_registry).empty()) {
    return Error(InvalidArgument(fmt::format("'{}' names no registry", text))
                     .WithHint(fmt::format("HOST:PORT/PATH/NAME:TAG, or let {} name the registry",
                                           kVariable)));
  }
  reference =
      registry::Reference::Parse(fmt::format("{}/{}", WithoutSlash(default_registry), text));
  if (!reference) return Error(std::move(reference).error().WithContext(kVariable));
  if (reference->HasHost()) return reference;
  return Error(
      InvalidArgument(fmt::format("{}: '{}' names no registry", kVariable, default_registry))
          .WithHint("HOST:PORT/PATH"));
}

Result<registry::Reference> PushTarget(std::string_view text, const store::Tag& tag,
                                       std::string_view default_registry) {
  auto reference = RemoteName(text.empty() ? tag.ToString() : std::string(text), default_registry);
  if (!reference) return reference;
  if (!reference->digest.empty()) {
    return Error(
        InvalidArgument(fmt::format("'{}': what is pushed has the digest that it has", text))
            .WithHint("leave @sha256:… out"));
  }
  if (reference->tag.empty()) reference->tag = tag.version;
  return reference;
}

image::LayerCache LayersOf(const std::filesystem::path& home) {
  return image::LayerCache(home / "cache" / "images");
}

}  // namespace ekiben::cli
