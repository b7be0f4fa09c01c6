// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "batch/worker_batcher.h"
#include "worker/worker.h"

namespace ekiben::service {

// Sends what a runner's method gave, or why it gave nothing, as a kReply with this `header`, whose
// kind, flag kFailed and size are filled in.
void SendReply(worker::Worker& worker, size_t lane, worker::FrameHeader header,
               const Result<batch::Outcome>& outcome);

}  // namespace ekiben::service
