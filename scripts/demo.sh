#!/usr/bin/env bash
# Builds TraceTwin, makes a synthetic twin of the sample capture and shows both. May be run again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

real=examples/sample.pcap.zst
twin=build/demo/twin.pcap
tracetwin=build/release/src/cli/tracetwin

say() { printf '\n== %s\n' "$*"; }
show() {
  printf '$ tracetwin %s\n' "$*"
  "$tracetwin" "$@"
}

say "Building"
scripts/build.sh release tracetwin tracetwin-neural

mkdir -p "$(dirname "$twin")"
say "Learning $real with differential privacy (epsilon 2) and writing its twin"
show synthesize "$real" -o "$twin" --epsilon 2 --seed 7 --force

say "The real trace"
show inspect "$real" --top 5 | tee build/demo/real.txt
say "Its twin"
show inspect "$twin" --top 5 | tee build/demo/twin.txt

say "Its summary: what was promised, and how much was written"
grep -E '^ *"(format|engine|[a-z]+_seed|packets|conversations|statement)":' "$twin.summary.json"

say "Done"
cat <<TXT
The twin:       $PWD/$twin
Its summary:    $PWD/$twin.summary.json
What it holds:  $PWD/build/demo/twin.txt   (the real trace: build/demo/real.txt)
The program:    $PWD/$tracetwin --help
TXT
