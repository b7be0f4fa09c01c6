// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "codec/json.h"
#include "codec/npy.h"

// What it costs to turn a request's body into tensors and an answer back into a body.
namespace ekiben::codec {
namespace {

constexpr int64_t kImage = 3 * 224 * 224;

TensorSpec Spec(DataType type, Shape shape) {
  return {.name = "input", .type = type, .shape = shape};
}

template <typename T>
std::vector<T> Random(size_t count) {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<T> between(-3, 3);
  std::vector<T> values(count);
  for (T& value : values) value = between(random);
  return values;
}

template <typename T>
std::string Row(size_t count) {
  return fmt::format("[[{}]]", fmt::join(Random<T>(count), ", "));
}

void Decode(benchmark::State& state, const std::string& body, std::span<const TensorSpec> specs) {
  for (auto _ : state) {
    auto tensors = DecodeJson(body, specs);
    if (!tensors) return state.SkipWithError(tensors.error().message().c_str());
    benchmark::DoNotOptimize(tensors);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(body.size()));
}

void DecodeIris(benchmark::State& state) {
  const TensorSpec spec = Spec(DataType::kFloat32, {-1, 4});
  Decode(state, "[[5.9, 3, 5.1, 1.8]]", {&spec, 1});
}
BENCHMARK(DecodeIris);

void DecodeIrisAsDoubles(benchmark::State& state) {
  const TensorSpec spec = Spec(DataType::kFloat64, {-1, 4});
  Decode(state, R"({"input": [[5.9, 3, 5.1, 1.8]]})", {&spec, 1});
}
BENCHMARK(DecodeIrisAsDoubles);

void DecodeThirtyLongDoubles(benchmark::State& state) {
  const TensorSpec spec = Spec(DataType::kFloat64, {-1, 30});
  Decode(state, Row<double>(30), {&spec, 1});
}
BENCHMARK(DecodeThirtyLongDoubles);

void DecodeImage(benchmark::State& state) {
  const TensorSpec spec = Spec(DataType::kFloat32, {-1, kImage});
  Decode(state, Row<float>(kImage), {&spec, 1});
}
BENCHMARK(DecodeImage);

void DecodeImageOfLongDoubles(benchmark::State& state) {
  const TensorSpec spec = Spec(DataType::kFloat32, {-1, kImage});
  Decode(state, Row<double>(kImage), {&spec, 1});
}
BENCHMARK(DecodeImageOfLongDoubles);

void DecodeRecord(benchmark::State& state) {
  std::vector<TensorSpec> specs;
  std::vector<std::string> members;
  for (int column = 0; column < 14; ++column) {
    const bool text = column % 2 == 0;
    const std::string name = fmt::format("column_{}", column);
    specs.push_back(
        {.name = name, .type = text ? DataType::kString : DataType::kFloat32, .shape = {-1, 1}});
    members.push_back(fmt::format("\"{}\": {}", name, text ? "\"some text\"" : "39.5"));
  }
  Decode(state, fmt::format("[{{{}}}]", fmt::join(members, ", ")), specs);
}
BENCHMARK(DecodeRecord);

void Encode(benchmark::State& state, const Tensor& tensor) {
  const std::string name = "output";
  size_t size = 0;
  for (auto _ : state) {
    std::string out;
    const Status status = EncodeJson({&tensor, 1}, {&name, 1}, out);
    if (!status.ok()) return state.SkipWithError(status.message().c_str());
    benchmark::DoNotOptimize(out);
    size = out.size();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(size));
}

void EncodeLabel(benchmark::State& state) {
  const int64_t label = 2;
  Encode(state, Tensor::Of<int64_t>(DataType::kInt64, {1}, {&label, 1}));
}
BENCHMARK(EncodeLabel);

void EncodeThousandFloats(benchmark::State& state) {
  Encode(state, Tensor::Of<float>(DataType::kFloat32, {1, 1000}, Random<float>(1000)));
}
BENCHMARK(EncodeThousandFloats);

void DecodeNpyImage(benchmark::State& state) {
  const TensorSpec spec = Spec(DataType::kFloat32, {-1, kImage});
  const auto values = Random<float>(kImage);
  const auto body = EncodeNpy(Tensor::Of<float>(DataType::kFloat32, {1, kImage}, values));
  for (auto _ : state) {
    auto tensor = DecodeNpy(*body, spec);
    if (!tensor) return state.SkipWithError(tensor.error().message().c_str());
    benchmark::DoNotOptimize(tensor);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(body->size()));
}
BENCHMARK(DecodeNpyImage);

}  // namespace
}  // namespace ekiben::codec
