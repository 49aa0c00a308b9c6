#!/usr/bin/python3
"""Whether memory and time of an epoch stay what they are over a long stream.

    bench/stream_constancy.py [PROGRAM] [EPOCHS] [RECORDS]

Makes a flow log of EPOCHS hours (200) with RECORDS each (300), streams it with method cliquetree,
and prints the medians of the first and last quarter of the epochs, but for the first ten, which
warm up.
Exits with 1 when memory grew by more than a tenth and 5 MB.
"""
import json
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile

HOUR = 3600 * 1_000_000
BEGIN = 1_772_323_200 * 1_000_000
WARM_UP = 10


def write_log(path, epochs, records):
    draw = random.Random(1)
    with open(path, "w", encoding="ascii") as out:
        out.write("srcip,dstip,srcport,dstport,proto,ts,td,pkt,byt,label\n")
        for i in range(epochs * records):
            web = draw.random() < 0.7
            packets = draw.randint(4, 12)
            out.write(f"10.0.0.{draw.randint(1, 40)},192.168.1.{draw.randint(1, 6)},"
                      f"{draw.randint(30000, 32000)},{443 if web else 53},"
                      f"{'TCP' if web else 'UDP'},"
                      f"{BEGIN + i * HOUR // records},{packets / 100},{packets},{packets * 90},"
                      f"{'web' if web else 'names'}\n")


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else "build/release/src/cli/tracetwin"
    epochs = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    records = int(sys.argv[3]) if len(sys.argv) > 3 else 300
    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder) / "log.csv"
        write_log(log, epochs, records)
        subprocess.run([program, "stream", log, "-o", f"{folder}/out", "--epoch", "1h", "--method",
                        "cliquetree", "--seed", "1", "-q"], check=True)
        log_file = pathlib.Path(folder) / "out" / "stream.jsonl"
        lines = [json.loads(line) for line in log_file.read_text(encoding="utf-8").splitlines()]
        state = (pathlib.Path(folder) / "out" / "state.json").stat().st_size
    quarter = (epochs - WARM_UP) // 4
    early, late = lines[WARM_UP:WARM_UP + quarter], lines[-quarter:]
    for key in ("resident_mb", "seconds"):
        first, last = (statistics.median(line[key] for line in part) for part in (early, late))
        print(f"{key}: {first:.3f} in epochs {WARM_UP + 1} to {WARM_UP + quarter}, "
              f"{last:.3f} in the last {quarter}")
        if key == "resident_mb" and last > 1.1 * first + 5:
            sys.exit("memory grew")
    print(f"state.json: {state} bytes; drifts: {sum(line.get('drift', False) for line in lines)}")


if __name__ == "__main__":
    main()
