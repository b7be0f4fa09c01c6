// SPDX-License-Identifier: Apache-2.0
#include "cli/layer_progress.h"

#include <algorithm>
#include <chrono>
#include <ostream>
#include <utility>

#include <fmt/format.h>

#include "cli/store_listing.h"

namespace ekiben::cli {
namespace {

constexpr size_t kBar = 30;     // Characters between the brackets.
constexpr size_t kDigits = 12;  // Of a digest, as docker shows it.
constexpr auto kBetween = std::chrono::milliseconds(100);

std::string Line(std::string_view how, std::string_view size, std::string_view about,
                 std::string_view name) {
  return fmt::format("{:<8}{:>12}  {:<{}}  {}", how, size, about, kDigits, name);
}

std::string Bar(uint64_t done, uint64_t whole) {
  const double part = whole == 0 ? 1 : static_cast<double>(done) / static_cast<double>(whole);
  const auto full = static_cast<size_t>(std::clamp(part, 0.0, 1.0) * kBar);
  return fmt::format("[{}{}{}]", std::string(full, '='), full < kBar ? ">" : "",
                     std::string(full < kBar ? kBar - full - 1 : 0, ' '));
}

}  // namespace

LayerProgress::LayerProgress(std::vector<Layer> layers, std::ostream& out, bool terminal)
    : layers_(std::move(layers)), out_(out), terminal_(terminal) {
  for (const Layer& layer : layers_) lines_.push_back(Line("waits", "", "", layer.name));
}

void LayerProgress::Advance(size_t layer, uint64_t bytes, Time now) {
  const auto& [name, whole] = layers_[layer];
  // Heads of files are bytes as well, so that there are a few more than those of the files.
  lines_[layer] = Line("writes", HumanSize(std::min(bytes, whole)), Bar(bytes, whole), name);
  if (drawn_ && now - last_ < kBetween) return;
  last_ = now;
  Draw();
}

void LayerProgress::Finish(size_t layer, std::string_view how, uint64_t size,
                           std::string_view digest) {
  const std::string_view hex = digest.substr(digest.find(':') + 1).substr(0, kDigits);
  lines_[layer] = Line(how, HumanSize(size), hex, layers_[layer].name);
  if (terminal_) {
    Draw();
  } else {
    out_ << lines_[layer] << '\n' << std::flush;
  }
}

void LayerProgress::Draw() {
  if (!terminal_) return;
  std::string text;
  if (drawn_) text = fmt::format("\x1b[{}A", lines_.size());  // Up to the first of them.
  for (const std::string& line : lines_) text += fmt::format("{}\x1b[K\n", line);
  out_ << text << std::flush;
  drawn_ = true;
}

}  // namespace ekiben::cli
