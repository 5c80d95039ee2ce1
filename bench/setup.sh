#!/usr/bin/env bash
# Makes the environment of the peers that bench/compare.py measures against: bench/peers, outside of which nothing of
# them is installed. llama.cpp is built for this machine.
# usage: bench/setup.sh
set -euo pipefail
cd "$(dirname "$0")"

[ -x peers/bin/python ] || python3 -m venv peers
CMAKE_ARGS="-DGGML_NATIVE=ON" peers/bin/pip install --quiet numpy gguf llama-cpp-python
echo "bench: ready; run bench/peers/bin/python bench/compare.py"
