// SPDX-License-Identifier: Apache-2.0
#include "store/home.h"

#include <unistd.h>

#include <cstdlib>

#include <gtest/gtest.h>

namespace ekiben::store {
namespace {

namespace fs = std::filesystem;

// An empty folder as the user's, and no variable that says otherwise.
class HomeTest : public testing::Test {
 protected:
  HomeTest() : user_(fs::path(testing::TempDir()) / ("home_test_user" + std::to_string(getpid()))) {
    fs::remove_all(user_);
    fs::create_directories(user_);
    setenv("HOME", user_.c_str(), 1);
    unsetenv("EKIBEN_HOME");
    unsetenv("BENTOML_HOME");
  }
  ~HomeTest() override { fs::remove_all(user_); }

  const fs::path user_;
};

TEST_F(HomeTest, IsEkibenInTheUsersFolder) { EXPECT_EQ(Home(), user_ / "ekiben"); }

TEST_F(HomeTest, IsBentomlWhereOnlyThatExists) {
  fs::create_directory(user_ / "bentoml");
  EXPECT_EQ(Home(), user_ / "bentoml");
  fs::create_directory(user_ / "ekiben");
  EXPECT_EQ(Home(), user_ / "ekiben");
}

TEST_F(HomeTest, VariablesWinAndOursFirst) {
  setenv("BENTOML_HOME", "/srv/bentoml", 1);
  EXPECT_EQ(Home(), "/srv/bentoml");
  setenv("EKIBEN_HOME", "/srv/ekiben", 1);
  EXPECT_EQ(Home(), "/srv/ekiben");
}

TEST_F(HomeTest, AnEmptyVariableCountsAsUnset) {
  setenv("EKIBEN_HOME", "", 1);
  EXPECT_EQ(Home(), user_ / "ekiben");
}

TEST_F(HomeTest, ATildeMeansTheUsersFolder) {
  setenv("EKIBEN_HOME", "~/models", 1);
  EXPECT_EQ(Home(), user_ / "models");
}

TEST_F(HomeTest, IsAlwaysAbsolute) {
  setenv("EKIBEN_HOME", "here", 1);
  EXPECT_EQ(Home(), fs::current_path() / "here");
}

}  // namespace
}  // namespace ekiben::store
