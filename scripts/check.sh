#!/usr/bin/env bash
# Usage: check.sh
# Every static check, each with one line. A failing one does not hide the others; a check that could not
# be run counts as failed, since nothing was checked. Expects GOTOOLCHAIN and STATICCHECK_* from the Makefile.
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
  unformatted=$("$(go env GOROOT)/bin/gofmt" -l "${modules[@]}") || return 1
  [ -z "$unformatted" ] || { printf 'not formatted, gofmt -w mends it: %s\n' $unformatted && return 1; }
}

check_staticcheck() {
  local bin=$PWD/build/staticcheck-$STATICCHECK_VERSION
  if [ ! -x "$bin/staticcheck" ]; then
    echo "staticcheck: building $STATICCHECK_VERSION with $STATICCHECK_GOTOOLCHAIN (fetched once)"
    GOTOOLCHAIN=$STATICCHECK_GOTOOLCHAIN GOBIN=$bin \
      go install "honnef.co/go/tools/cmd/staticcheck@$STATICCHECK_VERSION" || {
      echo 'staticcheck could not be had, so the Go code is not checked by it. Offline? Once with a network is enough.'
      return 1
    }
  fi
  # It reads what the go command compiles, and that must be no newer than the Go it was built with.
  GOTOOLCHAIN=$STATICCHECK_GOTOOLCHAIN each_module "$bin/staticcheck" ./...
}

each_module() {
  local module status=0
  while read -r module; do (cd "$module" && "$@") || status=1; done < <(go_modules)
  return "$status"
}

go_modules() {
  find go-fixtures harness -name go.mod -not -path '*/testdata/*' -exec dirname {} +
}

main
