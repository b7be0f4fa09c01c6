// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <ekiben/runtime_abi.h>

#include "onnx/expected.h"
#include "onnx/library.h"
#include "onnx/options.h"
#include "onnx/port.h"
#include "onnx/shape_memory.h"

namespace ekiben::onnx {

// A graph loaded in ONNX Runtime. Run() may be called by several threads at once.
class Session {
 public:
  // Checks the file, then lets ONNX Runtime load it; slow. The error names the file.
  static Expected<std::unique_ptr<Session>> Load(const std::filesystem::path& path,
                                                 const Options& options);

  const std::vector<Port>& inputs() const { return inputs_; }
  const std::vector<Port>& outputs() const { return outputs_; }

  // Why a run gave nothing: one of the ABI's codes, with its text.
  struct Failure {
    int code;
    std::string text;
  };

  // Runs one batch, as ekiben_runtime's run() has it.
  // REQUIRES: as many inputs and outputs as there are ports, inputs of their dtypes
  std::expected<void, Failure> Run(const ekiben_host* host, std::span<const ekiben_tensor> inputs,
                                   std::span<ekiben_tensor> outputs);

 private:
  struct Values;

  Session(const Library* library, OrtSession* session)
      : library_(*library), session_(session, library->ort().ReleaseSession) {}

  Expected<void> DescribePorts();
  Expected<void> RunOn(const ekiben_host* host, std::span<const ekiben_tensor> inputs,
                       std::span<ekiben_tensor> outputs, Values* values);
  Expected<void> CheckShapes(std::span<const ekiben_tensor> inputs) const;
  Expected<void> MakeInputs(std::span<const ekiben_tensor> inputs, Values* values) const;
  // Has the outputs whose shapes are expected written where they are wanted.
  Expected<void> PlaceOutputs(const std::vector<OutputShape>& expected, const ekiben_host* host,
                              std::span<ekiben_tensor> outputs, Values* values) const;
  Expected<void> Call(Values* values) const;
  // Copies the outputs that were not expected; nullptr: all.
  Expected<void> CopyOutputs(const std::vector<OutputShape>* expected, const ekiben_host* host,
                             std::span<ekiben_tensor> outputs, Values* values) const;
  void Learn(std::span<const ekiben_tensor> inputs, std::span<const ekiben_tensor> outputs);

  const Library& library_;
  const Handle<OrtSession> session_;
  std::vector<Port> inputs_, outputs_;
  std::vector<const char*> input_names_, output_names_;  // Of the ports, as Run() wants them.
  ShapeMemory shapes_;
};

}  // namespace ekiben::onnx
