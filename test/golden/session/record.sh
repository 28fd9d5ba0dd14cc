#!/usr/bin/env bash
# Usage (as root, after `make setup`): test/golden/session/record.sh
# Records the sessions of this folder anew, with the built command line, the real DTrace and the agent, in neutral places:
# a trace holds the paths of what it saw. `make golden` only writes their reports anew.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
cli=${AFTERCLOSE_TEST_CLI:-$root/dist/harness/cli.js}
place=/tmp/afterclose-sessions

main() {
  rm -rf "$place"
  mkdir -p "$place"
  cp -r "${AFTERCLOSE_CACHE:-$HOME/.cache/afterclose}" "$place/cache"
  export AFTERCLOSE_CACHE=$place/cache
  node "$cli" setup
  cd "$place"
  repro dtrace --tracer dtrace --no-cross-check --runs 2 --cycles 12
  repro cross-checked --tracer dtrace --variant unfixed --go 1.9.7 --go local --runs 1 --cycles 12
  repro untraced --tracer none --variant unfixed --runs 2 --cycles 25
  start interrupted
  kill -INT "$repro"
  finish interrupted
  start tracer-killed
  kill -KILL "$(process_with usr/sbin/dtrace)"
  finish tracer-killed
  start launcher-killed
  kill -KILL "$(process_with /launcher)"
  finish launcher-killed
  rm -rf "$place"
}

repro() {
  local name=$1 status=0
  shift
  node "$cli" repro --seed golden --out "$name" "$@" >"$name.txt" 2>&1 || status=$?
  echo "$name: exit code $status"
  keep "$name"
}

# Returns when the first traced run is done and others are to come.
start() {
  node "$cli" repro --seed golden --out "$1" --tracer dtrace --no-cross-check --runs 8 --cycles 15 --variant semaphore >"$1.txt" 2>&1 &
  repro=$!
  until grep -qs '"kind":"run"' "$1/blocks/2-dtrace/records.ndjson"; do sleep 0.01; done
}

finish() {
  local status=0
  wait "$repro" || status=$?
  echo "$1: exit code $status"
  keep "$1"
}

# What a launcher is told names the machine's own paths, and is no evidence.
keep() {
  rm -f "$1"/blocks/*/batch.json
  rm -rf "${here:?}/$1"
  cp -r "$1" "$here/$1"
}

# By its command line, which names the place.
process_with() {
  pgrep -o -f "^$place/cache/.*$1( |\$)"
}

main
