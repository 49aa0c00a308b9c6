#!/usr/bin/env bash
# Opens pages of scores that the program wrote in the browser: a flow log of a single protocol with
# two twins, and a capture with a hold-out.
#   tests/report/written.sh TRACETWIN NODE      ($TRACETWIN_RELEASED, if set, in its place)
set -euo pipefail
tracetwin=${TRACETWIN_RELEASED:-$1} node=$2
here=$(cd "$(dirname "$0")" && pwd)
examples=$here/../../examples
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# 200 flows of TCP alone, with labels.
flows() {
  awk -v seed="$1" 'BEGIN {
    srand(seed)
    print "srcip,dstip,srcport,dstport,proto,ts,td,pkt,byt,type"
    for (i = 0; i < 200; ++i) {
      web = rand() < 0.6
      packets = 2 + int(rand() * 20)
      printf "10.0.0.%d,192.0.2.%d,%d,%d,TCP,%.0f,%.3f,%d,%d,%s\n", 1 + rand() * 40, 1 + rand() * 9,
        32768 + rand() * 28000, web ? 443 : 22,
        1700000000000000 + i * 500000 + int(rand() * 3000000), rand() * packets,
        packets, packets * (60 + int(rand() * 900)), web ? "web" : "shell"
    }
  }'
}
flows 1 >real.csv
flows 2 >ours.csv
flows 3 | cut -d, -f1-9 >unlabelled.csv
"$tracetwin" evaluate real.csv ours=ours.csv unlabelled=unlabelled.csv -q --json flows.json \
  >/dev/null
"$tracetwin" synthesize "$examples/sample.pcap.zst" -o twin.pcap -e 4 -s 1 -q
"$tracetwin" evaluate "$examples/sample.pcap.zst" twin.pcap --holdout "$examples/sample.pcap.zst" \
  --quick --json capture.json -q >/dev/null
# The page as the program keeps it, without scores.
"$tracetwin" evaluate real.csv ours.csv --quick --report page.html -q >/dev/null
"$node" -e '
  const { readFileSync, writeFileSync } = require("fs");
  const page = readFileSync("page.html", "utf8");
  writeFileSync("page.html", page.replace(/(id="scores">)[^<]*</, "$1<"));
'
"$node" "$here/run.mjs" page.html flows.json capture.json
