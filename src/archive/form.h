// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace ekiben::archive {

// How a folder is packed into one file, or that it is not.
// kZstd is read only: layers of images may be packed so.
enum class Form { kTar, kGzip, kBzip2, kXz, kZstd, kZip, kFolder };

// What a file that ends so is: "tar", "gz", "bz2", "xz", "bento" and "bentomodel" (BentoML's
// tar.xz) and "zip"; "folder", too. Nothing where it is none of these.
std::optional<Form> FormNamed(std::string_view suffix);

// The form of what lies at `path`: a folder where it is one, else by its first bytes, else by its
// name. A tar.xz where nothing says it.
Form FormOf(const std::filesystem::path& path);

// For messages: "tar.gz archive".
std::string_view NameOf(Form form);

}  // namespace ekiben::archive
