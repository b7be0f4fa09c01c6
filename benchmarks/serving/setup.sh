#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# setup.sh: makes under build/bench/ what compare.py needs, and leaves alone what is there.
# PYTHON names the interpreter of the peers' environments; EKIBEN_VENV the environment that ekiben is installed in.
set -euo pipefail
cd "$(dirname "$0")/../.."

readonly here=benchmarks/serving/iris
readonly build=build/bench
readonly ekiben_venv=${EKIBEN_VENV:-.venv}
mkdir -p "$build"

say() { echo "bench: $*"; }

fail() {
  echo "error: $1" >&2
  echo "hint: $2" >&2
  exit 1
}

need_command() {
  PATH=$PATH:/usr/sbin command -v "$1" >/dev/null || fail "'$1' is not installed" "apt-get install $2"
}

# environment NAME: a virtual environment with what requirements-NAME.txt asks for.
environment() {
  local venv=$build/venv-$1 requirements=$here/requirements-$1.txt
  if cmp -s "$requirements" "$venv/installed.txt"; then
    say "$1's environment is there"
    return
  fi
  say "making $1's environment"
  rm -rf "$venv"
  "${PYTHON:-python3}" -m venv "$venv"
  "$venv/bin/pip" install --quiet --requirement "$requirements"
  cp "$requirements" "$venv/installed.txt"
}

# True where file $1 exists and nothing else named is newer.
is_fresh() {
  local made=$1 source
  [[ -e $made ]] || return 1
  for source in "${@:2}"; do [[ $source -nt $made ]] && return 1; done
  return 0
}

peers_models() {
  local done=$build/peers.done
  if is_fresh "$done" "$here/train.py" "$here/save_peers.py" "$build/venv-bentoml/installed.txt"; then
    say "the peers' models are there"
    return
  fi
  say "training the iris model and saving it for the peers"
  rm -rf "$build/model" "$build/bentoml-home"
  BENTOML_HOME=$PWD/$build/bentoml-home BENTOML_DO_NOT_TRACK=True \
    "$build/venv-bentoml/bin/python" "$here/save_peers.py" "$build/model"
  touch "$done"
}

ekiben_model() {
  local done=$build/ekiben.done record
  record=$(ls "$ekiben_venv"/lib/python3*/site-packages/ekiben-*.dist-info/RECORD 2>/dev/null || true)
  if [[ -z $record ]]; then
    say "ekiben is not installed in $ekiben_venv: no model saved for it"
    return
  fi
  if is_fresh "$done" "$here/train.py" "$here/save_ekiben.py" "$record"; then
    say "ekiben's model is there"
    return
  fi
  say "training the iris model and saving it for ekiben"
  rm -rf "$build/ekiben-home"
  EKIBEN_HOME=$PWD/$build/ekiben-home "$ekiben_venv/bin/python" "$here/save_ekiben.py"
  touch "$done"
}

need_command wrk wrk
need_command nginx nginx-light
environment fastapi
environment bentoml
environment bentoml-1.1
environment mosec
peers_models
ekiben_model
