#!/usr/bin/env bash
# Trains a ranking model: on the bundled data with no arguments, else `ranktape train` with the arguments given.
# `--device accelerator` alone trains on the bundled data, on the accelerator.
# Installs the Debian packages that are missing and builds the program first.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build="$root/build/release"
source "$root/cmake/prepare.sh"

install_missing "$root/build/logs/install.log" "${build_packages[@]}"
[ -x "$build/examples/ranktape" ] || echo "Building in build/release (a few minutes the first time)"
quietly "$root/build/logs/configure.log" configure "$root" release
quietly "$root/build/logs/build.log" cmake --build "$build" --target ranktape_program

if [ $# -eq 0 ] || { [ $# -eq 2 ] && [ "$1" = --device ]; }; then
  data="$root/examples/data/lightgbm-lambdarank"
  "$build/examples/ranktape" train --train "$data/rank.train.gz" --test "$data/rank.test.gz" \
    --model "$root/build/lightgbm-lambdarank.safetensors" --report "$root/build/report.html" "$@"
  exec "$build/examples/ranktape" compare --train "$data/rank.train.gz" --test "$data/rank.test.gz" "$@"
else
  exec "$build/examples/ranktape" train "$@"
fi
