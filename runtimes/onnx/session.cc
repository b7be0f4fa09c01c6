// SPDX-License-Identifier: Apache-2.0
#include "onnx/session.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "onnx/error_text.h"
#include "onnx/model_file.h"
#include "onnx/stacked.h"
#include "onnx/value.h"

namespace ekiben::onnx {
namespace {

Expected<Handle<OrtSessionOptions>> MakeOptions(const Library& library, const Options& options) {
  const OrtFunctions& ort = library.ort();
  OrtSessionOptions* made = nullptr;
  OrtStatus* failed = ort.CreateSessionOptions(&made);
  Handle<OrtSessionOptions> owned(made, ort.ReleaseSessionOptions);
  if (failed == nullptr) failed = ort.SetIntraOpNumThreads(made, options.intra_op_threads);
  if (failed == nullptr) failed = ort.SetInterOpNumThreads(made, 1);
  if (failed == nullptr) failed = ort.SetSessionExecutionMode(made, kOrtSequential);
  // A thread that waits by spinning halves the rate of whatever else runs on its core.
  constexpr std::pair<const char*, const char*> kEntries[] = {
      {"session.intra_op.allow_spinning", "0"},
      {"session.inter_op.allow_spinning", "0"},
      // The file was checked as this format, so it is read as no other, whatever its name ends in.
      {"session.load_model_format", "ONNX"}};
  for (const auto& [key, value] : kEntries) {
    if (failed == nullptr) failed = ort.AddSessionConfigEntry(made, key, value);
  }
  if (failed != nullptr) return Error(library.Done(failed).error());
  return owned;
}

Expected<void> CopyOut(const Library& library, const Port& port, OrtValue* value,
                       const Outlet& outlet) {
  switch (port.form) {
    case Form::kTensor: return CopyTensor(library, *port.type, value, outlet);
    case Form::kStackedTensors: return CopyStackedTensors(library, *port.type, value, outlet);
    case Form::kStackedMaps: break;
  }
  return CopyStackedMaps(library, value, outlet);
}

std::string ShapeText(std::span<const int64_t> axes) {
  return fmt::format("[{}]", fmt::join(axes, ", "));
}

}  // namespace

// The arguments of one call: the inputs first, then the outputs, which are nullptr where ONNX
// Runtime is to make them.
struct Session::Values {
  Values(const OrtFunctions& functions, size_t inputs, size_t outputs)
      : ort(functions), input_count(inputs), all(inputs + outputs) {}
  Values(const Values&) = delete;
  Values& operator=(const Values&) = delete;
  ~Values() {
    for (OrtValue* value : all) {
      if (value != nullptr) ort.ReleaseValue(value);
    }
  }

  std::span<OrtValue*> inputs() { return std::span(all).first(input_count); }
  std::span<OrtValue*> outputs() { return std::span(all).subspan(input_count); }
  void DropOutputs() {
    for (OrtValue*& value : outputs()) {
      if (value != nullptr) ort.ReleaseValue(std::exchange(value, nullptr));
    }
  }

  const OrtFunctions& ort;
  const size_t input_count;
  std::vector<OrtValue*> all;
  bool fit = true;  // False once ONNX Runtime has said that the inputs' shapes are wrong.
};

Expected<std::unique_ptr<Session>> Session::Load(const std::filesystem::path& path,
                                                 const Options& options) {
  const auto failed = [&path](std::string_view why) {
    return Error(fmt::format("cannot load '{}': {}", path.string(), why));
  };
  if (Expected<void> checked = CheckModelFile(path); !checked) return failed(checked.error());
  const Expected<const Library*> library = Library::Get(options.library);
  if (!library) return Error(library.error());
  const Expected<Handle<OrtSessionOptions>> made = MakeOptions(**library, options);
  if (!made) return failed(made.error());

  OrtSession* created = nullptr;
  Expected<void> done = (*library)->Done(
      (*library)->ort().CreateSession((*library)->env(), path.c_str(), made->get(), &created));
  if (!done) return failed(ErrorText(done.error()));
  std::unique_ptr<Session> session(new Session(*library, created));
  if (Expected<void> described = session->DescribePorts(); !described) {
    return failed(described.error());
  }
  return session;
}

Expected<void> Session::DescribePorts() {
  const OrtFunctions& ort = library_.ort();
  const auto describe = [&](auto count_of, auto name_of, auto type_of, auto describe_one,
                            std::vector<Port>* ports) -> Expected<void> {
    size_t count = 0;
    OrtStatus* failed = count_of(session_.get(), &count);
    for (size_t i = 0; failed == nullptr && i < count; ++i) {
      char* name = nullptr;
      OrtTypeInfo* info = nullptr;
      failed = name_of(session_.get(), i, library_.allocator(), &name);
      if (failed != nullptr) break;
      std::string own_name = name;
      failed = ort.AllocatorFree(library_.allocator(), name);
      if (failed == nullptr) failed = type_of(session_.get(), i, &info);
      if (failed != nullptr) break;
      const Handle<OrtTypeInfo> owned(info, ort.ReleaseTypeInfo);
      Expected<Port> port = describe_one(library_, std::move(own_name), info);
      if (!port) return Error(port.error());
      ports->push_back(*std::move(port));
    }
    return library_.Done(failed);
  };
  Expected<void> described = describe(ort.SessionGetInputCount, ort.SessionGetInputName,
                                      ort.SessionGetInputTypeInfo, DescribeInput, &inputs_);
  if (!described) return described;
  described = describe(ort.SessionGetOutputCount, ort.SessionGetOutputName,
                       ort.SessionGetOutputTypeInfo, DescribeOutput, &outputs_);
  for (const Port& port : inputs_) input_names_.push_back(port.name.c_str());
  for (const Port& port : outputs_) output_names_.push_back(port.name.c_str());
  return described;
}

std::expected<void, Session::Failure> Session::Run(const ekiben_host* host,
                                                   std::span<const ekiben_tensor> inputs,
                                                   std::span<ekiben_tensor> outputs) {
  if (Expected<void> checked = CheckShapes(inputs); !checked) {
    return std::unexpected(Failure{EKIBEN_INPUTS_DO_NOT_FIT, std::move(checked).error()});
  }
  Values values(library_.ort(), inputs.size(), outputs.size());
  if (Expected<void> ran = RunOn(host, inputs, outputs, &values); !ran) {
    const int code = values.fit ? EKIBEN_FAILED : EKIBEN_INPUTS_DO_NOT_FIT;
    return std::unexpected(Failure{code, std::move(ran).error()});
  }
  return {};
}

Expected<void> Session::RunOn(const ekiben_host* host, std::span<const ekiben_tensor> inputs,
                              std::span<ekiben_tensor> outputs, Values* values) {
  if (Expected<void> made = MakeInputs(inputs, values); !made) return made;

  const std::vector<OutputShape>* const expected = shapes_.Expected(inputs);
  if (expected != nullptr) {
    Expected<void> placed = PlaceOutputs(*expected, host, outputs, values);
    if (!placed) return placed;
    if (Call(values)) return CopyOutputs(expected, host, outputs, values);
    // It fails in itself, or an output has another shape this time. The same run without
    // expectations fails again, or shows that there was no reason to have any.
    values->DropOutputs();
    values->fit = true;
  }
  if (Expected<void> called = Call(values); !called) return called;
  if (expected != nullptr) shapes_.GiveUp();
  Expected<void> copied = CopyOutputs(nullptr, host, outputs, values);
  if (copied && expected == nullptr) Learn(inputs, outputs);
  return copied;
}

Expected<void> Session::CheckShapes(std::span<const ekiben_tensor> inputs) const {
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Port& port = inputs_[i];
    const auto rank = static_cast<size_t>(inputs[i].rank);
    const std::span<const int64_t> shape = std::span(inputs[i].shape).first(rank);
    if (!port.Accepts(shape)) {
      const auto declared = std::span(port.shape).first(static_cast<size_t>(port.rank));
      return Error(fmt::format("input '{}': expected the shape {}, got {}", port.name,
                               ShapeText(declared), ShapeText(shape)));
    }
    // Some operators fail on a batch without rows, and no two say it in the same way.
    if (rank > 0 && shape[0] == 0) {
      return Error(fmt::format("input '{}': the batch has no rows", port.name));
    }
  }
  return {};
}

Expected<void> Session::MakeInputs(std::span<const ekiben_tensor> inputs, Values* values) const {
  for (size_t i = 0; i < inputs.size(); ++i) {
    Expected<Handle<OrtValue>> value = ValueOf(library_, *inputs_[i].type, inputs[i]);
    if (!value) {
      return Error(fmt::format("input '{}': {}", inputs_[i].name, ErrorText(value.error())));
    }
    values->inputs()[i] = value->release();
  }
  return {};
}

Expected<void> Session::PlaceOutputs(const std::vector<OutputShape>& expected,
                                     const ekiben_host* host, std::span<ekiben_tensor> outputs,
                                     Values* values) const {
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!expected[i].known) continue;
    const ElementType& type = *outputs_[i].type;
    outputs[i].dtype = type.dtype;
    outputs[i].rank = expected[i].rank;
    std::ranges::copy(expected[i].axes, outputs[i].shape);
    Expected<void> allocated =
        Outlet{.host = host, .index = i, .tensor = &outputs[i]}.Allocate(expected[i].bytes);
    if (!allocated) return allocated;
    Expected<Handle<OrtValue>> value = ValueOf(library_, type, outputs[i]);
    if (!value) return Error(value.error());
    values->outputs()[i] = value->release();
  }
  return {};
}

Expected<void> Session::Call(Values* values) const {
  Expected<void> done = library_.Done(library_.ort().Run(
      session_.get(), nullptr, input_names_.data(), values->inputs().data(), inputs_.size(),
      output_names_.data(), outputs_.size(), values->outputs().data()));
  if (done) return {};
  values->fit = !IsAboutShapes(done.error());
  const std::string why = ErrorText(done.error());
  return Error(values->fit ? why : "the shapes of the inputs do not fit: " + why);
}

Expected<void> Session::CopyOutputs(const std::vector<OutputShape>* expected,
                                    const ekiben_host* host, std::span<ekiben_tensor> outputs,
                                    Values* values) const {
  for (size_t i = 0; i < outputs.size(); ++i) {
    const bool in_place = expected != nullptr && (*expected)[i].known;
    if (in_place) continue;
    const Outlet outlet{.host = host, .index = i, .tensor = &outputs[i]};
    if (Expected<void> copied = CopyOut(library_, outputs_[i], values->outputs()[i], outlet);
        !copied) {
      return Error(fmt::format("output '{}': {}", outputs_[i].name, ErrorText(copied.error())));
    }
  }
  return {};
}

void Session::Learn(std::span<const ekiben_tensor> inputs, std::span<const ekiben_tensor> outputs) {
  std::vector<OutputShape> shapes(outputs.size());
  for (size_t i = 0; i < outputs.size(); ++i) {
    const bool is_plain = outputs_[i].form == Form::kTensor && outputs_[i].type->size > 0;
    shapes[i].known = is_plain;
    shapes[i].rank = outputs[i].rank;
    shapes[i].bytes = outputs[i].bytes;
    std::ranges::copy(outputs[i].shape, shapes[i].axes.begin());
  }
  shapes_.Learn(inputs, std::move(shapes));
}

}  // namespace ekiben::onnx
