#!/usr/bin/env python3
"""A link with distance: copies Ethernet frames between two interfaces, later.

The servers of the sample network stand at different distances, so that round trips differ as they
do in the world. Frames are copied unchanged and in order for each server and direction; a direction
has a bit rate and a queue, and what the queue cannot hold is lost, as is one frame in LOSS_ONE_IN.
"""

import heapq
import random
import select
import signal
import socket
import sys
import time

from network import HOSTS

BITS_PER_SECOND = 40e6
QUEUE_SECONDS = 0.08
LOSS_ONE_IN = 1500
JITTER = 0.15  # mean of the exponential jitter, as a share of the delay
ETH_P_ALL = 3
PACKET_OUTGOING = 4

DELAY = {host.number: host.delay_ms / 1000 for host in HOSTS if host.side == "b"}
V4_B = bytes([10, 42, 1])
V6_B = bytes.fromhex("fd42000000000001")


def server_number(frame: bytes) -> int:
    """The number of the host of side b that sends or receives the frame; 0 if none does."""
    if frame[12:14] == b"\x08\x00":
        for at in (26, 30):
            if frame[at : at + 3] == V4_B:
                return frame[at + 3]
    if frame[12:14] == b"\x86\xdd":
        for at in (22, 38):
            if frame[at : at + 8] == V6_B:
                return int(f"{int.from_bytes(frame[at + 14:at + 16], 'big'):x}")
    return 0


class Direction:
    """One way of the link: when does a frame that comes in now go out?"""

    def __init__(self, out: socket.socket, seed: int):
        self.out = out
        self.random = random.Random(seed)
        self.free_at = 0.0
        self.last = {}

    def release_time(self, now: float, frame: bytes) -> float | None:
        start = max(now, self.free_at)
        if start - now > QUEUE_SECONDS or self.random.randrange(LOSS_ONE_IN) == 0:
            return None
        self.free_at = start + len(frame) * 8 / BITS_PER_SECOND
        server = server_number(frame)
        delay = DELAY.get(server, 0.0003)
        due = self.free_at + delay + self.random.expovariate(1 / (JITTER * delay))
        self.last[server] = max(due, self.last.get(server, 0.0))
        return self.last[server]


def open_interface(name: str) -> socket.socket:
    raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    raw.bind((name, ETH_P_ALL))
    raw.setblocking(False)
    return raw


def take_in(raw: socket.socket, way: Direction, queue: list, count: int) -> int:
    """Puts every frame that waits at `raw` into the queue; returns the new running number."""
    while True:
        try:
            frame, address = raw.recvfrom(65536)
        except BlockingIOError:
            return count
        if address[2] == PACKET_OUTGOING:
            continue
        due = way.release_time(time.monotonic(), frame)
        if due is not None:
            count += 1
            heapq.heappush(queue, (due, count, way, frame))


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    left, right = (open_interface(name) for name in sys.argv[1:3])
    ways = {left: Direction(right, 1), right: Direction(left, 2)}
    queue: list = []
    count = 0
    while True:
        wait = max(0.0, queue[0][0] - time.monotonic()) if queue else None
        for raw in select.select([left, right], [], [], wait)[0]:
            count = take_in(raw, ways[raw], queue, count)
        while queue and queue[0][0] <= time.monotonic():
            _, _, way, frame = heapq.heappop(queue)
            way.out.send(frame)


if __name__ == "__main__":
    main()
