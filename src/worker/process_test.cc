// SPDX-License-Identifier: Apache-2.0
#include "worker/process.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/status_matchers.h"

namespace ekiben::worker {
namespace {

using testing::HasSubstr;

struct Pipe {
  Pipe() {
    int ends[2];
    EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
    reading = FileDescriptor(ends[0]);
    writing = FileDescriptor(ends[1]);
  }
  // Everything until the last writer has closed its end.
  std::string ReadAll() {
    writing.Reset();
    std::string all;
    char buffer[256];
    for (ssize_t size; (size = read(reading.get(), buffer, sizeof buffer)) > 0;) {
      all.append(buffer, static_cast<size_t>(size));
    }
    return all;
  }
  FileDescriptor reading, writing;
};

Process::Options Shell(std::string script) {
  return {.command = {"/bin/sh", "-c", std::move(script)}};
}

TEST(ProcessTest, InheritsDescriptorsFromThreeOnAndItsEnvironment) {
  Pipe first, second;
  Process::Options options = Shell("echo one >&3; echo $NAME $PWD >&4");
  options.inherited = {first.writing.get(), second.writing.get()};
  options.environment = {{"NAME", "two"}};
  options.working_dir = "/usr";
  auto process = Process::Start(options);
  ASSERT_THAT(process, IsOk());
  EXPECT_EQ(first.ReadAll(), "one\n");
  EXPECT_EQ(second.ReadAll(), "two /usr\n");
  EXPECT_EQ(process->Reap(), "exit status 0");
}

TEST(ProcessTest, DescriptorsMayArriveInAnyOrder) {
  Pipe first, second;
  Process::Options options = Shell("echo one >&3; echo two >&4");
  // Numbers that the child's own overlap the other way round.
  FileDescriptor four(fcntl(first.writing.get(), F_DUPFD_CLOEXEC, 4));
  FileDescriptor three(fcntl(second.writing.get(), F_DUPFD_CLOEXEC, 3));
  options.inherited = {four.get(), three.get()};
  auto process = Process::Start(options);
  ASSERT_THAT(process, IsOk());
  four.Reset();
  three.Reset();
  EXPECT_EQ(first.ReadAll(), "one\n");
  EXPECT_EQ(second.ReadAll(), "two\n");
}

TEST(ProcessTest, SaysWhyItCannotStart) {
  EXPECT_THAT(Process::Start({.command = {"/no/such/program"}}),
              HasMessage(HasSubstr("cannot start '/no/such/program': No such file")));
  Process::Options nowhere = Shell("true");
  nowhere.working_dir = "/no/such/folder";
  EXPECT_THAT(Process::Start(nowhere), HasCode(Code::kFailedPrecondition));
}

TEST(ProcessTest, TellsHowItEnded) {
  auto exits = Process::Start(Shell("exit 3"));
  ASSERT_THAT(exits, IsOk());
  pollfd wait{.fd = exits->exit_fd(), .events = POLLIN};
  EXPECT_EQ(poll(&wait, 1, 10'000), 1);
  EXPECT_EQ(exits->Reap(), "exit status 3");
  auto dies = Process::Start(Shell("kill -SEGV $$"));
  ASSERT_THAT(dies, IsOk());
  EXPECT_THAT(dies->Reap(), HasSubstr("signal 11"));
}

TEST(ProcessTest, TakesItsChildrenWithIt) {
  Pipe pipe;
  Process::Options options = Shell("sleep 1000 & sleep 1000");
  options.inherited = {pipe.writing.get()};
  {
    auto process = Process::Start(options);
    ASSERT_THAT(process, IsOk());
  }
  EXPECT_EQ(pipe.ReadAll(), "");  // Ends only when nobody holds the other end.
}

}  // namespace
}  // namespace ekiben::worker
