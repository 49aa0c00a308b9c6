#!/usr/bin/env bash
# Runs a command as two ranks of mpirun, each in a network namespace and with a host name of its
# own, joined by a pair of virtual interfaces: as on two machines, but for the files.
#   tests/e2e/two_networks.sh COMMAND [ARGUMENTS…]
# Exits with 77 where namespaces cannot be made.
set -euo pipefail
a=tracetwin-a-$$ b=tracetwin-b-$$
folder=$(mktemp -d)
clean() {
  ip netns del "$a" 2>/dev/null || true
  ip netns del "$b" 2>/dev/null || true
  rm -rf "$folder"
}
trap clean EXIT
command -v ip mpirun unshare >/dev/null || exit 77
{ ip netns add "$a" && ip netns add "$b" &&
  ip link add va netns "$a" type veth peer name vb netns "$b"; } 2>/dev/null || exit 77
for end in "$a va 10.77.0.1" "$b vb 10.77.0.2"; do
  read -r namespace interface address <<<"$end"
  ip -n "$namespace" addr add "$address/24" dev "$interface"
  ip -n "$namespace" link set lo up
  ip -n "$namespace" link set "$interface" up
done
# What mpirun uses in the place of ssh.
cat >"$folder/agent" <<AGENT
#!/bin/sh
shift
exec ip netns exec $b unshare --uts sh -c "hostname rank-b; \$*"
AGENT
chmod +x "$folder/agent"
before=$(ip netns exec "$a" cat /sys/class/net/va/statistics/tx_bytes 2>/dev/null || echo 0)
code=0
ip netns exec "$a" mpirun --allow-run-as-root --bind-to none -n 2 --host 10.77.0.1:1,10.77.0.2:1 \
  --mca plm_rsh_agent "$folder/agent" --mca btl tcp,self \
  --mca oob_tcp_if_include 10.77.0.0/24 --mca btl_tcp_if_include 10.77.0.0/24 "$@" || code=$?
after=$(ip netns exec "$a" cat /sys/class/net/va/statistics/tx_bytes 2>/dev/null || echo 0)
echo "$((after - before)) bytes crossed" >&2
exit "$code"
