// SPDX-License-Identifier: Apache-2.0
#include "cli/transfer_view.h"

#include <algorithm>
#include <ostream>

#include <fmt/format.h>

#include "cli/report.h"
#include "cli/store_listing.h"

namespace ekiben::cli {
namespace {

using registry::BlobEnd;
using registry::Descriptor;

constexpr size_t kWidth = 30;                              // Of a bar.
constexpr auto kBetween = std::chrono::milliseconds(100);  // Two drawings.

// What a blob is called: its file, or what it is.
std::string TitleOf(const Descriptor& blob) {
  const auto title = blob.annotations.find("org.opencontainers.image.title");
  return title == blob.annotations.end() ? "" : Printable(title->second);
}

std::string ShortDigest(const Descriptor& blob) {
  return blob.digest.substr(std::min(blob.digest.size(), blob.digest.find(':') + 1), 12);
}

std::string_view WordOf(BlobEnd how) {
  switch (how) {
    case BlobEnd::kSent: return "sent";
    case BlobEnd::kMounted: return "mounted";
    case BlobEnd::kReceived: return "received";
    case BlobEnd::kThere: return "there";
    case BlobEnd::kFailed: return "failed";
  }
  return "";
}

}  // namespace

void TransferView::Begin(const Descriptor& blob) {
  const std::lock_guard lock(mutex_);
  rows_.push_back({.blob = &blob});
  if (is_terminal_) Draw();
}

void TransferView::Reach(const Descriptor& blob, uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  const auto row = std::ranges::find(rows_, &blob, &Row::blob);
  if (row != rows_.end()) row->bytes = bytes;
  const auto now = std::chrono::steady_clock::now();
  if (!is_terminal_ || now < next_) return;
  next_ = now + kBetween;
  Draw();
}

void TransferView::End(const Descriptor& blob, BlobEnd how) {
  const std::lock_guard lock(mutex_);
  Erase();
  std::erase_if(rows_, [&](const Row& row) { return row.blob == &blob; });
  out_ << fmt::format("{:<8}{:>12}  {}  {}\n", WordOf(how), HumanSize(blob.size), ShortDigest(blob),
                      TitleOf(blob))
       << std::flush;
  if (is_terminal_) Draw();
}

std::string TransferView::BarOf(const Row& row) const {
  const uint64_t size = std::max<uint64_t>(row.blob->size, 1);
  const auto full = static_cast<size_t>(static_cast<double>(std::min(row.bytes, size)) /
                                        static_cast<double>(size) * kWidth);
  return fmt::format("{}  [{}{}] {:>12} of {}  {}", ShortDigest(*row.blob), std::string(full, '='),
                     std::string(kWidth - full, ' '), HumanSize(row.bytes),
                     HumanSize(row.blob->size), TitleOf(*row.blob));
}

void TransferView::Draw() {
  Erase();
  for (const Row& row : rows_) out_ << BarOf(row) << '\n';
  drawn_ = rows_.size();
  out_ << std::flush;
}

// Takes the bars away that were drawn last.
void TransferView::Erase() {
  if (drawn_ > 0) out_ << fmt::format("\x1b[{}A\x1b[J", drawn_);
  drawn_ = 0;
}

}  // namespace ekiben::cli
