// SPDX-License-Identifier: Apache-2.0
#include "bento/secrets.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/file.h"

namespace ekiben::bento {
namespace {

constexpr size_t kBeginning = 8192;
constexpr size_t kTold = 5;

// Up to `most` bytes more; an unreadable file is found out when it is packed.
void ReadMore(const FileDescriptor& file, size_t most, std::string& text) {
  const size_t begin = text.size();
  text.resize(begin + most);
  size_t size = begin;
  while (size < text.size()) {
    const ssize_t some = read(file.get(), text.data() + size, text.size() - size);
    if (some < 0 && errno == EINTR) continue;
    if (some <= 0) break;
    size += static_cast<size_t>(some);
  }
  text.resize(size);
}

}  // namespace

void Secrets::Add(const std::string& path, const Secret& secret) {
  const std::string line = secret.line == 0 ? "" : fmt::format(":{}", secret.line);
  found_.push_back(fmt::format("{}{} has {}", path, line, secret.what));
  has_file_ = true;
}

void Secrets::LookAt(const std::string& path, std::string_view text) {
  if (allowed_.Match(path)) return;
  if (const auto secret = FindSecret(path, text)) Add(path, *secret);
}

void Secrets::LookAtFile(const std::string& path, const std::filesystem::path& from) {
  const FileDescriptor file(open(from.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat about{};
  if (!file.valid() || fstat(file.get(), &about) != 0) return;
  const auto size = static_cast<size_t>(about.st_size);
  if (size > kMostSecretText) return;
  std::string text;
  ReadMore(file, std::min(size, kBeginning), text);
  if (!IsText(text)) return;
  if (size > kBeginning) ReadMore(file, size - kBeginning, text);
  LookAt(path, text);
}

void Secrets::LookAt(const std::vector<EnvOption>& envs) {
  for (const EnvOption& env : envs) {
    if (!env.value) continue;
    const auto secret = FindSecret(".env", fmt::format("{}={}\n", env.name, *env.value));
    if (secret && !allowed_.Match(env.name)) {
      found_.push_back(
          fmt::format("the variable {} has {}", env.name,
                      secret->what.starts_with("the value") ? "a value" : secret->what));
    }
  }
}

Status Secrets::Verdict() const {
  if (found_.empty()) return {};
  const size_t more = found_.size() - std::min(found_.size(), kTold);
  const std::vector<std::string> told(found_.begin(),
                                      found_.end() - static_cast<std::ptrdiff_t>(more));
  return InvalidArgument(fmt::format("what looks like a secret would be in the bento: {}{}",
                                     fmt::join(told, "; "),
                                     more == 0 ? "" : fmt::format("; and {} more", more)))
      .WithHint(has_file_
                    ? "leave the file out with .bentoignore or exclude; where it is no secret, "
                      "`--allow-secrets FILE`, or ekiben.allow_secrets in the bentofile"
                    : "leave the value out, so that it is set where the bento runs; where it "
                      "is no secret, `--allow-secrets NAME`");
}

}  // namespace ekiben::bento
