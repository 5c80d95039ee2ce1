#!/usr/bin/env bash
# From nothing to an answer: sets up, builds, compiles the embedded example into one program and asks it a question.
# usage: scripts/demo.sh [QUESTION]
set -euo pipefail
cd "$(dirname "$0")/.."
question=${1:-What is a lamp?}
program=build/demo/tiny-dictionary
mkdir -p build/demo

stages=()
stage() {  # stage NAME COMMAND...: runs the command and remembers how long it took
  local name=$1 start=${EPOCHREALTIME/[.,]/}
  shift
  "$@"
  local took=$(((${EPOCHREALTIME/[.,]/} - start) / 1000))
  stages+=("$(printf '%-8s %6d.%03d s' "$name" $((took / 1000)) $((took % 1000)))")
}

stage "set up" scripts/setup.sh
stage "build" scripts/build.sh
stage "compile" build/bin/qwenc build examples/tiny-dictionary --weights=embed -o "$program"
echo "> $question"
stage "answer" "$program" run --greedy -p "$question"
echo
printf '%s\n' "${stages[@]}"
