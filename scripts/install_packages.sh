#!/usr/bin/env bash
# Installs the Debian packages that TraceTwin needs; does nothing when they are all there.
#   scripts/install_packages.sh          what building needs
#   scripts/install_packages.sh test     also what the tests and checks need
set -euo pipefail

# package=why, in the groups that the argument chooses
BUILD=(
  "g++=C++20 compiler"
  "cmake=configures the build"
  "ninja-build=runs the build"
  "pkg-config=finds libraries"
  "ccache=makes the second build quick"
  "libfmt-dev=text formatting"
  "nlohmann-json3-dev=JSON"
  "libcli11-dev=command line"
  "libyaml-cpp-dev=YAML configuration files"
  "libtorch-dev=training of neural engines"
  "libopenblas-dev=the matrix products of that"
  "zlib1g-dev=gzip files"
  "libzstd-dev=zstd files"
  "libsodium-dev=cryptographic randomness for privacy noise"
  "libzip-dev=model files"
  "libopenmpi-dev=several processes that work together"
  "openmpi-bin=mpirun, which starts them"
  "libcurl4-openssl-dev=reading from and writing to S3"
  "libpcap-dev=packet filters"
  "libboost-dev=statistics of the audit"
  "libxgboost-dev=boosted trees of the evaluation"
  "libsvm-dev=anomaly detection of the evaluation"
  "nodejs=builds the page of reports"
  "npm=builds the page of reports"
)
TEST=(
  "git=lists the files to check"
  "libgtest-dev=unit tests"
  "libgmock-dev=unit tests"
  "libbenchmark-dev=benchmarks"
  "libvalijson-dev=checks JSON against its schema"
  "python3=source checks, fuzzing seeds"
  "tcpdump=packet filters, by another program"
  "nfdump=NetFlow in and out, by another program"
  "argus-client=Argus flow logs"
  "argus-server=Argus flow logs"
  "tshark=judges the packets that are written"
  "chromium=looks at the page of reports"
  "clang=fuzzing"
  "libclang-rt-14-dev=fuzzing and sanitizers for clang"
  "llvm=readable stacks in fuzzing reports"
  "clang-format=formatting check"
  "clang-tidy=static checks"
  "munge=Slurm on one machine"
  "slurmctld=Slurm on one machine"
  "slurmd=Slurm on one machine"
  "slurm-client=Slurm on one machine"
)

case "${1:-build}" in
  build) wanted=("${BUILD[@]}") ;;
  test) wanted=("${BUILD[@]}" "${TEST[@]}") ;;
  *)
    echo "usage: ${0##*/} [build|test]" >&2
    exit 2
    ;;
esac

# Node.js counts wherever it comes from.
installed() {
  case $1 in
    nodejs) command -v node >/dev/null && return ;;
    npm) command -v npm >/dev/null && return ;;
  esac
  [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

missing=()
for entry in "${wanted[@]}"; do
  installed "${entry%%=*}" || missing+=("$entry")
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

echo "Installing ${#missing[@]} packages:"
for entry in "${missing[@]}"; do
  printf '  %-22s %s\n' "${entry%%=*}" "${entry#*=}"
done

as_root=()
if [[ $EUID -ne 0 ]]; then
  command -v sudo >/dev/null || {
    echo "Not root and no sudo: install the packages above with apt-get, then run this again." >&2
    exit 1
  }
  as_root=(sudo)
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt_get() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get "$@" >"$log" 2>&1 || {
    cat "$log" >&2
    echo "apt-get $1 failed; its output stands above." >&2
    exit 1
  }
}
apt_get update -q
apt_get install -q -y --no-install-recommends "${missing[@]%%=*}"
