// SPDX-License-Identifier: Apache-2.0
#include "registry/credential_helper.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include <fmt/format.h>

#include "base/file.h"
#include "codec/json_document.h"

namespace ekiben::registry {
namespace {

using Clock = std::chrono::steady_clock;
using codec::JsonValue;

constexpr auto kPatience = std::chrono::seconds(30);
constexpr size_t kMaxAnswer = 64 << 10;
constexpr std::string_view kNothingKnown = "credentials not found in native keychain";
constexpr std::string_view kTokenUser = "<token>";

bool IsHelperName(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

struct Pipe {
  FileDescriptor reading, writing;

  static Result<Pipe> Make() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return Error(FailedPrecondition(std::strerror(errno)));
    return Pipe{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
  }
};

// The process of a helper; killed and reaped when destroyed.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    Reap();
  }
  int Reap() {
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status;
  }

 private:
  pid_t pid_;
};

Result<pid_t> Spawn(const std::string& program, const Pipe& in, const Pipe& out) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.reading.get(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out.writing.get(), STDOUT_FILENO);
  std::string name = program, verb = "get";
  std::array<char*, 3> arguments = {name.data(), verb.data(), nullptr};
  pid_t pid = -1;
  const int failed = posix_spawnp(&pid, name.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed == 0) return pid;
  return Error(
      FailedPrecondition(fmt::format("cannot run '{}': {}", program, std::strerror(failed)))
          .WithHint("docker's configuration names it: install it, or log in without it"));
}

// All that comes until the end, or an error where it takes too long or is too much.
Result<std::string> ReadAll(const FileDescriptor& pipe, const std::string& program) {
  const auto until = Clock::now() + kPatience;
  std::string all;
  std::array<char, 4096> buffer;
  while (all.size() <= kMaxAnswer) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
    pollfd wanted{.fd = pipe.get(), .events = POLLIN};
    const int ready = left.count() <= 0 ? 0 : poll(&wanted, 1, static_cast<int>(left.count()));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) {
      return Error(FailedPrecondition(
          fmt::format("'{} get' has said nothing for {} s", program, kPatience.count())));
    }
    const ssize_t size = read(pipe.get(), buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return all;
    all.append(buffer.data(), static_cast<size_t>(size));
  }
  return Error(FailedPrecondition(fmt::format("'{} get' says too much", program)));
}

}  // namespace

Result<Login> ParseHelperAnswer(std::string_view json) {
  const auto document = JsonValue::Parse(json, {.max_bytes = kMaxAnswer});
  const JsonValue* const user = document ? document->Find("Username") : nullptr;
  const JsonValue* const secret = document ? document->Find("Secret") : nullptr;
  if (user == nullptr || secret == nullptr) {
    return Error(FailedPrecondition("expected JSON with Username and Secret"));
  }
  if (user->text() == kTokenUser) return Login{.identity_token = secret->text()};
  return Login{.user = user->text(), .password = secret->text()};
}

Result<Login> AskHelper(std::string_view name, std::string_view key) {
  if (!IsHelperName(name)) {
    return Error(InvalidArgument(fmt::format("'{}' is no name of a credential helper", name)));
  }
  const std::string program = fmt::format("docker-credential-{}", name);
  auto in = Pipe::Make();
  auto out = Pipe::Make();
  if (!in || !out) return Error(in ? out.error() : in.error());
  const auto pid = Spawn(program, *in, *out);
  if (!pid) return Error(pid.error());
  Child child(*pid);
  in->reading.Reset();
  out->writing.Reset();
  // So short a text fits into the pipe, whether the helper reads it or not.
  [[maybe_unused]] const ssize_t sent = write(in->writing.get(), key.data(), key.size());
  in->writing.Reset();
  const auto answer = ReadAll(out->reading, program);
  if (!answer) return Error(answer.error());
  const int status = child.Reap();
  if (answer->contains(kNothingKnown)) return Login();
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    return Error(FailedPrecondition(fmt::format("'{} get' failed for '{}'", program, key)));
  }
  auto login = ParseHelperAnswer(*answer);
  if (!login) return Error(std::move(login).error().WithContext(fmt::format("'{} get'", program)));
  return login;
}

}  // namespace ekiben::registry
