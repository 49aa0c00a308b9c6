#!/usr/bin/env bash
# Everything that must hold before a change lands, on a bare Debian 12: builds with sanitizers and
# warnings as errors, tests, layer, style, formatting and clang-tidy checks, end-to-end tests of
# the sanitized and of the released program, fuzzing. All of it is one ctest run, whose closing
# lines are the result. TRACETWIN_FUZZ_SECONDS (30) is the time for each fuzzing target.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD

scripts/install_packages.sh test
scripts/build.sh release
scripts/build.sh dev
scripts/build.sh neural
scripts/fuzz.sh --build

# One ctest suite over the build folders, the released program and the fuzzing targets.
suite=build/ci
released=$root/build/release/src/cli/tracetwin
mkdir -p "$suite"
{
  echo "subdirs(\"$root/build/dev\")"
  echo "subdirs(\"$root/build/neural/tests/neural\")"
  for shard in 0 1; do # the longest tests, hence the first to begin
    environment="TRACETWIN_BINARY=$released;TRACETWIN_NEURAL=$released-neural"
    environment+=";GTEST_TOTAL_SHARDS=2;GTEST_SHARD_INDEX=$shard"
    echo "add_test(release.e2e.$shard \"$root/build/dev/tests/e2e/e2e_test\" --gtest_brief=1)"
    echo "set_tests_properties(release.e2e.$shard PROPERTIES TIMEOUT 1200 COST 1000 LABELS e2e" \
      "ENVIRONMENT \"$environment\")"
  done
  for source in fuzz/*_fuzz.cc; do
    [[ -e $source ]] || continue
    name=$(basename "$source" .cc)
    echo "add_test(fuzz.$name \"$root/scripts/fuzz.sh\" --run $name)"
    echo "set_tests_properties(fuzz.$name PROPERTIES LABELS fuzz)"
  done
} >"$suite/CTestTestfile.cmake"

# The sanitized program has its networks trained by the sanitized worker. What takes long and is
# about figures is asked of the released one.
TRACETWIN_NEURAL=$root/build/neural/src/cli/tracetwin-neural TRACETWIN_RELEASED=$released \
  ctest --test-dir "$suite" --parallel 2 --output-on-failure --no-label-summary --progress
