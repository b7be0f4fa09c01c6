// SPDX-License-Identifier: Apache-2.0

// ONNX models, run by the onnxruntime package's library. The artefact is a .onnx file; options.h
// has the options.

#include <algorithm>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

#include <ekiben/runtime_abi.h>

#include "onnx/options.h"
#include "onnx/session.h"

struct ekiben_session {
  std::unique_ptr<ekiben::onnx::Session> session;
};

namespace ekiben::onnx {
namespace {

void Report(std::string_view text, char* error, size_t error_size) {
  if (error_size == 0) return;
  const size_t size = std::min(text.size(), error_size - 1);
  std::memcpy(error, text.data(), size);
  error[size] = '\0';
}

ekiben_session* Load(const char* path, const char* options_json, char* error, size_t error_size) {
  const Expected<Options> options = ParseOptions(options_json);
  if (!options) return Report(options.error(), error, error_size), nullptr;
  Expected<std::unique_ptr<Session>> session = Session::Load(path, *options);
  if (!session) return Report(session.error(), error, error_size), nullptr;
  return new ekiben_session{*std::move(session)};
}

void Describe(const Port& port, ekiben_tensor_spec* spec) {
  spec->name = port.name.c_str();
  spec->dtype = port.type->dtype;
  spec->rank = port.rank;
  std::ranges::copy(port.shape, spec->shape);
}

size_t InputCount(const ekiben_session* session) { return session->session->inputs().size(); }
size_t OutputCount(const ekiben_session* session) { return session->session->outputs().size(); }

void InputSpec(const ekiben_session* session, size_t index, ekiben_tensor_spec* spec) {
  Describe(session->session->inputs()[index], spec);
}

void OutputSpec(const ekiben_session* session, size_t index, ekiben_tensor_spec* spec) {
  Describe(session->session->outputs()[index], spec);
}

int Run(ekiben_session* session, const ekiben_host* host, const ekiben_tensor* inputs,
        size_t input_count, ekiben_tensor* outputs, size_t output_count, char* error,
        size_t error_size) {
  const std::expected<void, Session::Failure> ran =
      session->session->Run(host, {inputs, input_count}, {outputs, output_count});
  if (ran) return EKIBEN_OK;
  Report(ran.error().text, error, error_size);
  return ran.error().code;
}

void Unload(ekiben_session* session) { delete session; }

constexpr ekiben_runtime kRuntime = {
    .size = sizeof(ekiben_runtime),
    .name = "onnx",
    .concurrent_runs = 1,
    .load = Load,
    .input_count = InputCount,
    .output_count = OutputCount,
    .input_spec = InputSpec,
    .output_spec = OutputSpec,
    .run = Run,
    .unload = Unload,
};

}  // namespace
}  // namespace ekiben::onnx

extern "C" __attribute__((visibility("default"))) const ekiben_runtime* ekiben_runtime_v1() {
  return &ekiben::onnx::kRuntime;
}
