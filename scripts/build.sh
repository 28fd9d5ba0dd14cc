#!/usr/bin/env bash
# Usage: build.sh
# Compiles src/, harness/ and scripts/ to a new dist/, and makes the manual page from the command line that came of it:
# tsc alone would leave the output of deleted sources behind.
set -euo pipefail

rm -rf dist
npm run --silent build
mkdir dist/man
node dist/harness/cli.js manual >dist/man/afterclose.1
