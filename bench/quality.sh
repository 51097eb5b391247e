#!/usr/bin/env bash
# Trains with every loss on the bundled data, beside LightGBM and XGBoost, and writes bench/results/quality.{md,json}.
#   bash bench/quality.sh                 everything: some twenty minutes
#   bash bench/quality.sh --only=NAME     contenders whose names contain NAME; the result stays in build/bench
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
logs="$root/build/logs"
source "$root/cmake/prepare.sh"

only="" output="$root/bench/results"
case "${1:-}" in
  "") ;;
  --only=*) only=${1#*=} output="$root/build/bench" ;;
  *) sed -n '2,4s/^# //p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac

install_missing "$logs/install.log" "${build_packages[@]}" python3-venv
quietly "$logs/release-configure.log" configure "$root" release
quietly "$logs/program-build.log" cmake --build "$root/build/release" --target ranktape_program
environment="$root/build/peers/quality"
if [ ! -x "$environment/bin/python" ]; then
  python3 -m venv "$environment"
fi
quietly "$logs/quality-peers.log" "$environment/bin/python" -m pip --disable-pip-version-check install \
  --requirement "$root/bench/quality/requirements.txt"
PYTHONPATH="$root/bench" OMP_NUM_THREADS=1 "$environment/bin/python" -m quality --root "$root" \
  --program "$root/build/release/examples/ranktape" --only "$only" --output "$output"
