// SPDX-License-Identifier: Apache-2.0

// The plugin as the server has it: loaded through runtime/, with ONNX Runtime behind it.

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/status_matchers.h"
#include "runtime/runtime.h"

namespace ekiben::onnx {
namespace {

namespace fs = std::filesystem;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const fs::path kPlugin = fs::path(EKIBEN_RUNTIMES_DIR) / "onnx.so";
const fs::path kGraphs = fs::path(EKIBEN_TEST_DATA) / "onnx";
const fs::path kIris = fs::path(EKIBEN_TEST_DATA) / "models" / "iris_svc.onnx";

// A file that no other process writes.
fs::path OwnFile(const std::string& name) {
  return fs::path(testing::TempDir()) / (std::to_string(getpid()) + name);
}

using Outputs = Result<std::vector<Tensor>>;

Result<std::unique_ptr<runtime::Session>> TryLoad(const fs::path& file,
                                                  const std::string& options = "{}") {
  if (std::getenv("EKIBEN_ONNXRUNTIME") == nullptr) {
    ADD_FAILURE() << "EKIBEN_ONNXRUNTIME is not set; `make test` does that";
  }
  return runtime::Runtime::Open(kPlugin).value().Load(file, options);
}

std::unique_ptr<runtime::Session> Load(const std::string& graph) {
  return TryLoad(kGraphs / (graph + ".onnx")).value();
}

Tensor Floats(const Shape& shape, std::vector<float> values) {
  return Tensor::Of<float>(DataType::kFloat32, shape, values);
}

template <typename... Tensors>
Outputs RunOnce(runtime::Session& session, Tensors... tensors) {
  std::vector<Tensor> inputs;
  (inputs.push_back(std::move(tensors)), ...);
  return session.Run(inputs);
}

TEST(OnnxPluginTest, AGraphTellsItsInputsAndOutputs) {
  const auto session = TryLoad(kIris).value();
  EXPECT_TRUE(session->concurrent());
  EXPECT_EQ(session->inputs().at(0).name, "input");
  EXPECT_EQ(session->inputs().at(0).type, DataType::kFloat32);
  EXPECT_EQ(session->inputs().at(0).shape, Shape({-1, 4}));
  EXPECT_EQ(session->outputs().at(0).name, "label");
  EXPECT_EQ(session->outputs().at(0).type, DataType::kInt64);
  EXPECT_EQ(session->outputs().at(1).shape, Shape({-1, 3}));
}

TEST(OnnxPluginTest, AShapeThatIsNotDeclaredIsNotInvented) {
  const auto session = Load("any_rank");
  EXPECT_TRUE(session->inputs().at(0).any_rank);
  EXPECT_EQ(RunOnce(*session, Floats({1, 2, 1}, {-1, 2}))->at(0).shape(), Shape({1, 2, 1}));
  EXPECT_EQ(RunOnce(*session, Floats({}, {3}))->at(0).shape(), Shape());
}

TEST(OnnxPluginTest, AScalarHasNoAxes) {
  const auto session = Load("scalar");
  for (int run = 0; run < 2; ++run) {
    const Outputs outputs = RunOnce(*session, Floats({1, 3}, {1, 2, 3}));
    EXPECT_EQ(outputs->at(0).shape(), Shape());
    EXPECT_THAT(outputs->at(0).As<float>(), ElementsAre(6));
  }
}

TEST(OnnxPluginTest, EveryTypeOfNumberIsPassedThrough) {
  const auto session = Load("types");
  std::vector<Tensor> inputs;
  for (const TensorSpec& spec : session->inputs()) {
    inputs.emplace_back(spec.type, Shape({5}));
    for (size_t i = 0; std::byte& byte : inputs.back().bytes()) byte = std::byte(i++ % 2);
  }
  for (int run = 0; run < 2; ++run) {
    const Outputs outputs = session->Run(inputs);
    ASSERT_THAT(outputs, IsOk());
    for (size_t i = 0; i < inputs.size(); ++i) {
      EXPECT_EQ(outputs->at(i).type(), inputs[i].type());
      EXPECT_TRUE(std::ranges::equal(outputs->at(i).bytes(), inputs[i].bytes()));
    }
  }
}

TEST(OnnxPluginTest, StringsArePassedThroughWithWhateverIsInThem) {
  const auto session = Load("strings");
  const std::string_view words[] = {"ekiben", "", "駅弁", std::string_view("a\0b", 3)};
  const Outputs outputs = RunOnce(*session, Tensor::OfStrings({2, 2}, words));
  ASSERT_THAT(outputs, IsOk());
  EXPECT_EQ(outputs->at(0).shape(), Shape({2, 2}));
  for (size_t i = 0; i < 4; ++i) EXPECT_EQ(outputs->at(0).StringAt(i), words[i]);
}

TEST(OnnxPluginTest, AMapForEachRowBecomesAColumnForEachClass) {
  for (const char* graph : {"zipmap_int64s", "zipmap_strings"}) {
    const auto session = Load(graph);
    EXPECT_EQ(session->outputs().at(0).shape, Shape({-1, -1}));
    const Outputs outputs = RunOnce(*session, Floats({2, 3}, {1, 2, 3, 4, 5, 6}));
    ASSERT_THAT(outputs, IsOk());
    EXPECT_EQ(outputs->at(0).shape(), Shape({2, 3}));
    // In the order of the keys: -1, 3, 7; iris, lily, rose.
    EXPECT_THAT(outputs->at(0).As<float>(), ElementsAre(2, 3, 1, 5, 6, 4)) << graph;
  }
}

TEST(OnnxPluginTest, ASequenceOfTensorsOfOneShapeIsStacked) {
  const auto session = Load("pieces");
  const int64_t two = 2, three = 3;
  EXPECT_TRUE(session->outputs().at(0).any_rank);
  const Outputs outputs = RunOnce(*session, Floats({1, 4}, {1, 2, 3, 4}),
                                  Tensor::Of<int64_t>(DataType::kInt64, {}, std::span(&two, 1)));
  ASSERT_THAT(outputs, IsOk());
  EXPECT_EQ(outputs->at(0).shape(), Shape({2, 1, 2}));
  EXPECT_THAT(outputs->at(0).As<float>(), ElementsAre(1, 2, 3, 4));

  const Outputs uneven = RunOnce(*session, Floats({1, 4}, {1, 2, 3, 4}),
                                 Tensor::Of<int64_t>(DataType::kInt64, {}, std::span(&three, 1)));
  EXPECT_THAT(uneven, HasMessage("output 'y': its tensors differ in shape, so they cannot be "
                                 "stacked"));
}

TEST(OnnxPluginTest, AnOutputMayHaveAnotherShapeForInputsOfTheSame) {
  const auto session = Load("nonzero");
  const std::vector<std::vector<float>> rows = {
      {0, 1, 0}, {0, 2, 0}, {1, 1, 1}, {0, 0, 0}, {3, 0, 3}};
  const int64_t found[] = {1, 1, 3, 0, 2};
  for (size_t i = 0; i < rows.size(); ++i) {
    const Outputs outputs = RunOnce(*session, Floats({1, 3}, rows[i]));
    ASSERT_THAT(outputs, IsOk());
    EXPECT_EQ(outputs->at(0).shape(), Shape({2, found[i]}));
  }
}

TEST(OnnxPluginTest, AWrongShapeIsRefusedInPlainWords) {
  const auto session = Load("add");
  EXPECT_THAT(RunOnce(*session, Floats({1, 3}, {1, 2, 3}), Floats({1, 2}, {1, 2})),
              HasMessage("input 'y': expected the shape [-1, 3], got [1, 2]"));
  EXPECT_THAT(RunOnce(*session, Floats({3}, {1, 2, 3}), Floats({1, 3}, {1, 2, 3})),
              HasMessage("input 'x': expected the shape [-1, 3], got [3]"));
}

TEST(OnnxPluginTest, ABatchWithoutRowsIsRefused) {
  const auto session = TryLoad(kIris).value();
  EXPECT_THAT(RunOnce(*session, Floats({0, 4}, {})),
              HasMessage("input 'input': the batch has no rows"));
}

TEST(OnnxPluginTest, ShapesThatOnlyAnOperatorFindsWrongAreRefused) {
  const auto session = Load("matmul");
  for (int run = 0; run < 2; ++run) {
    const Outputs wrong = RunOnce(*session, Floats({1, 2}, {1, 2}), Floats({1, 2}, {3, 4}));
    EXPECT_THAT(wrong, HasCode(Code::kInvalidArgument));
    EXPECT_THAT(wrong, HasMessage(HasSubstr("the shapes of the inputs do not fit: the node "
                                            "'product' (MatMul) failed: ")));
    const Outputs right = RunOnce(*session, Floats({1, 2}, {1, 2}), Floats({2, 1}, {3, 4}));
    ASSERT_THAT(right, IsOk());
    EXPECT_THAT(right->at(0).As<float>(), ElementsAre(11));
  }
}

TEST(OnnxPluginTest, InputsThatDoNotFitEachOtherAreRefused) {
  const auto session = Load("add");
  const Outputs wrong = RunOnce(*session, Floats({2, 3}, {1, 2, 3, 4, 5, 6}),
                                Floats({3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9}));
  EXPECT_THAT(wrong, HasCode(Code::kInvalidArgument));
  EXPECT_THAT(wrong, HasMessage(HasSubstr("attempting to broadcast an axis")));
}

TEST(OnnxPluginTest, AnOutputOfTooManyAxesIsRefusedWhenItComes) {
  const auto session = Load("nine_axes");
  const std::vector<int64_t> ones(9, 1);
  EXPECT_THAT(RunOnce(*session, Floats({1}, {1}), Tensor::Of<int64_t>(DataType::kInt64, {9}, ones)),
              HasMessage("output 'y': it has 9 axes, and 8 are the most"));
}

TEST(OnnxPluginTest, WhatCannotBeCarriedIsRefusedByName) {
  const std::pair<const char*, const char*> cases[] = {
      {"refused_map_input", "input 'x' is a map, which is not supported"},
      {"refused_sequence_input", "input 'x' is a sequence, which is not supported"},
      {"refused_string_sequence", "output 'y' is a sequence of tensors of strings, which is not"},
      {"refused_optional", "output 'y' is an optional, which is not supported"},
      {"refused_bfloat16", "output 'y' has elements of the type bfloat16, which is not supported"},
      {"refused_nine_axes", "input 'x' has 9 axes, and 8 are the most, which is not supported"}};
  for (const auto& [graph, why] : cases) {
    const auto session = TryLoad(kGraphs / (std::string(graph) + ".onnx"));
    EXPECT_THAT(session, HasCode(Code::kFailedPrecondition));
    EXPECT_THAT(session, HasMessage(HasSubstr(why)));
    EXPECT_THAT(session, HasMessage(HasSubstr(std::string(graph) + ".onnx'")));
  }
}

TEST(OnnxPluginTest, ADamagedModelIsRefusedInOneLineAndNothingIsPrinted) {
  std::ifstream file(kIris, std::ios::binary);
  const std::string whole{std::istreambuf_iterator(file), {}};
  ASSERT_FALSE(whole.empty());
  const fs::path damaged = OwnFile("damaged.onnx");
  testing::internal::CaptureStderr();
  for (const std::string& bytes :
       {whole.substr(0, 1500), whole.substr(1), std::string("hello"), std::string()}) {
    std::ofstream(damaged, std::ios::binary) << bytes;
    const auto session = TryLoad(damaged);
    EXPECT_THAT(session, HasCode(Code::kFailedPrecondition));
    EXPECT_THAT(session, HasMessage(HasSubstr("damaged.onnx': ")));
    EXPECT_THAT(session, HasMessage(Not(HasSubstr("\n"))));
  }
  EXPECT_THAT(TryLoad(kGraphs / "unknown_operator.onnx"), HasMessage(HasSubstr("Fold")));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  fs::remove(damaged);
}

TEST(OnnxPluginTest, FlippedBytesNeverEndTheProcess) {
  std::ifstream file(kIris, std::ios::binary);
  const std::string whole{std::istreambuf_iterator(file), {}};
  const fs::path damaged = OwnFile("flipped.onnx");
  for (size_t place = 0; place < whole.size(); place += 37) {
    std::string bytes = whole;
    bytes[place] = static_cast<char>(bytes[place] ^ 0x55);
    std::ofstream(damaged, std::ios::binary) << bytes;
    if (const auto session = TryLoad(damaged)) {
      std::vector<Tensor> row;
      row.push_back(Floats({1, 4}, {5.9f, 3.f, 5.1f, 1.8f}));
      const Outputs ignored = (*session)->Run(row);
    }
  }
  fs::remove(damaged);
}

TEST(OnnxPluginTest, DataOfTheModelsFolderIsRead) {
  const auto session = Load("external");
  EXPECT_THAT(RunOnce(*session, Floats({1, 4}, {0, 0, 0, 0}))->at(0).As<float>(),
              ElementsAre(1, 2, 3, 4));
}

TEST(OnnxPluginTest, DataOfOtherFoldersIsRefused) {
  EXPECT_THAT(TryLoad(kGraphs / "external_above.onnx"),
              HasMessage(HasSubstr("external_above.onnx': it takes data from '../weights.bin'")));
}

TEST(OnnxPluginTest, WrongOptionsAreNamed) {
  EXPECT_THAT(TryLoad(kIris, R"({"intra_op_threads": 0})"),
              HasMessage(HasSubstr("'intra_op_threads'")));
  EXPECT_THAT(TryLoad(kIris, R"({"intra_op_threads": 2})"), IsOk());
}

// What one of several threads asks: rows that no other thread sends, in batches of changing size.
void AskOwnRows(runtime::Session& session, int thread, bool* all_right) {
  *all_right = true;
  for (int round = 0; round < 200; ++round) {
    const int64_t rows = 1 + (round + thread) % 5;
    const auto value = static_cast<float>(thread * 1000 + round);
    std::vector<Tensor> inputs;
    inputs.push_back(Floats({rows, 3}, std::vector<float>(static_cast<size_t>(rows) * 3, value)));
    inputs.push_back(Floats({rows, 3}, std::vector<float>(static_cast<size_t>(rows) * 3, 0.5f)));
    const Outputs outputs = session.Run(inputs);
    const bool right = outputs && outputs->at(0).shape() == Shape({rows, 3}) &&
                       std::ranges::all_of(outputs->at(0).As<float>(),
                                           [&](float sum) { return sum == value + 0.5f; });
    *all_right = *all_right && right;
  }
}

TEST(OnnxPluginTest, ThreadsThatShareASessionGetTheirOwnAnswers) {
  const auto session = Load("add");
  bool all_right[4] = {};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back(AskOwnRows, std::ref(*session), i, &all_right[i]);
  }
  EXPECT_THAT(all_right, Each(true));
}

}  // namespace
}  // namespace ekiben::onnx
