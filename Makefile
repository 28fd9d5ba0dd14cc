# The front door. `make` alone prints the targets; every step says in one line what it does.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory
# Steps share build/ and the machine's tracers, so `-j` must not overlap them.
.NOTPARALLEL:

# The environment may say GOTOOLCHAIN=local, GO111MODULE=off or carry flags meant for another project:
# here every go command uses the machine's own Go unless its recipe names a release.
export GOTOOLCHAIN := local
unexport GO111MODULE GOFLAGS

# The agent's programs for the kernel are committed compiled: by this clang, and by no other the same bytes.
export BPF_CLANG := clang-14
export BPF_STRIP := llvm-strip-14

# The newest releases of the check tools, and the agent, need a newer Go than the harness does; all are pinned.
export STATICCHECK_VERSION := v0.8.2
export ACTIONLINT_VERSION := v1.7.12
export CHECK_TOOLS_GOTOOLCHAIN := go1.26.8
export AGENT_GOTOOLCHAIN := go1.26.8

.PHONY: help
help: ## print this list
	@sed -nE 's/^([a-z]+):[^#]*## (.*)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 20

.PHONY: setup
setup: build ## everything that can be fetched or built ahead: packages, build, launcher, Go releases, tracers
	@node dist/harness/cli.js setup

.PHONY: build
build: packages ## compile the command line to dist/
	@scripts/when-changed.sh dist 'build: compiling TypeScript to dist/' \
	  src harness scripts package.json tsconfig.json tsconfig.build.json -- scripts/build.sh

.PHONY: packages
packages: preflight
	@scripts/when-changed.sh node_modules 'packages: installing what package-lock.json names' \
	  package.json package-lock.json .npmrc -- scripts/install-packages.sh

.PHONY: preflight
preflight:
	@scripts/preflight.sh

.PHONY: repro
repro: setup ## prove the race and its fix under DTrace; make repro ARGS="--runs 20" passes arguments on
	@node dist/harness/cli.js repro $(ARGS)

.PHONY: releases
releases: setup ## every Go release from 1.4 on, unfixed and fixed (downloads about 6 GB once)
	@node dist/harness/cli.js releases $(ARGS)

.PHONY: gate
gate: setup ## the regression gate on this project's own variants; make gate ARGS="--claim '<1%'"
	@node dist/harness/cli.js gate $(ARGS)

.PHONY: compare
compare: setup ## all variants on Go 1.9.7 side by side; make compare ARGS="--budget 60s"
	@node dist/harness/cli.js compare unfixed deadline retry semaphore waitgroup --go 1.9.7 $(ARGS)

.PHONY: man
man: build ## read the manual page; it is made from the command line itself
	@man -l dist/man/afterclose.1

.PHONY: test
test: setup ## all tests: unit, property, golden, contract, command line, live tracers, Go
	@scripts/test.sh

.PHONY: check
check: packages ## eslint, prettier, tsc, knip, gofmt, go vet, staticcheck, actionlint, the programs for the kernel
	@scripts/check.sh

.PHONY: bpf
bpf: ## compile the agent's programs for the kernel (needs clang 14); the result is committed
	@scripts/bpf.sh harness/ebpf-agent/tracing/agent.bpf.o

.PHONY: golden
golden: packages ## write the expected results of test/golden anew; read the difference before you commit it
	@scripts/golden.sh

.PHONY: bench
bench: setup ## measure tracers, replay and commands (10 minutes); make bench ARGS="--quick" or ARGS="--only loop"
	@npx tsc -p tsconfig.bench.json
	@node build/bench/bench/index.js $(ARGS)

.PHONY: conformance
conformance: setup ## hold the replay against the kernel: make conformance SEED=x N=20000 TRACER=ebpf
	@npx tsc -p tsconfig.bench.json
	@node build/bench/test/conformance/main.js "$(or $(SEED),conformance)" $(or $(N),20000) $(or $(TRACER),ebpf)

.PHONY: clean
clean: ## remove what make built; sessions and the private cache stay
	rm -rf build dist coverage
