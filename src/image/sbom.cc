// SPDX-License-Identifier: Apache-2.0
#include "image/sbom.h"

#include <map>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/json_writer.h"
#include "base/sha256.h"
#include "image/image_json.h"

namespace ekiben::image {
namespace {

namespace fs = std::filesystem;

// A version has letters that mean something in a package's URL.
std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '-' || c == '_' || c == '~';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

Component OfPackage(const Package& package) {
  return {.type = "library",
          .name = package.name,
          .version = package.version,
          .purl = fmt::format("pkg:deb/debian/{}@{}?arch={}", Escaped(package.name),
                              Escaped(package.version), package.architecture)};
}

Component OfBase(const BaseImage& base) {
  const std::string path = base.name.Path();
  return {.type = "container",
          .name = base.name.ToString(),
          .version = base.digest,
          .purl = fmt::format("pkg:oci/{}@{}?repository_url={}",
                              Escaped(path.substr(path.rfind('/') + 1)), Escaped(base.digest),
                              Escaped(base.name.Host() + "/" + path)),
          .sha256 = base.digest.substr(base.digest.find(':') + 1)};
}

Component OfDistribution(const Distribution& distribution) {
  return {.type = "library",
          .name = distribution.name,
          .version = distribution.version,
          .purl = fmt::format("pkg:pypi/{}@{}", Escaped(distribution.name),
                              Escaped(distribution.version))};
}

Result<Component> OfFile(std::string type, std::string name, std::string version,
                         const fs::path& file) {
  auto hash = Sha256OfFile(file);
  if (!hash) return Error(std::move(hash).error());
  Component component{.type = std::move(type),
                      .name = std::move(name),
                      .version = std::move(version),
                      .sha256 = *std::move(hash)};
  component.purl = "pkg:generic/" + Escaped(component.name);
  if (!component.version.empty()) component.purl += "@" + Escaped(component.version);
  return component;
}

Result<Component> OfModel(const ModelFile& model) {
  Component component{
      .type = "machine-learning-model", .name = model.name, .version = model.version};
  if (model.file.empty()) return component;
  auto hash = Sha256OfFile(model.file);
  if (!hash) return Error(std::move(hash).error());
  component.sha256 = *std::move(hash);
  return component;
}

// What follows the last ".so." of a library's name: "1.32.0".
std::string VersionIn(const std::string& library) {
  const size_t at = library.rfind(".so.");
  return at == std::string::npos ? "" : library.substr(at + 4);
}

void WriteComponent(JsonWriter& json, const Component& component) {
  json.BeginObject().Member("type", component.type).Member("name", component.name);
  if (!component.version.empty()) json.Member("version", component.version);
  if (!component.sha256.empty()) {
    json.Key("hashes").BeginArray().BeginObject().Member("alg", "SHA-256");
    json.Member("content", component.sha256).EndObject().EndArray();
  }
  if (!component.purl.empty()) json.Member("purl", component.purl);
  if (component.type == "machine-learning-model") {
    json.Key("modelCard").BeginObject().EndObject();
  }
  json.EndObject();
}

// The image's own hash in the form of a UUID, so that the same image has the same number.
std::string SerialNumber(std::string_view digest) {
  const std::string_view hex = digest.substr(digest.find(':') + 1);
  return fmt::format("urn:uuid:{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4),
                     hex.substr(12, 4), hex.substr(16, 4), hex.substr(20, 12));
}

std::string VersionOf(const BentoSource& bento) {
  return bento.ekiben_version.substr(bento.ekiben_version.rfind(' ') + 1);
}

}  // namespace

Result<std::vector<Component>> ComponentsOf(const ImagePlan& plan, const BentoSource& bento) {
  std::vector<Component> components;
  const auto add = [&](Result<Component> component) -> Status {
    if (!component) return component.error();
    components.push_back(*std::move(component));
    return {};
  };
  Status added = add(OfFile("application", "ekiben", VersionOf(bento), plan.files.program));
  if (plan.base) components.push_back(OfBase(*plan.base));
  for (const fs::path& plugin : plan.files.plugins) {
    if (!added.ok()) return Error(added);
    added = add(
        OfFile("library", "ekiben-runtime-" + plugin.stem().string(), VersionOf(bento), plugin));
  }
  std::map<std::string, Component> packages;
  for (const auto& [file, package] : plan.packages) {
    packages.try_emplace(package.name, OfPackage(package));
  }
  for (auto& [name, component] : packages) components.push_back(std::move(component));
  for (const auto* const set : {&plan.files.own, &plan.files.system}) {
    for (const fs::path& file : *set) {
      if (plan.packages.contains(file)) continue;
      if (!added.ok()) return Error(added);
      const std::string name = file.filename().string();
      added = add(OfFile("library", name.substr(0, name.find(".so")), VersionIn(name), file));
    }
  }
  if (!plan.interpreter.empty() && !plan.packages.contains(plan.interpreter)) {
    if (!added.ok()) return Error(added);
    added = add(OfFile("application", "python", plan.python_version, plan.interpreter));
  }
  for (const Distribution& one : plan.distributions) components.push_back(OfDistribution(one));
  for (const ModelFile& model : bento.models) {
    if (!added.ok()) return Error(added);
    added = add(OfModel(model));
  }
  if (!added.ok()) return Error(added);
  return components;
}

std::string SbomJson(const BentoSource& bento, std::span<const Component> components,
                     std::string_view digest) {
  JsonWriter json;
  json.BeginObject().Member("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
  json.Member("bomFormat", "CycloneDX").Member("specVersion", "1.6");
  json.Member("serialNumber", SerialNumber(digest)).Key("version").Int(1);
  json.Key("metadata").BeginObject().Member("timestamp", Rfc3339(bento.created));
  json.Key("tools").BeginObject().Key("components").BeginArray();
  WriteComponent(json, {.type = "application", .name = "ekiben", .version = VersionOf(bento)});
  json.EndArray().EndObject().Key("component");
  WriteComponent(json, {.type = "container", .name = bento.name, .version = bento.version});
  json.EndObject().Key("components").BeginArray();
  for (const Component& component : components) WriteComponent(json, component);
  json.EndArray().EndObject();
  return json.text();
}

std::string ProvenanceJson(const BentoSource& bento, std::span<const Component> components,
                           std::string_view digest) {
  const auto write_digest = [](JsonWriter& json, std::string_view of) {
    json.Key("digest").BeginObject();
    json.Member("sha256", of.substr(of.find(':') + 1)).EndObject();
  };
  JsonWriter json;
  json.BeginObject().Member("_type", "https://in-toto.io/Statement/v1");
  json.Key("subject").BeginArray().BeginObject().Member("name", bento.name);
  write_digest(json, digest);
  json.EndObject().EndArray();
  json.Member("predicateType", "https://slsa.dev/provenance/v1");
  json.Key("predicate").BeginObject().Key("buildDefinition").BeginObject();
  json.Member("buildType", "urn:ekiben:containerize:1");
  json.Key("externalParameters").BeginObject();
  json.Member("bento", bento.name + ":" + bento.version).EndObject();
  json.Key("resolvedDependencies").BeginArray();
  if (!bento.digest.empty()) {
    json.BeginObject().Member("name", bento.name + ":" + bento.version);
    write_digest(json, bento.digest);
    json.EndObject();
  }
  for (const Component& component : components) {
    json.BeginObject().Member("name", component.name);
    if (!component.purl.empty()) json.Member("uri", component.purl);
    if (!component.sha256.empty()) write_digest(json, component.sha256);
    json.EndObject();
  }
  json.EndArray().EndObject().Key("runDetails").BeginObject().Key("builder").BeginObject();
  json.Member("id", "pkg:generic/ekiben@" + VersionOf(bento)).EndObject().EndObject();
  json.EndObject().EndObject();
  return json.text();
}

}  // namespace ekiben::image
