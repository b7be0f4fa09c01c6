// SPDX-License-Identifier: Apache-2.0
// ekiben healthcheck [--port PORT] [--timeout SECONDS]
#include "cli/healthcheck.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/file.h"
#include "cli/served_ports.h"

namespace ekiben::cli {
namespace {

constexpr uint16_t kUsualPort = 3000;
constexpr std::string_view kRequest =
    "GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

Status NotWell(uint16_t port, std::string_view why) {
  return Unavailable(fmt::format("the server on port {} is not well: {}", port, why));
}

timeval Time(double seconds) {
  const double whole = std::floor(seconds);
  return {.tv_sec = static_cast<time_t>(whole),
          .tv_usec = static_cast<suseconds_t>((seconds - whole) * 1e6)};
}

// The first line of the answer, or as much of it as came.
Result<std::string> Ask(const FileDescriptor& socket, uint16_t port) {
  if (send(socket.get(), kRequest.data(), kRequest.size(), MSG_NOSIGNAL) < 0) {
    return Error(NotWell(port, std::strerror(errno)));
  }
  std::string answer;
  std::array<char, 1024> buffer;
  while (!answer.contains('\n')) {
    const ssize_t got = recv(socket.get(), buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return Error(NotWell(port, errno == EAGAIN ? "no answer in time" : std::strerror(errno)));
    }
    if (got == 0) break;
    answer.append(buffer.data(), static_cast<size_t>(got));
    if (answer.size() > buffer.size()) break;
  }
  return answer.substr(0, answer.find_first_of("\r\n"));
}

// That of the only server here; the usual one where there is none, or more.
uint16_t FindPort() {
  const std::set<uint16_t> ports = ServedPorts();
  return ports.size() == 1 ? *ports.begin() : kUsualPort;
}

}  // namespace

Status RunHealthcheck(const HealthcheckArgs& args, Context& context) {
  const uint16_t port = args.port != 0 ? args.port : FindPort();
  const FileDescriptor connection(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!connection.valid()) return NotWell(port, std::strerror(errno));
  const timeval time = Time(args.timeout_s);
  setsockopt(connection.get(), SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time));
  setsockopt(connection.get(), SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time));

  sockaddr_in address{.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(connection.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) !=
      0) {
    return NotWell(port, std::strerror(errno));
  }
  const auto line = Ask(connection, port);
  if (!line) return line.error();
  if (!line->starts_with("HTTP/1.1 200")) {
    return NotWell(port, line->empty() ? "it closed the connection" : *line);
  }
  context.out << "ok\n";
  return {};
}

void AddHealthcheck(CLI::App& app, Context& context) {
  const auto args = std::make_shared<HealthcheckArgs>();
  CLI::App* const command =
      app.add_subcommand("healthcheck", "Ask a server on this machine whether it lives");
  command->footer(
      "  ekiben healthcheck\n"
      "  ekiben healthcheck --port 8080");
  command
      ->add_option("-p,--port", args->port, "the server's; that of the one that runs here, or 3000")
      ->envname("EKIBEN_PORT")
      ->type_name("PORT");
  command->add_option("--timeout", args->timeout_s, "seconds to wait for it, 5")
      ->check(CLI::Range(0.001, 3600.0).description(""))
      ->type_name("SECONDS");
  command->callback([args, &context] { context.status = RunHealthcheck(*args, context); });
}

}  // namespace ekiben::cli
