#!/usr/bin/env bash
# Draws the pictures of the lessons into docs/lessons/pictures.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build="$root/build/release"
logs="$root/build/logs"
source "$root/cmake/prepare.sh"

install_missing "$logs/install.log" "${build_packages[@]}"
quietly "$logs/configure.log" configure "$root" release
quietly "$logs/build.log" cmake --build "$build" --target lesson_pictures
exec "$build/examples/lesson_pictures" "$root/docs/lessons/pictures"
