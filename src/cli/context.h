// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <memory>

#include "base/status.h"
#include "runtime/session.h"
#include "store/bento_store.h"
#include "store/model_store.h"

namespace ekiben::cli {

// Opens an ONNX file. kNotFound where this machine has nothing that can.
using OpenOnnx =
    std::function<Result<std::unique_ptr<runtime::Session>>(const std::filesystem::path& file)>;

// What a command has besides its arguments: main() makes the real one, tests make their own.
//
// `out` carries data only, so that it can be piped; notes, questions and errors go to `err`.
struct Context {
  store::ModelStore store;
  store::BentoStore bentos{store.home()};
  OpenOnnx open_onnx;
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool may_ask = false;   // Somebody sits at `in`.
  bool color = false;     // `err` is a terminal that shows colours.
  bool terminal = false;  // `err` is a terminal in which lines can be written anew.
  Status status = {};     // What the command that ran came to.
};

}  // namespace ekiben::cli
