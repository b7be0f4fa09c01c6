// SPDX-License-Identifier: Apache-2.0
#include "bento/secret_scan.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/trimmed.h"

namespace ekiben::bento {
namespace {

bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsAlnum(char c) { return IsUpper(c) || IsLower(c) || IsDigit(c); }
bool IsBase64(char c) { return IsAlnum(c) || c == '+' || c == '/' || c == '='; }
bool IsWord(char c) { return IsAlnum(c) || c == '_' || c == '-'; }
bool IsUpperOrDigit(char c) { return IsUpper(c) || IsDigit(c); }

// A token by the text that it begins with, and by what follows that.
struct Token {
  std::string_view begin;
  bool (*is_part)(char) = nullptr;
  size_t least = 0, most = 0;  // Characters after `begin`.
  std::string_view what;
};

constexpr size_t kAny = 1000;
constexpr std::array kTokens = {
    Token{"AKIA", IsUpperOrDigit, 16, 16, "an access key of AWS"},
    Token{"ASIA", IsUpperOrDigit, 16, 16, "an access key of AWS"},
    Token{"ghp_", IsAlnum, 36, kAny, "a token of GitHub"},
    Token{"gho_", IsAlnum, 36, kAny, "a token of GitHub"},
    Token{"ghu_", IsAlnum, 36, kAny, "a token of GitHub"},
    Token{"ghs_", IsAlnum, 36, kAny, "a token of GitHub"},
    Token{"ghr_", IsAlnum, 36, kAny, "a token of GitHub"},
    Token{"github_pat_", IsWord, 36, kAny, "a token of GitHub"},
    Token{"glpat-", IsWord, 20, kAny, "a token of GitLab"},
    Token{"xoxa-", IsWord, 20, kAny, "a token of Slack"},
    Token{"xoxb-", IsWord, 20, kAny, "a token of Slack"},
    Token{"xoxp-", IsWord, 20, kAny, "a token of Slack"},
    Token{"xoxr-", IsWord, 20, kAny, "a token of Slack"},
    Token{"xoxs-", IsWord, 20, kAny, "a token of Slack"},
    Token{"AIza", IsWord, 35, 35, "an API key of Google"},
    Token{"hf_", IsAlnum, 34, kAny, "a token of Hugging Face"},
    Token{"sk_live_", IsAlnum, 24, kAny, "a key of Stripe"},
    Token{"sk-ant-", IsWord, 40, kAny, "an API key"},
    Token{"sk-proj-", IsWord, 40, kAny, "an API key"},
    Token{"npm_", IsAlnum, 36, 36, "a token of npm"},
    Token{"pypi-AgE", IsWord, 50, kAny, "a token of PyPI"},
    Token{"AccountKey=", IsBase64, 80, 100, "a storage key of Azure"},
};

size_t CountWhile(std::string_view text, bool (*is_part)(char)) {
  return static_cast<size_t>(std::ranges::find_if_not(text, is_part) - text.begin());
}

// Documentation is full of keys that are none: one letter again and again, or EXAMPLE at the end.
bool IsExample(std::string_view token) {
  const bool has_two = std::ranges::any_of(token, [&](char c) { return c != token.front(); });
  return !has_two || token.contains("EXAMPLE") || token.contains("example");
}

// Where `token` is in the text; npos where it is not.
size_t Find(std::string_view text, const Token& token) {
  for (size_t at = text.find(token.begin); at != text.npos; at = text.find(token.begin, at + 1)) {
    if (at > 0 && IsWord(text[at - 1])) continue;  // The middle of a longer word.
    const std::string_view rest = text.substr(at + token.begin.size());
    const size_t size = CountWhile(rest, token.is_part);
    if (size < token.least || size > token.most || IsExample(rest.substr(0, size))) continue;
    return at;
  }
  return text.npos;
}

// Whether base64 stands after the header of a key: a program that looks for keys has the header,
// and nothing below it. In a JSON file the lines end with \n as two characters.
bool HasKeyBelow(std::string_view text) {
  constexpr size_t kLeast = 20, kMostIndent = 64;
  for (size_t i = 0; i < kMostIndent && !text.empty(); ++i) {
    if (text.starts_with("\\n") || text.starts_with("\\r")) {
      text.remove_prefix(2);
    } else if (text.front() == '\n' || text.front() == '\r' || text.front() == ' ') {
      text.remove_prefix(1);
    } else {
      break;
    }
  }
  return text.starts_with("Proc-Type:") || CountWhile(text, IsBase64) >= kLeast;
}

size_t FindPrivateKey(std::string_view text) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  constexpr size_t kLongest = 40;  // "OPENSSH PRIVATE KEY-----"
  for (size_t at = text.find(kBegin); at != text.npos; at = text.find(kBegin, at + 1)) {
    const std::string_view rest = text.substr(at + kBegin.size());
    const size_t end = rest.substr(0, kLongest).find("-----");
    if (end == rest.npos) continue;
    const std::string_view name = rest.substr(0, end);
    if (name == "PGP PRIVATE KEY BLOCK") return at;
    if (name.ends_with("PRIVATE KEY") && HasKeyBelow(rest.substr(end + 5))) return at;
  }
  return text.npos;
}

// Without quotes either.
std::string_view Trim(std::string_view text) { return Trimmed(text, " \t\r\"'"); }

// By its last word: TOKENIZERS_PARALLELISM and MAX_TOKENS are none.
bool SoundsSecret(std::string_view name) {
  std::string upper(name);
  std::ranges::transform(upper, upper.begin(),
                         [](char c) { return IsLower(c) ? static_cast<char>(c - 32) : c; });
  constexpr std::array<std::string_view, 9> kLast = {"SECRET", "TOKEN",      "PASSWORD",
                                                     "PASSWD", "PASS",       "PWD",
                                                     "APIKEY", "CREDENTIAL", "CREDENTIALS"};
  constexpr std::array<std::string_view, 7> kKeys = {"API_KEY",     "SECRET_KEY",  "ACCESS_KEY",
                                                     "PRIVATE_KEY", "SIGNING_KEY", "AUTH_KEY",
                                                     "STORAGE_KEY"};
  const std::string_view word = std::string_view(upper).substr(upper.rfind('_') + 1);
  return std::ranges::find(kLast, word) != kLast.end() ||
         std::ranges::any_of(kKeys, [&](std::string_view key) { return upper.ends_with(key); });
}

// A value that stands for one which comes from elsewhere: ${TOKEN}, <your token>, {{ token }}.
bool IsPlaceholder(std::string_view value) {
  return value.empty() || value.starts_with('$') || value.starts_with('<') ||
         value.starts_with("{{") || value == "changeme" || value == "true" || value == "false" ||
         std::ranges::all_of(value, IsDigit);
}

// Calls `look` with each line and its number until it gives a secret.
template <typename Look>
std::optional<Secret> EachLine(std::string_view text, Look look) {
  for (size_t line = 1; !text.empty(); ++line) {
    const size_t end = std::min(text.find('\n'), text.size());
    if (auto what = look(Trim(text.substr(0, end)))) return Secret{line, *std::move(what)};
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return std::nullopt;
}

using What = std::optional<std::string>;

What SecretInEnv(std::string_view line) {
  if (line.starts_with("export ")) line.remove_prefix(7);
  const size_t equals = line.find('=');
  if (line.starts_with('#') || equals == line.npos) return std::nullopt;
  const std::string_view name = Trim(line.substr(0, equals));
  if (!SoundsSecret(name) || IsPlaceholder(Trim(line.substr(equals + 1)))) return std::nullopt;
  return fmt::format("the value of {}", name.substr(0, 60));
}

// The first line that has `key` and, after it, a value.
template <size_t kCount>
std::optional<Secret> ValueOf(std::string_view text, std::array<std::string_view, kCount> keys,
                              std::string_view what) {
  return EachLine(text, [&](std::string_view line) -> What {
    for (const std::string_view key : keys) {
      const size_t at = line.find(key);
      if (at == line.npos || line.starts_with('#')) continue;
      std::string_view value = line.substr(at + key.size());
      value.remove_prefix(std::min(value.find_first_not_of(" \t:=\"'"), value.size()));
      if (!IsPlaceholder(value) && value.front() != '}' && value.front() != ',') {
        return std::string(what);
      }
    }
    return std::nullopt;
  });
}

std::optional<Secret> SecretByFile(std::string_view path, std::string_view text) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  if (name == ".env" || name.starts_with(".env.") || name.ends_with(".env")) {
    return EachLine(text, SecretInEnv);
  }
  if (name == ".netrc" || name == "_netrc") {
    return ValueOf(text, std::array<std::string_view, 1>{"password "}, "a password");
  }
  if (name == ".npmrc" || name == ".pypirc") {
    return ValueOf(text, std::array<std::string_view, 3>{"_authToken", "_password", "password"},
                   "a password");
  }
  if (name == ".git-credentials" && text.contains('@')) return Secret{1, "a password of git"};
  if (path.ends_with(".aws/credentials")) {
    return ValueOf(text, std::array<std::string_view, 1>{"aws_secret_access_key"},
                   "a secret key of AWS");
  }
  return std::nullopt;
}

std::optional<Secret> SecretByFormat(std::string_view text) {
  if (text.contains("\"auths\"")) {
    return ValueOf(text, std::array<std::string_view, 2>{"\"auth\"", "\"identitytoken\""},
                   "a password for a registry of images");
  }
  if (text.contains("kind: Config") && text.contains("clusters:")) {
    return ValueOf(text, std::array<std::string_view, 3>{"client-key-data:", "token:", "password:"},
                   "what opens a Kubernetes cluster");
  }
  return std::nullopt;
}

bool IsKeyFile(std::string_view path) {
  constexpr std::array<std::string_view, 4> kNames = {"id_rsa", "id_dsa", "id_ecdsa", "id_ed25519"};
  return std::ranges::find(kNames, path.substr(path.rfind('/') + 1)) != kNames.end();
}

}  // namespace

bool IsText(std::string_view beginning) { return !beginning.contains('\0'); }

std::optional<Secret> FindSecret(std::string_view path, std::string_view text) {
  if (IsKeyFile(path)) return Secret{0, "a private key of SSH"};
  if (auto secret = SecretByFile(path, text)) return secret;
  size_t first = FindPrivateKey(text);
  std::string_view what = "a private key";
  for (const Token& token : kTokens) {
    // What comes before is enough: only the first one is told.
    const size_t at = Find(text.substr(0, first), token);
    if (at == text.npos) continue;
    first = at;
    what = token.what;
  }
  if (first == text.npos) return SecretByFormat(text);
  const auto line = std::ranges::count(text.substr(0, first), '\n') + 1;
  return Secret{static_cast<size_t>(line), std::string(what)};
}

}  // namespace ekiben::bento
