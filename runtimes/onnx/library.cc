// SPDX-License-Identifier: Apache-2.0
#include "onnx/library.h"

#include <dlfcn.h>

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "onnx/library_search.h"

namespace ekiben::onnx {
namespace {

// A function in this very file tells dladdr() where the plugin lies.
std::filesystem::path OwnFile() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&OwnFile), &info) == 0) return {};
  std::error_code ignored;
  return std::filesystem::canonical(info.dli_fname, ignored);
}

std::string FromEnvironment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Asking a library for a newer table than it has makes it write to stderr, so the answer is taken
// from its version: 1.N has the tables up to N.
uint32_t NewestApi(std::string_view version) {
  uint32_t minor = 0;
  if (version.starts_with("1.")) {
    std::from_chars(version.data() + 2, version.data() + version.size(), minor);
  }
  return minor;
}

// What ONNX Runtime would print comes back in the texts of errors as well.
void DropLog(void*, int32_t, const char*, const char*, const char*, const char*) {}

// Why none of the candidates could be used, and what to do.
std::string WhyNone(const LibraryCandidates& candidates, const std::vector<std::string>& reasons) {
  const bool named = !candidates.named_by.empty();
  const std::string why = !reasons.empty() ? fmt::format("{}", fmt::join(reasons, "; "))
                                           : fmt::format("there is no libonnxruntime.so* in '{}'",
                                                         fmt::join(candidates.looked_in, "', '"));
  if (named)
    return fmt::format("cannot load ONNX Runtime, named by {}: {}", candidates.named_by, why);
  return fmt::format(
      "cannot {} ONNX Runtime: {}; `pip install 'onnxruntime>=1.19'` beside ekiben, or set "
      "EKIBEN_ONNXRUNTIME to its library",
      reasons.empty() ? "find" : "load", why);
}

}  // namespace

Expected<const Library*> Library::Get(const std::string& option) {
  static std::mutex mutex;
  static const Library* loaded = nullptr;

  const std::lock_guard lock(mutex);
  const LibraryCandidates candidates =
      FindLibraries({.option = option,
                     .environment = FromEnvironment("EKIBEN_ONNXRUNTIME"),
                     .plugin = OwnFile(),
                     .virtual_env = FromEnvironment("VIRTUAL_ENV")});
  if (loaded != nullptr) {
    std::error_code ignored;
    if (option.empty() ||
        (!candidates.files.empty() &&
         std::filesystem::equivalent(candidates.files[0], loaded->file_, ignored))) {
      return loaded;
    }
    return Error(
        fmt::format("cannot load ONNX Runtime from '{}': the one in '{}' is loaded already", option,
                    loaded->file_.string()));
  }
  std::vector<std::string> reasons;
  for (const std::filesystem::path& file : candidates.files) {
    Expected<std::unique_ptr<Library>> library = Open(file);
    if (library) return loaded = library->release();
    reasons.push_back(std::move(library).error());
  }
  return Error(WhyNone(candidates, reasons));
}

Expected<std::unique_ptr<Library>> Library::Open(const std::filesystem::path& file) {
  void* const handle = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (handle == nullptr) return Error(dlerror());
  using GetApiBase = const OrtApiBase* (*)();
  const auto get_base = reinterpret_cast<GetApiBase>(dlsym(handle, "OrtGetApiBase"));
  if (get_base == nullptr) return Error(fmt::format("'{}' is another library", file.string()));

  const OrtApiBase* const base = get_base();
  const std::string version = base->GetVersionString();
  const uint32_t newest = NewestApi(version);
  void* const* const table = newest < kApiVersion ? nullptr : base->GetApi(kApiVersion);
  if (table == nullptr) {
    return Error(fmt::format("'{}' is version {}, and 1.{} or a later 1.x is needed", file.string(),
                             version, kApiVersion));
  }
  auto library = std::make_unique<Library>();
  OrtFunctions& ort = library->ort_;
#define EKIBEN_ORT_TAKE(slot, name, ...) \
  ort.name = reinterpret_cast<decltype(ort.name)>(table[slot]);
  EKIBEN_ORT_FUNCTIONS(EKIBEN_ORT_TAKE)
  if (newest >= kApiVersionWithHasShape) {
    EKIBEN_ORT_LATER_FUNCTIONS(EKIBEN_ORT_TAKE)
  }
#undef EKIBEN_ORT_TAKE
  library->file_ = file;
  if (Expected<void> started = library->Start(); !started) return Error(started.error());
  return library;
}

Expected<void> Library::Start() {
  OrtStatus* failed =
      ort_.CreateEnvWithCustomLogger(DropLog, nullptr, kOrtLogFatal, "ekiben", &env_);
  if (failed == nullptr) failed = ort_.DisableTelemetryEvents(env_);
  if (failed == nullptr) failed = ort_.GetAllocatorWithDefaultOptions(&allocator_);
  if (failed == nullptr) {
    failed = ort_.CreateCpuMemoryInfo(kOrtDeviceAllocator, kOrtMemoryDefault, &memory_);
  }
  return Done(failed);
}

Expected<void> Library::Done(OrtStatus* status) const {
  if (status == nullptr) return {};
  std::string text = ort_.GetErrorMessage(status);
  ort_.ReleaseStatus(status);
  return Error(std::move(text));
}

}  // namespace ekiben::onnx
