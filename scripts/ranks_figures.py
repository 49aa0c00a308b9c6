#!/usr/bin/python3
"""Times what one and two ranks take for the same work, each with one thread, and fits a cost model.

    scripts/ranks_figures.py PROGRAM [--records 3000000] [--repeat 3]

For a quiet machine with two processors or more. Prints Markdown: seconds (the least of the repeats)
and efficiency, T1 / (2 T2), of generation, of counting (training of tables, less reading) and of
chunks of networks; bytes that a rank sent and the memory it took; how many bytes a second counting
reads beside how many the machine's memory gives; and what a line fitted to these runs says of a day
of a 10 Gbit/s link, 10^10 packets, on 100 nodes.
"""
import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
MPIRUN = ["mpirun", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-n"]
NETWORKS = ("--method doppelganger --iterations 200 --chunks 5 --max-flow-length 16 "
            "--candidates 1 --patience 0")
PACKETS_A_DAY = 1e10
NODES = 100
PACKETS_A_RECORD = 30  # of a backbone link's flows


def seconds_of(command, folder, repeat):
    best, memory = float("inf"), 0
    for _ in range(repeat):
        shutil.rmtree(folder / "out.twin.work", ignore_errors=True)
        began = time.monotonic()
        done = subprocess.run(["/usr/bin/time", "-f", "%M"] + command, cwd=folder,
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(done.stderr)
        best = min(best, time.monotonic() - began)
        memory = max(memory, int(done.stderr.strip().splitlines()[-1]))
    return best, memory


def on_ranks(program, ranks, arguments):
    launcher = [] if ranks == 1 else MPIRUN + [str(ranks)]
    return launcher + [str(program)] + f"{arguments} --threads 1 -q -f".split()


def memory_bandwidth():
    """Bytes a second that reading a large array gives, by one process."""
    size = 1 << 28
    code = ("import time;a=bytearray(%d);best=9e9\n"
            "for _ in range(5):\n t=time.monotonic();bytes(a);best=min(best,time.monotonic()-t)\n"
            "print(best)" % size)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return 2 * size / float(done.stdout)  # a copy reads and writes


def main():
    parser = argparse.ArgumentParser(description="times one and two ranks")
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--records", type=int, default=3_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    asked = parser.parse_args()
    program = asked.program.resolve()
    print("| work | 1 rank | 2 ranks | efficiency | memory of 1 rank |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        sample = ROOT / "examples" / "sample.flows.csv.zst"
        for command in (f"zstd -dq {sample} -o flows.csv",
                        f"{program} train flows.csv -o model.twin --seed 1 -q",
                        f"{program} generate model.twin -o long.csv -n {asked.records} "
                        "--seed 1 -q"):
            subprocess.run(command.split(), cwd=folder, check=True)
        work = {
            "generation": f"generate model.twin -o out.csv -n {asked.records} --seed 4",
            "training of tables": "train long.csv -o out.twin --seed 3 --epsilon 2 "
                                  "--insecure-test-seed 5",
            "chunks of networks": f"train flows.csv -o out.twin --seed 3 {NETWORKS}",
        }
        times = {}
        for name, arguments in work.items():
            one, memory = seconds_of(on_ranks(program, 1, arguments), folder, asked.repeat)
            two, _ = seconds_of(on_ranks(program, 2, arguments), folder, asked.repeat)
            times[name] = one, two
            print(f"| {name} | {one:.2f} s | {two:.2f} s | {one / 2 / two:.2f} | "
                  f"{memory / 1000:.0f} MB |", flush=True)
    # T(n) = shared / n + rest, from two points.
    print(f"\nMemory of this machine, one process: {memory_bandwidth() / 1e9:.1f} GB/s.\n")
    records = PACKETS_A_DAY / PACKETS_A_RECORD
    print(f"A day of a 10 Gbit/s link, {records:.3g} records, on {NODES} nodes of one rank:\n")
    print("| work | shared | rest | predicted |\n|---|---|---|---|")
    for name in ("generation", "training of tables"):
        one, two = times[name]
        shared, rest = 2 * (one - two), 2 * two - one
        scale = records / asked.records
        predicted = scale * (shared / NODES + rest)
        print(f"| {name} | {shared / asked.records * 1e6:.2f} us a record | "
              f"{rest / asked.records * 1e6:.2f} us a record | {predicted / 3600:.2f} h |")


if __name__ == "__main__":
    main()
