#!/usr/bin/env bash
# Installs what a Debian 12 machine lacks to build and test qwenc; does nothing where all is there.
# usage: scripts/setup.sh
set -euo pipefail

packages=(
  g++ cmake ninja-build ccache git
  libmlir-22-dev mlir-22-tools llvm-22-dev llvm-22-tools liblld-22-dev lld-22
  nlohmann-json3-dev libcli11-dev libutf8proc-dev libxxhash-dev zlib1g-dev libzstd-dev
  libjpeg62-turbo-dev libpng-dev libwebp-dev
  libgtest-dev python3
)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  exit 0
fi

echo "setup: installing ${missing[*]}" >&2
root=()
[ "$(id -u)" -eq 0 ] || root=(sudo)
"${root[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
