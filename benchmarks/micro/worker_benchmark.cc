// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "base/usable_cpus.h"
#include "http/asio_loop.h"
#include "worker/python.h"
#include "worker/slot.h"

// What it costs to hand a tensor to a function in Python and to get one back, without HTTP.
//
// One call at a time. Timed is all that the engine and the worker do from the tensor in the
// engine's memory to the tensor in the engine's memory: the copy into shared memory, the frame,
// waking the worker, the array that the function gets, and the way back. The functions do nothing:
// `take` gets a tensor and returns 8 bytes, `give` gets 8 bytes and returns an array that it has
// kept.
//
// `ekiben` must be importable by the interpreter: that of the active environment, else python3.
namespace ekiben::worker {
namespace {

constexpr int64_t kMegabyte = 1'000'000;
constexpr auto kService = R"(import numpy as np
import ekiben
from ekiben.io import NumpyNdarray

KEPT = {size: np.ones(size // 8) for size in (8, 100_000, 1_000_000, 10_000_000)}
svc = ekiben.Service("transfer")


@svc.api(input=NumpyNdarray(), output=NumpyNdarray())
def take(rows: np.ndarray) -> np.ndarray:
    return KEPT[8]


@svc.api(input=NumpyNdarray(), output=NumpyNdarray())
def give(size: np.ndarray) -> np.ndarray:
    return KEPT[int(size[0])]
)";

[[noreturn]] void GiveUp(const std::string& why) {
  fmt::print(stderr, "error: {}\n", why);
  std::exit(1);
}

// A worker with the functions above, and the loop that serves it.
class Functions {
 public:
  static constexpr uint16_t kTake = 0, kGive = 1;

  Functions() {
    Worker::Options options = MakeOptions();
    Slot::Events events{.on_ready = [this](std::string_view) { loop_.Stop(); },
                        .on_frame = [this](const Frame& frame, size_t) { OnFrame(frame); },
                        .on_down = [](const std::string& how) { GiveUp(how); },
                        .on_failed = [](const Status& why) { GiveUp(why.message()); }};
    slot_ = std::make_unique<Slot>(loop_, std::move(options), std::move(events));
    slot_->Start();
    loop_.Run();
    loop_.context().restart();
  }
  ~Functions() { std::filesystem::remove_all(folder_); }

  // The bytes of the tensor that the function returns.
  size_t Call(uint16_t function, const Value& input) {
    Worker& worker = *slot_->worker();
    std::string& out = worker.Outgoing(0);
    const size_t begin = BeginFrame(out, FrameKind::kCall, ++calls_, function);
    AppendText(out, "1");
    OutgoingMemory memory = worker.Memory();
    AppendValue(out, input, &memory);
    EndFrame(out, begin);
    loop_.Run();
    loop_.context().restart();
    return returned_;
  }

 private:
  Worker::Options MakeOptions() {
    std::string name = (std::filesystem::temp_directory_path() / "ekiben-bench-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) GiveUp("cannot make a folder in the temporary one");
    folder_ = name;
    std::FILE* const file = std::fopen((folder_ / "service.py").c_str(), "w");
    fmt::print(file, "{}", kService);
    std::fclose(file);
    const auto python = FindPython("");
    if (!python) GiveUp(python.error().message());
    Worker::Options options;
    options.command = {python->string(), "-m", "ekiben.worker"};
    options.working_dir = folder_.string();
    options.settings = fmt::format(  // As PythonService has them.
        R"("role": "api", "target": "service:svc", "runner": 0, "alias": false, "looks": {})",
        UsableCpus() >= 2);
    options.lanes = 2;
    return options;
  }

  void OnFrame(const Frame& frame) {
    Worker& worker = *slot_->worker();
    ValueReader reader = worker.Reader(frame);
    const auto said = reader.ReadText();
    if (frame.header.kind != FrameKind::kResult) GiveUp(said ? std::string(*said) : "no result");
    const auto value = reader.ReadValue();
    if (!value) GiveUp(value.error().message());
    worker.GiveBack();
    returned_ = std::get<Tensor>(*value).bytes().size();
    loop_.Stop();
  }

  std::filesystem::path folder_;
  http::AsioLoop loop_;
  uint32_t calls_ = 0;
  size_t returned_ = 0;
  std::unique_ptr<Slot> slot_;
};

Value Doubles(int64_t bytes, double first) {
  Tensor tensor(DataType::kFloat64, Shape{bytes / 8});
  std::ranges::fill(tensor.As<double>(), first);
  return tensor;
}

void CountBytes(benchmark::State& state) {
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

void IntoWorker(benchmark::State& state) {
  Functions functions;
  const Value input = Doubles(state.range(0), 1);
  for (auto _ : state) benchmark::DoNotOptimize(functions.Call(Functions::kTake, input));
  CountBytes(state);
}

void OutOfWorker(benchmark::State& state) {
  Functions functions;
  const Value size = Doubles(8, static_cast<double>(state.range(0)));
  for (auto _ : state) {
    if (functions.Call(Functions::kGive, size) != static_cast<size_t>(state.range(0))) {
      GiveUp("the function returned another tensor than it was asked for");
    }
  }
  CountBytes(state);
}

BENCHMARK(IntoWorker)
    ->Arg(8)
    ->Arg(kMegabyte / 10)
    ->Arg(kMegabyte)
    ->Arg(10 * kMegabyte)
    ->UseRealTime();
BENCHMARK(OutOfWorker)
    ->Arg(8)
    ->Arg(kMegabyte / 10)
    ->Arg(kMegabyte)
    ->Arg(10 * kMegabyte)
    ->UseRealTime();

}  // namespace
}  // namespace ekiben::worker
