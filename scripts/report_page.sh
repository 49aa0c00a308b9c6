#!/usr/bin/env bash
# Builds the page that `tracetwin evaluate --report` fills: web/report/ into one HTML file.
#   scripts/report_page.sh OUTPUT      the page
#   scripts/report_page.sh --check     types and formatting
#   scripts/report_page.sh --tools     fetches what the tests of the page need besides
# Needs node 18 or later, npm, and on the first run the npm registry.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../web/report"

usage() {
  echo "usage: ${0##*/} OUTPUT | --check | --tools" >&2
  exit 2
}
[[ $# -eq 1 ]] || usage

# node_modules as package-lock.json says: "all" of it, or without what only checks and tests use.
fetch() {
  local wanted=$1 stamp=node_modules/.fetched have
  have=$(cat "$stamp" 2>/dev/null || true)
  local lock
  lock=$(sha256sum package-lock.json)
  [[ $have == "all $lock" || $have == "$wanted $lock" ]] && return
  local log
  log=$(mktemp)
  local omit=()
  [[ $wanted == build ]] && omit=(--omit=dev)
  if ! npm ci "${omit[@]}" >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    echo "npm ci failed in web/report; its output stands above." >&2
    exit 1
  fi
  rm -f "$log"
  echo "$wanted $lock" >"$stamp"
}

# Two build folders may ask at the same time.
exec 9>.lock
flock 9

case $1 in
  --check)
    fetch all
    npm run --silent check
    ;;
  --tools) fetch all ;;
  -*) usage ;;
  *)
    [[ $1 == /* ]] && output=$1 || output=$OLDPWD/$1
    fetch build
    node build.mjs
    mkdir -p "$(dirname "$output")"
    cp dist/report.html "$output"
    ;;
esac
