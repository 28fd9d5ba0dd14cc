#!/usr/bin/env bash
# Usage: when-changed.sh FOLDER MESSAGE INPUT... -- COMMAND...
# Prints MESSAGE and runs COMMAND, which makes FOLDER, unless FOLDER was made from the same INPUTs (files
# or folders) with the same Node.js. Contents are compared, not times: a checkout touches files without
# changing them. The stamp lies inside FOLDER, so whoever deletes FOLDER deletes the stamp too; its time is when the
# inputs were last found to be these.
set -euo pipefail

main() {
  local folder=$1 message=$2 inputs=()
  shift 2
  while [ "$1" != -- ]; do
    inputs+=("$1")
    shift
  done
  shift
  local stamp=$folder/.made-from now
  now=$(fingerprint "${inputs[@]}")
  if [ -f "$stamp" ] && [ "$(<"$stamp")" = "$now" ]; then
    touch "$stamp"
    return
  fi
  rm -f "$stamp"
  echo "$message" >&2
  "$@"
  echo "$now" >"$stamp"
}

fingerprint() {
  {
    node -p 'process.platform + process.arch + process.versions.modules'
    find "$@" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
  } | sha256sum
}

main "$@"
