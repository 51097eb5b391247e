#!/usr/bin/env bash
# Makes build/peers/venv with the libraries that ranktape is compared with; nothing is installed outside it.
#   bash bench/peers/install.sh [--python=PYTHON] [--fast-soft-sort=DIRECTORY] [--lapsum=DIRECTORY]
# Two peers are on no package index; give a git checkout of each (of the commit named) to have them timed as well:
#   https://github.com/google-research/fast-soft-sort  (6a52ce7)      https://github.com/gmum/LapSum  (c277d1a)
# softjax asks for Python 3.12, which Debian 12 does not have: without --python, the newest of python3.13, 3.12, 3 is taken.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
source "$root/cmake/prepare.sh"
peers="$root/build/peers"
logs="$root/build/logs"
torchsort=torchsort-0.1.10

python="" fast_soft_sort="" lapsum=""
for argument in "$@"; do
  case "$argument" in
    --python=*) python=${argument#*=} ;;
    --fast-soft-sort=*) fast_soft_sort=${argument#*=} ;;
    --lapsum=*) lapsum=${argument#*=} ;;
    *) sed -n '2,6s/^# //p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
  esac
done

choose_python() {
  local candidate
  for candidate in ${python:-python3.13 python3.12 python3}; do
    # A version manager may have a name on the path that runs nothing.
    if "$candidate" -c 'import ensurepip, venv' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  echo "No Python with venv among: ${python:-python3.13 python3.12 python3}; apt-get install python3-venv, or give --python=" >&2
  return 1
}

make_environment() {
  local chosen
  [ -x "$peers/venv/bin/python" ] && return
  chosen=$(choose_python)
  echo "Making $peers/venv with $("$chosen" --version) (PyTorch comes with CUDA libraries: 5 GB)"
  "$chosen" -m venv "$peers/venv"
}

# Its setup.py builds for CUDA wherever nvcc is found, which fails where there is no GPU; here the CPU counts, with its own flags.
build_torchsort() {
  "${pip[@]}" download --no-deps --no-build-isolation --no-binary torchsort --dest "$peers/source" "${torchsort/-/==}"
  tar -xf "$peers/source/$torchsort.tar.gz" -C "$peers/source"
  sed -i 's/if cuda_toolkit_available():/if False:/' "$peers/source/$torchsort/setup.py"
  "${pip[@]}" install --no-deps --no-build-isolation "$peers/source/$torchsort"
}

# Copied first: building writes into the source folder, which is somebody's checkout.
build_fast_soft_sort() {
  rm -rf "$peers/source/fast-soft-sort"
  cp -r "$fast_soft_sort" "$peers/source/fast-soft-sort"
  "${pip[@]}" install --no-deps --no-build-isolation "$peers/source/fast-soft-sort"
}

build_lapsum() {
  rm -rf "$peers/source/lapsum"
  cp -r "$lapsum/lapsum" "$peers/source/lapsum"
  "$peers/venv/bin/python" "$here/build_lapsum.py" "$peers/source/lapsum"
}

install_missing "$logs/install.log" g++ python3-venv python3-dev ninja-build
make_environment
mkdir -p "$peers/source"
pip=("$peers/venv/bin/python" -m pip --disable-pip-version-check)
quietly "$logs/peers.log" "${pip[@]}" install --requirement "$here/requirements.txt"
if ! "$peers/venv/bin/python" -c 'import torchsort' 2>/dev/null; then
  quietly "$logs/torchsort.log" build_torchsort
fi
[ -z "$fast_soft_sort" ] || quietly "$logs/fast-soft-sort.log" build_fast_soft_sort
[ -z "$lapsum" ] || quietly "$logs/lapsum.log" build_lapsum
