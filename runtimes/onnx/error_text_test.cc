// SPDX-License-Identifier: Apache-2.0
#include "onnx/error_text.h"

#include <gtest/gtest.h>

namespace ekiben::onnx {
namespace {

TEST(ErrorTextTest, TheNodeComesFirst) {
  EXPECT_EQ(ErrorText("Non-zero status code returned while running Gather node. Name:'pick' Status "
                      "Message: indices element out of data bounds, idx=9"),
            "the node 'pick' (Gather) failed: indices element out of data bounds, idx=9");
  EXPECT_EQ(ErrorText("Non-zero status code returned while running MatMul node. Name:'' Status "
                      "Message: matmul_helper.h:59 Compute MatMul dimension mismatch"),
            "a node MatMul failed: matmul_helper.h:59 Compute MatMul dimension mismatch");
}

TEST(ErrorTextTest, AFailedCheckInItsSourceIsCutToTheReason) {
  EXPECT_EQ(ErrorText("Non-zero status code returned while running Reshape node. Name:'r' Status "
                      "Message: /onnxruntime_src/core/reshape_helper.h:91 "
                      "onnxruntime::ReshapeHelper::ReshapeHelper(const TensorShape&, bool) "
                      "size == requested was false. The input tensor cannot be reshaped.\n"),
            "the node 'r' (Reshape) failed: the input tensor cannot be reshaped");
}

TEST(ErrorTextTest, AnExceptionOfItsSourceIsCutToTheReason) {
  EXPECT_EQ(ErrorText("Exception during initialization: /onnxruntime_src/core/string_normalizer.cc:"
                      "235 onnxruntime::Locale::Locale(const std::string&)::<lambda()> Failed to "
                      "construct locale with name:xx_YY.UTF-8\n"),
            "failed to construct locale with name:xx_YY.UTF-8");
  EXPECT_EQ(ErrorText("/onnxruntime_src/a.h:46 void onnxruntime::Validate(const "
                      "std::unordered_map<std::__cxx11::basic_string<char>, int>&, bool) [with T = "
                      "float] Opset 99 is under development"),
            "opset 99 is under development");
}

TEST(ErrorTextTest, TheFileIsLeftToTheCaller) {
  EXPECT_EQ(ErrorText("Load model from /models/a.onnx failed:This is an invalid model. Error."),
            "this is an invalid model. Error");
}

TEST(ErrorTextTest, ShapesAreToldFromOtherReasons) {
  const std::string add = "Non-zero status code returned while running Add node. Name:'shape' ";
  EXPECT_TRUE(
      IsAboutShapes(add + "Status Message: Attempting to broadcast an axis by a dimension"));
  EXPECT_TRUE(IsAboutShapes(add + "Status Message: GEMM: Dimension mismatch, K: 3 N:4"));
  EXPECT_FALSE(IsAboutShapes(add + "Status Message: stod"));
  EXPECT_FALSE(IsAboutShapes("This is an invalid model. Error: wrong shape"));
}

TEST(ErrorTextTest, AnyOtherTextBecomesOneLine) {
  EXPECT_EQ(ErrorText("Got invalid\n  dimensions\n"), "got invalid dimensions");
  EXPECT_EQ(ErrorText("MatMul is wrong"), "MatMul is wrong");
  EXPECT_EQ(ErrorText("/onnxruntime_src/a.h:46 void F(int"), "");
  EXPECT_EQ(ErrorText(""), "");
}

}  // namespace
}  // namespace ekiben::onnx
