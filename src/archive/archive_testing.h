// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace ekiben::archive {

// A folder of a test's own, which is removed with it.
class ArchiveTest : public testing::Test {
 protected:
  ArchiveTest() { std::filesystem::create_directories(folder_); }
  ~ArchiveTest() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path Folder(const std::string& name) const {
    std::filesystem::create_directories(folder_ / name);
    return folder_ / name;
  }
  static void Write(const std::filesystem::path& path, const std::string& text) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }
  static std::string Read(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
  }
  // Every file below a folder with what is in it; folders end with '/'.
  static std::map<std::string, std::string> Tree(const std::filesystem::path& folder) {
    std::map<std::string, std::string> tree;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      const std::string name = entry.path().lexically_relative(folder).string();
      if (entry.is_directory()) {
        tree[name + "/"] = "";
      } else {
        tree[name] = Read(entry.path());
      }
    }
    return tree;
  }

  const std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) / ("archive" + std::to_string(getpid()));
};

}  // namespace ekiben::archive
