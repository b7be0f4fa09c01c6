// SPDX-License-Identifier: Apache-2.0
#include "onnx/model_file.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gmock/gmock.h>

#include "onnx/external_data.h"

namespace ekiben::onnx {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const fs::path kGraphs = fs::path(EKIBEN_TEST_DATA) / "onnx";

std::string Bytes(const std::string& name) {
  std::ifstream file(kGraphs / (name + ".onnx"), std::ios::binary);
  return {std::istreambuf_iterator(file), {}};
}

std::string WhyRefused(const fs::path& path) {
  const Expected<void> checked = CheckModelFile(path);
  return checked ? "it is not refused" : checked.error();
}

std::string WhyRefusedGraph(const std::string& name) {
  return WhyRefused(kGraphs / (name + ".onnx"));
}

TEST(ModelFileTest, AGraphOfItsOwnTakesNothingFromOtherFiles) {
  const std::string model = Bytes("add");
  EXPECT_THAT(FindExternalData(model).value(), IsEmpty());
}

TEST(ModelFileTest, DataInTheModelsFolderIsAccepted) {
  const std::string model = Bytes("external");
  EXPECT_THAT(FindExternalData(model).value(),
              ElementsAre(ExternalData{.location = "weights.bin", .offset = 0, .length = 16}));
  EXPECT_EQ(WhyRefusedGraph("external"), "it is not refused");
}

TEST(ModelFileTest, DataElsewhereIsRefused) {
  for (const char* name : {"external_above", "external_hidden_above", "external_absolute",
                           "external_empty", "external_in_branch", "external_in_constant"}) {
    EXPECT_THAT(WhyRefusedGraph(name), HasSubstr("not a path below the model's folder")) << name;
  }
}

TEST(ModelFileTest, AnAddressInMemoryIsRefused) {
  EXPECT_EQ(WhyRefusedGraph("external_memory"),
            "it takes data from '*/_ORT_MEM_ADDR_/*', which is an address in memory");
}

TEST(ModelFileTest, DataBeyondTheEndOfItsFileIsRefused) {
  EXPECT_EQ(WhyRefusedGraph("external_short"),
            "it takes data from 'weights.bin', which ends too early");
  EXPECT_THAT(WhyRefusedGraph("external_wrapping"), HasSubstr("which ends too early"));
}

TEST(ModelFileTest, DataThatIsMissingIsNamed) {
  EXPECT_EQ(WhyRefusedGraph("external_missing"),
            "it takes data from 'nothing.bin', which cannot be opened: No such file or directory");
}

TEST(ModelFileTest, ALinkOutOfTheFolderIsRefused) {
  const fs::path folder = fs::path(testing::TempDir()) / ("link" + std::to_string(getpid()));
  fs::remove_all(folder);
  fs::create_directories(folder);
  fs::copy_file(kGraphs / "external_link.onnx", folder / "model.onnx");
  fs::create_symlink(kGraphs / "weights.bin", folder / "link.bin");
  EXPECT_EQ(WhyRefused(folder / "model.onnx"), "it takes data from 'link.bin', which is a link");
  fs::remove_all(folder);
}

TEST(ModelFileTest, NoPartOfAModelIsTakenForOne) {
  const std::string model = Bytes("types");
  for (size_t size = 0; size < model.size(); ++size) {
    const std::string part = model.substr(0, size);
    EXPECT_THAT(FindExternalData(part).value_or(std::vector<ExternalData>()), IsEmpty()) << size;
  }
  EXPECT_FALSE(FindExternalData("what a nice day"));
  EXPECT_FALSE(FindExternalData(""));
  EXPECT_FALSE(FindExternalData(std::string(1 << 20, '\x3a')));
}

TEST(ModelFileTest, WhatIsNoFileIsRefused) {
  EXPECT_EQ(WhyRefused(kGraphs), "it is not a file");
  EXPECT_EQ(WhyRefusedGraph("nothing"), "No such file or directory");
  EXPECT_EQ(WhyRefused(fs::path("/dev/null")), "it is not a file");
}

}  // namespace
}  // namespace ekiben::onnx
