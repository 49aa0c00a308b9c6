#!/usr/bin/env bash
# Makes the sample capture: a small network of hosts in Linux network namespaces, real servers and
# clients of Debian packages talking over it, and tcpdump listening. See README.md.
#
#   sudo ./make_sample.sh [--seconds N] [--out FOLDER]
#
# Everything happens in private namespaces (processes, mounts, network, host name) that vanish when
# the script ends for whatever reason; the file system is read-only there except for FOLDER and
# temporary memory. Nothing leaves the network that the script builds, and nothing outside it is
# reached or changed.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
seconds=360
out=$here
inside=no

fail() {
  echo "make_sample.sh: $*" >&2
  exit 1
}

say() {
  echo "[$SECONDS s] $*" >&2
}

read_options() {
  while (($#)); do
    case $1 in
      --seconds) seconds=${2:?--seconds needs a number}; shift 2 ;;
      --out) out=${2:?--out needs a folder}; shift 2 ;;
      --inside) inside=yes; shift ;;
      -h | --help) sed -n '2,11s/^# \{0,1\}//p' "$0"; exit 0 ;;
      *) fail "unknown option '$1'; --help lists the options" ;;
    esac
  done
  if ! [[ $seconds =~ ^[1-9][0-9]{1,3}$ ]] || ((seconds < 60 || seconds > 1800)); then
    fail "--seconds must be a whole number from 60 to 1800, not '$seconds'"
  fi
  [[ -d $out ]] || fail "there is no folder '$out'; make it first"
  out=$(cd "$out" && pwd)
}

check_needs() {
  ((EUID == 0)) || fail "needs root to make network namespaces; run it with sudo"
  local program missing=()
  for program in ab aiosmtpd chronyd curl dig dnsmasq ethtool htpasswd hydra ip iperf3 msmtp nginx \
    nmap openssl ping python3 redis-benchmark redis-cli redis-server rsync scp setpriv \
    snmpbulkget snmpd snmpget ss ssh ssh-keygen sshd tcpdump unshare wget zstd; do
    command -v "$program" >/dev/null || missing+=("$program")
  done
  ((${#missing[@]} == 0)) || fail "missing programs: ${missing[*]}; install their packages with:
  apt-get install --no-install-recommends \$(grep -v '^#' $here/packages.txt)"
}

# --- The private world ---------------------------------------------------------------------------

# Runs this script again as the first process of new namespaces. When it ends, all others do; it
# ends with this one, however this one ends.
enter() {
  setpriv --pdeathsig KILL \
    unshare --mount --net --uts --ipc --pid --fork --kill-child --mount-proc \
    "$here/make_sample.sh" --inside --seconds "$seconds" --out "$out" &
  local world=$!
  trap 'kill -KILL $world; exit 130' INT TERM HUP
  wait "$world"
  exit
}

hide_machine() {
  mount --make-rprivate /
  hostname sample
  mount -t tmpfs -o mode=755 sample /run
  mkdir -p "$dir/out" "$dir/scripts"
  mount --bind "$out" "$dir/out"
  mount --bind "$here" "$dir/scripts"
  out=$dir/out here=$dir/scripts
  cd "$dir"
  mount -o remount,bind,ro /
  local folder
  for folder in /tmp /var/log /var/lib /root; do
    mount -t tmpfs -o mode=755 sample "$folder"
  done
  mkdir -p /var/lib/nginx /var/lib/snmp
  export HOME=/run/sample/home PYTHONDONTWRITEBYTECODE=1 LC_ALL=C
  export SNMP_PERSISTENT_DIR=/run/sample/snmp
  unset http_proxy https_proxy ftp_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
  mkdir -p "$HOME" /run/sshd "$dir"/{log,scratch,inbox,snmp,netns}
  hide_accounts
}

# Own resolver settings and accounts: the machine's passwords are not in this world, and the one
# account that ssh reaches has a key and no password that works.
hide_accounts() {
  echo "nameserver $(address dns 4)" >"$dir/resolv.conf"
  echo "127.0.0.1 localhost" >"$dir/hosts"
  echo "hosts: files dns" >"$dir/nsswitch.conf"
  cp /etc/passwd "$dir/passwd"
  echo "sample:x:4242:4242::$dir/www:/bin/sh" >>"$dir/passwd"
  sed 's/:.*/:*:19000:0:99999:7:::/' "$dir/passwd" >"$dir/shadow"
  chmod 600 "$dir/shadow"
  local file
  for file in resolv.conf hosts nsswitch.conf passwd shadow; do
    [[ -e /etc/$file ]] && mount --bind "$dir/$file" "$(readlink -f "/etc/$file")"
  done
}

# --- The network ---------------------------------------------------------------------------------

address() { # host, 4 or 6
  python3 -c "import sys; sys.path.insert(0, '$here'); import network
print(network.HOST['$1'].v$2)"
}

in_host() { # host, command...
  local host=$1
  shift
  ip netns exec "$host" "$@"
}

add_namespace() {
  ip netns add "$1"
  ip -n "$1" link set lo up
  in_host "$1" sysctl -qw net.ipv6.conf.all.accept_ra=0 net.ipv6.conf.default.accept_ra=0 \
    net.ipv6.conf.default.dad_transmits=0
}

# Packets must look as on a wire: at most as long as the MTU, with their checksums filled in.
plain_frames() { # namespace, interface
  in_host "$1" ethtool -K "$2" rx off tx off sg off tso off gso off gro off >/dev/null
}

# A cable: namespace and interface at both ends.
cable() {
  ip -n "$1" link add "$2" type veth peer name "$4" netns "$3"
  plain_frames "$1" "$2"
  plain_frames "$3" "$4"
}

add_bridge() {
  ip -n switch link add "$1" type bridge stp_state 0 mcast_snooping 0
  ip -n switch link set "$1" up
}

plug() { # interface of the switch, bridge
  ip -n switch link set "$1" master "$2" up
}

add_host() { # name, side, IPv4, IPv6, MAC
  local gateway4=10.42.0.1 gateway6=fd42::1
  [[ $2 == b ]] && gateway4=10.42.1.1 gateway6=fd42:0:0:1::1
  add_namespace "$1"
  cable "$1" eth0 switch "$1"
  plug "$1" "side_$2"
  ip -n "$1" link set eth0 address "$5" up
  ip -n "$1" address add "$3/24" dev eth0
  ip -n "$1" -6 address add "$4/64" dev eth0 nodad
  ip -n "$1" route add default via "$gateway4"
  ip -n "$1" -6 route add default via "$gateway6"
  in_host "$1" sysctl -qw net.ipv4.ping_group_range="0 2147483647"
}

# router: side a <-> side b; between it and side b lies the link with distance of link.py.
build_router() {
  add_namespace router
  add_namespace link
  in_host link sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
  in_host router sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
  cable router eth0 switch router_a
  cable router eth1 link near
  cable link far switch router_b
  plug router_a side_a
  plug router_b side_b
  ip -n link link set near promisc on up
  ip -n link link set far promisc on up
  ip -n router link set eth0 address 02:00:0a:2a:00:01 up
  ip -n router link set eth1 address 02:00:0a:2a:01:01 up
  ip -n router address add 10.42.0.1/24 dev eth0
  ip -n router address add 10.42.1.1/24 dev eth1
  ip -n router -6 address add fd42::1/64 dev eth0 nodad
  ip -n router -6 address add fd42:0:0:1::1/64 dev eth1 nodad
}

build_network() {
  add_namespace switch
  in_host switch sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
  add_bridge side_a
  add_bridge side_b
  build_router
  python3 "$here/network.py" >"$dir/hosts.txt"
  local name side v4 v6 mac
  while read -r name side v4 v6 mac; do
    add_host "$name" "$side" "$v4" "$v6" "$mac"
  done <"$dir/hosts.txt"
  serve link link python3 "$here/link.py" near far
}

# --- The servers ---------------------------------------------------------------------------------

serve() { # host, name of its log, command...
  local host=$1 name=$2
  shift 2
  in_host "$host" "$@" >"$dir/log/$host.$name" 2>&1 </dev/null &
}

start_web() {
  openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=*.sample.test" \
    -keyout "$dir/tls.key" -out "$dir/tls.crt" 2>/dev/null
  htpasswd -bc "$dir/htpasswd" keeper "$(openssl rand -hex 12)" 2>/dev/null
  mkdir "$dir/nginx"
  cat >"$dir/nginx.conf" <<END
daemon off;
worker_processes 1;
user root;
pid none.pid;
error_log stderr crit;
events { worker_connections 512; }
http {
  access_log off;
  default_type application/octet-stream;
  types { text/html html; }
  client_body_temp_path $dir/nginx/body;
  proxy_temp_path $dir/nginx/proxy;
  fastcgi_temp_path $dir/nginx/fastcgi;
  uwsgi_temp_path $dir/nginx/uwsgi;
  scgi_temp_path $dir/nginx/scgi;
  server {
    listen 80;
    listen [::]:80;
    listen 443 ssl;
    listen [::]:443 ssl;
    ssl_certificate $dir/tls.crt;
    ssl_certificate_key $dir/tls.key;
    root $dir/www;
    location /status { return 200 "all is well\n"; }
    location /post { client_max_body_size 2m; return 204; }
    location /private/ { auth_basic "sample"; auth_basic_user_file $dir/htpasswd; }
  }
}
END
  local host
  for host in www api; do
    sed "s|none.pid|$dir/nginx/$host.pid|" "$dir/nginx.conf" >"$dir/nginx.$host.conf"
    serve "$host" nginx nginx -e stderr -c "$dir/nginx.$host.conf"
  done
}

start_dns() {
  cat >"$dir/dnsmasq.conf" <<END
keep-in-foreground
user=root
pid-file=
no-resolv
no-hosts
local=/test/
mx-host=sample.test,mail.sample.test,10
txt-record=sample.test,"v=spf1 mx -all"
END
  awk '{ print "host-record=" $1 ".sample.test," $3 "," $4 }' "$dir/hosts.txt" >>"$dir/dnsmasq.conf"
  serve dns dnsmasq dnsmasq -C "$dir/dnsmasq.conf"
}

# chronyd -x never touches the clock.
start_time() {
  local common="cmdport 0" host server
  printf '%s\n' "local stratum 5" "allow 10.42.0.0/16" "allow fd42::/16" "$common" \
    "pidfile $dir/chrony.dns.pid" "bindcmdaddress /" >"$dir/chrony.dns.conf"
  for host in user1 app1 mon files; do
    server=$(address dns 4)
    [[ $host == mon ]] && server=$(address dns 6)
    printf '%s\n' "server $server minpoll 3 maxpoll 4" "$common" \
      "pidfile $dir/chrony.$host.pid" "bindcmdaddress /" >"$dir/chrony.$host.conf"
  done
  for host in dns user1 app1 mon files; do
    serve "$host" chronyd chronyd -x -d -u root -f "$dir/chrony.$host.conf"
  done
}

start_snmp() {
  printf '%s\n' "rocommunity public" "rocommunity6 public" "sysDescr sample" >"$dir/snmpd.conf"
  local host
  for host in router files www api db dns login; do
    serve "$host" snmpd snmpd -f -Lo -C -c "$dir/snmpd.conf" -p "$dir/snmp/$host.pid" \
      udp:161 udp6:161
  done
}

start_ssh() {
  ssh-keygen -q -t ed25519 -N '' -f "$dir/host_key"
  ssh-keygen -q -t ed25519 -N '' -C sample -f "$dir/key"
  cp "$dir/key.pub" "$dir/authorized"
  chmod 644 "$dir/authorized"
  printf '%s\n' "HostKey $dir/host_key" "AuthorizedKeysFile $dir/authorized" "PidFile none" \
    "UsePAM no" "UseDNS no" "StrictModes no" "MaxAuthTries 3" "MaxStartups 50" "PrintMotd no" \
    "Subsystem sftp internal-sftp" "AllowUsers sample" >"$dir/sshd.conf"
  serve login sshd "$(command -v sshd)" -D -e -f "$dir/sshd.conf"
  serve files sshd "$(command -v sshd)" -D -e -f "$dir/sshd.conf"
}

start_bulk() {
  printf '%s\n' "use chroot = no" "uid = root" "gid = root" "[store]" "path = $dir/backup" \
    "[inbox]" "path = $dir/inbox" "read only = no" >"$dir/rsyncd.conf"
  local host
  for host in files media; do
    serve "$host" rsyncd rsync --daemon --no-detach --config="$dir/rsyncd.conf"
  done
  serve media iperf3 iperf3 -s -p 5201
  serve media iperf3_burst iperf3 -s -p 5301
  serve phone2 iperf3_burst iperf3 -s -p 5301
}

start_servers() {
  start_web
  start_dns
  start_time
  start_snmp
  start_ssh
  start_bulk
  serve mail smtp4 aiosmtpd -n -c aiosmtpd.handlers.Sink -l "$(address mail 4):25"
  serve mail smtp6 aiosmtpd -n -c aiosmtpd.handlers.Sink -l "[$(address mail 6)]:25"
  mkdir "$dir/db"
  serve db redis redis-server --port 6379 --bind 0.0.0.0 :: --save '' --appendonly no \
    --dir "$dir/db" --protected-mode no
}

wait_for() { # host, t (TCP) or u (UDP), port
  local try
  for ((try = 0; try < 100; try++)); do
    [[ -n $(in_host "$1" ss -Hnl"$2" "sport = :$3") ]] && return
    sleep 0.1
  done
  tail -n 5 "$dir/log/$1".* >&2
  fail "the server on port $3 of host $1 did not start; its messages are above"
}

wait_for_servers() {
  wait_for www t 443; wait_for api t 443; wait_for dns u 53; wait_for dns u 123
  wait_for mail t 25; wait_for db t 6379; wait_for login t 22; wait_for files t 22
  wait_for files t 873; wait_for media t 873; wait_for media t 5201; wait_for media t 5301
  wait_for phone2 t 5301; wait_for router u 161; wait_for login u 161
  in_host user1 ping -q -c 1 -w 5 "$(address www 4)" >/dev/null ||
    fail "the network does not carry packets: $(cat "$dir/log/link.link")"
}

# --- The run -------------------------------------------------------------------------------------

capture() {
  ip netns exec switch tcpdump -i side_a -n -s 96 -B 16384 -U -Z root --time-stamp-precision=micro \
    -w "$dir/sample.pcap" >/dev/null 2>"$dir/log/tcpdump" &
  tcpdump=$!
  local try
  for ((try = 0; try < 100; try++)); do
    grep -q "listening on" "$dir/log/tcpdump" && return
    sleep 0.1
  done
  fail "tcpdump did not start: $(cat "$dir/log/tcpdump")"
}

drive() {
  local start host lives=()
  start=$(($(date +%s) + 2))
  : >"$dir/journal"
  while read -r host _; do
    in_host "$host" python3 "$here/drive.py" "$host" "$dir" "$start" "$seconds" \
      2>"$dir/log/$host.drive" >&2 </dev/null &
    lives+=($!)
  done < <(grep ' a ' "$dir/hosts.txt")
  for host in "${lives[@]}"; do
    wait "$host" || fail "a host's traffic failed: $(tail -n 3 "$dir"/log/*.drive)"
  done
  sleep 1
}

finish() {
  kill -INT "$tcpdump"
  wait "$tcpdump" || true
  cat "$dir/log/tcpdump"
  grep -q '^0 packets dropped by kernel' "$dir/log/tcpdump" ||
    fail "tcpdump lost packets; run again on a machine with less to do"
  sort -n "$dir/journal" >"$out/sample.journal.csv"
  python3 "$here/label_flows.py" "$dir/sample.pcap" "$out/sample.journal.csv" \
    --labels "$out/sample.labels.csv" --flows "$dir/sample.flows.csv" --counts "$dir/counts"
  zstd -19 -qf "$dir/sample.pcap" -o "$out/sample.pcap.zst"
  zstd -19 -qf "$dir/sample.flows.csv" -o "$out/sample.flows.csv.zst"
  echo "The run took $SECONDS s. Runs of programs (host, program, runs, failures):"
  cat "$dir"/log/*.runs
  cat "$dir/counts"
  ls -l "$out"/sample.*
}

main() {
  read_options "$@"
  check_needs
  [[ $inside == yes ]] || enter
  dir=/run/sample
  SECONDS=0
  hide_machine
  say "preparing the private network and its servers"
  python3 "$here/drive.py" prepare "$dir"
  build_network
  start_servers
  wait_for_servers
  capture
  say "traffic runs for $seconds s"
  drive
  say "labelling and compressing"
  finish
}

main "$@"
