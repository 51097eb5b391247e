#!/usr/bin/env bash
# Opens reports in Debian's Chromium and looks at them; installs the Debian packages that are missing first.
#   bash tests/browser/run.sh                  the tests (test_report.py); the last line is "N passed, N failed"
#   bash tests/browser/run.sh --screenshots    makes docs/pictures/report_light.png and report_dark.png
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source cmake/prepare.sh

case "${1:-}" in
  "" | --screenshots) ;;
  *) sed -n '2,4s/^# //p' "${BASH_SOURCE[0]}"; exit 2 ;;
esac

logs=build/logs
venv=build/browser/venv
reports=build/browser/reports
# python3-venv makes environments of Debian's Python only.
python=/usr/bin/python3
[ -x "$python" ] || python=python3
install_missing "$logs/browser-install.log" "${build_packages[@]}" chromium python3-venv

quietly "$logs/browser-configure.log" configure . release
quietly "$logs/browser-build.log" cmake --build --preset release --target ranktape_browser_reports

if ! cmp -s tests/browser/requirements.txt "$venv/requirements.txt"; then
  rm -rf "$venv"
  quietly "$logs/browser-venv.log" "$python" -m venv "$venv"
  if ! quietly "$logs/browser-pip.log" "$venv/bin/pip" install -r tests/browser/requirements.txt; then
    echo "pip cannot install tests/browser/requirements.txt: that takes a network" >&2
    exit 1
  fi
  cp tests/browser/requirements.txt "$venv/requirements.txt"
fi

build/release/tests/ranktape_browser_reports "$reports" examples/data/lightgbm-lambdarank
if [ "${1:-}" = --screenshots ]; then
  exec "$venv/bin/python" tests/browser/screenshots.py "$reports" docs/pictures
fi
exec "$venv/bin/python" tests/browser/test_report.py "$reports"
