// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/path_patterns.h"
#include "base/status.h"
#include "bento/build_options.h"
#include "bento/secret_scan.h"

namespace ekiben::bento {

// Looks at everything that is about to enter a bento, and refuses it where something is a secret:
// whoever gets the bento, or an image of it, could read it.
class Secrets {
 public:
  // `allowed` are patterns, as .gitignore has them, of files that somebody has said have none.
  explicit Secrets(const std::vector<std::string>& allowed) : allowed_(allowed) {}

  // A text, and what it is called.
  void LookAt(const std::string& path, std::string_view text);
  // The bytes of a file. What is no text, or too large for one, costs one short read.
  void LookAtFile(const std::string& path, const std::filesystem::path& from);
  // Variables that get a value.
  void LookAt(const std::vector<EnvOption>& envs);

  // kInvalidArgument names the files and lines that look like secrets, and never what stands there.
  Status Verdict() const;

 private:
  void Add(const std::string& path, const Secret& secret);

  const PathPatterns allowed_;
  std::vector<std::string> found_;  // "config.py:12 has a token of GitHub"
  bool has_file_ = false;           // One of them is in a file.
};

}  // namespace ekiben::bento
