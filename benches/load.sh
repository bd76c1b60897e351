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

kilobytes() { awk '/^VmRSS/ { print $2 }' "/proc/$server/status"; }
ended_runs() { curl -sf "$site/api/v1/runs" | jq length; }
post_run() {
    token=$(curl -sf "$site/api/v1/me" | jq -r .csrf_token)
    curl -sf -X POST -H "X-CSRF-Token: $token" -o /dev/null "$site/api/v1/runs"
}

# Tries for two minutes: "$@" has to end well.
await() {
    for _ in $(seq 600); do
        if "$@"; then return; fi
        sleep 0.2
    done
    echo "this does not come about: $*" >&2
    return 1
}
is_shown() { curl -sf -o /dev/null "$site/api/v1/servers"; }
has_runs() { [ "$(ended_runs)" -ge "$1" ]; }

await curl -sf -o /dev/null "$site/healthz"
await post_run
await is_shown
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

await post_run
echo "200 readers for 30 seconds, and a run:"
wrk --threads 1 --connections 200 --duration 30s --timeout 30s --latency --script "$folder/pages.lua" "$site"
await has_runs 2

pages() {
    for path in / /item/open-ssh /groups "/group/$group_id" /servers "/server/$server_id" /exposure /map /history /gaps; do
        curl -sf -o /dev/null "$site$path"
    done
}
pages
echo "memory before 1,000 pages: $(kilobytes) kB"
for _ in $(seq 100); do pages; done
echo "memory after 1,000 pages:  $(kilobytes) kB"
