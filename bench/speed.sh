#!/usr/bin/env bash
# Time and memory of the main commands, as whole processes: user+sys CPU seconds, wall seconds and
# peak memory from the operating system. Needs the release build, TRACETWIN_SHARED and about 4 GB
# in $TMPDIR. Prints one Markdown row a command.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
shared=${TRACETWIN_SHARED:-$root/../shared}
program=${TRACETWIN_BINARY:-$root/build/release/src/cli/tracetwin}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

measure() { # NAME COMMAND…
  "${@:2}" > /dev/null 2>&1 # warm the page cache
  measure_once "$@"
}

measure_once() {
  local name=$1
  shift
  local figures
  /usr/bin/time -f '%U %S %e %M' "$@" > /dev/null 2> "$work/log"
  figures=$(tail -n 1 "$work/log")
  awk -v name="$name" '{printf "| %s | %.2f | %.2f | %.0f |\n", name, $1 + $2, $3, $4 / 1024}' \
    <<< "$figures"
}

zstd -dcq "$shared/data/packets/apps-1h.pcap.zst" > "$work/apps.pcap"
zstd -dcq "$shared/data/flows/cloudserver.csv.zst" > "$work/cloud.csv"
"$root/bench/make_traces.py" capture 1000000000 "$work/apps.pcap" "$work/big.pcap"
"$root/bench/make_traces.py" flows 20000 "$work/cloud.csv" "$work/flows20k.csv"
"$root/bench/make_traces.py" flows 250000 "$work/cloud.csv" "$work/flows250k.csv"
"$root/bench/make_traces.py" flows 1000000 "$work/cloud.csv" "$work/flows1m.csv"
cp "$work/cloud.csv" "$work/flows31k.csv"

echo '| command | CPU s | wall s | peak MB |'
echo '|---|---|---|---|'
measure 'inspect, 1 GB capture' "$program" inspect "$work/big.pcap" --json
measure 'convert to pcapng, 1 GB capture' \
  "$program" convert "$work/big.pcap" "$work/big.pcapng" --force
rm -f "$work/big.pcapng"
measure 'convert to packet CSV, 1 GB capture' \
  "$program" convert "$work/big.pcap" "$work/big.csv" --format packet-csv --force
rm -f "$work/big.csv"
measure 'synthesize apps-1h.pcap, epsilon 2' \
  "$program" synthesize "$work/apps.pcap" -o "$work/twin.pcap" --epsilon 2 --seed 1 --force
for size in 20k 31k 250k 1m; do
  measure "synthesize $size flow records, epsilon 2" \
    "$program" synthesize "$work/flows$size.csv" -o "$work/twin.csv" --epsilon 2 --seed 1 --force
done
"$root/bench/make_traces.py" flows 10000000 "$work/cloud.csv" "$work/flows10m.csv"
measure_once 'synthesize 10m flow records, epsilon 2' \
  "$program" synthesize "$work/flows10m.csv" -o "$work/twin.csv" --epsilon 2 --seed 1 --force
"$program" inspect "$work/big.pcap" --json > "$work/big.json" 2> /dev/null
echo
packets=$(grep -o '"packets": *[0-9]*' "$work/big.json" | head -n 1 | grep -o '[0-9]*$')
echo "packets in the 1 GB capture: $packets"
