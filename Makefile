# The commands of the house; `make help` lists them. Each step says in one line what it does and
# writes the rest to build/log/; CMake's presets do the work (CMakePresets.json).

JOBS ?= $(shell nproc)
STEP = tools/step
SHELL = /bin/bash
export CTEST_PARALLEL_LEVEL ?= $(JOBS)
export CMAKE_BUILD_PARALLEL_LEVEL ?= $(JOBS)
.DEFAULT_GOAL = help
.NOTPARALLEL:
.PHONY: help setup setup-test llama model build quickstart check test tidy fuzz format clean \
  format-check layers shape dev-build quick-test slow-test sanitized coverage

help: ## this list
	@echo 'make TARGET, each doing the set-up that it needs:'
	@sed -nE 's/^([a-z-]+):.*## (.*)/  \1\t\2/p' Makefile | expand -t 14
	@echo 'A first look:       make quickstart   (under 5 minutes after set-up, on 2 cores)'
	@echo 'Before a commit:    make check        (under 3 minutes when warm)'
	@echo 'Before a release:   make test         (what the continuous integration runs)'

quickstart: build model ## assess a real chat model in this process, and write the report
	@tools/quickstart

build: setup llama ## the program, build/truebound
	@$(STEP) configure-release 'configure the release build' cmake --preset release
	@$(STEP) build-release 'build build/truebound' cmake --build --preset release

setup: ## install the system packages that building and running need
	@tools/setup run

setup-test: ## ... and those that the checks and tests need
	@tools/setup test

llama:
	@tools/build-llama >/dev/null

model:
	@tools/fetch model >/dev/null

check: setup-test format-check layers shape dev-build quick-test ## format, layers, shape, build, unit and text tests

test: check slow-test sanitized quickstart ## check, the slow tests, the sanitizers, a real quickstart
	@$(STEP) check-quickstart 'the report: same bytes again, all slots counted, nothing claimed unmeasured' \
	  tools/check-quickstart $${QUICKSTART:-quickstart}
	@echo 'test: all of it passed'

format-check:
	@$(STEP) format 'format: every C++ file as clang-format-19 lays it out' tools/check-format

layers:
	@$(STEP) layers 'layers: what computes lies below what acts' tools/check-layers

shape:
	@$(STEP) shape 'shape: lengths, names, parameters, paths in docs, spelling' tools/check-shape

dev-build: setup-test llama
	@$(STEP) configure-dev 'configure the development build' cmake --preset dev
	@$(STEP) build-dev 'build everything, warnings are errors' cmake --build --preset dev

quick-test:
	@SHOW=8 $(STEP) test-dev 'test: unit, property and text tests' ctest --preset check

slow-test: model
	@SHOW=8 $(STEP) test-slow 'test: what takes minutes' ctest --preset dev --label-regex slow --no-tests=ignore

# Each sanitizer builds and runs the tests of the rooms that its preset names.
sanitized: setup-test llama
	@for kind in asan tsan; do \
	  $(STEP) configure-$$kind "configure the $$kind build" cmake --preset $$kind && \
	  $(STEP) build-$$kind "build the rooms that $$kind watches" cmake --build --preset $$kind && \
	  SHOW=8 $(STEP) test-$$kind "test them under $$kind" ctest --preset $$kind || exit 1; \
	done

tidy: dev-build ## clang-tidy-19 over the files changed since the last commit (ALL=1: over all)
	@tools/tidy

fuzz: setup-test llama ## each fuzzer for 60 s (SECONDS_EACH=N: for N)
	@$(STEP) configure-fuzz 'configure the fuzzers' cmake --preset fuzz
	@$(STEP) build-fuzz 'build the fuzzers' cmake --build --preset fuzz
	@tools/fuzz

coverage: setup-test llama ## measure what the limits cover: docs/methods/coverage.md (many minutes)
	@$(STEP) configure-dev 'configure the development build' cmake --preset dev
	@$(STEP) build-coverage 'build bench/coverage' cmake --build --preset dev --target coverage
	@$(STEP) coverage 'measure: enumerate and simulate' build/dev/coverage --size full --out docs/methods/coverage.md

format: setup-test ## lay out every C++ file
	@tools/check-format --fix

clean: ## remove build/; what lies in the user's cache stays
	rm -rf build
