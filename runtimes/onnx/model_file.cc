// SPDX-License-Identifier: Apache-2.0
#include "onnx/model_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "onnx/external_data.h"

namespace ekiben::onnx {
namespace {

namespace fs = std::filesystem;

// A file's bytes, mapped, since a walk looks at few of its pages.
class MappedFile {
 public:
  MappedFile() = default;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile() {
    if (size_ > 0) munmap(data_, size_);
  }

  Expected<void> Open(const fs::path& path) {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat info{};
    if (fd < 0 || fstat(fd, &info) != 0) return Error(std::strerror(errno));
    const auto size = static_cast<size_t>(info.st_size);
    const bool plain = S_ISREG(info.st_mode);
    void* const data =
        plain && size > 0 ? mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
    const int error_number = errno;
    close(fd);
    if (!plain) return Error("it is not a file");
    if (size == 0) return Error("it is empty");
    if (data == MAP_FAILED) return Error(std::strerror(error_number));
    data_ = data;
    size_ = size;
    return {};
  }

  std::string_view bytes() const { return {static_cast<const char*>(data_), size_}; }

 private:
  void* data_ = nullptr;
  size_t size_ = 0;
};

// `folder` is canonical. Says what is wrong with the place that `data` names, or nothing.
std::string FaultOf(const ExternalData& data, const fs::path& folder) {
  const fs::path location(data.location);
  const bool has_zero = data.location.find('\0') != std::string_view::npos;
  if (location.empty() || has_zero || location.is_absolute() ||
      std::ranges::find(location, "..") != location.end()) {
    return "which is not a path below the model's folder";
  }
  // ONNX Runtime's own mark for data that lies in its memory; in a file it is an attack.
  if (data.location.find("_ORT_MEM_ADDR_") != std::string_view::npos) {
    return "which is an address in memory";
  }
  const fs::path file = (folder / location).lexically_normal();
  std::error_code error;
  const fs::path real = fs::canonical(file, error);
  if (error) return "which cannot be opened: " + error.message();
  if (real != file) return "which is a link";
  if (!fs::is_regular_file(real, error)) return "which is not a file";
  const uintmax_t size = fs::file_size(real, error);
  if (error) return error.message();
  if (data.offset > size || data.length > size - data.offset) return "which ends too early";
  return "";
}

// What a hostile file says of itself, fit for a terminal.
std::string Printable(std::string_view text) {
  constexpr size_t kMost = 200;
  std::string shown(text.substr(0, kMost));
  std::ranges::replace_if(shown, [](char c) { return c >= 0 && c < ' '; }, '?');
  return text.size() > kMost ? shown + "..." : shown;
}

}  // namespace

Expected<void> CheckModelFile(const fs::path& path) {
  MappedFile file;
  if (Expected<void> opened = file.Open(path); !opened) return opened;
  const Expected<std::vector<ExternalData>> found = FindExternalData(file.bytes());
  if (!found) return Error(found.error());

  std::error_code error;
  const fs::path folder = fs::canonical(fs::absolute(path, error).parent_path(), error);
  if (error) return Error(error.message());
  for (const ExternalData& data : *found) {
    if (const std::string fault = FaultOf(data, folder); !fault.empty()) {
      return Error(fmt::format("it takes data from '{}', {}", Printable(data.location), fault));
    }
  }
  return {};
}

}  // namespace ekiben::onnx
