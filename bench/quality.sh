#!/usr/bin/env bash
# Trains with every loss on the bundled data, beside LightGBM and XGBoost, and writes bench/results/quality.{md,json}.
#   bash bench/quality.sh                 some twenty minutes
#   bash bench/quality.sh --only=NAME     contenders whose names contain NAME; the results of the others stay
#   bash bench/quality.sh speed           time of an epoch beside PyTorch, of a training beside LightGBM: training_time.{md,json}
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
logs="$root/build/logs"
source "$root/cmake/prepare.sh"

module=quality arguments=(--output "$root/bench/results") requirements=("$root/bench/quality/requirements.txt")
case "${1:-}" in
  "") ;;
  --only=*) arguments+=(--only "${1#*=}") ;;
  speed) module=quality.speed requirements+=("$root/bench/quality/requirements-speed.txt") ;;
  *) sed -n '2,5s/^# //p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac

install_missing "$logs/install.log" "${build_packages[@]}" python3-venv
quietly "$logs/release-configure.log" configure "$root" release
quietly "$logs/program-build.log" cmake --build "$root/build/release" --target ranktape_program
environment="$root/build/peers/quality"
[ -x "$environment/bin/python" ] || python3 -m venv "$environment"
quietly "$logs/quality-peers.log" "$environment/bin/python" -m pip --disable-pip-version-check install \
  "${requirements[@]/#/--requirement=}"
PYTHONPATH="$root/bench" OMP_NUM_THREADS=1 "$environment/bin/python" -m "$module" --root "$root" \
  --program "$root/build/release/examples/ranktape" "${arguments[@]}"
