// SPDX-License-Identifier: Apache-2.0
#include "bento/distro.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bento/dockerfile.h"

namespace ekiben::bento {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::Optional;

std::string Text(DockerOptions docker) {
  return DockerfileText(BlocksOf({.docker = std::move(docker),
                                  .python_version = "3.11",
                                  .ekiben_version = "1.2",
                                  .requirements = "requirements.lock.txt"}));
}

std::string Refused(const DockerOptions& docker, bool is_conda = false) {
  return CheckSystem(docker, is_conda).message();
}

TEST(DistroTest, DebianIsPythonsOwnImage) {
  EXPECT_THAT(Text({.distro = "debian"}), HasSubstr("FROM python:3.11-slim\n"));
  EXPECT_EQ(Text({.distro = "debian"}), Text({}));
}

TEST(DistroTest, AmazonLinuxAndUbiInstallTheirPythonWithDnf) {
  for (const auto& [distro, image] :
       {std::pair("amazonlinux", "amazonlinux:2023"), std::pair("ubi8", "redhat/ubi9")}) {
    const std::string text = Text({.distro = distro, .system_packages = {"git"}});
    EXPECT_THAT(text, HasSubstr(std::string("FROM ") + image + "\n"));
    EXPECT_THAT(text, HasSubstr("dnf install -y --setopt=install_weak_deps=0 python3.11 "
                                "python3.11-pip shadow-utils git \\\n"));
    EXPECT_LT(text.find("RUN python3.11 -m venv /opt/python\n"), text.find("-m pip install"));
    EXPECT_LT(text.find("shadow-utils"), text.find("RUN groupadd"));
    EXPECT_THAT(text, Not(HasSubstr("apt-get")));
  }
}

TEST(DistroTest, CudaIsAnImageOfNvidias) {
  EXPECT_THAT(Text({.cuda_version = "11.8"}),
              HasSubstr("FROM nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04\n"));
  EXPECT_THAT(Text({.cuda_version = "12.4.1"}), HasSubstr("python3.11 python3.11-venv"));
  EXPECT_THAT(Text({.distro = "ubi8", .cuda_version = "12"}),
              HasSubstr("FROM nvidia/cuda:12.1.1-cudnn8-runtime-ubi9\n"));
}

TEST(DistroTest, ANamedImageIsTakenAsItIs) {
  const std::string text =
      Text({.distro = "ubi8", .system_packages = {"git"}, .base_image = "mine:1"});
  EXPECT_THAT(text, HasSubstr("FROM mine:1\n"));
  EXPECT_THAT(text, HasSubstr("dnf install -y --setopt=install_weak_deps=0 git "));
  EXPECT_THAT(text, Not(HasSubstr("venv")));
}

TEST(DistroTest, CondaHasThePythonThatThePackagesAreLockedFor) {
  const std::string text = DockerfileText(BlocksOf(
      {.docker = {}, .python_version = "3.10", .ekiben_version = "1.2", .has_conda = true}));
  EXPECT_THAT(text, HasSubstr("FROM continuumio/miniconda3\n"));
  EXPECT_LT(text.find("RUN conda install -y -n base python=3.10 pip\n"),
            text.find("RUN conda env update"));
}

TEST(DistroTest, WhatNoImageHasIsRefused) {
  EXPECT_THAT(Refused({.distro = "alpine", .cuda_version = "12.1"}), HasSubstr("has no CUDA"));
  EXPECT_THAT(Refused({.distro = "amazonlinux", .cuda_version = "12.1"}), HasSubstr("no CUDA"));
  EXPECT_THAT(Refused({.cuda_version = "11.6"}), HasSubstr("older glibc"));
  EXPECT_THAT(Refused({.cuda_version = "12.44"}), HasSubstr("expected one of 11.7, 11.8"));
  EXPECT_THAT(Refused({.cuda_version = "12.1"}, true), HasSubstr("exclude each other"));
  EXPECT_THAT(Refused({.distro = "ubi8"}, true), HasSubstr("conda with docker.distro 'ubi8'"));
  EXPECT_EQ(Refused({.cuda_version = "11.6", .base_image = "mine:1"}, true), "");
  EXPECT_EQ(Refused({.distro = "alpine"}, true), "");
}

TEST(DistroTest, WhatIsDoneOtherwiseIsTold) {
  EXPECT_THAT(SystemWarning({.distro = "alpine"}, "3.11"), Optional(HasSubstr("is Debian's")));
  EXPECT_THAT(SystemWarning({.distro = "ubi8"}, "3.11"), Optional(HasSubstr("UBI 9's")));
  EXPECT_THAT(SystemWarning({.distro = "amazonlinux"}, "3.10"),
              Optional(HasSubstr("has Python 3.9, 3.11, 3.12, 3.13, and not 3.10")));
  EXPECT_THAT(SystemWarning({.cuda_version = "12.1", .base_image = "mine:1"}, "3.11"),
              Optional(HasSubstr("is not used")));
  EXPECT_FALSE(SystemWarning({.distro = "debian", .cuda_version = "12.1"}, "3.11"));
  EXPECT_FALSE(SystemWarning({}, "3.14"));
}

}  // namespace
}  // namespace ekiben::bento
