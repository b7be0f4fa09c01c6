#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs every fuzz target in a folder for some seconds, from its seeds in tests/fuzz/corpus.
# usage: run_fuzzers.sh FOLDER SECONDS
set -eu

folder=$1
seconds=$2
cd "$(dirname "$0")/.."
found=0
for target in "$folder"/*_fuzz; do
  name=$(basename "$target")
  seeds=tests/fuzz/corpus/$name
  work=build/fuzz/corpus/$name
  mkdir -p "$work" "build/fuzz/crashes"
  [ -d "$seeds" ] || seeds=""
  log=build/fuzz/$name.log
  # shellcheck disable=SC2086 # no seeds, no argument
  if "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
    -artifact_prefix="build/fuzz/crashes/$name-" "$work" $seeds >"$log" 2>&1; then
    echo "  $name: $(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$log") inputs, no crash"
  else
    tail -40 "$log"
    echo "error: $name failed; the input is in build/fuzz/crashes" >&2
    exit 1
  fi
  found=$((found + 1))
done
[ "$found" -gt 0 ] || { echo "error: no fuzz target in $folder" >&2; exit 1; }
