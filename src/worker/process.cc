// SPDX-License-Identifier: Apache-2.0
#include "worker/process.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

extern char** environ;

namespace ekiben::worker {
namespace {

constexpr int kFirstInherited = 3;

std::vector<std::string> Environment(const Process::Options& options) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const bool replaced = std::ranges::any_of(
        options.environment, [&](const auto& pair) { return text.starts_with(pair.first + "="); });
    if (!replaced) all.emplace_back(text);
  }
  for (const auto& [name, value] : options.environment) {
    all.push_back(fmt::format("{}={}", name, value));
  }
  return all;
}

std::vector<char*> Pointers(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (const std::string& string : strings) pointers.push_back(const_cast<char*>(string.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// Moves the descriptors to 3, 4, …: first above all of them, so that none is overwritten.
bool Place(const std::vector<int>& inherited) {
  const int count = static_cast<int>(inherited.size());
  std::vector<int> high(inherited.size());
  for (int i = 0; i < count; ++i) {
    high[i] = fcntl(inherited[i], F_DUPFD_CLOEXEC, kFirstInherited + count);
    if (high[i] < 0) return false;
  }
  for (int i = 0; i < count; ++i) {
    if (dup2(high[i], kFirstInherited + i) < 0) return false;
  }
  return true;
}

// Where one of them is not there, the process runs on the others; where none is, on all.
void RunOn(const std::vector<int64_t>& cores) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int64_t core : cores) CPU_SET(static_cast<size_t>(core), &set);
  if (!cores.empty()) sched_setaffinity(0, sizeof set, &set);
}

// In the child: nothing but system calls, since other threads of the parent may hold locks. What
// went wrong goes to `report` as errno.
[[noreturn]] void Become(const Process::Options& options, char* const* command,
                         char* const* environment, pid_t parent, int report) {
  setpgid(0, 0);                                 // A Ctrl-C is the engine's; it tells its workers.
  const int null = open("/dev/null", O_RDONLY);  // The terminal's input is not theirs either.
  if (null >= 0 && null != STDIN_FILENO) dup2(null, STDIN_FILENO);
  if (options.output >= 0) {
    dup2(options.output, STDOUT_FILENO);
    dup2(options.output, STDERR_FILENO);
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  RunOn(options.cores);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const bool placed = getppid() == parent && Place(options.inherited) &&
                      (options.working_dir.empty() || chdir(options.working_dir.c_str()) == 0);
  if (placed) execve(command[0], command, environment);
  const int error = errno;
  [[maybe_unused]] const ssize_t ignored = write(report, &error, sizeof error);
  _exit(127);
}

}  // namespace

Result<Process> Process::Start(const Options& options) {
  const auto failed = [&](int error) {
    return Error(FailedPrecondition(
        fmt::format("cannot start '{}': {}", options.command.front(), std::strerror(error))));
  };
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return failed(errno);
  FileDescriptor reading(ends[0]), writing(ends[1]);
  // A high number, so that the child's descriptors do not land on it.
  FileDescriptor report(fcntl(writing.get(), F_DUPFD_CLOEXEC, 100));
  writing.Reset();
  const std::vector<std::string> environment = Environment(options);
  const std::vector<char*> command = Pointers(options.command);
  const std::vector<char*> variables = Pointers(environment);

  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) return failed(errno);
  if (pid == 0) Become(options, command.data(), variables.data(), parent, report.get());

  FileDescriptor exit(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  Process process(pid, std::move(exit));
  report.Reset();
  int error = 0;
  if (read(reading.get(), &error, sizeof error) == sizeof error) return failed(error);
  if (!process.exit_.valid()) return failed(errno);
  return process;
}

Process::~Process() {
  if (pid_ <= 0) return;
  Kill();
  Reap();
}

std::string Process::Reap() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  kill(-pid_, SIGKILL);  // What it left behind.
  pid_ = -1;
  if (WIFSIGNALED(status)) {
    return fmt::format("signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status)));
  }
  return fmt::format("exit status {}", WEXITSTATUS(status));
}

void Process::Kill() {
  if (pid_ > 0) kill(-pid_, SIGKILL);
}

}  // namespace ekiben::worker
