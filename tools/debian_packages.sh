#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian packages named as arguments, where they are missing.
set -eu

missing=""
for package in "$@"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
    missing="$missing $package"
done
if [ -z "$missing" ]; then
  exit 0
fi

echo "setup: installing Debian packages:$missing"
if [ "$(id -u)" = 0 ]; then
  root=""
elif command -v sudo >/dev/null; then
  root="sudo"
else
  echo "error: these packages are missing and only root can install them:$missing" >&2
  echo "hint: run as root: apt-get install$missing" >&2
  exit 1
fi
$root apt-get update -qq
# shellcheck disable=SC2086 # one word a package
$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing \
  >/dev/null
