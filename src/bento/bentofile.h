// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/status.h"
#include "bento/build_options.h"
#include "bento/document.h"

namespace ekiben::bento {

// Reads a bentofile of BentoML 1.0 to 1.4, strictly: kInvalidArgument shows the line of an unknown
// key, with the nearest known one, of a wrong type, and of a value that would end up as something
// else in a Dockerfile. Files that it names are not looked at.
Result<BuildOptions> ParseBentofile(const Document& document);

// Whether a value may stand where a Dockerfile or a command line takes it as one word.
bool IsImageName(std::string_view text);      // "python:3.11-slim", with a digest or without
bool IsSystemPackage(std::string_view text);  // "ffmpeg", "libgomp1=12.2.0-14"
bool IsEnvName(std::string_view text);        // "OMP_NUM_THREADS"

// Whether a path stays in the folder that it is relative to, as far as its text says.
bool StaysInside(std::string_view path);

}  // namespace ekiben::bento
