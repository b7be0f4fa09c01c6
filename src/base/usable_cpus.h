// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

namespace ekiben {

// How many processors' time this process may use: those of its affinity, or the quota of its
// control groups where that is less (1.5 for a container with `--cpus 1.5`). More than 0.
double UsableCpus();

// The smallest CPU quota, in processors, of the control groups in `membership` (as in
// /proc/self/cgroup) and of those above them; infinity where none has one. `root` is where control
// groups are mounted, of version 1 or 2.
double CpuQuota(const std::filesystem::path& root, std::string_view membership);

}  // namespace ekiben
