// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "bento/plan.h"

// The texts of a bento that are made of what is known of it. None has the bento's version or its
// time in it, but bento.yaml.
namespace ekiben::bento {

// bento.yaml with BentoML's keys in BentoML's order, and ours last; without the digest.
std::string ManifestText(const Plan& plan);
// The line that ends it.
std::string DigestLine(std::string_view digest);

// README.md: what the bento answers, and how it is served. `description` stands below the title.
std::string ReadmeText(const Plan& plan, std::string_view description);

// env/conda/environment.yml of the options; those that name a file of their own have none.
std::string CondaText(const CondaOptions& conda);

// "3.11" of "3.11.7": what images and locks are made for.
std::string MinorVersion(std::string_view version);

}  // namespace ekiben::bento
