// SPDX-License-Identifier: Apache-2.0

// How ONNX Runtime is found and refused. A process loads it once, so each case has one of its own.

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "runtime/runtime.h"

namespace ekiben::onnx {
namespace {

namespace fs = std::filesystem;

const fs::path kPlugin = fs::path(EKIBEN_RUNTIMES_DIR) / "onnx.so";
const fs::path kIris = fs::path(EKIBEN_TEST_DATA) / "models" / "iris_svc.onnx";

// Loads a model with the plugin, prints "loaded" or why not, and ends the process.
[[noreturn]] void LoadAndExit(const std::string& options = "{}", const fs::path& plugin = kPlugin) {
  const auto session = runtime::Runtime::Open(plugin).value().Load(kIris, options);
  std::fputs(session ? "loaded" : session.error().message().c_str(), stderr);
  std::exit(0);
}

class LibraryTest : public testing::Test {
 protected:
  LibraryTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }

  void SetUp() override {
    const char* const named = std::getenv("EKIBEN_ONNXRUNTIME");
    ASSERT_NE(named, nullptr) << "EKIBEN_ONNXRUNTIME is not set; `make test` does that";
    library_ = named;
    if (!fs::is_directory(library_)) return;
    for (const auto& entry : fs::directory_iterator(named)) {
      const std::string name = entry.path().filename();
      if (name.starts_with("libonnxruntime.so")) library_ = entry.path();
    }
  }

  std::string library_;
};

using OnnxLibraryDeathTest = LibraryTest;

TEST_F(OnnxLibraryDeathTest, TheEnvironmentSaysWhichLibrary) {
  EXPECT_EXIT(LoadAndExit(), testing::ExitedWithCode(0), "^loaded$");
}

TEST_F(OnnxLibraryDeathTest, TheOptionWinsOverTheEnvironment) {
  EXPECT_EXIT(
      {
        setenv("EKIBEN_ONNXRUNTIME", "/missing.so", 1);
        LoadAndExit(R"({"library": ")" + library_ + R"("})");
      },
      testing::ExitedWithCode(0), "^loaded$");
}

TEST_F(OnnxLibraryDeathTest, ALibraryThatWasNamedIsNotPassedOver) {
  EXPECT_EXIT(
      {
        setenv("EKIBEN_ONNXRUNTIME", "/missing.so", 1);
        LoadAndExit();
      },
      testing::ExitedWithCode(0),
      "^cannot load ONNX Runtime, named by EKIBEN_ONNXRUNTIME: /missing.so: cannot open");
  EXPECT_EXIT(
      {
        setenv("EKIBEN_ONNXRUNTIME", EKIBEN_TEST_DATA, 1);
        LoadAndExit();
      },
      testing::ExitedWithCode(0), "there is no libonnxruntime.so\\* in ");
  EXPECT_EXIT(
      {
        setenv("EKIBEN_ONNXRUNTIME", kPlugin.c_str(), 1);
        LoadAndExit();
      },
      testing::ExitedWithCode(0), "onnx.so' is another library$");
}

TEST_F(OnnxLibraryDeathTest, ALibraryThatIsTooOldIsRefused) {
  EXPECT_EXIT(
      {
        setenv("EKIBEN_ONNXRUNTIME", EKIBEN_OLD_ONNXRUNTIME, 1);
        LoadAndExit();
      },
      testing::ExitedWithCode(0), "is version 1.16.3, and 1.17 or a later 1.x is needed$");
}

TEST_F(OnnxLibraryDeathTest, WithoutAnyThePlacesAndTheWayOutAreNamed) {
  EXPECT_EXIT(
      {
        unsetenv("EKIBEN_ONNXRUNTIME");
        setenv("VIRTUAL_ENV", "/no/such/venv", 1);
        LoadAndExit();
      },
      testing::ExitedWithCode(0),
      "^cannot find ONNX Runtime: .*/no/such/venv/lib/python3.*pip install .onnxruntime>=1.19.*"
      "EKIBEN_ONNXRUNTIME");
}

TEST_F(OnnxLibraryDeathTest, ItIsFoundInThePythonThatThePluginIsInstalledIn) {
  // The same in the process that the case runs again in.
  setenv("EKIBEN_TEST_PREFIX", ("prefix" + std::to_string(getpid())).c_str(), 0);
  const fs::path prefix = fs::path(testing::TempDir()) / std::getenv("EKIBEN_TEST_PREFIX");
  const fs::path plugin = prefix / "lib/ekiben/runtimes/onnx.so";
  const fs::path packages = prefix / "lib/python3.11/site-packages/onnxruntime/capi";
  fs::create_directories(plugin.parent_path());
  fs::create_directories(packages);
  fs::copy_file(kPlugin, plugin, fs::copy_options::overwrite_existing);
  const fs::path library = packages / "libonnxruntime.so.1.99.0";
  fs::remove(library);
  fs::create_symlink(library_, library);
  EXPECT_EXIT(
      {
        unsetenv("EKIBEN_ONNXRUNTIME");
        unsetenv("VIRTUAL_ENV");
        LoadAndExit("{}", plugin);
      },
      testing::ExitedWithCode(0), "^loaded$");
  fs::remove_all(prefix);
}

TEST_F(OnnxLibraryDeathTest, ASecondLibraryIsRefused) {
  EXPECT_EXIT(
      {
        const auto first = runtime::Runtime::Open(kPlugin).value().Load(kIris);
        LoadAndExit(R"({"library": "/missing.so"})");
      },
      testing::ExitedWithCode(0),
      "^cannot load ONNX Runtime from '/missing.so': the one in .* is loaded already$");
}

}  // namespace
}  // namespace ekiben::onnx
