// SPDX-License-Identifier: Apache-2.0

// Trained models against the answers of the libraries that trained them: tests/data/models.

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "base/status_matchers.h"
#include "onnx/npy_file.h"
#include "runtime/runtime.h"

namespace ekiben::onnx {
namespace {

namespace fs = std::filesystem;

// Where a folder like tests/data/models lies.
const fs::path kModels = [] {
  const char* const other = std::getenv("EKIBEN_GOLDEN_MODELS");
  return other != nullptr ? fs::path(other) : fs::path(EKIBEN_TEST_DATA) / "models";
}();

struct Array {
  std::string file;
  double tolerance = 1e-5;
};

struct Golden {
  std::string name;
  std::map<std::string, Array> inputs, outputs;
};

void PrintTo(const Golden& golden, std::ostream* out) { *out << golden.name; }

std::vector<Golden> ReadGoldens() {
  std::vector<Golden> goldens;
  std::ifstream file(kModels / "golden.txt");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    std::istringstream words(line);
    std::string model, direction, port;
    Array array;
    words >> model >> direction >> port >> array.file;
    if (double tolerance = 0; words >> tolerance) array.tolerance = tolerance;
    if (goldens.empty() || goldens.back().name != model) goldens.push_back({.name = model});
    (direction == "in" ? goldens.back().inputs : goldens.back().outputs)[port] = array;
  }
  return goldens;
}

Tensor ReadArray(const Array& array) { return ReadNpy(kModels / "arrays" / array.file); }

double NumberAt(const Tensor& tensor, size_t index) {
  switch (tensor.type()) {
    case DataType::kInt32: return tensor.As<int32_t>()[index];
    case DataType::kInt64: return static_cast<double>(tensor.As<int64_t>()[index]);
    case DataType::kFloat32: return tensor.As<float>()[index];
    default: return tensor.As<double>()[index];
  }
}

// How many elements of `got` from `first` on are not those of `want` from there on.
int Differences(const Tensor& got, const Tensor& want, size_t first, double tolerance) {
  int differences = 0;
  for (size_t i = 0; i < got.elements(); ++i) {
    if (want.type() == DataType::kString) {
      differences += got.StringAt(i) == want.StringAt(first + i) ? 0 : 1;
      continue;
    }
    const double expected = NumberAt(want, first + i);
    const double most = IsInteger(want.type()) ? 0 : tolerance * (1 + std::abs(expected));
    differences += std::abs(NumberAt(got, i) - expected) <= most ? 0 : 1;
  }
  return differences;
}

class OnnxGoldenTest : public testing::TestWithParam<Golden> {
 protected:
  void SetUp() override {
    ASSERT_NE(std::getenv("EKIBEN_ONNXRUNTIME"), nullptr)
        << "EKIBEN_ONNXRUNTIME is not set; `make test` does that";
    const auto plugin = runtime::Runtime::Open(fs::path(EKIBEN_RUNTIMES_DIR) / "onnx.so").value();
    auto loaded = plugin.Load(kModels / (GetParam().name + ".onnx"));
    ASSERT_THAT(loaded, IsOk());
    session_ = *std::move(loaded);
    for (const TensorSpec& spec : session_->inputs()) {
      inputs_.push_back(ReadArray(GetParam().inputs.at(spec.name)));
    }
  }

  // Runs the rows from `first` on and compares all outputs that a golden array has been kept of.
  void ExpectRows(int64_t first, int64_t rows) {
    std::vector<Tensor> inputs;
    for (const Tensor& input : inputs_) inputs.push_back(SliceRows(input, first, rows));
    const auto outputs = session_->Run(inputs);
    ASSERT_THAT(outputs, IsOk());
    size_t compared = 0;
    for (size_t i = 0; i < outputs->size(); ++i) {
      const auto array = GetParam().outputs.find(session_->outputs()[i].name);
      if (array == GetParam().outputs.end()) continue;
      const Tensor want = ReadArray(array->second);
      const Tensor& got = outputs->at(i);
      const auto per_row = want.elements() / static_cast<size_t>(want.shape()[0]);
      ASSERT_EQ(got.shape()[0], rows) << array->first;
      ASSERT_EQ(got.elements(), per_row * static_cast<size_t>(rows)) << array->first;
      EXPECT_EQ(
          Differences(got, want, static_cast<size_t>(first) * per_row, array->second.tolerance), 0)
          << array->first << " of " << rows << " rows from " << first;
      ++compared;
    }
    EXPECT_EQ(compared, GetParam().outputs.size());
  }

  int64_t rows() const { return inputs_.at(0).shape()[0]; }

  std::unique_ptr<runtime::Session> session_;
  std::vector<Tensor> inputs_;
};

TEST_P(OnnxGoldenTest, AnswersAreThoseOfTheLibraryThatTrainedIt) {
  ExpectRows(0, rows());
  for (int64_t row = 0; row < std::min<int64_t>(rows(), 10); ++row) ExpectRows(row, 1);
}

INSTANTIATE_TEST_SUITE_P(Models, OnnxGoldenTest, testing::ValuesIn(ReadGoldens()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace ekiben::onnx
