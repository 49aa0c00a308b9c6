#!/usr/bin/env bash
# Says which tracked C++ files clang-format would change; --fix changes them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

how=(--dry-run --Werror)
[[ ${1:-} == --fix ]] && how=(-i)
git ls-files -z '*.cc' '*.h' | xargs --null --no-run-if-empty clang-format "${how[@]}"
