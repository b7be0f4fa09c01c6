// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/json_writer.h"
#include "service/service_description.h"

// What the OpenAPI documents of models and of services in Python have in common: members of the
// object that is open, each with its key.
namespace ekiben::routes {

// info, servers and tags.
void WriteHead(JsonWriter& json, const service::ServiceDescription& service);

// The answers of an API that are errors, by status.
void WriteErrors(JsonWriter& json);

// The paths that every server has.
void WriteSystemPaths(JsonWriter& json);

// The schema of an error; the object of the answers that have it.
void WriteProblemSchema(JsonWriter& json);
void WriteProblemResponse(JsonWriter& json);

// The document of a service whose APIs have descriptors: OpenAPI 3.0.2 with BentoML's extensions,
// from which its Client.from_url() makes descriptors of its own.
std::string DescriptorOpenApi(const service::ServiceDescription& service);

}  // namespace ekiben::routes
