#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes a minimal Debian 12 with Python and nothing else in FOLDER, unless it is there already.
# The mirror is the one that this machine's apt uses.
# usage: make_root.sh FOLDER [PACKAGE,...]
set -eu

folder=$1
[ ! -e "$folder" ] || exit 0
if ! command -v debootstrap >/dev/null && [ ! -x /usr/sbin/debootstrap ]; then
  echo "error: debootstrap is not installed" >&2
  echo "hint: apt-get install debootstrap" >&2
  exit 1
fi
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' |
  head -n 1)
if [ -z "$mirror" ]; then
  echo "error: apt knows no mirror of Debian 12 (bookworm)" >&2
  exit 1
fi
# Downloads are kept beside it; a root that is not whole never has the name that is looked for.
mkdir -p "$folder.packages"
rm -rf "$folder.part"
PATH=$PATH:/usr/sbin debootstrap --variant=minbase --include="python3,python3-venv${2:+,$2}" \
  --cache-dir="$(realpath "$folder.packages")" bookworm "$folder.part" "$mirror"
mv "$folder.part" "$folder"
