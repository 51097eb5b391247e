# Sourced by examples/run.sh, tests/run.sh and bench/run.sh: Debian packages, and commands that speak only when they fail.

build_packages=(g++ cmake ninja-build libfmt-dev libhwy-dev nlohmann-json3-dev zlib1g-dev libcli11-dev libtomlplusplus-dev doctest-dev libthrust-dev)

# quietly LOG COMMAND...: the output goes to LOG, and is shown if the command fails.
quietly() {
  local log=$1 status
  shift
  mkdir -p "$(dirname "$log")"
  "$@" >"$log" 2>&1 </dev/null && return
  status=$?
  echo "failed with status $status: $*" >&2
  tail -n 150 "$log" >&2
  return $status
}

# install_missing LOG PACKAGE...: installs with apt-get what is not there yet; says nothing if all of it is.
install_missing() {
  local log=$1 package missing=() as_root=()
  shift
  if ! command -v apt-get >/dev/null; then
    echo "Not a Debian system: what these packages hold must be installed already: $*" >&2
    return 0
  fi
  for package in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    if ! { command -v sudo >/dev/null && sudo -v; }; then
      echo "Neither root nor sudo: ask an administrator to run apt-get install ${missing[*]}" >&2
      return 1
    fi
    as_root=(sudo)
  fi
  echo "Installing ${missing[*]}"
  quietly "$log" "${as_root[@]}" apt-get update &&
    quietly "$log" "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
}

# configure SOURCE PRESET: the presets make warnings errors, which is right only for the compilers that the project is tested with.
configure() {
  local tolerance=()
  (. /etc/os-release 2>/dev/null && [ "$ID$VERSION_ID" = debian12 ]) || tolerance=(--compile-no-warning-as-error)
  (cd "$1" && cmake --preset "$2" "${tolerance[@]}")
}
