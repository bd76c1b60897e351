#!/bin/sh
# Loads a console: 200 readers for 30 seconds while a run is in progress, then its memory over 1,000 pages.
#
#   benches/load.sh target/release/portreeve ACCOUNT [PORT]
#
# Needs curl, jq and wrk. The store is a file in a temporary folder; nobody has to log in.
set -eu

portreeve=$1 account=$2 port=${3:-8099}
folder=$(mktemp -d)
site=http://127.0.0.1:$port

"$portreeve" serve "$account" --store "$folder/load.db" --listen "127.0.0.1:$port" >"$folder/log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null; wait "$server" 2>/dev/null || true; rm -r "$folder"' EXIT

ready() { curl -sf -o /dev/null "$site/healthz"; }
for _ in $(seq 100); do
    if ready; then break; fi
    sleep 0.1
done
ready

kilobytes() { awk '/^VmRSS/ { print $2 }' "/proc/$server/status"; }
start_run() { curl -sf -X POST -H "X-CSRF-Token: $(curl -sf "$site/api/v1/me" | jq -r .csrf_token)" -o /dev/null "$site/api/v1/runs"; }
ended_runs() { curl -sf "$site/api/v1/runs" | jq length; }
await_runs() {
    for _ in $(seq 600); do
        if [ "$(ended_runs)" -ge "$1" ]; then return; fi
        sleep 0.2
    done
    echo "the run does not end" >&2
    return 1
}

start_run
await_runs 1
server_id=$(curl -sf "$site/api/v1/servers?per_page=1" | jq -r '.rows[0].id')
group_id=$(curl -sf "$site/api/v1/groups?per_page=1" | jq -r '.rows[0].id')

cat >"$folder/pages.lua" <<LUA
local pages = { "/", "/item/open-ssh", "/groups", "/group/$group_id", "/servers", "/server/$server_id", "/exposure",
    "/explain?from=internet&to=$server_id&protocol=tcp&port=22", "/map", "/history", "/settings", "/gaps" }
local at = 0
request = function()
    at = at + 1
    return wrk.format("GET", pages[at % #pages + 1])
end
LUA

start_run
echo "200 readers for 30 seconds, and a run:"
wrk --threads 1 --connections 200 --duration 30s --timeout 30s --latency --script "$folder/pages.lua" "$site"
await_runs 2

pages() {
    for path in / /item/open-ssh /groups "/group/$group_id" /servers "/server/$server_id" /exposure /map /history /gaps; do
        curl -sf -o /dev/null "$site$path"
    done
}
pages
echo "memory before 1,000 pages: $(kilobytes) kB"
for _ in $(seq 100); do pages; done
echo "memory after 1,000 pages:  $(kilobytes) kB"
