#!/usr/bin/env bash
# Usage: golden.sh
# Writes what is generated anew (the report's schema, the expected results of test/golden, the tables of
# docs/tracers.md) and shows what changed.
set -euo pipefail

echo 'golden: writing the expected results anew'
npm run --silent schema
npm run --silent tracer-page
node_modules/.bin/vitest run --project fast --update
git --no-pager diff --stat -- schema test docs/tracers.md
