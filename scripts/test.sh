#!/usr/bin/env bash
# Sets up, builds and runs every test; the last line is "N passed, N failed".
# usage: scripts/test.sh [PRESET]
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-release}
scripts/setup.sh
scripts/build.sh "$preset" all

log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
ctest --preset "$preset" --parallel "$(nproc)" 2>&1 | tee "$log" || status=$?
# ctest: "97% tests passed, 3 tests failed out of 100"
if ! counts=$(sed -nE 's/^[0-9]+% tests passed, ([0-9]+) tests failed out of ([0-9]+)$/\1 \2/p' "$log") || [ -z "$counts" ]; then
  echo "test: ctest gave no summary" >&2
  exit 1
fi
read -r failed total <<<"$counts"
echo "$((total - failed)) passed, $failed failed"
exit "$status"
