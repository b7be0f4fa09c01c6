// SPDX-License-Identifier: Apache-2.0
#include "bento/distro.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/nearest.h"

namespace ekiben::bento {
namespace {

constexpr const char* kApt =
    "apt-get update \\\n && apt-get install -y --no-install-recommends {} \\\n"
    " && rm -rf /var/lib/apt/lists/*";
constexpr const char* kDnf = "dnf install -y --setopt=install_weak_deps=0 {} \\\n && dnf clean all";

// The program needs glibc 2.34: UBI 9 and Amazon Linux 2023 have it, UBI 8 and Amazon Linux 2 do
// not, and Alpine has another libc.
constexpr const char* kUbi = "redhat/ubi9";
constexpr const char* kAmazon = "amazonlinux:2023";

struct Cuda {
  std::string_view wanted;  // What docker.cuda_version may say.
  std::string_view image;   // The beginning of the image's tag.
};
// NVIDIA has images with Ubuntu 22.04 and UBI 9 since CUDA 11.7.
constexpr std::array kCuda = {
    Cuda{"default", "12.1.1-cudnn8"}, Cuda{"12", "12.1.1-cudnn8"},
    Cuda{"11", "11.8.0-cudnn8"},      Cuda{"11.7", "11.7.1-cudnn8"},
    Cuda{"11.7.1", "11.7.1-cudnn8"},  Cuda{"11.8", "11.8.0-cudnn8"},
    Cuda{"11.8.0", "11.8.0-cudnn8"},  Cuda{"12.0", "12.0.1-cudnn8"},
    Cuda{"12.0.0", "12.0.0-cudnn8"},  Cuda{"12.0.1", "12.0.1-cudnn8"},
    Cuda{"12.1", "12.1.1-cudnn8"},    Cuda{"12.1.0", "12.1.0-cudnn8"},
    Cuda{"12.1.1", "12.1.1-cudnn8"},  Cuda{"12.2", "12.2.2-cudnn8"},
    Cuda{"12.2.2", "12.2.2-cudnn8"},  Cuda{"12.3", "12.3.2-cudnn9"},
    Cuda{"12.3.2", "12.3.2-cudnn9"},  Cuda{"12.4", "12.4.1-cudnn"},
    Cuda{"12.4.1", "12.4.1-cudnn"},   Cuda{"12.5", "12.5.1-cudnn"},
    Cuda{"12.5.1", "12.5.1-cudnn"},   Cuda{"12.6", "12.6.3-cudnn"},
    Cuda{"12.6.3", "12.6.3-cudnn"},   Cuda{"12.8", "12.8.1-cudnn"},
    Cuda{"12.8.1", "12.8.1-cudnn"},
};
constexpr std::array<std::string_view, 6> kOldCuda = {"11.2",   "11.2.2", "11.4",
                                                      "11.4.3", "11.6",   "11.6.2"};

const Cuda* FindCuda(std::string_view wanted) {
  const auto found = std::ranges::find(kCuda, wanted, &Cuda::wanted);
  return found == kCuda.end() ? nullptr : &*found;
}

bool IsDnf(const DockerOptions& docker) {
  return docker.distro == "ubi8" || docker.distro == "amazonlinux";
}

// A folder of its own, so that `python` and its pip are this version's whatever else is there.
std::string PythonLines(const std::string& version) {
  return fmt::format(
      "RUN python{0} -m venv /opt/python\n"
      "ENV PATH=/opt/python/bin:$PATH\n",
      version);
}

BaseSystem Dnf(std::string image, const std::string& version) {
  return {.image = std::move(image),
          .install = kDnf,
          .packages = {"python" + version, fmt::format("python{}-pip", version), "shadow-utils"},
          .python = PythonLines(version)};
}

// Ubuntu has one version of Python; the others come from where BentoML takes them.
BaseSystem Ubuntu(std::string image, const std::string& version) {
  const std::string python = fmt::format(
      "ENV DEBIAN_FRONTEND=noninteractive\n"
      "RUN apt-get update \\\n"
      " && apt-get install -y --no-install-recommends software-properties-common gpg-agent \\\n"
      " && add-apt-repository -y ppa:deadsnakes/ppa \\\n"
      " && apt-get install -y --no-install-recommends python{0} python{0}-venv \\\n"
      " && rm -rf /var/lib/apt/lists/*\n",
      version);
  return {.image = std::move(image),
          .install = kApt,
          .packages = {"ca-certificates"},
          .python = python + PythonLines(version)};
}

}  // namespace

BaseSystem SystemOf(const DockerOptions& docker, const std::string& python_version, bool is_conda) {
  if (docker.base_image) {
    return {.image = *docker.base_image, .install = IsDnf(docker) ? kDnf : kApt, .packages = {}};
  }
  if (is_conda) {
    return {.image = "continuumio/miniconda3",
            .install = kApt,
            .packages = {},
            .python = fmt::format("RUN conda install -y -n base python={} pip\n", python_version)};
  }
  if (const Cuda* const cuda = docker.cuda_version ? FindCuda(*docker.cuda_version) : nullptr) {
    const std::string image = fmt::format("nvidia/cuda:{}-runtime-", cuda->image);
    return docker.distro == "ubi8" ? Dnf(image + "ubi9", python_version)
                                   : Ubuntu(image + "ubuntu22.04", python_version);
  }
  if (docker.distro == "ubi8") return Dnf(kUbi, python_version);
  if (docker.distro == "amazonlinux") return Dnf(kAmazon, python_version);
  return {.image = fmt::format("python:{}-slim", python_version), .install = kApt, .packages = {}};
}

Status CheckSystem(const DockerOptions& docker, bool is_conda) {
  const std::string distro = docker.distro.value_or("debian");
  if (docker.base_image) return {};
  if (is_conda && docker.cuda_version) {
    return InvalidArgument("docker.cuda_version and conda exclude each other")
        .WithHint("docker.base_image may name an image that has both");
  }
  if (is_conda && IsDnf(docker)) {
    return InvalidArgument(fmt::format("conda with docker.distro '{}' has no image", distro))
        .WithHint("leave docker.distro out");
  }
  if (!docker.cuda_version) return {};
  if (distro == "alpine" || distro == "amazonlinux") {
    return InvalidArgument(fmt::format("docker.distro '{}' has no CUDA", distro))
        .WithHint("docker.distro 'debian' and 'ubi8' have");
  }
  if (FindCuda(*docker.cuda_version) != nullptr) return {};
  if (std::ranges::find(kOldCuda, *docker.cuda_version) != kOldCuda.end()) {
    return InvalidArgument(
               fmt::format("docker.cuda_version '{}': its images have an older glibc than the 2.34 "
                           "that ekiben needs",
                           *docker.cuda_version))
        .WithHint("11.7 and newer work; drivers for an older one often run 11.8");
  }
  std::vector<std::string> names;
  for (const Cuda& cuda : kCuda) {
    if (std::ranges::count(cuda.wanted, '.') == 1) names.emplace_back(cuda.wanted);
  }
  const std::string hint = DidYouMean(*docker.cuda_version, names);
  return InvalidArgument(fmt::format("docker.cuda_version: expected one of {}, got '{}'",
                                     fmt::join(names, ", "), *docker.cuda_version))
      .WithHint(hint.empty() ? "docker.base_image names an image with another" : hint);
}

std::optional<std::string> SystemWarning(const DockerOptions& docker,
                                         const std::string& python_version) {
  const std::string distro = docker.distro.value_or("");
  if (docker.base_image) {
    if (!docker.cuda_version) return std::nullopt;
    return fmt::format("docker.cuda_version is not used: docker.base_image is '{}'",
                       *docker.base_image);
  }
  if (distro == "alpine") {
    return "docker.distro 'alpine': ekiben needs glibc, which Alpine does not have; the Dockerfile "
           "is Debian's";
  }
  if (!IsDnf(docker)) return std::nullopt;
  std::vector<std::string> has = {"3.9", "3.11", "3.12"};
  if (distro == "amazonlinux") has.emplace_back("3.13");
  if (std::ranges::find(has, python_version) == has.end()) {
    return fmt::format(
        "docker.distro '{}' has Python {}, and not {}: docker.python_version says which", distro,
        fmt::join(has, ", "), python_version);
  }
  if (distro != "ubi8") return std::nullopt;
  return "docker.distro 'ubi8': ekiben needs glibc 2.34, so the Dockerfile is UBI 9's";
}

}  // namespace ekiben::bento
