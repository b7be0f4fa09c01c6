// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/App.hpp>

#include "base/status.h"
#include "cli/context.h"

namespace ekiben::cli {

inline constexpr std::string_view kContainer = "container";

// How a container's server is run, as its environment says; empty where that says nothing.
struct ContainerDefaults {
  std::string host = {}, port = {}, api_workers = {}, timeout = {};
};

// From PORT, which platforms set, and the variables that BentoML's `serve` reads: BENTOML_PORT,
// BENTOML_HOST, BENTOML_API_WORKERS and BENTOML_TIMEOUT.
ContainerDefaults DefaultsInEnvironment();

// The words of the command that a container runs, as BentoML's images take them: none, or options
// alone, serve; `serve-http` is `serve`; `ekiben` and `bentoml` in front say nothing new. Options
// that are there go before `defaults`.
std::vector<std::string> ContainerWords(std::vector<std::string> words,
                                        const ContainerDefaults& defaults);

// The words without those options of `bentoml serve` that ekiben has not, each of which is told in
// a line. An error where TLS is asked for, since an answer without it is no answer to that.
Result<std::vector<std::string>> WithoutBentoMLsOwn(const std::vector<std::string>& words,
                                                    std::ostream& notes);

// Whether `ekiben container --help` was typed, which is about that command and not about `serve`.
bool AsksForContainerHelp(const std::vector<std::string>& words);

// Becomes another program of the image that `words` name (`python -c …`). Ok where they name none,
// and are ekiben's own therefore; otherwise returns only where it fails.
Status BecomeProgram(const std::vector<std::string>& words, Context& context);

// For `ekiben --help`: RunApp() does what the command does.
void AddContainer(CLI::App& app);

}  // namespace ekiben::cli
