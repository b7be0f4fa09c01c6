// SPDX-License-Identifier: Apache-2.0
#include "image/packages.h"

#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace ekiben::image {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kList = ".list";

// The names under which a package may know a file.
std::set<std::string> NamesOf(const fs::path& file) {
  std::error_code error;
  const fs::path real = fs::canonical(file, error);
  std::set<std::string> names;
  for (const fs::path& path : {file, error ? file : real}) {
    const std::string name = path.string();
    names.insert(name);
    names.insert(name.starts_with("/usr/") ? name.substr(4) : fmt::format("/usr{}", name));
  }
  return names;
}

// The file in dpkg's info that lists what a package has: "libc6:amd64.list", "tzdata.list".
std::string PackageOf(const fs::path& list) {
  const std::string stem = list.stem().string();
  return stem.substr(0, stem.find(':'));
}

// What follows "Field: " in a paragraph.
std::string Field(std::string_view paragraph, std::string_view field) {
  const std::string head = std::string(field) + ": ";
  for (size_t at = 0; at < paragraph.size();) {
    const size_t end = std::min(paragraph.find('\n', at), paragraph.size());
    const std::string_view line = paragraph.substr(at, end - at);
    if (line.starts_with(head)) return std::string(line.substr(head.size()));
    at = end + 1;
  }
  return "";
}

std::map<std::string, Package> ReadStatus(const fs::path& status,
                                          const std::set<std::string>& wanted) {
  std::map<std::string, Package> packages;
  std::ifstream in(status);
  std::string paragraph;
  const auto end_paragraph = [&] {
    Package package{.name = Field(paragraph, "Package"),
                    .version = Field(paragraph, "Version"),
                    .architecture = Field(paragraph, "Architecture"),
                    .about = std::exchange(paragraph, {})};
    if (wanted.contains(package.name)) packages.try_emplace(package.name, std::move(package));
  };
  for (std::string line; std::getline(in, line);) {
    if (line.empty()) {
      end_paragraph();
    } else {
      paragraph += line + '\n';
    }
  }
  if (!paragraph.empty()) end_paragraph();
  return packages;
}

}  // namespace

std::map<fs::path, Package> PackagesOf(const std::set<fs::path>& files, const fs::path& dpkg) {
  std::map<std::string, fs::path, std::less<>> by_name;
  for (const fs::path& file : files) {
    for (const std::string& name : NamesOf(file)) by_name.try_emplace(name, file);
  }
  std::map<fs::path, std::string> owners;
  std::set<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(dpkg / "info", error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().extension() != kList) continue;
    std::ifstream in(entry->path());
    for (std::string line; std::getline(in, line);) {
      const auto found = by_name.find(line);
      if (found == by_name.end()) continue;
      owners.try_emplace(found->second, PackageOf(entry->path()));
      names.insert(PackageOf(entry->path()));
    }
  }
  const std::map<std::string, Package> packages = ReadStatus(dpkg / "status", names);
  std::map<fs::path, Package> found;
  for (const auto& [file, owner] : owners) {
    if (const auto package = packages.find(owner); package != packages.end()) {
      found.emplace(file, package->second);
    }
  }
  return found;
}

}  // namespace ekiben::image
