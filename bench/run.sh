#!/usr/bin/env bash
# Measures the library and its peers, and says how far each bar of performance is reached (bench/README.md).
#   bash bench/run.sh            everything: some ten minutes, and the first time an environment of 5 GB for the peers
#   bash bench/run.sh PART...    of: programs peers rank tape threads training report
#   --quick                      few rounds, small shapes: only to see that all of it works; installs no peers
#   --benchmark_filter=REGEX     and other options of Google Benchmark go to the programs (alone: only these run)
#   --python=, --fast-soft-sort=, --lapsum=   go to bench/peers/install.sh
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build="$root/build/release"
logs="$root/build/logs"
source "$root/cmake/prepare.sh"

parts=() quick=() program_options=() peer_options=()
for argument in "$@"; do
  case "$argument" in
    --quick) quick=(--quick) ;;
    --benchmark_*) program_options+=("$argument") ;;
    --python=* | --fast-soft-sort=* | --lapsum=*) peer_options+=("$argument") ;;
    programs | peers | rank | tape | threads | training | report) parts+=("$argument") ;;
    *) sed -n '2,7s/^# //p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
  esac
done
if [ ${#parts[@]} -eq 0 ]; then
  if [ ${#program_options[@]} -gt 0 ]; then parts=(programs); else parts=(programs rank tape threads training report); fi
fi
# What a quick run finds is no result: it stays out of bench/results.
measurements="$root/build/bench${quick:+-quick}"
results="$root/bench/results"
[ ${#quick[@]} -eq 0 ] || results="$measurements/results"

# The C++ programs. Their figures count for the bars only where nothing was chosen among them.
run_programs() {
  local program name options=("${program_options[@]}") commit
  commit=$(git -C "$root" describe --always --dirty --exclude='*' 2>/dev/null) || commit="not from a git checkout"
  for program in "$build"/bench/bench_*; do
    name=${program##*/bench_}
    echo "== $name"
    if [ ${#program_options[@]} -eq 0 ]; then
      options=(--benchmark_repetitions=5 --benchmark_report_aggregates_only=true --benchmark_min_time=0.1
        --benchmark_out="$measurements/programs/$name.json" --benchmark_out_format=json
        --benchmark_context=commit="$commit")
      [ ${#quick[@]} -eq 0 ] || options+=(--benchmark_repetitions=2 --benchmark_min_time=0.001 --benchmark_filter='1x100$|:1000$|/128x1000/manual_time$')
      mkdir -p "$measurements/programs"
    fi
    "$program" "${options[@]}"
  done
}

run_peers() { bash "$root/bench/peers/install.sh" "${peer_options[@]}"; }

# The environment of the peers if it is there or can be made; else Debian's Python, and our side alone.
find_python() {
  python="$root/build/peers/venv/bin/python"
  if [ ${#quick[@]} -eq 0 ] && { [ ! -x "$python" ] || [ ${#peer_options[@]} -gt 0 ]; }; then
    run_peers || echo "The peers could not be installed: measuring our side alone" >&2
  fi
  if ! "$python" -c 'import numpy' 2>/dev/null; then
    install_missing "$logs/install.log" python3-numpy
    python=/usr/bin/python3
  fi
}

compare() {
  echo "== $1"
  PYTHONPATH="$root/bench" "$python" -m compare "$1" "${quick[@]}" --library "$build/bench/libranktape_shim.so" \
    --measurements "$measurements" --results "$results"
}

install_missing "$logs/install.log" "${build_packages[@]}" libbenchmark-dev
quietly "$logs/configure.log" configure "$root" release
quietly "$logs/build.log" cmake --build "$build" --target benchmarks
for part in "${parts[@]}"; do
  case "$part" in
    programs) run_programs ;;
    peers) run_peers ;;
    *)
      [ -n "${python:-}" ] || find_python
      compare "$part"
      [ "$part" != training ] || compare training-two-threads
      ;;
  esac
done
