#!/usr/bin/env bash
# Builds every benchmark and runs them one after another; arguments go to each, e.g. --benchmark_filter=tape.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build="$root/build/release"
source "$root/cmake/prepare.sh"

install_missing "$root/build/logs/install.log" "${build_packages[@]}" libbenchmark-dev
quietly "$root/build/logs/configure.log" configure "$root" release
quietly "$root/build/logs/build.log" cmake --build "$build" --target benchmarks
for program in "$build"/bench/bench_*; do
  echo "== ${program##*/}"
  "$program" "$@"
done
