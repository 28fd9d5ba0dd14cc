#!/usr/bin/env bash
# Usage: preflight.sh
# Checks what set-up can not fetch by itself: node, npm and go, new enough. Silent when all is well;
# otherwise one line for each thing that is missing, with the way out, and exit 3.
set -uo pipefail

main() {
  local missing=0
  require node "$(node --version 2>/dev/null)" 20.19.0 'install Node.js 20.19 or newer'
  require npm "$(npm --version 2>/dev/null)" 10.0.0 'it comes with Node.js; some distributions package it apart as npm'
  require go "$(GOTOOLCHAIN=local go version 2>/dev/null)" 1.21 \
    'install Go 1.21 or newer (older ones can not fetch other releases of Go) and put its bin folder on PATH'
  exit "$missing"
}

# require NAME ITS-OWN-WORDS LEAST REMEDY
require() {
  local version
  version=$(sed -nE 's/^[^0-9]*([0-9]+(\.[0-9]+)*).*/\1/p' <<<"$2" | head -n 1)
  if [ -z "$version" ]; then
    echo "$1 was not found on PATH: $4" >&2
    missing=3
  elif [ "$(printf '%s\n' "$3" "$version" | sort -V | head -n 1)" != "$3" ]; then
    echo "$1 $version is too old, $3 is needed: $4" >&2
    missing=3
  fi
}

main
