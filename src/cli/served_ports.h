// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>

namespace ekiben::cli {

// The TCP ports on which a process listens, whose folder in /proc this is. None where it may not be
// looked into.
std::set<uint16_t> ListeningPorts(const std::filesystem::path& process);

// Those of all processes here that run this program.
std::set<uint16_t> ServedPorts();

}  // namespace ekiben::cli
