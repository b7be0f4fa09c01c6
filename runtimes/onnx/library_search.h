// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ekiben::onnx {

// What decides where ONNX Runtime's library is looked for. Empty: not given.
struct LibraryHints {
  std::string option;            // The option "library": a file or a folder.
  std::string environment;       // EKIBEN_ONNXRUNTIME, likewise.
  std::filesystem::path plugin;  // This plugin's own file: PREFIX/lib/ekiben/runtimes/onnx.so.
  std::string virtual_env;       // VIRTUAL_ENV
};

struct LibraryCandidates {
  std::vector<std::filesystem::path> files;  // The first that loads is to be taken.
  std::vector<std::string> looked_in;        // For people: the places, where nothing is found.
  std::string named_by;  // "EKIBEN_ONNXRUNTIME" where it was said which: then nothing else will do.
};

// Looks for libonnxruntime.so* in the order of LibraryHints' members. The first of `option` and
// `environment` that is given is the only place looked in. Of the libraries in one Python
// installation the newest comes first.
LibraryCandidates FindLibraries(const LibraryHints& hints);

}  // namespace ekiben::onnx
