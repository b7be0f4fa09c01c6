// SPDX-License-Identifier: Apache-2.0
#include "store/home.h"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>
#include <system_error>

namespace ekiben::store {
namespace {

namespace fs = std::filesystem;

std::string Variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

fs::path UserFolder() {
  if (const std::string home = Variable("HOME"); !home.empty()) return home;
  std::array<char, 4096> text{};
  passwd entry{};
  passwd* found = nullptr;
  getpwuid_r(getuid(), &entry, text.data(), text.size(), &found);
  return found == nullptr ? "/" : found->pw_dir;
}

}  // namespace

fs::path Home() {
  std::error_code ignored;
  for (const char* name : {"EKIBEN_HOME", "BENTOML_HOME"}) {
    const std::string value = Variable(name);
    if (value.empty()) continue;
    const bool of_user = value == "~" || value.starts_with("~/");
    return of_user ? (UserFolder() / value.substr(value.size() > 1 ? 2 : 1)).lexically_normal()
                   : fs::absolute(value, ignored).lexically_normal();
  }
  const fs::path user = UserFolder();
  const bool has_only_bentoml =
      fs::is_directory(user / "bentoml", ignored) && !fs::exists(user / "ekiben", ignored);
  return user / (has_only_bentoml ? "bentoml" : "ekiben");
}

}  // namespace ekiben::store
