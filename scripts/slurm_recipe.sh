#!/usr/bin/env bash
# Runs each command of docs/cluster.md that needs Slurm, and checks what it left: to be run where
# there is one, or by scripts/slurm_here.sh. $TRACETWIN_BINARY chooses another build.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
program=${TRACETWIN_BINARY:-$root/build/release/src/cli/tracetwin}
PATH=$(dirname "$program"):$PATH
export PATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$root"
same() {
  cmp "$1" "$2"
  echo "same bytes: ${1##*/} ${2##*/}"
}
submit() {
  sbatch --quiet --wait --output "$folder/job-%j.log" "$@" || {
    cat "$folder"/job-*.log
    exit 1
  }
}

trace=examples/sample.flows.csv.zst
echo "== one process, mpirun, srun"
tracetwin train "$trace" -o "$folder/one.twin" --seed 7 -q
mpirun --allow-run-as-root --oversubscribe -n 4 tracetwin train "$trace" \
  -o "$folder/mpirun.twin" --seed 7 -q
srun --mpi=pmix -n 4 tracetwin train "$trace" -o "$folder/srun.twin" --seed 7 -q
same "$folder/one.twin" "$folder/mpirun.twin"
same "$folder/one.twin" "$folder/srun.twin"

echo "== batch script"
submit examples/cluster/train.sbatch "$trace" "$folder/flows.twin"
tracetwin status "$folder/flows.twin.work" | sed -n 2p
same "$folder/one.twin" "$folder/flows.twin"
cp "$folder/flows.csv" "$folder/expected.csv"

echo "== batch script, ended on the way and submitted again"
rm -rf "$folder"/flows.*
id=$(sbatch --parsable --output "$folder/ended.log" examples/cluster/train.sbatch "$trace" \
  "$folder/flows.twin")
until [[ -e $folder/flows.twin.work/manifest.json ]]; do sleep 0.02; done
scancel --signal=KILL --full "$id"
while squeue -h -j "$id" 2>/dev/null | grep -q .; do sleep 0.2; done
tracetwin status "$folder/flows.twin.work" | sed -n 2p
submit examples/cluster/train.sbatch "$trace" "$folder/flows.twin"
same "$folder/expected.csv" "$folder/flows.csv"

echo "== job array over a grid"
submit --array=0-3 examples/cluster/grid.sbatch "$trace" "$folder/grid"
srun tracetwin evaluate "$trace" "$folder"/grid/*.csv --quick >"$folder/ranking.txt"
echo "evaluated $(find "$folder/grid" -name '*.csv' | wc -l) twins"

echo "== several processes that cannot meet"
if srun --mpi=none -n 2 tracetwin train "$trace" -o "$folder/none.twin" \
  2>"$folder/none.log"; then
  echo "two processes that cannot meet were let through" >&2
  exit 1
fi
grep -m1 "cannot meet" "$folder/none.log"
