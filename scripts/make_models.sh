#!/usr/bin/env bash
# Trains the models that come with the program, of the project's own sample traces, into models/.
# The private one has noise from the operating system, so it comes out differently every time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

tracetwin=build/release/src/cli/tracetwin
networks=(--method doppelganger --seed 1 --iterations 1500 --max-flow-length 40
  --network attribute_units=96 --network critic_units=192 --network attribute_critic_units=192
  --network feature_units=64)
mkdir -p models
"$tracetwin" train examples/sample.flows.csv.zst -o models/sample-flows.twin -f "${networks[@]}"
"$tracetwin" train examples/sample.pcap.zst -o models/sample-capture.twin -f "${networks[@]}"
"$tracetwin" train examples/sample.pcap.zst -o models/sample-capture-private.twin -f \
  --epsilon 2 --seed 1
