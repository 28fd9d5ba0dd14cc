#!/usr/bin/env bash
# Usage: test.sh
# All tests, runner by runner; a failing runner does not stop the next. Each leaves its machine-readable
# results in build/test/, from which the last line, `N passed, N failed, N skipped`, is counted. Expects
# GOTOOLCHAIN and AGENT_GOTOOLCHAIN from the Makefile.
set -uo pipefail
[ -t 1 ] || export NO_COLOR=1

PATH=$PWD/node_modules/.bin:$PATH
results=$PWD/build/test

main() {
  rm -rf "$results"
  mkdir -p "$results"
  run_vitest fast --project fast --project cli --project beside
  run_vitest live --project live
  local module
  while read -r module; do run_go "$module"; done < <(find go-fixtures harness -name go.mod -exec dirname {} +)
  node dist/scripts/test-count.js "$results"
}

run_vitest() {
  local name=$1
  shift
  echo "test: vitest $name"
  vitest run "$@" --reporter=default --reporter=scripts/skip-reporter.ts \
    --reporter=json --outputFile.json="$results/$name.vitest.json"
  echo "$?" >"$results/$name.vitest.exit"
}

run_go() {
  local name=${1//\//-}
  echo "test: go test in $1"
  # The agent's module needs a newer Go than the others.
  local toolchain=$GOTOOLCHAIN
  if [ "$1" = harness/ebpf-agent ]; then toolchain=$AGENT_GOTOOLCHAIN; fi
  (cd "$1" && GOTOOLCHAIN=$toolchain go test -count=1 -json ./...) >"$results/$name.go.ndjson"
  echo "$?" >"$results/$name.go.exit"
}

main
