// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "store/creation_time.h"
#include "store/tag.h"
#include "store/yaml.h"
#include "tensor/tensor.h"

namespace ekiben::store {

// One callable of a model, as BentoML describes it.
struct Signature {
  std::string name = {};
  bool batchable = false;
  int input_batch_dim = 0;
  int output_batch_dim = 0;
};

// The artefact that answers a signature without Python.
struct NativeForm {
  std::string signature = {};
  std::string runtime = {};         // The plugin that runs it.
  std::filesystem::path file = {};  // Relative to the model's folder, and inside of it.
  std::vector<TensorSpec> inputs = {};
  std::vector<TensorSpec> outputs = {};
  std::vector<std::string> unused = {};  // Columns of the training table that it does not read.
  bool rows_independent = false;  // Rows may be joined into one batch without changing any answer.
  Yaml proof = {};                // How it was compared with the original; null where it was not.
};

// What a model was saved with.
struct ModelContext {
  std::string framework_name = {};
  std::map<std::string, std::string> framework_versions = {};
  std::string bentoml_version = {};
  std::string python_version = {};
};

// What is known of one model: model.yaml, and where it lies. A value.
struct ModelInfo {
  Tag tag = {};
  std::string module = {};  // What saved it, as BentoML names it; empty for plain files.
  std::map<std::string, std::string> labels = {};
  Yaml options = {.kind = Yaml::Kind::kMap};   // The module's own affair.
  Yaml metadata = {.kind = Yaml::Kind::kMap};  // For people.
  ModelContext context = {};
  std::vector<Signature> signatures = {};
  std::string api_version = "v1";
  CreationTime creation_time = {};

  std::vector<NativeForm> native = {};
  std::map<std::string, std::string> not_native = {};  // Signature to the reason why.

  // Filled in by ModelStore.
  std::filesystem::path path = {};
  uint64_t size = 0;  // Bytes of all files; 0 until somebody asks for it.

  // The native form of a signature, or null.
  const NativeForm* FindNative(std::string_view signature) const {
    for (const NativeForm& form : native) {
      if (form.signature == signature) return &form;
    }
    return nullptr;
  }
};

}  // namespace ekiben::store
