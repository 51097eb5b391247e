#!/usr/bin/env bash
# What inspection costs: nothing where nobody looks, in instructions counted by callgrind, and of a step's time where
# somebody does. Writes bench/results/inspection.{md,json}; two minutes. Fails where a bar is not reached.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build="$root/build/release"
logs="$root/build/logs"
source "$root/cmake/prepare.sh"

install_missing "$logs/install.log" "${build_packages[@]}" valgrind python3
quietly "$logs/configure.log" configure "$root" release
quietly "$logs/build.log" cmake --build "$build" --target inspection_cost
PYTHONPATH="$root/bench" python3 -m inspection --program "$build/bench/inspection/inspection_cost" \
  --report "$root/build/inspection.html" --results "$root/bench/results"
