// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace ekiben::routes {

// A file of the page at /docs, as the binary carries it.
struct PageFile {
  std::string_view name;  // "page.js"
  std::string_view media_type;
  std::string_view gzip;
};

// All of them, index.html first. tools/embed_page.py makes them at build time.
std::span<const PageFile> PageFiles();

}  // namespace ekiben::routes
