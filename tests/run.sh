#!/usr/bin/env bash
# Builds and tests everything; installs the Debian packages that are missing first.
#   bash tests/run.sh            every step        bash tests/run.sh --quick        the release step only
#   bash tests/run.sh STEP...    of: release browser address thread clang format tidy
# A failing step does not stop the others. The last line is "N passed, N failed": test cases, and one for each step without any.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
source cmake/prepare.sh

steps=(release browser address thread clang format tidy)
case "${1:-}" in
  "") ;;
  --quick) steps=(release) ;;
  -*) sed -n '2,5s/^# //p' "${BASH_SOURCE[0]}"; exit 2 ;;
  *) steps=("$@") ;;
esac

logs=build/logs
jobs=$(nproc)
passed=0 failed=0 failed_steps=()
# Address space randomisation of newer kernels leaves the thread sanitizer no room for its shadow memory.
fixed_addresses=()
setarch --addr-no-randomize true 2>/dev/null && fixed_addresses=(setarch --addr-no-randomize)

# Adds the test cases of a CTest report to passed and failed: doctest's own count, or one for a program without.
count_cases() {
  local report
  report=$(awk '
    /<testcase / { ok = /status="run"/; p = 0; f = 0; doctest = 0 }
    /\[doctest\] test cases:/ { doctest = 1; split($0, n, "|"); p = n[2] + 0; f = n[3] + 0 }
    /<\/testcase>/ { if (ok) P += doctest ? p : 1; else { P += p; F += f > 0 ? f : 1 } }
    END { print P + 0, F + 0 }' "$1") || report="0 1"
  read -r cases_passed cases_failed <<<"$report"
}

build() {
  quietly "$logs/$1-configure.log" configure . "$1" && quietly "$logs/$1-build.log" cmake --build --preset "$@"
}

# Builds a preset (further arguments: of the build), runs its tests.
build_and_test() {
  local report="$PWD/$logs/$1-report.xml"
  rm -f "$report"
  build "$@" || return 1
  "${fixed_addresses[@]}" ctest --preset "$1" -j "$jobs" --no-tests=error --output-junit "$report" \
    --test-output-size-passed 1000000 --test-output-size-failed 1000000 >"$logs/$1-test.log" 2>&1 </dev/null
  local status=$?
  count_cases "$report"
  if [ $status -ne 0 ]; then tail -n 400 "$logs/$1-test.log" >&2; fi
  if [ $((cases_passed + cases_failed)) -eq 0 ]; then echo "no test case ran" >&2; return 1; fi
  return $status
}

step_release() { build_and_test release; }
step_browser() {
  local status counts
  mkdir -p "$logs"
  bash tests/browser/run.sh >"$logs/browser.log" 2>&1 </dev/null
  status=$?
  if [ $status -ne 0 ]; then tail -n 400 "$logs/browser.log" >&2; fi
  counts=$(sed -nE '$s/^([0-9]+) passed, ([0-9]+) failed$/\1 \2/p' "$logs/browser.log")
  read -r cases_passed cases_failed <<<"${counts:-0 0}"
  return $status
}
step_address() { build_and_test address --target ranktape_tests ranktape_program_tests; }
step_thread() { build_and_test thread --target ranktape_tests; }
step_clang() { build clang; }
step_format() {
  quietly "$logs/format.log" xargs -a <(find . -path ./build -prune -o \( -name '*.[ch]pp' -o -name '*.cu' -o -name '*.cuh' \) -print) \
    clang-format --dry-run -Werror
}
step_tidy() {
  quietly "$logs/clang-configure.log" configure . clang &&
    quietly "$logs/tidy.log" xargs -a <(find core ops optim -name '*.cpp') -n 1 -P "$jobs" clang-tidy --quiet -p build/clang
}

run_step() {
  local start=$SECONDS cases_passed=0 cases_failed=0 status
  echo "== $1"
  "step_$1"
  status=$?
  # A step that fails with no failing case (it did not build, lint complains) counts as one.
  if [ $status -ne 0 ] && [ "$cases_failed" -eq 0 ]; then cases_failed=1; fi
  if [ $status -eq 0 ] && [ "$cases_passed" -eq 0 ]; then cases_passed=1; fi
  passed=$((passed + cases_passed)) failed=$((failed + cases_failed))
  [ "$cases_failed" -eq 0 ] || failed_steps+=("$1")
  echo "== $1: $cases_passed passed, $cases_failed failed, $((SECONDS - start)) s"
}

packages=("${build_packages[@]}" libbenchmark-dev libtbb-dev)
[ "${steps[*]}" = release ] || packages+=(clang clang-format clang-tidy)
install_missing "$logs/install.log" "${packages[@]}" || { echo "0 passed, 1 failed"; exit 1; }
for step in "${steps[@]}"; do run_step "$step"; done

[ ${#failed_steps[@]} -eq 0 ] || echo "failed: ${failed_steps[*]} (logs in $logs)"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
