// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "archive/form.h"
#include "base/status.h"

namespace ekiben::archive {

// What a tar says of one thing in it.
struct Listed {
  std::string name = {};  // As it was written: "./usr/bin/python3".
  bool is_folder = false;
};

// Names all that is in a tar, packed as `form` says, and writes nothing. kInvalidArgument where it
// is damaged, kResourceExhausted where it has a million things in it; what was named before counts
// for nothing then.
Status ListTar(const std::filesystem::path& file, Form form,
               const std::function<void(Listed)>& each);

}  // namespace ekiben::archive
