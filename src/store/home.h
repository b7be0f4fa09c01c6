// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace ekiben::store {

// The folder that holds models and bentos, absolute; it need not exist: EKIBEN_HOME, else
// BENTOML_HOME, else ~/bentoml where that folder exists and ~/ekiben does not, else ~/ekiben. A
// variable that is empty counts as unset, and "~/" at its start means the user's folder.
std::filesystem::path Home();

}  // namespace ekiben::store
