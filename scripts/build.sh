#!/usr/bin/env bash
# Usage: build.sh
# Compiles src/, harness/ and scripts/ to a new dist/: tsc alone would leave the output of deleted sources behind.
set -euo pipefail

rm -rf dist
npm run --silent build
