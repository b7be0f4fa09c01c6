// SPDX-License-Identifier: Apache-2.0
#include "service/worker_metrics.h"

#include <utility>

#include <fmt/format.h>

#include "base/parked.h"
#include "codec/json_fields.h"

namespace ekiben::service {
namespace {

// A worker that runs a function or a batch answers after it; a scrape does not wait for that.
constexpr Duration kPatience = std::chrono::milliseconds(200);
// Names of the engine's own.
constexpr std::string_view kOurs = "ekiben_";

std::string OneLine(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += R"(\\)";
    } else if (c == '\n') {
      out += R"(\n)";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

Task<std::string> WorkerMetrics::Collect(Ask ask) {
  const uint32_t call = ++calls_;
  Round round;
  round.missing = ask(call);
  if (round.missing > 0) {
    rounds_.emplace(call, &round);
    const auto timer = loop_.After(kPatience, [this, call] { Finish(call); });
    Parked parked{round};
    co_await parked;
  }
  co_return Render();
}

void WorkerMetrics::Finish(uint32_t call) {
  const auto found = rounds_.find(call);
  if (found == rounds_.end()) return;
  Round& round = *found->second;
  rounds_.erase(found);
  // Not from here: this may be the timer's own function, which the round destroys.
  loop_.Post([waiter = round.waiter] { waiter.resume(); });
}

void WorkerMetrics::OnAnswer(const std::string& worker, uint32_t call, std::string_view json) {
  const auto document = codec::JsonValue::Parse(json);
  Status status;
  Families families;
  for (size_t i = 0; document && status.ok() && i < document->items().size(); ++i) {
    const codec::JsonFields fields(document->items()[i], fmt::format("[{}]", i), status);
    const std::string name = fields.String("name");
    if (name.starts_with(kOurs)) continue;
    Family& family = families[name];
    family.help = fields.StringOr("help", "");
    family.kind = fields.String("kind");
    fields.Each("samples", [&](const codec::JsonFields& sample) {
      const double value = sample.Number("value");
      std::string sample_name = sample.String("name");
      if (family.samples.emplace(sample_name, value).second) {
        family.order.push_back(std::move(sample_name));
      }
    });
  }
  if (document && status.ok()) workers_[worker] = std::move(families);

  const auto round = rounds_.find(call);
  if (round != rounds_.end() && --round->second->missing == 0) Finish(call);
}

std::string WorkerMetrics::Render() const {
  Families sums;
  for (const auto& [worker, families] : workers_) {
    for (const auto& [name, family] : families) {
      Family& sum = sums[name];
      sum.help = family.help;
      sum.kind = family.kind;
      for (const std::string& sample : family.order) {
        const auto [place, is_new] = sum.samples.try_emplace(sample, 0.0);
        if (is_new) sum.order.push_back(sample);
        place->second += family.samples.at(sample);
      }
    }
  }
  std::string out;
  for (const auto& [name, family] : sums) {
    out += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name, OneLine(family.help), family.kind);
    for (const std::string& sample : family.order) {
      out += fmt::format("{} {}\n", sample, family.samples.at(sample));
    }
  }
  return out;
}

}  // namespace ekiben::service
