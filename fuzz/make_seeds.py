#!/usr/bin/env python3
"""Writes a seed corpus for each fuzz target: make_seeds.py FOLDER fills FOLDER/<target>/.

A target's function returns its seeds as a list of bytes; TARGETS at the end names them all.
"""

import json
import pathlib
import struct
import sys

MACS = bytes.fromhex("020000000002020000000001")


def tcp():
    return bytes.fromhex("03e80050010203040506070860120fee0000000001010101616263")


def udp():
    return bytes.fromhex("003504d2000a00007878")


def ipv4(protocol, payload, fragment=0, total=None):
    length = 20 + len(payload) if total is None else total
    head = struct.pack(">BBHHHBBH", 0x45, 0, length, 7, fragment, 64, protocol, 0)
    return head + bytes([10, 0, 0, 1, 10, 0, 0, 2]) + payload


def ipv6(following, payload, length=None):
    length = len(payload) if length is None else length
    head = struct.pack(">IHBB", 0x60012345, length, following, 64)
    return head + bytes(15) + b"\x01" + bytes(15) + b"\x02" + payload


def ethernet(kind, payload):
    return MACS + struct.pack(">H", kind) + payload


def frames():
    """(link type, bytes) of frames of every kind that is decoded."""
    v4, v6 = ipv4(6, tcp()), ipv6(17, udp())
    chain = bytes.fromhex("2b0001040000000033000104000000003300000000000000") + udp()
    jumbo = bytes.fromhex("0600c20400011170") + tcp()
    return [
        (1, ethernet(0x0800, v4)),
        (1, ethernet(0x86DD, v6)),
        (1, ethernet(0x8100, b"\x00\x01\x88\xa8\x00\x02\x08\x00" + v4)),
        (1, ethernet(0x8847, b"\x00\x00\x10\xff\x00\x00\x21\xff" + v6)),
        (1, ethernet(0x8864, bytes.fromhex("1100000100310021") + v4)),
        (1, ethernet(0x8926, bytes(4) + b"\x08\x00" + v4)),
        (1, ethernet(60, bytes.fromhex("aaaa030000000800") + v4)),
        (1, ethernet(0x0806, bytes(28))),
        (0, b"\x02\x00\x00\x00" + v4),
        (9, bytes.fromhex("ff030021") + v4),
        (50, bytes.fromhex("0f000800") + v4),
        (51, bytes.fromhex("1100000100310057") + v6),
        (101, ipv4(17, udp(), fragment=0x2000)),
        (101, ipv4(17, udp(), fragment=0x00B9)),
        (101, ipv4(6, tcp(), total=0)),
        (101, ipv6(0, chain)),
        (101, ipv6(0, jumbo, length=0)),
        (101, ipv6(44, bytes.fromhex("110000010000abcd") + udp())),
        (108, b"\x00\x00\x00\x1e" + v6),
        (113, bytes(14) + b"\x08\x00" + v4),
        (228, ipv4(1, bytes.fromhex("0800000000000000"))),
        (229, ipv6(58, bytes.fromhex("8000000000000000"))),
        (276, b"\x86\xdd" + bytes(18) + ipv6(132, bytes(12))),
        (239, bytes(20)),
    ]


def decode_seeds():
    # The order of the link types in decode_fuzz.cc.
    links = [1, 0, 9, 50, 51, 101, 108, 113, 228, 229, 276, 239]
    return [bytes([links.index(link), extra]) + data
            for link, data in frames() for extra in (0, 255)]


def pcap(order, magic, link, minor=4, records=()):
    head = struct.pack(order + "IHHiIII", magic, 2, minor, 0, 0, 65535, link)
    extra = bytes(8) if magic == 0xA1B2CD34 else b""
    return head + b"".join(
        struct.pack(order + "IIII", 1 + i, i, len(data), len(data) + i) + extra + data
        for i, data in enumerate(records)
    )


def pcap_seeds():
    seeds = []
    for order in "<>":
        for magic in (0xA1B2C3D4, 0xA1B23C4D, 0xA1B2CD34):
            seeds.append(pcap(order, magic, 1, records=[f for link, f in frames() if link == 1]))
        seeds.append(pcap(order, 0xA1B2C3D4, 113, minor=2))
    seeds += [pcap("<", 0xA1B2C3D4, link, records=[data]) for link, data in frames()]
    seeds.append(seeds[0][:-5])
    return seeds


def block(order, kind, body):
    body += bytes(-len(body) % 4)
    length = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + length + body + length


def pcapng(order):
    def option(code, value):
        return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)

    def interface(link, options=b""):
        return block(order, 1, struct.pack(order + "HHI", link, 0, 96) + options)

    section = block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))
    parts = [section, interface(1, option(9, b"\x09") + option(14, bytes(8)) + option(0, b""))]
    parts.append(interface(101, option(9, b"\x94")))
    for i, (link, data) in enumerate(f for f in frames() if f[0] in (1, 101)):
        fields = struct.pack(order + "IIII", 0x17000000 >> i, i, len(data), len(data) + i)
        head = struct.pack(order + "I", 0 if link == 1 else 1)
        parts.append(block(order, 6, head + fields + data))
        parts.append(block(order, 2, struct.pack(order + "HH", 0, 0) + fields + data))
        parts.append(block(order, 3, struct.pack(order + "I", len(data)) + data))
        parts.append(block(order, 5, bytes(12)))
    return b"".join(parts)


def pcapng_seeds():
    little, big = pcapng("<"), pcapng(">")
    return [little, big, little + big, little[:-3], little[:28], big[:200]]


def table(delimiter, *rows):
    return "".join(delimiter.join(row.split()) + "\n" for row in rows).encode()


def flow_csv_seeds():
    rows = [
        "srcip dstip srcport dstport proto ts td pkt byt label",
        "10.0.0.1 10.0.0.2 1234 80 TCP 1713484784962686 65.022705 14 1762 a",
        "167772161.0 ::2 80.0 0x35 17 1458298072364000.5 6.4e-05 1.5e3 62.0 -",
        "10.0.0.1 10.0.0.2 8 0 icmp 2024-04-19T00:00:00.25Z 0 1 40 b",
    ]
    plain = table(",", *rows)
    quoted = plain + b'"1.1.1.1","2.2.2.2",,,"6",1,,1,40,"a ""b""\r\n,c"\r\n"open'
    return [plain, quoted, b"\xef\xbb\xbf" + table(";", *rows), table("\t", *rows)]


def packet_csv_seeds():
    return [
        table(
            ",",
            "srcip dstip srcport dstport proto time pkt_len version ihl tos id flag off ttl chksum",
            "10.0.0.1 10.0.0.2 1 2 6 1.5 1500 4 5 0 7 2 0 64 0x1234",
        ),
        table(
            ",",
            "srcip dstip srcport dstport proto time pkt_len tcp_flags window seq ack "
            "transport_header payload_len flow_label wire_len cap_len",
            "::1 ::2 1 2 UDP 1 60 0 1 2 3 8 12 5 74 74",
        ),
    ]


CONNECTION = {
    "ts": "1713484795.943239",
    "uid": "C1",
    "id.orig_h": "10.0.0.1",
    "id.orig_p": "25320",
    "id.resp_h": "::2",
    "id.resp_p": "80",
    "proto": "tcp",
    "duration": "0.000064",
    "orig_bytes": "3",
    "resp_bytes": "4",
    "orig_pkts": "1",
    "orig_ip_bytes": "60",
    "resp_pkts": "2",
    "resp_ip_bytes": "90",
    "tunnel_parents": "(empty)",
}


def zeek_tsv_seeds():
    names = b"#fields\t" + table("\t", " ".join(CONNECTION))
    line = table("\t", " ".join(CONNECTION.values()))
    log = b"#separator \\x09\n#unset_field\t-\n#path\tconn\n" + names + line + b"#close\tx\n"
    labels = names[:-1] + b"   label\n" + line[:-1] + b"   Benign\n"
    numbered = names[:-1] + b"\tip_proto\n" + line[:-1] + b"\t47\n"
    return [log, log + numbered, labels, log.replace(b"\\x09", b"\\x2c").replace(b"\t", b",")]


def zeek_json_seeds():
    def line(fields):
        return (json.dumps(fields) + "\n").encode()

    numbers = dict(CONNECTION, orig_pkts=1, resp_pkts=2, duration=6.4e-05)
    nested = {k: v for k, v in CONNECTION.items() if not k.startswith("id.")}
    nested["id"] = {k[3:]: v for k, v in CONNECTION.items() if k.startswith("id.")}
    odd = dict(CONNECTION, ts=1664462456.755299, tags=["a", [1]], local_orig=True, gone=None,
               blank="")
    return [line(numbers), line(nested), line(odd) + line(CONNECTION)]


def json_lines_seeds():
    flat = {"srcip": "10.0.0.1", "dstip": "::1", "proto": "TCP", "ts": 5, "pkt": 1, "byt": 40}
    nested = {"src": {"ip": "1.2.3.4", "port": 80}, "dst": {"ip": "5.6.7.8"}, "proto": 17,
              "ts": "2026-03-01T00:00:00Z", "td": 0.5, "pkts": 2, "bytes": 1e3, "tags": ["a", None]}
    return [(json.dumps(one) + "\n").encode() for one in (flat, nested)] + [
        (json.dumps(flat) + "\n" + json.dumps(dict(flat, label="x")) + "\n{\n").encode()]


def binetflow_seeds():
    header = "StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,TotPkts,TotBytes,Label\n"
    lines = ["2011/08/10 09:46:53.047277,3.5,rtp,1.1.1.1,5000,  <->,2.2.2.2,5002,CON,2,142,a\n",
             "1312969617.5,0,icmp,1.1.1.1,0x0303,   ->,2.2.2.2,0x97af,URP,1,104,b\n",
             "2011/08/10 09:46:56,0,arp,1.1.1.1,,  who,2.2.2.2,,INT,1,42,c\n"]
    return [(header + line).encode() for line in lines] + [
        (header + "".join(lines)).replace(",", "\t").encode()]


# Each fuzz target and what makes its seeds.
def schema_file_seeds():
    columns = {"label": {"kind": "category", "values": ["benign", "other", "scan"]},
               "service": {"kind": "category"}, "uid": {"kind": "ignore"},
               "score": {"kind": "number", "min": -1.5, "max": 1e6, "whole": True}}
    window = ["2026-03-01T00:00:00Z", "2026-03-02T00:00:00+01:00"]
    wrong = {"kind": "number", "min": "0", "whole": "yes"}
    near = {"kind": "number", "min": 1e15, "max": 1000000000000001}
    nearer = {"kind": "number", "min": 1000000000000000.2, "max": 1000000000000001}
    common = {"kind": "number", "min": 1234567.1, "max": 1234567.9}
    seeds = [{}, {"window": window}, {"columns": columns}, {"window": window, "columns": columns},
             {"columns": {"x": wrong}}, {"columns": {"x": near}}, {"columns": {"x": nearer}},
             {"columns": {"x": common}}, {"colums": []}]
    return [json.dumps(seed).encode() for seed in seeds] + [b"", b"[1", b'{"columns": {"a": 1}}']


def where_seeds():
    conditions = ["label = benign", "dstport not in {80, 443, 8000..8100}", "srcip in 10.0.0.0/8",
                  "dstip != 2001:db8::/32", "td < 1h30m", "ts >= 2026-03-01T12:00:00.5+01:00",
                  "proto in {tcp,udp,47}", "score > -1.5e3", "packets <= 10", "'a b' = \"x..y\"",
                  "tcp = handshake-fin", "label in {'', scan}"]
    return [condition.encode() for condition in conditions]


TARGETS = {
    "where": where_seeds,
    "schema_file": schema_file_seeds,
    "flow_csv": flow_csv_seeds,
    "packet_csv": packet_csv_seeds,
    "zeek_tsv": zeek_tsv_seeds,
    "zeek_json": zeek_json_seeds,
    "json_lines": json_lines_seeds,
    "binetflow": binetflow_seeds,
    "decode": decode_seeds,
    "pcap": pcap_seeds,
    "pcapng": pcapng_seeds,
}


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: make_seeds.py FOLDER")
    for name, make in TARGETS.items():
        folder = pathlib.Path(sys.argv[1], name)
        folder.mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(make()):
            (folder / f"{number:03}").write_bytes(seed)


if __name__ == "__main__":
    main()
