// SPDX-License-Identifier: Apache-2.0
#include "registry/docker_config.h"

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/base64.h"
#include "base/file.h"
#include "codec/json_document.h"
#include "registry/credential_helper.h"

namespace ekiben::registry {
namespace {

namespace fs = std::filesystem;
using codec::JsonValue;

constexpr size_t kMaxConfig = size_t{4} << 20;
constexpr std::string_view kDockersOwn = "https://index.docker.io/v1/";

bool IsDockersOwn(std::string_view host) {
  return host == "docker.io" || host == "index.docker.io" || host == "registry-1.docker.io";
}

std::string TextOf(const JsonValue& object, std::string_view key) {
  const JsonValue* const value = object.Find(key);
  return value != nullptr && value->kind() == JsonValue::Kind::kString ? value->text() : "";
}

Result<Login> ParseLogin(const JsonValue& value) {
  Login login{.user = TextOf(value, "username"),
              .password = TextOf(value, "password"),
              .identity_token = TextOf(value, "identitytoken")};
  const std::string auth = TextOf(value, "auth");
  if (auth.empty()) return login;
  const auto both = DecodeBase64(auth);
  const size_t colon = both ? both->find(':') : std::string::npos;
  if (colon == std::string::npos)
    return Error(InvalidArgument("it is not base64 of USER:PASSWORD"));
  login.user = both->substr(0, colon);
  login.password = both->substr(colon + 1);
  while (login.password.ends_with('\0')) login.password.pop_back();
  return login;
}

// "registry.example" of "https://registry.example/v1/", as old versions of docker wrote it.
std::string_view WithoutScheme(std::string_view key) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (key.starts_with(scheme))
      return key.substr(scheme.size(), key.find('/', scheme.size()) - scheme.size());
  }
  return key;
}

fs::path Variable(const char* name, const char* below) {
  const char* const value = std::getenv(name);
  return value == nullptr || *value == '\0' ? fs::path() : fs::path(value) / below;
}

std::vector<fs::path> ConfigFiles() {
  std::vector<fs::path> files;
  const auto add = [&](fs::path file) {
    if (!file.empty()) files.push_back(std::move(file));
  };
  if (const char* const named = std::getenv("REGISTRY_AUTH_FILE"); named != nullptr) add(named);
  add(Variable("XDG_RUNTIME_DIR", "containers/auth.json"));
  add(Variable("HOME", ".config/containers/auth.json"));
  const fs::path docker = Variable("DOCKER_CONFIG", "config.json");
  add(docker.empty() ? Variable("HOME", ".docker/config.json") : docker);
  return files;
}

// The login that one file has, or nothing.
Result<std::optional<Login>> LoginIn(const fs::path& file, std::string_view host,
                                     std::string_view path) {
  const auto text = ReadFile(file, kMaxConfig);
  if (!text) {
    if (text.error().code() == Code::kNotFound) return std::nullopt;
    return Error(text.error());
  }
  const auto config = DockerConfig::Parse(*text);
  if (!config) return Error(Status(config.error()).WithContext(file.string()));
  if (const std::string helper = config->HelperOf(host); !helper.empty()) {
    auto login = AskHelper(helper, HelperKey(host));
    if (!login) return Error(std::move(login).error().WithContext(file.string()));
    if (!login->empty()) return *std::move(login);
  }
  const Login* const login = config->LoginOf(host, path);
  return login == nullptr || login->empty() ? std::nullopt : std::optional(*login);
}

}  // namespace

std::string HelperKey(std::string_view host) {
  return std::string(IsDockersOwn(host) ? kDockersOwn : host);
}

Result<DockerConfig> DockerConfig::Parse(std::string_view json) {
  auto document = JsonValue::Parse(json, {.max_bytes = kMaxConfig});
  if (!document) return Error(std::move(document).error());
  if (document->kind() != JsonValue::Kind::kObject) {
    return Error(InvalidArgument("expected an object"));
  }
  DockerConfig config{.store = TextOf(*document, "credsStore")};
  if (const JsonValue* const auths = document->Find("auths"); auths != nullptr) {
    for (size_t i = 0; i < auths->keys().size(); ++i) {
      auto login = ParseLogin(auths->items()[i]);
      if (!login) {
        return Error(
            std::move(login).error().WithContext(fmt::format("auths.'{}'.auth", auths->keys()[i])));
      }
      config.logins.emplace(auths->keys()[i], *std::move(login));
    }
  }
  if (const JsonValue* const helpers = document->Find("credHelpers"); helpers != nullptr) {
    for (size_t i = 0; i < helpers->keys().size(); ++i) {
      config.helpers.emplace(helpers->keys()[i], helpers->items()[i].text());
    }
  }
  return config;
}

std::string DockerConfig::HelperOf(std::string_view host) const {
  for (const std::string& key : {std::string(host), HelperKey(host)}) {
    if (const auto found = helpers.find(key); found != helpers.end()) return found->second;
  }
  return store;
}

const Login* DockerConfig::LoginOf(std::string_view host, std::string_view path) const {
  for (std::string key = fmt::format("{}/{}", host, path); !key.empty();) {
    if (const auto found = logins.find(key); found != logins.end()) return &found->second;
    const size_t slash = key.rfind('/');
    key.resize(slash == key.npos ? 0 : slash);
  }
  for (const auto& [key, login] : logins) {
    if (WithoutScheme(key) == host) return &login;
    if (IsDockersOwn(host) && key == kDockersOwn) return &login;
  }
  return nullptr;
}

Result<Login> FindLogin(std::string_view host, std::string_view path) {
  for (const fs::path& file : ConfigFiles()) {
    auto login = LoginIn(file, host, path);
    if (!login) return Error(std::move(login).error());
    if (*login) return **std::move(login);
  }
  return Login();
}

}  // namespace ekiben::registry
