// SPDX-License-Identifier: Apache-2.0
// ekiben container [WORDS]: what an image's ENTRYPOINT runs.
#include "cli/container.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <ostream>

#include <fmt/format.h>

#include "base/file.h"
#include "worker/python.h"

namespace ekiben::cli {
namespace {

constexpr std::array<std::string_view, 3> kServe = {"serve", "serve-http", "serve_http"};

std::string Variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool Has(const std::vector<std::string>& words, std::string_view option, std::string_view letter) {
  return std::ranges::any_of(words, [&](std::string_view word) {
    return word == option || (word.starts_with(option) && word.substr(option.size())[0] == '=') ||
           (!letter.empty() && word.starts_with(letter) && !word.starts_with("--"));
  });
}

// BentoML's options of `serve` that ekiben's has not, and whether a value follows.
struct Foreign {
  std::string_view option;
  bool has_value = true;
};
constexpr std::array kForeign = {
    Foreign{"--backlog"},      Foreign{"--env"},
    Foreign{"--context"},      Foreign{"--do-not-track", false},
    Foreign{"--quiet", false}, Foreign{"-q", false},
    Foreign{"--debug", false}, Foreign{"--verbose", false},
};
constexpr std::string_view kTls = "--ssl-";

}  // namespace

Result<std::vector<std::string>> WithoutBentoMLsOwn(const std::vector<std::string>& words,
                                                    std::ostream& notes) {
  if (words.empty() || words.front() != "serve") return words;
  std::vector<std::string> kept;
  for (size_t at = 0; at < words.size(); ++at) {
    const std::string& word = words[at];
    const std::string option = word.substr(0, word.find('='));
    if (option.starts_with(kTls)) {
      return Error(InvalidArgument(fmt::format("{}: ekiben serves no TLS by itself", option))
                       .WithHint("let what stands before the container, an ingress or a proxy, "
                                 "have the certificate"));
    }
    const auto* const foreign = std::ranges::find(kForeign, option, &Foreign::option);
    if (foreign == kForeign.end()) {
      kept.push_back(word);
      continue;
    }
    notes << "note: " << option << " is BentoML's, and does nothing here\n";
    if (foreign->has_value && option == word) ++at;
  }
  return kept;
}

bool AsksForContainerHelp(const std::vector<std::string>& words) {
  return words.size() == 2 && (words[1] == "--help" || words[1] == "-h");
}

ContainerDefaults DefaultsInEnvironment() {
  const std::string port = Variable("PORT");
  return {.host = Variable("BENTOML_HOST"),
          .port = port.empty() ? Variable("BENTOML_PORT") : port,
          .api_workers = Variable("BENTOML_API_WORKERS"),
          .timeout = Variable("BENTOML_TIMEOUT")};
}

std::vector<std::string> ContainerWords(std::vector<std::string> words,
                                        const ContainerDefaults& defaults) {
  if (!words.empty() && (words.front() == "ekiben" || words.front() == "bentoml")) {
    words.erase(words.begin());
  }
  if (words.empty() || words.front().starts_with('-')) words.insert(words.begin(), "serve");
  if (std::ranges::find(kServe, words.front()) == kServe.end()) return words;
  words.front() = "serve";
  const auto add = [&](std::string_view option, std::string_view letter, const std::string& value) {
    if (value.empty() || Has(words, option, letter)) return;
    words.insert(words.end(), {std::string(option), value});
  };
  add("--host", "", defaults.host);
  add("--port", "-p", defaults.port);
  add("--api-workers", "", defaults.api_workers);
  add("--timeout", "", defaults.timeout);
  return words;
}

Status BecomeProgram(const std::vector<std::string>& words, Context& context) {
  const std::string& name = words.front();
  if (name == "serve" || name == "ekiben") return {};
  const auto program = worker::FindInPath(name);
  if (!program) return {};
  std::vector<std::string> copies = words;
  std::vector<char*> pointers;
  for (std::string& word : copies) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  context.out.flush();
  execv(program->c_str(), pointers.data());
  return FileError("cannot run", *program, errno);
}

void AddContainer(CLI::App& app) {
  CLI::App* const command = app.add_subcommand(std::string(kContainer),
                                               "What an image runs: serve, as BentoML's images do");
  command->footer(
      "  ekiben container\n"
      "  ekiben container serve --production --port 8080\n"
      "  ekiben container python -c 'import ekiben'");
  command->prefix_command();
}

}  // namespace ekiben::cli
