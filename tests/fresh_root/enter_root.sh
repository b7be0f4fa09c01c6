#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs a command in the Debian of FOLDER, with /proc, with WHEELS at /mnt, and with no variables of
# ours. What is mounted goes with the command.
# usage: enter_root.sh FOLDER WHEELS COMMAND...
set -eu

# shellcheck disable=SC2016 # the inner shell's own
exec unshare --mount sh -euc '
  root=$1 wheels=$2
  shift 2
  mount -t proc proc "$root/proc"
  mount --bind "$wheels" "$root/mnt"
  exec chroot "$root" /usr/bin/env -i PATH=/usr/bin:/bin HOME=/root LC_ALL=C.UTF-8 "$@"
' sh "$@"
