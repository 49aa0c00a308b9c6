#!/usr/bin/python3
"""Large traces for benchmarks, made from smaller ones.

    bench/make_traces.py flows ROWS SOURCE.csv OUTPUT.csv     # tiled, with fresh random jitter
    bench/make_traces.py capture BYTES SOURCE.pcap OUTPUT.pcap  # records repeated, times moved on

Flows: rows are drawn with replacement; time, duration, bytes and source port are jittered, so no
two rows need be equal. Sources must be plain (not packed).
"""
import random
import struct
import sys


def make_flows(rows, source, output):
    generator = random.Random(1)
    with open(source, encoding="utf-8") as file:
        header = file.readline()
        lines = [line.rstrip("\n").split(",") for line in file]
    names = header.strip().split(",")
    port, start, duration, size = (names.index(n) for n in ("srcport", "ts", "td", "byt"))
    packets = names.index("pkt")
    with open(output, "w", encoding="utf-8") as file:
        file.write(header)
        for _ in range(rows):
            row = list(generator.choice(lines))
            row[start] = str(int(float(row[start])) + generator.randrange(-10**9, 10**9))
            row[duration] = f"{float(row[duration]) * generator.uniform(0.9, 1.1):.6f}"
            if int(row[packets]) > 1:
                row[size] = str(int(int(row[size]) * generator.uniform(1.0, 1.1)))
            if int(row[port]) > 1023:
                row[port] = str(generator.randrange(1024, 65536))
            file.write(",".join(row) + "\n")


def make_capture(size, source, output):
    with open(source, "rb") as file:
        data = file.read()
    header, body = data[:24], data[24:]
    order = "<" if header[:1] in (b"\xd4", b"\x4d") else ">"
    records, at = [], 0
    while at + 16 <= len(body):
        seconds, fraction, captured, original = struct.unpack_from(order + "IIII", body, at)
        records.append((seconds, fraction, captured, original, body[at + 16:at + 16 + captured]))
        at += 16 + captured
    span = records[-1][0] - records[0][0] + 1
    written, turn = len(header), 0
    with open(output, "wb") as file:
        file.write(header)
        while written < size:
            block = b"".join(struct.pack(order + "IIII", s + turn * span, f, c, o) + d
                             for s, f, c, o, d in records)
            file.write(block)
            written += len(block)
            turn += 1


if __name__ == "__main__":
    if len(sys.argv) != 5 or sys.argv[1] not in ("flows", "capture"):
        sys.exit(__doc__)
    (make_flows if sys.argv[1] == "flows" else make_capture)(int(sys.argv[2]), *sys.argv[3:])
