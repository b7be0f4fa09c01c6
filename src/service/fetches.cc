// SPDX-License-Identifier: Apache-2.0
#include "service/fetches.h"

#include <utility>
#include <variant>

#include <fmt/format.h>

#include "service/runner_reply.h"

namespace ekiben::service {

using worker::Frame;

void Fetches::OnFrame(const Frame& frame, size_t lane) {
  const bool drop = (frame.header.flags & worker::kDropRest) != 0;
  if (!drop && (frame.header.flags & worker::kNextPiece) == 0) return Begin(frame, lane);
  const uint32_t call = frame.header.call, fetch = frame.header.reserved;
  const auto found = open_.find(fetch);
  if (drop || found == open_.end()) {
    if (found != open_.end()) *found->second.gone = true;
    open_.erase(fetch);
    return Give(lane, call, 0, {.head = "{}"});
  }
  const auto rest = found->second.rest;
  Start(rest->Next(), [this, lane, call, fetch, rest,
                       alive = std::weak_ptr(alive_)](Result<std::optional<std::string>> piece) {
    if (alive.expired()) return;
    if (!piece) {
      return SendReply(*slot_.worker(), lane, {.call = call}, Error(std::move(piece).error()));
    }
    const bool more = piece->has_value();
    Give(lane, call, fetch,
         {.head = "{}", .body = std::move(*piece).value_or(""), .rest = more ? rest : nullptr});
  });
}

void Fetches::Begin(const Frame& frame, size_t lane) {
  const uint32_t call = frame.header.call;
  worker::Worker& worker = *slot_.worker();
  worker::ValueReader reader = worker.Reader(frame);
  const auto head = reader.ReadText();
  auto body = reader.ReadValue();
  worker.GiveBack();
  auto* const blob = head && body ? std::get_if<Blob>(&*body) : nullptr;
  if (blob == nullptr) {
    return SendReply(worker, lane, {.call = call}, Error(Internal("a fetch without a body")));
  }
  Fetch fetch{.head = std::string(*head), .body = std::move(blob->data), .gone = open_[call].gone};
  Start(answer_(std::move(fetch)),
        [this, lane, call, alive = std::weak_ptr(alive_)](Fetched answer) {
          if (!alive.expired()) Give(lane, call, call, std::move(answer));
        });
}

void Fetches::Give(size_t lane, uint32_t call, uint32_t fetch, Fetched piece) {
  const auto found = open_.find(fetch);
  const bool more = piece.rest != nullptr && found != open_.end();
  if (more) {
    found->second.rest = std::move(piece.rest);
    piece.head.pop_back();  // The closing brace.
    piece.head += fmt::format(R"({}"rest":{}}})", piece.head.size() > 1 ? "," : "", fetch);
  } else if (found != open_.end()) {
    open_.erase(found);
  }
  std::string& out = slot_.worker()->Outgoing(lane);
  const size_t begin = worker::BeginFrame(out, worker::FrameKind::kReply, call);
  worker::AppendText(out, piece.head);
  worker::AppendValue(out, Value(Blob{.data = std::move(piece.body)}), nullptr);
  worker::EndFrame(out, begin);
}

void Fetches::Clear() {
  alive_ = std::make_shared<bool>(true);
  for (const auto& [number, open] : open_) *open.gone = true;
  open_.clear();
}

}  // namespace ekiben::service
