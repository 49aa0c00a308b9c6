#!/usr/bin/env bash
# Builds the libFuzzer targets (fuzz/*_fuzz.cc) and runs each on its seeds.
#   scripts/fuzz.sh                 builds all and runs all, two at a time
#   scripts/fuzz.sh --build         builds all and makes the seeds
#   scripts/fuzz.sh --run NAME      runs one that is built
# TRACETWIN_FUZZ_SECONDS (30) is the time for each. Inputs that fail lie in build/fuzz/found.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
seconds=${TRACETWIN_FUZZ_SECONDS:-30}

targets() {
  for source in fuzz/*_fuzz.cc; do
    [[ -e $source ]] && basename "$source" .cc
  done
}

build() {
  scripts/build.sh dev $(targets) model_seeds
  /usr/bin/python3 fuzz/make_seeds.py build/fuzz/seeds
  build/dev/fuzz/model_seeds build/fuzz/seeds
}

run_one() {
  local name=$1 seeds=build/fuzz/seeds/${1%_fuzz}
  mkdir -p "build/fuzz/found/$name" "build/fuzz/corpus/$name" "$seeds"
  ASAN_OPTIONS=detect_leaks=1 "build/dev/fuzz/$name" -max_total_time="$seconds" -timeout=10 \
    -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 -verbosity=0 \
    -artifact_prefix="build/fuzz/found/$name/" "build/fuzz/corpus/$name" "$seeds"
}

case "${1:-}" in
  --build) build ;;
  --run) run_one "$2" ;;
  "")
    build
    targets | xargs --max-procs=2 --max-args=1 scripts/fuzz.sh --run
    ;;
  *)
    echo "usage: ${0##*/} [--build | --run NAME]" >&2
    exit 2
    ;;
esac
