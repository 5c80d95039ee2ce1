#!/usr/bin/env bash
# Formats the C++ sources in place; with --check only says what would change, and fails if anything would.
# usage: scripts/format.sh [--check]
set -euo pipefail
cd "$(dirname "$0")/.."
case ${1:-} in
  "") mode=(-i) ;;
  --check) mode=(--dry-run --Werror) ;;
  *) echo "usage: scripts/format.sh [--check]" >&2; exit 2 ;;
esac
git ls-files -z --cached --others --exclude-standard -- '*.cpp' '*.h' | xargs -0 --no-run-if-empty clang-format "${mode[@]}"
