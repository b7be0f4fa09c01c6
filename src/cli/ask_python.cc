// SPDX-License-Identifier: Apache-2.0
#include "cli/ask_python.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "base/file.h"
#include "codec/json_fields.h"
#include "worker/process.h"
#include "worker/python.h"

namespace ekiben::cli {
namespace {

constexpr std::array kVariables = {"EKIBEN_CONFIG", "BENTOML_CONFIG", "EKIBEN_CONFIG_OPTIONS",
                                   "BENTOML_CONFIG_OPTIONS"};
constexpr size_t kMaxAnswer = size_t{64} << 20;

// An error's code by the name of its class in Python.
Code CodeNamed(std::string_view name) {
  if (name == "InvalidArgument") return Code::kInvalidArgument;
  if (name == "NotFound") return Code::kNotFound;
  if (name == "ResourceExhausted") return Code::kResourceExhausted;
  if (name == "Unavailable") return Code::kUnavailable;
  if (name == "Internal") return Code::kInternal;
  return Code::kFailedPrecondition;
}

// The error that Python has answered with, or none.
Status ErrorIn(std::string_view json) {
  const auto document = codec::JsonValue::Parse(json);
  if (!document || document->Find("message") == nullptr) return {};
  Status status;
  const codec::JsonFields fields(*document, "", status);
  return Status(CodeNamed(fields.StringOr("code", "")), fields.StringOr("message", ""))
      .WithHint(fields.StringOr("hint", ""));
}

}  // namespace

Result<std::string> AskPython(const Question& question) {
  const auto failed = [&](Status why) {
    return Error(std::move(why).WithContext("cannot " + question.doing));
  };
  const auto interpreter = worker::FindPython(question.python);
  if (!interpreter) return failed(interpreter.error());
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return failed(FailedPrecondition(std::strerror(errno)));
  const FileDescriptor reading(ends[0]);
  FileDescriptor writing(ends[1]);
  worker::Process::Options options{
      .command = {interpreter->string(), "-m", "ekiben.asked", "3", question.name},
      .environment = question.environment,
      .inherited = {writing.get()}};
  options.command.insert(options.command.end(), question.arguments.begin(),
                         question.arguments.end());
  auto process = worker::Process::Start(options);
  if (!process) return failed(std::move(process).error());
  writing.Reset();
  std::string answer = ReadToEnd(reading, kMaxAnswer);
  const std::string how = process->Reap();
  if (Status error = ErrorIn(answer); !error.ok()) return Error(std::move(error));
  if (!answer.empty()) return answer;
  return failed(FailedPrecondition(fmt::format("'{}' ended with {}", interpreter->string(), how))
                    .WithHint("this needs a Python that has ekiben: --python names one"));
}

std::string TextIn(std::string_view json, std::string_view name) {
  const auto document = codec::JsonValue::Parse(json);
  const codec::JsonValue* const text = document ? document->Find(name) : nullptr;
  return text != nullptr ? text->text() : "";
}

bool IsConfigured(const std::vector<std::string>& settings) {
  return !settings.empty() || std::ranges::any_of(kVariables, [](const char* name) {
    const char* const value = std::getenv(name);
    return value != nullptr && *value != '\0';
  });
}

}  // namespace ekiben::cli
