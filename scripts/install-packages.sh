#!/usr/bin/env bash
# Usage: install-packages.sh
# npm ci, quietly. Without install scripts: nothing here needs them, and npm 10 and 11 differ in running
# them. With the development packages even where NODE_ENV=production is set: the compiler is one.
set -uo pipefail

log=$(mktemp)
trap 'rm -f "$log"' EXIT
# npm's own pauses between tries add up to more than a minute before it says that there is no network.
tries=(--fetch-retries=3 --fetch-retry-mintimeout=500 --fetch-retry-maxtimeout=4000)
if npm ci --ignore-scripts --include=dev --prefer-offline --no-audit --no-fund "${tries[@]}" >"$log" 2>&1; then
  exit 0
fi
cat "$log" >&2
echo 'packages: npm ci failed (its own words are above), so nothing can be built.' \
  'Offline? Run this once with a network; later runs need none.' >&2
exit 3
