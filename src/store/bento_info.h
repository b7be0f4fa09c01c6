// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "store/creation_time.h"
#include "store/tag.h"
#include "store/yaml.h"

namespace ekiben::store {

// A model that a bento was built with.
struct BentoModel {
  Tag tag = {};
  std::string module = {};
  CreationTime creation_time = {};
};

// What is in a bento.
enum class BentoKind {
  kPython,  // A service written in Python.
  kModel,   // A model and nothing else.
};

// What is known of one bento: bento.yaml, and where it lies. A value.
struct BentoInfo {
  Tag tag = {};
  std::string service = {};  // "service:svc", or of a bento of a model "model:NAME:VERSION".
  BentoKind kind = BentoKind::kPython;
  bool is_class_style = false;  // Its service is a class, as BentoML has them since 1.2.
  std::string bentoml_version = {};
  CreationTime creation_time = {};
  std::map<std::string, std::string> labels = {};
  std::vector<BentoModel> models = {};
  std::vector<std::string> required_env = {};  // Variables that must be set where it is served.
  Yaml arguments = {};      // What its service's use_arguments() gets: a map, or nothing.
  std::string digest = {};  // "sha256:…" of digest.h; empty where another program built it.

  // Filled in by BentoStore.
  std::filesystem::path path = {};
  uint64_t size = 0;        // Bytes of all files, the models' included; 0 until somebody asks.
  uint64_t model_size = 0;  // Bytes of its models, which may lie beside it in the home.
};

}  // namespace ekiben::store
