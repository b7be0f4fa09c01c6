// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "bento/build_options.h"
#include "service/service_description.h"
#include "store/bento_info.h"
#include "store/creation_time.h"
#include "store/model_info.h"
#include "store/tag.h"

namespace ekiben::bento {

// All that decides what is in a bento, beside the bytes of the files themselves. A value.
struct Plan {
  store::Tag tag;  // With a version.
  store::BentoKind kind = store::BentoKind::kPython;
  std::string service;           // "service:svc", or "model:NAME:VERSION".
  std::filesystem::path folder;  // Whose files are packed; unused for a model.
  BuildOptions options;
  service::ServiceDescription description;
  std::string openapi;                   // Of the description, as JSON.
  std::vector<store::ModelInfo> models;  // Packed, each once.
  // What the service may call a model by, beside its tag: alias to tag.
  std::map<std::string, std::string> aliases;
  std::string python;          // The interpreter, which locking may ask.
  std::string python_version;  // "3.11.7"
  std::string ekiben_version;
  store::CreationTime creation_time;

  bool is_model() const { return kind == store::BentoKind::kModel; }
};

}  // namespace ekiben::bento
