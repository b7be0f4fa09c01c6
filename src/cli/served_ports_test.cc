// SPDX-License-Identifier: Apache-2.0
#include "cli/served_ports.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <gmock/gmock.h>

#include "base/file.h"

namespace ekiben::cli {
namespace {

using testing::Contains;
using testing::IsEmpty;

// A socket that listens on a port that was free, and the port.
std::pair<FileDescriptor, uint16_t> Listen() {
  FileDescriptor listening(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{.sin_family = AF_INET};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(bind(listening.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(listen(listening.get(), 1), 0);
  socklen_t size = sizeof address;
  getsockname(listening.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return {std::move(listening), ntohs(address.sin_port)};
}

TEST(ServedPortsTest, APortIsFoundForAsLongAsSomethingListens) {
  auto [listening, port] = Listen();
  EXPECT_THAT(ListeningPorts("/proc/self"), Contains(port));
  EXPECT_THAT(ServedPorts(), Contains(port));
  listening.Reset();
  EXPECT_THAT(ListeningPorts("/proc/self"), testing::Not(Contains(port)));
}

TEST(ServedPortsTest, AProcessThatIsNotThereListensNowhere) {
  EXPECT_THAT(ListeningPorts("/proc/none"), IsEmpty());
}

}  // namespace
}  // namespace ekiben::cli
