#!/usr/bin/env bash
# Starts Slurm (munge, slurmctld, slurmd) on this machine alone, runs a command under it, and stops
# all of it again.
#   scripts/slurm_here.sh [COMMAND [ARGUMENTS…]]      without a command: a shell
# Nothing of an installed Slurm is touched: keys, sockets, states and logs lie in a temporary
# folder, and SLURM_CONF names the configuration. Needs Debian's munge, slurmctld, slurmd and
# slurm-client, and root, as whom slurmd starts its jobs. The node claims 8 processors, so that
# recipes for several ranks run on any machine.
set -euo pipefail

for tool in munged slurmctld slurmd srun; do
  command -v "$tool" >/dev/null || {
    echo "$tool is not here: scripts/install_packages.sh test" >&2
    exit 2
  }
done
[[ $EUID -eq 0 ]] || {
  echo "slurmd starts its jobs as root: run this as root." >&2
  exit 2
}

folder=$(mktemp -d)
host=$(hostname -s)
processes=()
stop() {
  for ((i = ${#processes[@]} - 1; i >= 0; --i)); do
    kill "${processes[$i]}" 2>/dev/null || true
    wait "${processes[$i]}" 2>/dev/null || true
  done
  rm -rf "$folder"
}
trap stop EXIT

(umask 077 && dd if=/dev/urandom of="$folder/munge.key" bs=128 count=1 status=none)
mkdir "$folder/state" "$folder/spool" && chmod 755 "$folder"
cat >"$folder/slurm.conf" <<CONF
ClusterName=here
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket
CredType=cred/munge
SlurmctldPort=${SLURM_HERE_PORT:-16817}
SlurmdPort=$((${SLURM_HERE_PORT:-16817} + 1))
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
ReturnToService=2
SchedulerParameters=batch_sched_delay=0,sched_interval=1
NodeName=$host NodeAddr=127.0.0.1 CPUs=8 State=UNKNOWN
PartitionName=here Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$folder/slurm.conf

munged --foreground --force --key-file="$folder/munge.key" --socket="$folder/munge.socket" \
  --pid-file="$folder/munge.pid" --log-file="$folder/munge.log" --seed-file="$folder/munge.seed" \
  2>"$folder/munge.err" &
processes+=($!)
for _ in $(seq 100); do [[ -S $folder/munge.socket ]] && break || sleep 0.1; done
slurmctld -D -c >/dev/null 2>&1 &
processes+=($!)
slurmd -D -c >/dev/null 2>&1 &
processes+=($!)
for _ in $(seq 300); do
  [[ $(sinfo -h -o %T 2>/dev/null) == idle ]] && break || sleep 0.1
done
[[ $(sinfo -h -o %T 2>/dev/null) == idle ]] || {
  echo "Slurm did not start; its logs:" >&2
  tail -n 20 "$folder"/*.log "$folder/munge.err" >&2
  exit 1
}
"${@:-bash}"
