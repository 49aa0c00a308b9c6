#!/usr/bin/python3
"""Most memory that a command and all processes it starts have resident at one time.

    bench/peak_memory.py COMMAND…

Looks every tenth of a second; pages that processes share count for each. Prints MB and the exit
code.
"""
import pathlib
import subprocess
import sys
import time

PAGE_KB = 4


def parents():
    """Parent and resident kB of every process."""
    found = {}
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            resident = int((folder / "statm").read_text().split()[1]) * PAGE_KB
            found[int(folder.name)] = (int(stat[1]), resident)
        except (OSError, IndexError, ValueError):
            continue  # it ended meanwhile
    return found


def resident_of(root):
    processes = parents()
    family, total = [root], 0
    while family:
        process = family.pop()
        total += processes.get(process, (0, 0))[1]
        family += [child for child, (parent, _) in processes.items() if parent == process]
    return total


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    running = subprocess.Popen(sys.argv[1:])
    most = 0
    while running.poll() is None:
        most = max(most, resident_of(running.pid))
        time.sleep(0.1)
    print(f"{most / 1000:.0f} MB resident at most; exit code {running.returncode}")


if __name__ == "__main__":
    main()
