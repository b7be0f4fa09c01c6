// SPDX-License-Identifier: Apache-2.0
#include "server/start_lines.h"

#include <algorithm>
#include <cctype>
#include <ostream>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "codec/json_document.h"

namespace ekiben::server {
namespace {

// "X float64[-1, 4]"
std::string Readable(const std::vector<TensorSpec>& specs) {
  std::vector<std::string> parts;
  for (const TensorSpec& spec : specs) {
    parts.push_back(fmt::format("{} {}{}", spec.name, DataTypeName(spec.type),
                                spec.any_rank ? "[...]" : spec.shape.ToString()));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

// A word of a shell's that needs no quotes for most.
std::string ShellWord(const std::string& text) {
  const bool plain = std::ranges::all_of(text, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("/:._-").find(c) != std::string_view::npos;
  });
  return plain ? text : ShellQuoted(text);
}

// A request's type and body as curl's words.
std::string BodyWords(const service::ApiDescription& api) {
  if (api.input && api.input->kind == service::ValueKind::kText) {
    const auto text = codec::JsonValue::Parse(api.sample_request);
    return fmt::format("-H 'content-type: text/plain' -d {}",
                       ShellQuoted(text ? text->text() : api.sample_request));
  }
  return fmt::format("-H 'content-type: application/json' -d {}", ShellQuoted(api.sample_request));
}

}  // namespace

std::string UrlOf(std::string_view host, uint16_t port) {
  if (host == "0.0.0.0" || host == "localhost") host = "127.0.0.1";
  if (host == "::") host = "::1";
  const bool v6 = host.find(':') != host.npos;
  return fmt::format("http://{}{}{}:{}", v6 ? "[" : "", host, v6 ? "]" : "", port);
}

std::string ShellQuoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') {
      quoted += R"('\'')";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

std::string TryLine(std::span<const service::ApiDescription> apis, const std::string& url) {
  for (const service::ApiDescription& api : apis) {
    if (api.sample_request.empty()) continue;
    return fmt::format("curl {} {}", ShellWord(url + api.route), BodyWords(api));
  }
  return fmt::format("curl {}/docs.json", url);
}

void WriteStartLines(const service::Service& service, const store::ModelInfo& model,
                     const std::string& url, Duration took, std::ostream& out) {
  const service::ServiceDescription& description = service.description();
  out << fmt::format("model   {}  ({})\n", model.tag.ToString(), model.module);
  for (size_t i = 0; i < description.apis.size(); ++i) {
    const service::ApiDescription& api = description.apis[i];
    const std::string_view where = service.RunsOnLoop(i) ? "at once" : "on threads of its own";
    const std::string_view batches = api.batches ? ", batched" : "";
    out << fmt::format("api     POST {}  {} -> {}  (runs {}{})\n", api.route, Readable(api.inputs),
                       Readable(api.outputs), where, batches);
  }
  for (const service::Unserved& signature : description.unserved) {
    out << fmt::format("        not served: {}: {}\n", signature.name, signature.reason);
  }
  out << fmt::format("ready   {}  in {:.0f} ms\n", url, Seconds(took) * 1e3);
  out << fmt::format("try     {}\n", TryLine(description.apis, url));
}

void WriteStartLines(const service::PythonService& service, const std::string& python,
                     const std::string& url, Duration took, std::ostream& out) {
  const service::ServiceDescription& description = service.description();
  const size_t workers = service.api_workers();
  out << fmt::format("service {}  ({} API {} of {})\n", description.name, workers,
                     workers == 1 ? "worker" : "workers", python);
  for (const service::ApiDescription& api : description.apis) {
    out << fmt::format("api     POST {}  {} -> {}\n", api.route, api.input->name, api.output->name);
  }
  for (const std::string& placement : service.placements()) {
    out << fmt::format("runner  {}\n", placement);
  }
  out << fmt::format("ready   {}  in {:.0f} ms\n", url, Seconds(took) * 1e3);
  if (!description.apis.empty()) {
    out << fmt::format("try     {}\n", TryLine(description.apis, url));
  }
}

void WriteReloadLine(const std::string& changed, Duration took, std::ostream& out) {
  out << fmt::format("reload  {}  in {:.0f} ms\n", changed, Seconds(took) * 1e3);
}

}  // namespace ekiben::server
