// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/task.h"
#include "worker/slot.h"

namespace ekiben::service {

// A body that comes piece by piece: no piece is its end.
class BodyPieces {
 public:
  virtual ~BodyPieces() = default;
  // REQUIRES: no other Next() is under way, and it stays until this one has ended.
  virtual Task<Result<std::optional<std::string>>> Next() = 0;
};

// A request that an application in a worker has for the engine: as JSON `id`, `method`, `path`,
// `query` and `headers`, and the body.
struct Fetch {
  std::string head;
  std::string body;
  // Becomes true when nobody waits for the answer any more.
  std::shared_ptr<const bool> gone;
};
// Its answer: as JSON `status` and `headers`, and the body, which may go on.
struct Fetched {
  std::string head;
  std::string body;
  std::shared_ptr<BodyPieces> rest = nullptr;
};

// What the applications of one worker ask the engine. Belongs to the loop.
class Fetches {
 public:
  using Answer = std::function<Task<Fetched>(Fetch)>;

  // REQUIRES: `slot` outlives this, and `answer` every answer that is under way
  Fetches(worker::Slot& slot, Answer answer) : slot_(slot), answer_(std::move(answer)) {}

  // REQUIRES: a kFetch of the slot's worker
  void OnFrame(const worker::Frame& frame, size_t lane);
  // The worker has ended: what it asked for nobody wants any more.
  void Clear();

 private:
  // An answer that has not been read to its end.
  struct Open {
    std::shared_ptr<bool> gone = std::make_shared<bool>(false);
    std::shared_ptr<BodyPieces> rest = nullptr;
  };

  void Begin(const worker::Frame& frame, size_t lane);
  // Gives a piece of the answer to what asked for it with `call`.
  void Give(size_t lane, uint32_t call, uint32_t fetch, Fetched piece);

  worker::Slot& slot_;
  const Answer answer_;
  std::unordered_map<uint32_t, Open> open_;
  // Of the worker that is there now: pieces are for it and no other.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace ekiben::service
