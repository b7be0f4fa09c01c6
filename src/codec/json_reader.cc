// SPDX-License-Identifier: Apache-2.0
#include "codec/json_reader.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>

#include "codec/fit.h"
#include "codec/text.h"

namespace ekiben::codec {
namespace {

constexpr std::string_view kWrapper = "input";

}  // namespace

JsonReader::JsonReader(std::span<const TensorSpec> specs, std::span<const std::string> unused,
                       const Limits& limits, size_t values)
    : unused_(unused),
      most_(limits.max_elements),
      all_columns_(std::ranges::all_of(specs, IsColumn)) {
  const size_t expected = (values + specs.size() - 1) / specs.size();
  inputs_.reserve(specs.size());
  for (const TensorSpec& spec : specs) {
    inputs_.emplace_back(spec, expected, most_);
  }
}

bool JsonReader::OpenList() {
  if (place_ == Place::kUnused) return ++unused_depth_, true;
  const bool table = all_columns_ && inputs_.size() > 1;
  if (place_ == Place::kRequest && table) return StartRecords();
  return StartValue("a list") && (input_->shape.OpenList() || FailShape());
}

bool JsonReader::StartRecords() {
  for (Input& input : inputs_) input.shape.OpenList();
  records_ = true;
  value_depth_ = 1;
  place_ = Place::kRecords;
  return true;
}

bool JsonReader::CloseList() {
  if (place_ == Place::kUnused) return --unused_depth_, PassOver();
  if (place_ == Place::kRecords) {
    for (Input& input : inputs_) {
      input.shape.CloseList();
      input.given = true;
    }
    place_ = Place::kEnd;
    return true;
  }
  if (!input_->shape.CloseList()) return FailShape();
  return input_->shape.depth() != value_depth_ || EndValue();
}

bool JsonReader::OpenObject() {
  if (place_ == Place::kUnused) return ++unused_depth_, true;
  if (place_ == Place::kRequest) {
    keyed_ = true;
    place_ = Place::kInputs;
    return true;
  }
  if (place_ == Place::kRecords) {
    place_ = Place::kRecord;
    return true;
  }
  // The list of a single column turns out to be one of records with its first element.
  const bool first = input_->shape.depth() == 1 && input_->shape.rows() == 0;
  if (all_columns_ && !keyed_ && !records_ && first) {
    records_ = true;
    value_depth_ = 1;
    place_ = Place::kRecord;
    return true;
  }
  return input_->shape.AddValue() ? FailType("an object") : FailShape();
}

bool JsonReader::CloseObject() {
  if (place_ == Place::kUnused) return --unused_depth_, PassOver();
  if (place_ == Place::kInputs) {
    for (const Input& input : inputs_) {
      if (!input.given) return FailMissing(input);
    }
    place_ = Place::kEnd;
  } else if (place_ == Place::kRecord) {
    for (const Input& input : inputs_) {
      if (input.shape.rows() == record_) return FailMissing(input);
    }
    ++record_;
    place_ = Place::kRecords;
  }
  return true;
}

bool JsonReader::Key(std::string_view name) {
  if (place_ == Place::kInputs) return InputKey(name);
  if (place_ == Place::kRecord) return RecordKey(name);
  if (place_ == Place::kUnused) return true;
  return FailUnknown(name);
}

bool JsonReader::InputKey(std::string_view name) {
  Input* const input = Find(name);
  if (input != nullptr && input->given) return FailTwice(name);
  if (input != nullptr) {
    input_ = input;
    place_ = Place::kValue;
    return true;
  }
  if (IsUnused(name)) return true;
  const bool first = std::ranges::none_of(inputs_, &Input::given);
  if (name != kWrapper || wrapped_ || !first) return FailUnknown(name);
  wrapped_ = true;
  keyed_ = false;
  place_ = Place::kRequest;
  return true;
}

bool JsonReader::RecordKey(std::string_view name) {
  Input* const input = Find(name);
  if (input == nullptr) return IsUnused(name) || FailUnknown(name);
  if (input->shape.rows() > record_) return FailTwice(name);
  input_ = input;
  place_ = Place::kValue;
  return true;
}

// Keys mostly come in the order of the inputs: the search starts after the one found last.
JsonReader::Input* JsonReader::Find(std::string_view name) {
  for (size_t tried = 0; tried < inputs_.size(); ++tried) {
    Input& input = inputs_[next_];
    next_ = next_ + 1 == inputs_.size() ? 0 : next_ + 1;
    if (input.spec->name == name) return &input;
  }
  return nullptr;
}

bool JsonReader::IsUnused(std::string_view name) {
  if (std::ranges::find(unused_, name) == unused_.end()) return false;
  after_unused_ = std::exchange(place_, Place::kUnused);
  return true;
}

bool JsonReader::PassOver() {
  if (unused_depth_ == 0) place_ = after_unused_;
  return true;
}

bool JsonReader::StartValue(std::string_view got) {
  if (place_ == Place::kValue) return true;
  if (place_ == Place::kRecords || inputs_.size() > 1) return FailForm(got);
  input_ = &inputs_.front();
  place_ = Place::kValue;
  return true;
}

bool JsonReader::EndValue() {
  input_->given = true;
  if (records_) {
    place_ = Place::kRecord;
  } else {
    place_ = keyed_ ? Place::kInputs : Place::kEnd;
  }
  return true;
}

bool JsonReader::Bool(bool value) {
  if (place_ == Place::kUnused) return PassOver();
  const std::string_view text = value ? "true" : "false";
  if (!StartValue(text)) return false;
  if (!input_->shape.AddValue()) return FailShape();
  if (input_->spec->type != DataType::kBool) return FailType(text);
  if (!input_->elements.Push(value)) return FailNumber(text);
  return input_->shape.depth() != value_depth_ || EndValue();
}

bool JsonReader::Missing(std::string_view text) {
  if (place_ == Place::kUnused) return PassOver();
  if (!StartValue(text)) return false;
  if (!input_->shape.AddValue()) return FailShape();
  if (!input_->spec->missing || !IsFloat(input_->spec->type)) return FailType(text);
  const bool stored = VisitDataType(input_->spec->type, [this]<typename T>() {
    if constexpr (std::is_floating_point_v<T> || std::is_same_v<T, _Float16>) {
      return input_->elements.Push(static_cast<T>(std::numeric_limits<double>::quiet_NaN()));
    }
    return false;
  });
  if (!stored) return FailNumber(text);
  return input_->shape.depth() != value_depth_ || EndValue();
}

bool JsonReader::StartString(std::string_view piece) {
  in_string_ = true;
  if (!StartValue("a string")) return false;
  if (!input_->shape.AddValue()) return FailShape();
  return input_->spec->type == DataType::kString || FailType(DoubleQuoted(piece));
}

bool JsonReader::StringPiece(std::string_view piece) {
  if (place_ == Place::kUnused) return true;
  if (!in_string_ && !StartString(piece)) return false;
  input_->elements.AppendText(piece);
  return true;
}

bool JsonReader::String(std::string_view last_piece) {
  if (place_ == Place::kUnused) return PassOver();
  if (!StringPiece(last_piece)) return false;
  in_string_ = false;
  if (!input_->elements.EndString()) return FailNumber("a string");
  return input_->shape.depth() != value_depth_ || EndValue();
}

bool JsonReader::MayBeMissing() const {
  if (place_ == Place::kUnused) return true;
  if (place_ == Place::kRequest) return inputs_.size() == 1 && inputs_.front().spec->missing;
  return place_ == Place::kValue && input_->spec->missing;
}

bool JsonReader::Refuse(std::string_view literal) {
  if (place_ != Place::kValue && place_ != Place::kRequest) return false;
  if (!StartValue(literal)) return true;
  if (input_->shape.AddValue()) {
    FailType(literal);
  } else {
    FailShape();
  }
  return true;
}

template <typename Value>
bool JsonReader::StoreOther(Value value, std::string_view text) {
  return VisitDataType(input_->spec->type, [&]<typename T>() {
    if constexpr (std::is_same_v<T, std::string_view>) {
      return false;
    } else if constexpr (std::is_same_v<T, _Float16> || std::is_floating_point_v<T>) {
      if (value == 0 && text.front() == '-') return PushFinite(static_cast<T>(-0.0));
      const auto parsed = static_cast<double>(value);
      if constexpr (std::is_integral_v<Value>) return PushFinite(static_cast<T>(parsed));
      return PushFinite(static_cast<T>(NearestDouble(parsed, text)));
    } else if constexpr (std::is_same_v<T, bool> && std::is_same_v<Value, double>) {
      return false;
    } else {
      std::optional<T> exact;
      if constexpr (std::is_same_v<Value, double>) {
        exact = Exactly<T>(NearestDouble(value, text));
      } else {
        exact = Exactly<T>(value);
      }
      return exact && input_->elements.Push(*exact);
    }
  });
}

template bool JsonReader::StoreOther(int64_t, std::string_view);
template bool JsonReader::StoreOther(uint64_t, std::string_view);
template bool JsonReader::StoreOther(double, std::string_view);

Result<std::vector<Tensor>> JsonReader::Finish() && {
  std::vector<Tensor> tensors;
  tensors.reserve(inputs_.size());
  for (Input& input : inputs_) {
    assert(input.given);
    Shape shape = input.shape.shape();
    Status misfit = FitShape(*input.spec, "wrap the row in another pair of brackets", shape);
    if (!misfit.ok()) {
      const std::string name = inputs_.size() > 1 ? Quoted(input.spec->name) + ": " : "";
      Fail(name + misfit.message(), PointerTo(input), misfit.hint());
      return Error(std::move(status_));
    }
    tensors.push_back(std::move(input.elements).Finish(shape));
  }
  return tensors;
}

}  // namespace ekiben::codec
