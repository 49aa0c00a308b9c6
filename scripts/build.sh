#!/usr/bin/env bash
# Configures and builds a preset of CMakePresets.json into build/<preset>, installing the packages
# that are missing.
#   scripts/build.sh [preset] [target…]     without arguments: release, everything in it
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

preset=${1:-release}
shift || true
group=test
[[ $preset == release ]] && group=build
scripts/install_packages.sh "$group"

# Checkouts in other folders share what ccache has.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1

mkdir -p build
log=build/configure-$preset.log
if ! cmake --preset "$preset" >"$log" 2>&1; then
  cat "$log" >&2
  exit 1
fi
export NINJA_STATUS="[$preset %f/%t, %es] "
cmake --build --preset "$preset" ${1:+--target "$@"}
