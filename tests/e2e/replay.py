#!/usr/bin/python3
"""Sends the UDP payloads of a pcap (Ethernet, IPv4) to a port on loopback: replay.py PCAP PORT"""
import socket
import struct
import sys
import time

data = open(sys.argv[1], "rb").read()
to = ("127.0.0.1", int(sys.argv[2]))
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
at = 24
while at < len(data):
    length = struct.unpack_from("<I", data, at + 8)[0]
    frame = data[at + 16:at + 16 + length]
    header = 14 + (frame[14] & 15) * 4
    assert frame[12:14] == b"\x08\x00" and frame[23] == 17, "no UDP over IPv4"
    assert sum(struct.unpack(">10H", frame[14:34])) % 0xffff == 0, "wrong checksum"
    size = struct.unpack_from(">H", frame, header + 4)[0]
    assert size + header == len(frame), "wrong length"
    sender.sendto(frame[header + 8:], to)
    time.sleep(0.002)
    at += 16 + length
