// SPDX-License-Identifier: Apache-2.0
#include "cli/served_ports.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "store/folders.h"

namespace ekiben::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSocket = "socket:[";
constexpr std::string_view kListens = "0A";  // The kernel's TCP_LISTEN.

// Columns of /proc/net/tcp.
constexpr size_t kAddress = 1, kState = 3, kInode = 9;

std::set<std::string> Sockets(const fs::path& process) {
  std::set<std::string> inodes;
  for (const fs::path& file : store::EntriesOf(process / "fd")) {
    std::error_code ignored;
    const std::string target = fs::read_symlink(file, ignored).string();
    if (!target.starts_with(kSocket)) continue;
    inodes.insert(target.substr(kSocket.size(), target.size() - kSocket.size() - 1));
  }
  return inodes;
}

// The port of "0100007F:0BB8".
uint16_t PortOf(std::string_view address) {
  uint16_t port = 0;
  address.remove_prefix(std::min(address.size(), address.find(':') + 1));
  std::from_chars(address.data(), address.data() + address.size(), port, 16);
  return port;
}

void AddPorts(const fs::path& table, const std::set<std::string>& inodes,
              std::set<uint16_t>& ports) {
  std::ifstream rows(table);
  for (std::string row; std::getline(rows, row);) {
    std::istringstream text(row);
    const std::vector<std::string> words{std::istream_iterator<std::string>(text), {}};
    if (words.size() <= kInode || words[kState] != kListens) continue;
    if (inodes.contains(words[kInode])) ports.insert(PortOf(words[kAddress]));
  }
}

bool IsProcess(const fs::path& entry) {
  const std::string name = entry.filename().string();
  return std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::set<uint16_t> ListeningPorts(const fs::path& process) {
  const std::set<std::string> inodes = Sockets(process);
  std::set<uint16_t> ports;
  if (inodes.empty()) return ports;
  AddPorts(process / "net" / "tcp", inodes, ports);
  AddPorts(process / "net" / "tcp6", inodes, ports);
  return ports;
}

std::set<uint16_t> ServedPorts() {
  std::set<uint16_t> ports;
  for (const fs::path& process : store::EntriesOf("/proc")) {
    std::error_code ignored;
    if (!IsProcess(process) || !fs::equivalent(process / "exe", "/proc/self/exe", ignored))
      continue;
    ports.merge(ListeningPorts(process));
  }
  return ports;
}

}  // namespace ekiben::cli
