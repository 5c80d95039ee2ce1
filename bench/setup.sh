#!/usr/bin/env bash
# Makes the environments of the peers that bench/compare.py measures against, outside of which nothing of them is
# installed: bench/peers with llama.cpp, built for this machine, and with --openvino also bench/openvino with OpenVINO
# GenAI and what exports models to it (6 GB).
# usage: bench/setup.sh [--openvino]
set -euo pipefail
cd "$(dirname "$0")"
case ${1:-} in
  "" | --openvino) ;;
  *) echo "usage: bench/setup.sh [--openvino]" >&2; exit 2 ;;
esac

[ -x peers/bin/python ] || python3 -m venv peers
CMAKE_ARGS="-DGGML_NATIVE=ON" peers/bin/pip install --quiet numpy gguf llama-cpp-python
if [ "${1:-}" = --openvino ]; then
  [ -x openvino/bin/python ] || python3 -m venv openvino
  openvino/bin/pip install --quiet openvino-genai optimum-intel
fi
echo "bench: ready; run bench/peers/bin/python bench/compare.py"
