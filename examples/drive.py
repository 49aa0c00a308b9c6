#!/usr/bin/env python3
"""The people and machines of the sample network: runs real client programs, one host per process.

    drive.py prepare DIR                    objects, passwords and files of servers and clients
    drive.py HOST DIR START SECONDS         lives as HOST from START (Unix time) for SECONDS

Runs inside the namespace of HOST. Each life is a loop of activities with think times; a load curve
makes the run quiet, busy and quiet again. DIR/journal gets one line for every misbehaviour
(start and end in microseconds, host, label), DIR/log the count of runs and failures by program.
"""

import collections
import math
import os
import random
import subprocess
import sys
import time

from network import DOMAIN, HOST, SNMP_AGENTS

OBJECTS = 160
LIMIT_SECONDS = 60  # no client program may take longer
SCAN_AT, GUESS_AT = 0.38, 0.55  # as shares of the run


def pareto(rng: random.Random, smallest: float, largest: float, alpha: float) -> int:
    """A heavy-tailed size."""
    return int(min(largest, smallest * rng.paretovariate(alpha)))


def object_name(rank: int) -> str:
    return f"o{rank:03d}.bin"


def prepare(folder: str) -> None:
    rng = random.Random(20)
    os.makedirs(f"{folder}/www/o", exist_ok=True)
    for rank in range(OBJECTS):
        size = pareto(rng, 600, 100_000, 0.95)
        with open(f"{folder}/www/o/{object_name(rank)}", "wb") as out:
            out.write(rng.randbytes(size))
    with open(f"{folder}/www/index.html", "w") as out:
        out.write("<!doctype html><title>sample</title>" + "<p>sample</p>" * 300)
    os.makedirs(f"{folder}/backup", exist_ok=True)
    for number in range(60):
        with open(f"{folder}/backup/f{number:02d}", "wb") as out:
            out.write(rng.randbytes(pareto(rng, 4_000, 700_000, 0.8)))
    with open(f"{folder}/passwords", "w") as out:
        out.writelines(f"guess-{rng.randrange(10**6):06d}\n" for _ in range(150))


class Life:
    """One host: its clock, its dice and the programs it runs."""

    def __init__(self, host: str, folder: str, start: float, seconds: float):
        self.host, self.folder, self.start, self.seconds = host, folder, start, seconds
        self.rng = random.Random(f"{host} of the sample")
        self.runs = collections.Counter()
        self.failures = collections.Counter()

    def share(self) -> float:
        """How much of the run is over: 0 to 1."""
        return (time.time() - self.start) / self.seconds

    def alive(self) -> bool:
        return self.share() < 1

    def intensity(self) -> float:
        """The load curve: near 0.2 at both ends, 1 in the middle, a dip after it."""
        share = self.share()
        hump = math.exp(-(((share - 0.5) / 0.22) ** 2))
        dip = 0.5 * math.exp(-(((share - 0.66) / 0.03) ** 2))
        return 0.2 + 0.8 * hump * (1 - dip)

    def sleep(self, seconds: float) -> None:
        left = self.start + self.seconds - time.time()
        time.sleep(max(0.0, min(seconds, left)))

    def think(self, mean: float) -> None:
        self.sleep(self.rng.expovariate(1 / mean) / self.intensity())

    def spawn(self, *command: str) -> subprocess.Popen:
        self.runs[command[0]] += 1
        quiet = subprocess.DEVNULL
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet)

    def wait(self, process: subprocess.Popen, text: bytes | None = None) -> None:
        try:
            process.communicate(text, timeout=LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        if process.returncode != 0:
            self.failures[process.args[0]] += 1

    def run(self, *command: str, text: bytes | None = None) -> None:
        self.wait(self.spawn(*command), text)

    def type_slowly(self, lines: list[bytes], mean: float, *command: str) -> None:
        """Runs a program and gives it its input line by line, as a person would."""
        process = self.spawn(*command)
        try:
            for line in lines:
                self.sleep(self.rng.expovariate(1 / mean))
                process.stdin.write(line)
                process.stdin.flush()
        except BrokenPipeError:
            pass
        self.wait(process)

    def family(self) -> str:
        return "-6" if self.rng.random() < 0.25 else "-4"

    def misbehave(self, label: str, steps: list[list[str]]) -> None:
        begin = time.time_ns() // 1000
        for step in steps:
            self.run(*step)
        end = time.time_ns() // 1000
        with open(f"{self.folder}/journal", "a") as out:
            out.write(f"{begin},{end},{self.host},{label}\n")
        self.sleep(3)

    def report(self) -> None:
        with open(f"{self.folder}/log/{self.host}.runs", "w") as out:
            for program, count in sorted(self.runs.items()):
                out.write(f"{self.host} {program} {count} {self.failures[program]}\n")


# What users do ----------------------------------------------------------------------------------


def pick_object(life: Life) -> str:
    """Popular objects have low numbers."""
    return object_name(int(OBJECTS * life.rng.random() ** 2.2))


def browse(life: Life, scheme: str) -> None:
    """A page: one to four connections at once, each with several requests."""
    server = life.rng.choices(["www", "api"], [4, 1])[0]
    base = f"{scheme}://{HOST[server].dns_name}"
    family = life.family()
    known = []
    if life.rng.random() < 0.45:  # the browser knows the address already
        address = HOST[server].v4 if family == "-4" else f"[{HOST[server].v6}]"
        known = ["--resolve", f"{HOST[server].dns_name}:80:{address}"]
        known += ["--resolve", f"{HOST[server].dns_name}:443:{address}"]
    life.run("curl", "-sk", family, *known, f"{base}/index.html")
    requests = [1 + int(life.rng.expovariate(0.7)) for _ in range(life.rng.choice([0, 1, 1, 2, 3]))]
    batch = []
    for count in requests:
        urls = [f"{base}/o/{pick_object(life)}" for _ in range(count)]
        batch.append(life.spawn("curl", "-sk", family, *known, *urls))
    for process in batch:
        life.wait(process)


def upload(life: Life) -> None:
    body = life.rng.randbytes(pareto(life.rng, 300, 60_000, 1.0))
    url = f"http://{HOST['api'].dns_name}/post"
    life.run("curl", "-s", life.family(), "--data-binary", "@-", url, text=body)


def download(life: Life) -> None:
    url = f"https://{HOST['www'].dns_name}/o/{pick_object(life)}"
    life.run("wget", "-q", "--no-check-certificate", "-O", "/dev/null", url)


def look_up(life: Life) -> None:
    server = HOST["dns"].v6 if life.rng.random() < 0.2 else HOST["dns"].v4
    name, kind = life.rng.choice(
        [("www", "A"), ("www", "AAAA"), ("mail", "A"), ("", "MX"), ("", "TXT"), ("api", "AAAA")]
    )
    if life.rng.random() < 0.25:
        name = f"host{life.rng.randrange(1000)}"  # does not exist
    full = f"{name}.{DOMAIN}" if name else DOMAIN
    tcp = ["+tcp"] if life.rng.random() < 0.06 else []
    life.run("dig", f"@{server}", *tcp, "+tries=2", "+time=2", full, kind)


def write_mail(life: Life) -> None:
    size = pareto(life.rng, 400, 90_000, 0.9)
    body = "\n".join("mail " * 14 for _ in range(size // 70 + 1))
    message = f"From: {life.host}@{DOMAIN}\nTo: all@{DOMAIN}\nSubject: sample\n\n{body}\n"
    life.run(
        *["msmtp", "--file=/dev/null", f"--host=mail.{DOMAIN}", "--port=25", "--tls=off"],
        *["--auth=off", f"--domain={life.host}.{DOMAIN}", f"--from={life.host}@{DOMAIN}"],
        f"all@{DOMAIN}",
        text=message.encode(),
    )


def ssh_options(life: Life) -> list[str]:
    return [
        *[life.family(), "-F", "none", "-i", f"{life.folder}/key"],
        *["-o", "StrictHostKeyChecking=no"],
        *["-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes", "-o", "ConnectTimeout=8"],
    ]


def shell(life: Life) -> None:
    server = life.rng.choice(["login", "login", "files"])
    commands = [b"ls -l\n", b"date\n", b"cat index.html | head -c 3000\n", b"id\n", b"df\n"]
    typed = [life.rng.choice(commands) for _ in range(1 + int(life.rng.expovariate(0.3)))]
    target = f"sample@{HOST[server].dns_name}"
    if life.rng.random() < 0.4:
        life.run("ssh", *ssh_options(life), target, "ls -l o | tail -n 30")
        return
    keys = [line[i : i + 1] for line in typed for i in range(len(line))]
    life.type_slowly([*keys, b"exit\n"], 0.07, "ssh", "-tt", *ssh_options(life), target)


def copy_file(life: Life) -> None:
    server = life.rng.choice(["login", "files"])
    remote = f"sample@{HOST[server].dns_name}:o/{pick_object(life)}"
    life.run("scp", "-q", *ssh_options(life), remote, f"{life.folder}/scratch/{life.host}")


def stumble(life: Life) -> None:
    """What goes wrong in any network: closed ports, hosts that are switched off."""
    closed = f"http://{HOST['www'].v4}:{life.rng.choice([8080, 8443, 3000])}/"
    absent = f"http://10.42.1.{life.rng.randrange(200, 250)}/"
    life.run("curl", "-s", "-m", "4", closed if life.rng.random() < 0.7 else absent)


def ping(life: Life) -> None:
    target = HOST[life.rng.choice(["router", "www", "login", "files", "media"])]
    size = life.rng.choice(["56", "56", "56", "1000", "2900"])  # 2900 travels in fragments
    address = target.v6 if life.rng.random() < 0.3 else target.v4
    life.run("ping", "-q", "-c", "4", "-i", "0.3", "-s", size, address)


ACTIVITIES = [
    (lambda life: browse(life, "http"), 34),
    (lambda life: browse(life, "https"), 24),
    (look_up, 20),
    (write_mail, 7),
    (upload, 4),
    (download, 3),
    (shell, 5),
    (copy_file, 2),
    (stumble, 2),
    (ping, 2),
]


def use(life: Life) -> None:
    actions, weights = zip(*ACTIVITIES)
    life.rng.choices(actions, weights)[0](life)


def live_user(life: Life) -> None:
    pace = life.rng.choice([0.7, 1.0, 1.5])  # some people are faster than others
    while life.alive():
        life.think(pace)
        use(life)


# The two misbehaving users -----------------------------------------------------------------------


def scan_steps() -> list[list[str]]:
    nmap = ["nmap", "-n", "-T4"]
    return [
        [*nmap, "-sn", "10.42.1.16/28"],
        [*nmap, "-Pn", "-sS", "--top-ports", "350", "--max-rate", "120", HOST["login"].v4],
        [*nmap, "-Pn", "-sS", "--top-ports", "200", "--max-rate", "120", HOST["files"].v4],
        [*nmap, "-6", "-Pn", "-sS", "--top-ports", "60", "--max-rate", "120", HOST["www"].v6],
        [*nmap, "-Pn", "-sU", "--top-ports", "30", "--max-retries", "1", "--host-timeout", "15s"]
        + [HOST["db"].v4],
        [*nmap, "-Pn", "-sV", "--version-light", "-p", "22,80,443", HOST["www"].v4],
    ]


def guess_steps(life: Life) -> list[list[str]]:
    hydra = ["hydra", "-l", "sample", "-P", f"{life.folder}/passwords", "-I"]
    return [
        [*hydra, "-t", "6", "-w", "2", f"ssh://{HOST['login'].v4}"],
        [*hydra, "-t", "3", f"http-get://{HOST['www'].v4}/private/"],
    ]


def live_lab(life: Life, label: str, begin: float, steps: list[list[str]]) -> None:
    """An ordinary user whose machine misbehaves once; nothing else runs on it meanwhile."""
    while life.alive() and life.share() < begin:
        life.think(1.0)
        use(life)
    for step in steps:
        life.misbehave(label, [step])
    live_user(life)


# The machines ------------------------------------------------------------------------------------


def redis_command(life: Life) -> list[str]:
    key = f"k{int(200 * life.rng.random() ** 2)}"
    value = "v" * pareto(life.rng, 20, 30_000, 0.9)
    kinds = [["GET", key], ["SET", key, value], ["INCR", f"n{key}"], ["LPUSH", f"l{key}", "entry"]]
    return life.rng.choices(kinds, [6, 2, 3, 1])[0]


def ask_database(life: Life) -> None:
    """One connection: a query, a query over and over, or many queries at once."""
    server = HOST["db"].v6 if life.rng.random() < 0.2 else HOST["db"].v4
    kind = life.rng.random()
    if kind < 0.15:
        batch = [" ".join(redis_command(life)) for _ in range(life.rng.randrange(2, 30))]
        text = "".join(f"{line}\r\n" for line in batch).encode()
        life.run("redis-cli", "-h", server, "--pipe", text=text)
        return
    times = "1" if kind < 0.6 else str(1 + int(life.rng.expovariate(0.2)))
    life.run("redis-cli", "-h", server, "-r", times, "-i", "0.05", *redis_command(life))


def live_app(life: Life) -> None:
    """A database client: one connection that stays, many that do not; a web API in bursts."""
    kept = life.spawn("redis-cli", "-h", HOST["db"].v4, "-r", "-1", "-i", "1.5", "INCR", "beat")
    while life.alive():
        life.think(0.35)
        ask_database(life)
        if life.rng.random() < 0.02:
            benchmark = ["redis-benchmark", "-h", HOST["db"].v4, "-q"]
            life.run(*benchmark, "-n", "60", "-c", "4", "-t", "get,set")
        if life.rng.random() < 0.02:
            keep = life.rng.choice([[], ["-k"]])
            life.run("ab", "-q", *keep, "-n", "40", "-c", "3", f"http://{HOST['api'].v4}/status")
    kept.terminate()
    kept.wait()


def poll_agent(life: Life, agent: str) -> None:
    host = HOST[agent]
    objects = ["1.3.6.1.2.1.1.3.0", "1.3.6.1.2.1.2.2.1.10.2", "1.3.6.1.2.1.2.2.1.16.2"]
    address = f"udp6:[{host.v6}]" if agent in ("www", "db") else host.v4
    life.run("snmpget", "-v2c", "-cpublic", "-t1", "-r1", address, *objects)
    if agent == "router":
        life.run("snmpbulkget", "-v2c", "-cpublic", "-Cr8", address, "1.3.6.1.2.1.2.2.1")


def live_mon(life: Life) -> None:
    """The poller: every agent and the web servers each ten seconds, pings each thirty."""
    tick = 0
    while life.alive():
        for agent in SNMP_AGENTS:
            poll_agent(life, agent)
        for server in ("www", "api"):
            life.run("curl", "-s", "-m", "3", f"http://{HOST[server].v4}/status")
        if tick % 3 == 0:
            for server in ("login", "mail", "dns", "db", "media"):
                life.run("ping", "-q", "-c", "2", "-i", "0.2", HOST[server].v4)
        tick += 1
        life.sleep(life.start + tick * 10 - time.time())


def live_phone(life: Life) -> None:
    """Calls and clips: a second or two of datagrams, then silence."""
    shapes = [["-l", "172", "-b", "128k"], ["-l", "172", "-b", "128k"], ["-l", "900", "-b", "1M"]]
    while life.alive():
        life.think(5)
        other = HOST["phone2" if life.host == "phone1" and life.rng.random() < 0.4 else "media"]
        address = other.v6 if life.rng.random() < 0.2 else other.v4
        way = life.rng.choice([[], ["-R"]])
        length = life.rng.choice(["1", "1", "2", "3"])
        shape = life.rng.choice(shapes)
        life.run("iperf3", "-u", "-c", address, "-p", "5301", "-t", length, *shape, *way)


def live_backup(life: Life) -> None:
    """Copies a few files at a time to the file server or from the media server."""
    while life.alive():
        life.think(4.5)
        address = life.rng.choice([HOST["files"].v4, HOST["media"].v4, f"[{HOST['media'].v6}]"])
        names = [f"f{life.rng.randrange(60):02d}" for _ in range(life.rng.randrange(1, 4))]
        kind = life.rng.random()
        if kind < 0.2:
            amount = str(pareto(life.rng, 100_000, 1_000_000, 1.0))
            life.run("iperf3", "-c", HOST["media"].v4, "-n", amount)
        elif kind < 0.6:
            files = [f"{life.folder}/backup/{name}" for name in names]
            life.run("rsync", "-I", "-W", *files, f"rsync://{address}/inbox/")
        else:
            files = [f"rsync://{address}/store/{name}" for name in names]
            life.run("rsync", "-I", "-W", *files, f"{life.folder}/scratch/")


def live_files(life: Life) -> None:
    """The file server keeps its index in the database."""
    while life.alive():
        life.think(4)
        ask_database(life)


MACHINES = {
    "app1": live_app,
    "mon": live_mon,
    "phone1": live_phone,
    "phone2": live_phone,
    "backup": live_backup,
    "files": live_files,
    "lab1": lambda life: live_lab(life, "scan", SCAN_AT, scan_steps()),
    "lab2": lambda life: live_lab(life, "guess", GUESS_AT, guess_steps(life)),
}


def live(life: Life) -> None:
    life.sleep(life.start - time.time() + life.rng.random())
    try:
        MACHINES.get(life.host, live_user)(life)
    finally:
        life.report()


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        prepare(sys.argv[2])
    else:
        live(Life(sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4])))
