#!/usr/bin/env bash
# Usage: bpf.sh OBJECT
# Compiles harness/ebpf-agent/bpf to OBJECT. Expects BPF_CLANG and BPF_STRIP from the Makefile. Installs nothing.
set -euo pipefail

main() {
  local object=$1
  need "$BPF_CLANG" clang-14
  need "$BPF_STRIP" llvm-14
  # From its own folder: the names of the sources are in the object.
  (cd harness/ebpf-agent/bpf &&
    "$BPF_CLANG" -target bpf -mcpu=v3 -O2 -g -Wall -Wextra -Werror -Wno-unused-parameter \
      -fdebug-compilation-dir . -c agent.bpf.c -o -) >"$object"
  # The types (BTF) stay: the loader needs them.
  "$BPF_STRIP" -g "$object"
}

need() {
  command -v "$1" >/dev/null || {
    echo "bpf: there is no $1: install the package $2 (Debian 12: apt-get install $2)" >&2
    exit 1
  }
}

main "$@"
