#!/usr/bin/python3
"""How long `tracetwin evaluate` takes, and how much memory, beside the independent scorer.

    bench/evaluate.py [--rows N] [--scorer-rows N] [--threads N]

Makes two traces of N records (default 1,000,000) from one model of cloudserver's flows, evaluates
one against the other with everything and with --quick, and prints wall time, processor time and
peak memory. The scorer runs on the first --scorer-rows records (default 100,000, 0: not at all) of
both, and so does the program once more, for the ratio. Needs TRACETWIN_SHARED (default ../shared)
and the release build; the scorer also Debian's python3-pandas, -scipy, -sklearn.
"""
import argparse
import os
import pathlib
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = pathlib.Path(os.environ.get("TRACETWIN_SHARED", ROOT.parent / "shared"))
PROGRAM = pathlib.Path(os.environ.get("TRACETWIN_BINARY", ROOT / "build/release/src/cli/tracetwin"))


def measured(command):
    """Wall seconds, processor seconds and peak MB of a command."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    if status != 0:
        raise SystemExit(f"failed: {' '.join(map(str, command))}")
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def head(source, target, rows):
    with open(source, encoding="utf-8") as lines, open(target, "w", encoding="utf-8") as out:
        for _, line in zip(range(rows + 1), lines):
            out.write(line)
    return target


def make_traces(folder, rows):
    source = SHARED / "data/flows/cloudserver.csv.zst"
    model = folder / "model.twin"
    subprocess.run([PROGRAM, "train", source, "-o", model, "--method", "cliquetree", "--seed",
                    "1", "--quiet"], check=True)
    traces = []
    for seed in (1, 2):
        traces.append(folder / f"{seed}.csv")
        subprocess.run([PROGRAM, "generate", model, "-o", traces[-1], "--count", str(rows),
                        "--seed", str(seed), "--quiet"], check=True)
    return traces


def say(what, figures):
    print(f"{what:<44} {figures[0]:8.1f} s wall {figures[1]:8.1f} s processor "
          f"{figures[2]:8.0f} MB", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--scorer-rows", type=int, default=100_000)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    threads = ["--threads", str(options.threads)]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        traces = make_traces(folder, options.rows)
        command = [PROGRAM, "evaluate", *traces, *threads, "--quiet"]
        say(f"{options.rows:,} records, all but learned", measured([*command, "--quick"]))
        say(f"{options.rows:,} records, everything", measured(command))
        if options.scorer_rows > 0:
            few = [head(trace, folder / f"few-{trace.name}", options.scorer_rows)
                   for trace in traces]
            ours = measured([PROGRAM, "evaluate", *few, *threads, "--quiet"])
            say(f"{options.scorer_rows:,} records, everything", ours)
            scorer = measured(["/usr/bin/python3", SHARED / "score/score.py", "--kind", "netflow",
                               "--real", few[0], "--synth", few[1], "--quiet"])
            say(f"{options.scorer_rows:,} records, the scorer", scorer)
            print(f"ratio: {scorer[0] / ours[0]:.1f} in wall time")


if __name__ == "__main__":
    main()
