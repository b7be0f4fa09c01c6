// SPDX-License-Identifier: Apache-2.0
// ekiben version
#include "cli/version.h"

#include <ostream>

namespace ekiben::cli {

std::string VersionText() { return "ekiben " EKIBEN_VERSION; }

void AddVersion(CLI::App& app, Context& context) {
  CLI::App* const command = app.add_subcommand("version", "Print the version");
  command->callback([&context] { context.out << VersionText() << '\n'; });
}

}  // namespace ekiben::cli
