// SPDX-License-Identifier: Apache-2.0
#include "bento/requirements.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/file.h"
#include "base/trimmed.h"
#include "bento/sources.h"

namespace ekiben::bento {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxRequirements = size_t{1} << 20;
constexpr int kMaxNested = 20;
constexpr const char* kKey = "python.requirements_txt";

// A line of which spaces around it and a comment mean nothing.
std::string_view WithoutComment(std::string_view line) {
  for (size_t hash = line.find('#'); hash != line.npos; hash = line.find('#', hash + 1)) {
    const bool begins = hash == 0 || line[hash - 1] == ' ' || line[hash - 1] == '\t';
    if (begins) return Trimmed(line.substr(0, hash));
  }
  return Trimmed(line);
}

// What stands after one of the options in a line, as pip takes them: "-r FILE", "-rFILE",
// "--requirement FILE" or "--requirement=FILE"; else nothing.
std::optional<std::string> After(std::string_view line, std::string_view brief,
                                 std::string_view full) {
  line = WithoutComment(line);
  if (line.starts_with(full)) {
    const std::string_view rest = line.substr(full.size());
    if (rest.empty() || !std::string_view(" \t=").contains(rest.front())) return std::nullopt;
    return std::string(Trimmed(rest.substr(rest.front() == '=' ? 1 : 0)));
  }
  if (line.starts_with(brief)) return std::string(Trimmed(line.substr(brief.size())));
  return std::nullopt;
}

class Reader {
 public:
  explicit Reader(const fs::path& folder) : folder_(folder) {}

  // Appends what the file has to `out`.
  Status Read(const fs::path& named, std::string& out, int depth) {
    const auto file = ResolveInside(folder_, named, kKey);
    if (!file) return file.error();
    if (depth > kMaxNested) {
      return InvalidArgument(fmt::format("{}: '{}' includes itself", kKey, named.string()));
    }
    const auto text = ReadFile(*file, kMaxRequirements);
    if (!text) return text.error();
    std::string_view rest = *text;
    while (!rest.empty()) {
      const size_t end = std::min(rest.find('\n'), rest.size());
      std::string_view line = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (line.ends_with('\r')) line.remove_suffix(1);
      Status done = ReadLine(line, named.parent_path(), out, depth);
      if (!done.ok()) return done;
    }
    return {};
  }

  std::string constraints;

 private:
  Status ReadLine(std::string_view line, const fs::path& beside, std::string& out, int depth) {
    if (const auto nested = After(line, "-r", "--requirement")) {
      return Read(beside / *nested, out, depth + 1);
    }
    if (const auto nested = After(line, "-c", "--constraint")) {
      return Read(beside / *nested, constraints, depth + 1);
    }
    out += fmt::format("{}\n", line);
    return {};
  }

  const fs::path& folder_;
};

}  // namespace

bool Requirements::needs_git() const {
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.substr(0, line.find('#')).contains("git+")) return true;
  }
  return false;
}

Result<Requirements> ReadRequirements(const PythonOptions& options, const fs::path& folder) {
  Requirements requirements;
  if (!options.requirements_txt) {
    for (const std::string& package : options.packages) requirements.text += package + "\n";
    return requirements;
  }
  Reader reader(folder);
  Status read = reader.Read(*options.requirements_txt, requirements.text, 0);
  if (!read.ok()) return Error(std::move(read));
  requirements.constraints = std::move(reader.constraints);
  if (!requirements.constraints.empty()) {
    requirements.text = fmt::format("-c {}\n{}", kConstraints, requirements.text);
  }
  return requirements;
}

}  // namespace ekiben::bento
