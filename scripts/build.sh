#!/usr/bin/env bash
# Configures and builds one preset of CMakePresets.json; `release` puts the programs into build/bin/.
# usage: scripts/build.sh [PRESET [TARGET]]    (default: release programs; `all` builds the tests too)
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-release}
cmake --preset "$preset" >&2
cmake --build --preset "$preset" --target "${2:-programs}" >&2
