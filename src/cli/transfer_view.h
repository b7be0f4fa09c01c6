// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <mutex>
#include <string>
#include <vector>

#include "registry/descriptor.h"

namespace ekiben::cli {

// Shows blobs that travel: on a terminal a bar for each, that grows in its place; else one line for
// each when it has arrived. Thread-safe.
class TransferView final : public registry::Progress {
 public:
  // `out` must outlive it.
  TransferView(std::ostream& out, bool is_terminal) : out_(out), is_terminal_(is_terminal) {}

  void Begin(const registry::Descriptor& blob) override;
  void Reach(const registry::Descriptor& blob, uint64_t bytes) override;
  void End(const registry::Descriptor& blob, registry::BlobEnd how) override;

 private:
  struct Row {
    const registry::Descriptor* blob = nullptr;
    uint64_t bytes = 0;
  };

  void Draw();
  void Erase();
  std::string BarOf(const Row& row) const;

  std::ostream& out_;
  const bool is_terminal_;
  std::mutex mutex_;
  std::vector<Row> rows_;                       // Those under way.
  size_t drawn_ = 0;                            // Lines that are on the terminal.
  std::chrono::steady_clock::time_point next_;  // Not drawn again before.
};

}  // namespace ekiben::cli
