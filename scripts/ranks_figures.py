#!/usr/bin/python3
"""Times what one and two ranks take for the same work, each with one thread, and fits a cost model.

    scripts/ranks_figures.py PROGRAM MARGINAL_BENCH [--records 6000000] [--repeat 2]

For a quiet machine with two processors or more; files lie in memory where the machine has a file
system for that. Prints Markdown: seconds (the least of the repeats) and efficiency, T1 / (2 T2), of
generation, of training on flow records and on a capture, of evaluation and of chunks of networks,
beside T1 / T of two separate runs side by side, which is what the machine's processors give; what
each rank sent to others and the memory it took; how much of the machine's memory bandwidth counting
uses, by one process and by two; and what a line through these runs says of a day of a 10 Gbit/s
link on 100 nodes.
"""
import argparse
import concurrent.futures
import datetime
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
MPIRUN = ["mpirun", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-n"]
NETWORKS = ("--method doppelganger --iterations 100 --chunks 9 --max-flow-length 16 "
            "--candidates 1 --patience 0")
PRIVATE = "--seed 3 --epsilon 2 --insecure-test-seed 5"
PACKETS_A_DAY = 1e10
NODES = 100
RECORD_BYTES = 11 * 2  # of marginal_bench: columns of 2 bytes
PAIR_BYTES = 55 * 2 * 2  # of its pairs of columns


def clean(folder):
    for path in [*folder.glob("progress*"), *folder.glob("out*")]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def pool_seconds(lines):
    """From the end of the first chunk to the end of the last one."""
    chunks = [line for line in lines if line.get("stage", "").startswith("training chunk")]
    if not chunks:
        return None
    at = [datetime.datetime.fromisoformat(line["time"].replace("Z", "+00:00")) for line in chunks]
    first = max(time for time, line in zip(at, chunks) if line["stage"].startswith(
        "training chunk 1 "))
    return (at[-1] - first).total_seconds()


def side_by_side(program, arguments, folder):
    """Seconds of two runs at once, that know nothing of each other."""
    clean(folder)
    command = [str(program)] + f"{arguments} --threads 1 -q -f".split()
    began = time.monotonic()
    runs = [subprocess.Popen([part.replace("out.", f"out-{at}.") for part in command], cwd=folder,
                             stdout=subprocess.DEVNULL) for at in range(2)]
    if any(run.wait() != 0 for run in runs):
        sys.exit("a run of two side by side failed")
    return time.monotonic() - began


def run_once(program, ranks, arguments, folder):
    """Seconds, the most that a rank sent, in bytes, and took of memory, in MB, and the seconds of
    the pool of chunks."""
    clean(folder)
    launcher = [] if ranks == 1 else MPIRUN + [str(ranks)]
    command = launcher + [str(program)] + f"{arguments} --threads 1 -q -f".split()
    began = time.monotonic()
    done = subprocess.run(command + ["--progress-file", "progress"], cwd=folder,
                          capture_output=True, text=True, check=False)
    seconds = time.monotonic() - began
    if done.returncode != 0:
        sys.exit(done.stderr)
    logs = [[json.loads(line) for line in path.read_text().splitlines()]
            for path in folder.glob("progress*")]
    pool = pool_seconds(sorted(sum(logs, []), key=lambda line: line["time"]))
    return (seconds, max(log[-1]["sent_bytes"] for log in logs),
            max(log[-1]["peak_mb"] for log in logs), pool)


def best_of(repeat, program, ranks, arguments, folder):
    runs = [run_once(program, ranks, arguments, folder) for _ in range(repeat)]
    return min(runs)


def rate_of(bench, processor, name):
    """Bytes a second that a benchmark reads, alone on a processor."""
    done = subprocess.run(
        ["taskset", "-c", str(processor), str(bench), "--benchmark_format=json",
         f"--benchmark_filter={name}", "--benchmark_min_time=3"],
        capture_output=True, text=True, check=True)
    result = json.loads(done.stdout)["benchmarks"][0]
    return result.get("bytes_per_second", result.get("items_per_second", 0) * PAIR_BYTES)


def sum_of(processes, work):
    with concurrent.futures.ThreadPoolExecutor(processes) as pool:
        return sum(pool.map(work, range(processes)))


def counting(bench):
    print("\n| processes | memory gives | the same columns, read and not counted | counting all "
          "pairs | part of reading | from memory, of what it gives |\n|---|---|---|---|---|---|")
    for processes in (1, 2):
        memory, read, counted = (
            sum_of(processes, lambda at, name=name: rate_of(bench, at, name))
            for name in ("read_memory", "read_all_pairs/1000000", "count_all_pairs/1000000"))
        once = counted * RECORD_BYTES / PAIR_BYTES  # the columns come from memory once
        print(f"| {processes} | {memory / 1e9:.1f} GB/s | {read / 1e9:.1f} GB/s | "
              f"{counted / 1e9:.1f} GB/s | {counted / read:.2f} | {once / memory:.2f} |",
              flush=True)


def predictions(fits, records, packets):
    """A line in 1/ranks through one and two of them, of work that is `units` large."""
    print(f"\nA day of a 10 Gbit/s link, {PACKETS_A_DAY:.0e} packets, on {NODES} nodes of one "
          "rank:\n")
    print("| work | shared | not shared | sent by a rank | predicted time | sent by a rank, then |"
          "\n|---|---|---|---|---|---|")
    conversations = PACKETS_A_DAY * records / packets
    for name, units, unit, all_units in fits["order"]:
        (one, _, _, _), (two, sent, _, _) = fits[name]
        shared, rest = max(0.0, 2 * (one - two)) / units, max(0.0, 2 * two - one) / units
        total = all_units if all_units else conversations
        hours = total * (shared / NODES + rest) / 3600
        print(f"| {name} | {shared * 1e6:.2f} us a {unit} | {rest * 1e6:.2f} us | "
              f"{sent / units:.1f} bytes a {unit} | {hours:.1f} h | "
              f"{sent / units * total / 1e9:.0f} GB |")


def main():
    parser = argparse.ArgumentParser(description="times one and two ranks")
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("bench", type=pathlib.Path)
    parser.add_argument("--records", type=int, default=6_000_000)
    parser.add_argument("--repeat", type=int, default=2)
    asked = parser.parse_args()
    program = asked.program.resolve()
    conversations = asked.records // 5
    evaluated = asked.records // 12
    print("| work | 1 rank | 2 ranks | efficiency | two runs side by side | memory of 1 rank | "
          "of each of 2 | sent by a rank |\n|---|---|---|---|---|---|---|---|")
    memory = "/dev/shm" if pathlib.Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(dir=memory) as temporary:
        folder = pathlib.Path(temporary)
        sample = ROOT / "examples" / "sample"
        for command in (f"zstd -dq {sample}.flows.csv.zst -o flows.csv",
                        f"{program} train flows.csv -o model.twin {PRIVATE} -q",
                        f"{program} train {sample}.pcap.zst -o capture.twin {PRIVATE} -q",
                        f"{program} generate model.twin -o long.csv -n {asked.records} --seed 1 -q",
                        f"{program} generate capture.twin -o long.pcap -n {conversations} "
                        "--seed 1 -q",
                        f"{program} generate model.twin -o real.csv -n {evaluated} --seed 2 -q",
                        f"{program} generate model.twin -o twin.csv -n {evaluated} --seed 3 -q"):
            subprocess.run(command.split(), cwd=folder, check=True)
        summary = json.loads((folder / "long.pcap.summary.json").read_text())
        packets = summary["packets"]
        work = {
            "generation of flow records":
                f"generate model.twin -o out.csv -n {asked.records} --seed 4",
            "generation of packets":
                f"generate capture.twin -o out.pcap -n {conversations} --seed 4",
            "training on flow records": f"train long.csv -o out.twin {PRIVATE}",
            "training on packets": f"train long.pcap -o out.twin {PRIVATE}",
            "evaluation": "evaluate real.csv twin.csv --json out.json",
            "chunks of networks": f"train flows.csv -o out.twin --seed 3 {NETWORKS}",
        }
        fits = {"order": [
            ("generation of flow records", asked.records, "record", None),
            ("generation of packets", packets, "packet", PACKETS_A_DAY),
            ("training on flow records", asked.records, "record", None),
            ("training on packets", packets, "packet", PACKETS_A_DAY)]}
        for name, arguments in work.items():
            one = best_of(asked.repeat, program, 1, arguments, folder)
            two = best_of(asked.repeat, program, 2, arguments, folder)
            both = side_by_side(program, arguments, folder)
            fits[name] = one, two
            print(f"| {name} | {one[0]:.2f} s | {two[0]:.2f} s | {one[0] / 2 / two[0]:.2f} | "
                  f"{one[0] / both:.2f} | {one[2]:.0f} MB | {two[2]:.0f} MB | "
                  f"{two[1] / 1e6:.1f} MB |", flush=True)
            if one[3]:
                print(f"| {name}, behind the first chunk | {one[3]:.2f} s | {two[3]:.2f} s | "
                      f"{one[3] / 2 / two[3]:.2f} | | | | |", flush=True)
    print(f"\n{asked.records:,} flow records; {packets:,} packets of {conversations:,} "
          f"conversations; evaluation of {evaluated:,} records against as many.")
    counting(asked.bench.resolve())
    predictions(fits, conversations, packets)


if __name__ == "__main__":
    main()
