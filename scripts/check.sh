#!/usr/bin/env bash
# Usage: check.sh
# Every static check, each with one line. A failing one does not hide the others; a check that could not
# be run counts as failed, since nothing was checked. Expects GOTOOLCHAIN and the versions of the tools from the Makefile.
set -uo pipefail
[ -t 1 ] || export NO_COLOR=1

PATH=$PWD/node_modules/.bin:$PATH
failed=()

main() {
  step eslint eslint . --max-warnings 0
  step prettier prettier --check --log-level warn .
  step tsc tsc --noEmit
  step knip knip
  step 'bash -n' each_script
  step gofmt check_gofmt
  step 'go vet' each_module go vet ./...
  step staticcheck check_staticcheck
  step actionlint check_workflows
  step 'programs for the kernel' check_bpf
  if [ "${#failed[@]}" -gt 0 ]; then
    echo "check: failed: $(printf '%s, ' "${failed[@]}" | sed 's/, $//')"
    exit 1
  fi
  echo 'check: all passed'
}

step() {
  local name=$1
  shift
  echo "check: $name"
  "$@" || failed+=("$name")
}

each_script() {
  local script status=0
  for script in scripts/*.sh .ci/run; do bash -n "$script" || status=1; done
  return "$status"
}

check_gofmt() {
  local unformatted modules
  mapfile -t modules < <(go_modules)
  # The helpers of the live tests are single files without a module.
  unformatted=$("$(go env GOROOT)/bin/gofmt" -l "${modules[@]}" test/live) || return 1
  [ -z "$unformatted" ] || { printf 'not formatted, gofmt -w mends it: %s\n' $unformatted && return 1; }
}

check_staticcheck() {
  local tool
  tool=$(go_tool staticcheck honnef.co/go/tools/cmd/staticcheck "$STATICCHECK_VERSION") || return 1
  # It reads what the go command compiles, and that must be no newer than the Go it was built with.
  GOTOOLCHAIN=$CHECK_TOOLS_GOTOOLCHAIN each_module "$tool" ./...
}

# Where they would be copied to, so that the composite action is looked at too. Alone, without the linters of shell and
# Python scripts that it would use where it finds them.
check_workflows() {
  local tool place=$PWD/build/workflows
  tool=$(go_tool actionlint github.com/rhysd/actionlint/cmd/actionlint "$ACTIONLINT_VERSION") || return 1
  rm -rf "$place"
  mkdir -p "$place"/.github/{workflows,actions/afterclose-gate}
  cp examples/github-*.yml "$place/.github/workflows"
  cp examples/gate-action/action.yml "$place/.github/actions/afterclose-gate"
  (cd "$place" && git init --quiet && "$tool" -shellcheck= -pyflakes=)
}

# go_tool NAME PACKAGE VERSION: prints where the tool is, which is built once.
go_tool() {
  local name=$1 bin=$PWD/build/$1-$3
  if [ ! -x "$bin/$name" ]; then
    echo "$name: building $3 with $CHECK_TOOLS_GOTOOLCHAIN (fetched once)" >&2
    GOTOOLCHAIN=$CHECK_TOOLS_GOTOOLCHAIN GOBIN=$bin go install "$2@$3" || {
      echo "$name could not be had, so nothing is checked by it. Offline? Once with a network is enough." >&2
      return 1
    }
  fi
  echo "$bin/$name"
}

# What is committed must be what the sources give. A clang that is not there is said, and is no failure on a machine
# where the programs were not touched: .ci/run installs it.
check_bpf() {
  local committed=harness/ebpf-agent/tracing/agent.bpf.o fresh=build/agent.bpf.o
  if ! command -v "$BPF_CLANG" >/dev/null && [ "${AFTERCLOSE_SKIPS:-}" != fail ]; then
    echo "not compiled anew: there is no $BPF_CLANG (Debian 12: apt-get install clang-14 llvm-14)"
    return
  fi
  mkdir -p build
  scripts/bpf.sh "$fresh" || return 1
  cmp "$committed" "$fresh" || { echo "$committed is not what its sources give: make bpf" && return 1; }
}

# The agent's module needs a newer Go than the others.
each_module() {
  local module status=0
  while read -r module; do
    (
      cd "$module" || exit 1
      if [ "$module" = harness/ebpf-agent ] && [ "$GOTOOLCHAIN" = local ]; then GOTOOLCHAIN=$AGENT_GOTOOLCHAIN; fi
      "$@"
    ) || status=1
  done < <(go_modules)
  return "$status"
}

go_modules() {
  find go-fixtures harness -name go.mod -not -path '*/testdata/*' -exec dirname {} +
}

main
