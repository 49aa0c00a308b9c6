#!/usr/bin/env python3
"""Reads the sample capture, groups it into flows and labels each by who ran it.

    label_flows.py CAPTURE JOURNAL --labels OUT.csv --flows OUT.csv [--counts OUT.txt]

CAPTURE is a classic pcap (Ethernet, microseconds), plain or .zst (through the program zstd).
JOURNAL holds the misbehaviours that drive.py ran: begin_us,end_us,host,label.

A flow is a conversation: both directions of a five-tuple, ended by 60 s of silence, after 30
minutes, or by a new SYN after FINs of both sides or a RST; its tuple is that of its first packet.
ICMP has its type as source port and its code as destination port; a request and its reply are one
flow. Later fragments belong to the flow of their first one.

The label is known, not guessed from what the packets look like: first the journal (everything that
the misbehaving host sent or received meanwhile), then the network's own table of services
(network.py) by server address, protocol and server port.
"""

import argparse
import collections
import ipaddress
import struct
import subprocess
import sys
from typing import BinaryIO, Iterator, NamedTuple

import network

IDLE_US = 60_000_000
ACTIVE_US = 1_800_000_000
PROTOCOLS = {1: "ICMP", 6: "TCP", 17: "UDP", 58: "ICMPv6"}
# (protocol, type of the answer) -> type of the question
ICMP_QUESTION = {("ICMP", 0): 8, ("ICMPv6", 129): 128, ("ICMPv6", 134): 133, ("ICMPv6", 136): 135}
ECHO = {("ICMP", 8), ("ICMP", 0), ("ICMPv6", 128), ("ICMPv6", 129)}
HOUSEKEEPING = {("ICMPv6", kind) for kind in (130, 131, 132, 133, 134, 135, 136, 137, 143)}
FIN, SYN, RST, ACK = 1, 2, 4, 16


class Tuple5(NamedTuple):
    src: str
    dst: str
    srcport: int
    dstport: int
    proto: str

    def conversation(self) -> "Tuple5":
        """The same for both directions."""
        ends = sorted([(self.src, self.srcport), (self.dst, self.dstport)])
        if self.proto in ("ICMP", "ICMPv6"):
            question = ICMP_QUESTION.get((self.proto, self.srcport), self.srcport)
            ends = [(end, kind) for end, kind in zip(sorted(self[:2]), (question, self.dstport))]
        return Tuple5(ends[0][0], ends[1][0], ends[0][1], ends[1][1], self.proto)


class Packet(NamedTuple):
    time_us: int
    tuple5: Tuple5
    ip_bytes: int
    tcp_flags: int


class Flow:
    def __init__(self, packet: Packet):
        self.tuple5, self.first_us = packet.tuple5, packet.time_us
        self.last_us = packet.time_us
        self.packets = self.bytes = 0
        self.flags = {packet.tuple5.src: 0, packet.tuple5.dst: 0}  # seen from each end
        self.label = ""

    def add(self, packet: Packet) -> None:
        self.last_us = max(self.last_us, packet.time_us)
        self.packets += 1
        self.bytes += packet.ip_bytes
        self.flags[packet.tuple5.src] |= packet.tcp_flags

    def ended_before(self, packet: Packet) -> bool:
        now = packet.time_us
        if now - self.last_us > IDLE_US or now - self.first_us > ACTIVE_US:
            return True
        one, other = self.flags[self.tuple5.src], self.flags[self.tuple5.dst]
        closed = (one | other) & RST or one & other & FIN
        return bool(closed) and packet.tcp_flags & (SYN | ACK | RST) == SYN


# Reading -----------------------------------------------------------------------------------------


def records(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """(time in microseconds, captured bytes) of every packet."""
    header = file.read(24)
    if len(header) < 24 or header[:4] != b"\xd4\xc3\xb2\xa1":
        sys.exit("label_flows.py: not a little-endian microsecond pcap; capture with tcpdump")
    if struct.unpack_from("<I", header, 20)[0] != 1:
        sys.exit("label_flows.py: not an Ethernet capture; capture on the bridge")
    while len(head := file.read(16)) == 16:
        seconds, micros, captured, _ = struct.unpack("<IIII", head)
        yield seconds * 1_000_000 + micros, file.read(captured)


class Decoder:
    """Frames to packets; remembers the ports of first fragments for the later ones."""

    def __init__(self) -> None:
        self.not_ip = 0
        self.fragments: dict[tuple, tuple[int, int]] = {}

    def decode(self, time_us: int, frame: bytes) -> Packet | None:
        kind = frame[12:14]
        if kind == b"\x08\x00":
            return self.ipv4(time_us, frame[14:])
        if kind == b"\x86\xdd":
            return self.ipv6(time_us, frame[14:])
        self.not_ip += 1
        return None

    def ipv4(self, time_us: int, ip: bytes) -> Packet:
        length, ident, fragment = struct.unpack_from(">HHH", ip, 2)
        ends = [str(ipaddress.IPv4Address(ip[at : at + 4])) for at in (12, 16)]
        key = (*ends, ip[9], ident)
        rest = ip[(ip[0] & 15) * 4 :]
        offset = fragment & 0x1FFF
        ports = self.ports(ip[9], rest, key, offset, bool(fragment & 0x2000))
        flags = rest[13] if ip[9] == 6 and not offset else 0
        return Packet(time_us, Tuple5(*ends, *ports, protocol_name(ip[9])), length, flags)

    def ipv6(self, time_us: int, ip: bytes) -> Packet:
        length, proto = struct.unpack_from(">HB", ip, 4)
        ends = [str(ipaddress.IPv6Address(ip[at : at + 16])) for at in (8, 24)]
        at, offset, more, ident = 40, 0, False, 0
        while proto in (0, 43, 44, 60):  # extension headers
            step = 8 if proto == 44 else 8 + 8 * ip[at + 1]
            if proto == 44:
                field, ident = struct.unpack_from(">HI", ip, at + 2)
                offset, more = field >> 3, bool(field & 1)
            proto, at = ip[at], at + step
        ports = self.ports(proto, ip[at:], (*ends, proto, ident), offset, more)
        flags = ip[at + 13] if proto == 6 and not offset else 0
        return Packet(time_us, Tuple5(*ends, *ports, protocol_name(proto)), 40 + length, flags)

    def ports(self, proto: int, rest: bytes, key: tuple, offset: int, more: bool) -> tuple:
        if offset:
            return self.fragments.get(key, (0, 0))
        found = (0, 0)
        if proto in (6, 17):
            found = struct.unpack_from(">HH", rest)
        elif proto in (1, 58):
            found = (rest[0], rest[1])
        if more:
            self.fragments[key] = found
        return found


def protocol_name(proto: int) -> str:
    return PROTOCOLS.get(proto, str(proto))


def group(packets: Iterator[Packet]) -> list[Flow]:
    """All flows in order of their first packet."""
    flows: list[Flow] = []
    live: dict[Tuple5, Flow] = {}
    for packet in packets:
        key = packet.tuple5.conversation()
        flow = live.get(key)
        if flow is None or flow.ended_before(packet):
            flow = live[key] = Flow(packet)
            flows.append(flow)
        flow.add(packet)
    return flows


# Labelling ---------------------------------------------------------------------------------------


class Window(NamedTuple):
    begin_us: int
    end_us: int
    host: str
    label: str


class Labeller:
    def __init__(self, journal: list[Window]):
        self.journal = journal
        self.hosts = network.host_of_address()

    def label(self, flow: Flow) -> str:
        t = flow.tuple5
        src, dst = self.hosts.get(t.src, ""), self.hosts.get(t.dst, "")
        if (t.proto, t.srcport) in HOUSEKEEPING:
            return "other"
        for window in self.journal:
            if window.host in (src, dst) and window.begin_us <= flow.first_us <= window.end_us:
                return window.label
        if (t.proto, t.srcport) in ECHO:
            return "ping"
        return self.service(src, dst, t)

    def service(self, src: str, dst: str, t: Tuple5) -> str:
        for client, server, port in ((src, dst, t.dstport), (dst, src, t.srcport)):
            found = network.SERVICES.get((server, t.proto, port))
            if found:
                return network.CLIENT_LABELS.get((client, found), found)
        return "other"


def read_journal(path: str) -> list[Window]:
    windows = []
    with open(path) as file:
        for line in file:
            begin, end, host, label = line.strip().split(",")
            windows.append(Window(int(begin), int(end), host, label))
    return windows


# Writing -----------------------------------------------------------------------------------------


def write_labels(flows: list[Flow], path: str) -> None:
    with open(path, "w") as out:
        out.write("srcip,dstip,srcport,dstport,proto,first_time_us,label\n")
        for flow in flows:
            out.write(",".join(map(str, flow.tuple5)) + f",{flow.first_us},{flow.label}\n")


def write_flows(flows: list[Flow], path: str) -> None:
    with open(path, "w") as out:
        out.write("srcip,dstip,srcport,dstport,proto,ts,td,pkt,byt,label\n")
        for flow in flows:
            seconds = (flow.last_us - flow.first_us) / 1e6
            out.write(",".join(map(str, flow.tuple5)) + f",{flow.first_us},{seconds:.6f},")
            out.write(f"{flow.packets},{flow.bytes},{flow.label}\n")


def count_table(flows: list[Flow], not_ip: int) -> str:
    """Counts by label and by host, as the tables of README.md."""
    rows = ["| label | flows | packets | bytes |", "|---|---:|---:|---:|"]
    by_label = collections.defaultdict(list)
    for flow in flows:
        by_label[flow.label].append(flow)
    ranked = sorted(by_label.items(), key=lambda item: -len(item[1]))
    for name, members in [*ranked, ("**all**", flows)]:
        packets, size = sum(f.packets for f in members), sum(f.bytes for f in members)
        rows.append(f"| {name} | {len(members):,} | {packets:,} | {size:,} |")
    rows += ["", f"Besides, {not_ip} frames are not IP (ARP).", ""]
    return "\n".join(rows + host_table(flows)) + "\n"


def host_table(flows: list[Flow]) -> list[str]:
    """Flows, packets and distinct partners of every host."""
    hosts = network.host_of_address()
    seen = collections.defaultdict(lambda: [0, 0, 0])
    for flow in flows:
        t = flow.tuple5
        for name, at in ((hosts.get(t.src), 0), (hosts.get(t.dst), 1)):
            if name:
                seen[name][at] += 1
                seen[name][2] += flow.packets
    rows = ["| host | flows begun | flows received | packets |", "|---|---:|---:|---:|"]
    for name, (begun, received, packets) in sorted(seen.items(), key=lambda item: -item[1][2]):
        rows.append(f"| {name} | {begun:,} | {received:,} | {packets:,} |")
    return rows


def open_capture(path: str) -> BinaryIO:
    if path.endswith(".zst"):
        return subprocess.Popen(["zstd", "-dcq", path], stdout=subprocess.PIPE).stdout
    return open(path, "rb")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("capture")
    parser.add_argument("journal")
    parser.add_argument("--labels", required=True)
    parser.add_argument("--flows", required=True)
    parser.add_argument("--counts")
    options = parser.parse_args()

    decoder, labeller = Decoder(), Labeller(read_journal(options.journal))
    with open_capture(options.capture) as file:
        decoded = (decoder.decode(*record) for record in records(file))
        flows = group(packet for packet in decoded if packet)
    for flow in flows:
        flow.label = labeller.label(flow)
    write_labels(flows, options.labels)
    write_flows(flows, options.flows)
    if options.counts:
        with open(options.counts, "w") as out:
            out.write(count_table(flows, decoder.not_ip))


if __name__ == "__main__":
    main()
