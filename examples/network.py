#!/usr/bin/env python3
"""The network of the sample capture: who exists, where, and which service is whose.

make_sample.sh builds it, drive.py talks over it, label_flows.py labels by it. Run as a program it
prints one line per host for the shell: name, side, IPv4, IPv6, MAC.
"""

from typing import NamedTuple

DOMAIN = "sample.test"


class Host(NamedTuple):
    name: str
    side: str  # "a": the office, where the capture is taken; "b": the servers, behind the router
    number: int  # last part of its addresses
    delay_ms: float = 0.0  # one way, over the link between the router and side b

    @property
    def v4(self) -> str:
        return f"10.42.{'ab'.index(self.side)}.{self.number}"

    @property
    def v6(self) -> str:
        return f"fd42::{self.number}" if self.side == "a" else f"fd42:0:0:1::{self.number}"

    @property
    def mac(self) -> str:
        return f"02:00:0a:2a:{'ab'.index(self.side):02x}:{self.number:02x}"

    @property
    def dns_name(self) -> str:
        return f"{self.name}.{DOMAIN}"


HOSTS = [
    Host("user1", "a", 11),
    Host("user2", "a", 12),
    Host("user3", "a", 13),
    Host("user4", "a", 14),
    Host("user5", "a", 15),
    Host("lab1", "a", 21),
    Host("lab2", "a", 22),
    Host("app1", "a", 31),
    Host("mon", "a", 41),
    Host("phone1", "a", 51),
    Host("phone2", "a", 52),
    Host("backup", "a", 61),
    Host("files", "a", 71),
    Host("login", "b", 22, 1.5),
    Host("mail", "b", 25, 9.0),
    Host("dns", "b", 53, 0.6),
    Host("db", "b", 63, 0.4),
    Host("www", "b", 80, 6.0),
    Host("api", "b", 81, 2.5),
    Host("media", "b", 90, 12.0),
]
ROUTER = Host("router", "a", 1)  # 10.42.0.1 and 10.42.1.1
HOST = {host.name: host for host in [*HOSTS, ROUTER]}

SNMP_AGENTS = ["router", "files", "www", "api", "db", "dns", "login"]
CLIENTS = [host.name for host in HOSTS if host.side == "a"]  # each lives a life of drive.py

# (server, protocol, port) -> label of whoever talks to it.
SERVICES = {
    ("www", "TCP", 80): "web",
    ("www", "TCP", 443): "web-tls",
    ("api", "TCP", 80): "web",
    ("api", "TCP", 443): "web-tls",
    ("dns", "UDP", 53): "dns",
    ("dns", "TCP", 53): "dns",
    ("dns", "UDP", 123): "poll",
    ("mail", "TCP", 25): "mail",
    ("db", "TCP", 6379): "db",
    ("login", "TCP", 22): "ssh",
    ("files", "TCP", 22): "ssh",
    ("files", "TCP", 873): "bulk",
    ("media", "TCP", 873): "bulk",
    ("media", "TCP", 5201): "bulk",
    ("media", "TCP", 5301): "udp-burst",
    ("media", "UDP", 5301): "udp-burst",
    ("phone2", "TCP", 5301): "udp-burst",
    ("phone2", "UDP", 5301): "udp-burst",
    **{(agent, "UDP", 161): "poll" for agent in SNMP_AGENTS},
}

# The health checks of the monitoring host use the web servers: poll, not web.
CLIENT_LABELS = {("mon", "web"): "poll", ("mon", "web-tls"): "poll"}


def host_of_address() -> dict[str, str]:
    """Every address of the network -> host name."""
    names = {address: host.name for host in HOST.values() for address in (host.v4, host.v6)}
    return names | {"10.42.1.1": "router", "fd42:0:0:1::1": "router"}


if __name__ == "__main__":
    for each in HOSTS:
        print(each.name, each.side, each.v4, each.v6, each.mac)
