// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace ekiben::bento {

// Something in a file that nobody else may have. Never the secret itself: it is printed.
struct Secret {
  size_t line = 0;   // From 1 on; 0: the file as a whole.
  std::string what;  // "a private key", "the value of DB_PASSWORD"
};

// Files larger than that, and those with a NUL in their first bytes, are no text: they are not
// looked into.
inline constexpr size_t kMostSecretText = size_t{4} << 20;

// The first secret in a file, by its path within the folder that is built and by its text: private
// keys, keys and tokens of services whose form is their own, passwords in files that are made for
// them (.env, .netrc, .npmrc, kubeconfig, docker's config.json). What may as well be something else
// (a JWT, a URL with a password, a long random text) is none. Plain values, no disk; one pass for
// each form, at the speed of memory.
std::optional<Secret> FindSecret(std::string_view path, std::string_view text);

// Whether bytes that a file begins with are those of a text.
bool IsText(std::string_view beginning);

}  // namespace ekiben::bento
