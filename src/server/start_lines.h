// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "service/python_service.h"
#include "service/service.h"
#include "store/model_info.h"

namespace ekiben::server {

// Where somebody on this machine reaches a server that listens on `host`.
std::string UrlOf(std::string_view host, uint16_t port);

// `text` as one word of a shell's command line.
std::string ShellQuoted(std::string_view text);

// A line for a shell that asks one of the APIs: the first for which a request is known. Where none
// is, it asks for the documentation.
std::string TryLine(std::span<const service::ApiDescription> apis, const std::string& url);

// Says what is served, where, and how to try it with curl.
void WriteStartLines(const service::Service& service, const store::ModelInfo& model,
                     const std::string& url, Duration took, std::ostream& out);

// The same for a service in Python, run by the interpreter `python`.
void WriteStartLines(const service::PythonService& service, const std::string& python,
                     const std::string& url, Duration took, std::ostream& out);

// Says that the service was loaded anew, because of what, and how long that took.
void WriteReloadLine(const std::string& changed, Duration took, std::ostream& out);

}  // namespace ekiben::server
