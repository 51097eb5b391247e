#!/usr/bin/env bash
# Computes what docs/strength.md shows and draws its pictures into docs/pictures: half a minute.
#   bash bench/strength/run.sh [TABLE...]     only these tables anew, of: blocks ranks training
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build="$root/build/release"
logs="$root/build/logs"
tables="$root/build/strength"
source "$root/cmake/prepare.sh"

names=("$@")
[ ${#names[@]} -gt 0 ] || names=(blocks ranks training)
# Matplotlib of the peers' environment if there is one, else Debian's.
python="$root/build/peers/venv/bin/python"
packages=("${build_packages[@]}")
if [ ! -x "$python" ]; then
  python=/usr/bin/python3
  packages+=(python3-matplotlib)
fi
install_missing "$logs/install.log" "${packages[@]}"
quietly "$logs/configure.log" configure "$root" release
quietly "$logs/build.log" cmake --build "$build" --target strength_figures
mkdir -p "$tables"
for name in "${names[@]}"; do
  echo "== $name"
  "$build/bench/strength/strength_figures" "$name" >"$tables/$name.csv.new"
  mv "$tables/$name.csv.new" "$tables/$name.csv"
done
PYTHONPATH="$root/bench" "$python" -m strength --tables "$tables" --pictures "$root/docs/pictures"
