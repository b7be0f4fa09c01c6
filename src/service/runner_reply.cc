// SPDX-License-Identifier: Apache-2.0
#include "service/runner_reply.h"

#include <variant>

#include "base/json_writer.h"

namespace ekiben::service {
namespace {

// An error of the engine's as the report of an exception.
std::string ReportOf(const Status& status) {
  const auto http = [&] {
    switch (status.code()) {
      case Code::kInvalidArgument: return 400;
      case Code::kResourceExhausted: return 429;
      case Code::kUnavailable: return 503;
      case Code::kDeadlineExceeded: return 504;
      default: return 500;
    }
  };
  JsonWriter json;
  json.BeginObject().Key("status").Int(http());
  json.Member("message", status.message()).Member("hint", status.hint()).EndObject();
  return json.text();
}

}  // namespace

void SendReply(worker::Worker& worker, size_t lane, worker::FrameHeader header,
               const Result<batch::Outcome>& outcome) {
  const auto* const raised = outcome ? std::get_if<batch::Raised>(&*outcome) : nullptr;
  const bool failed = !outcome || raised != nullptr;
  header.kind = worker::FrameKind::kReply;
  if (failed) header.flags |= worker::kFailed;
  std::string& out = worker.Outgoing(lane);
  const size_t begin = worker::BeginFrame(out, header);
  if (raised != nullptr) {
    worker::AppendText(out, raised->report);
  } else if (failed) {
    worker::AppendText(out, ReportOf(outcome.error()));
  } else {
    worker::OutgoingMemory memory = worker.Memory();
    worker::AppendArguments(out, std::get<worker::Arguments>(*outcome), &memory);
  }
  worker::EndFrame(out, begin);
}

}  // namespace ekiben::service
