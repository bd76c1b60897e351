#!/usr/bin/env bash
# Collects what portreeve reads of one region of an Alibaba Cloud account into a folder, all pages of it.
#
#   ./collect-alibaba.sh REGION FOLDER
#
# Needs jq, and the vendor's own command line `aliyun` set up with the read-only permissions of getting-started.md. It
# only makes `Describe…` and `List…` calls. Each answer is kept unedited, wrapped with the request that fetched it. A call
# that fails leaves its error in the folder, so that portreeve knows what is missing. After an interruption or a failure,
# run it again with the same arguments: it fetches only what is not there yet. For a fresh picture use a fresh folder.
#
# Exit codes: 0 everything was read, 1 something could not be read, 2 usage.
set -euo pipefail

if [[ $# != 2 ]]; then
    echo "usage: $0 REGION FOLDER   (for example: $0 cn-hangzhou account/cn-hangzhou)" >&2
    exit 2
fi
for command in aliyun jq; do
    if ! command -v "$command" >/dev/null; then
        echo "the command \`$command\` is needed and was not found" >&2
        exit 2
    fi
done

region=$1
folder=$2
mkdir -p "$folder"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
calls=0
failures=0

# The request as JSON: `request ACTION KEY=VALUE...`.
request() {
    local text="{\"Action\": \"$1\", \"RegionId\": \"$region\"" parameter value
    for parameter in "${@:2}"; do
        value=${parameter#*=}
        value=${value//\\/\\\\}
        text+=", \"${parameter%%=*}\": \"${value//\"/\\\"}\""
    done
    printf '%s}' "$text"
}

# Makes one call and keeps it: `call FILE PRODUCT ACTION KEY=VALUE...`. Returns 1 where it failed for good. The answer is
# pasted into the document, not parsed and printed again: account ids have more digits than some tools keep.
call() {
    local file=$1 action=$3 attempt parameter arguments=(--region "$region" --RegionId "$region")
    for parameter in "${@:4}"; do
        arguments+=("--${parameter%%=*}" "${parameter#*=}")
    done
    for attempt in 1 2 3 4 5; do
        calls=$((calls + 1))
        if aliyun "$2" "$action" "${arguments[@]}" >"$scratch/response" 2>"$scratch/error" </dev/null; then
            {
                printf '{"request": %s, "response": ' "$(request "$action" "${@:4}")"
                cat "$scratch/response"
                printf '}\n'
            } >"$scratch/document"
            if next=$(next_page "$scratch/document" 2>"$scratch/error"); then
                mv "$scratch/document" "$file"
                return 0
            fi
        fi
        # Only what passes by itself is worth another try.
        if ! grep -qiE 'throttling|serviceunavailable|internalerror|timeout|connection' "$scratch/error"; then
            break
        fi
        sleep "$((attempt * ${COLLECT_WAIT:-2}))"
    done
    keep_error "${file%.json}.error.json" "$action" "${@:4}"
    return 1
}

# Leaves what the service said in place of the answer: `keep_error FILE ACTION KEY=VALUE...`.
keep_error() {
    local code id message
    code=$(sed -n 's/^ErrorCode: *//p' "$scratch/error" | head -n 1)
    id=$(sed -n 's/^RequestId: *//p' "$scratch/error" | head -n 1)
    message=$(sed -n 's/^Message: *//p' "$scratch/error" | head -n 1)
    jq -nc --argjson request "$(request "${@:2}")" --arg code "${code:-CallFailed}" --arg id "$id" \
        --arg message "${message:-$(tail -n 5 "$scratch/error")}" \
        '{request: $request, response: {Code: $code, Message: $message, RequestId: $id}}' >"$1"
    failures=$((failures + 1))
    echo "$2: ${code:-failed} ${message:-$(tail -n 1 "$scratch/error")}" >&2
}

# The parameter that asks for the page after FILE, or nothing if FILE holds the last one. Fails where there is no answer
# in FILE.
next_page() {
    jq -er '
        if (.response | type) != "object" then error("not a JSON object") else . end |
        .request as $request | .response |
        if ($request.MaxResults // $request.MaxResult) and (.NextToken // "") != "" then
            "NextToken=" + .NextToken
        elif $request.PageSize then
            [.PageNumber, .PageSize, .TotalCount] | map(tonumber) |
            if .[0] * .[1] < .[2] then "PageNumber=\(.[0] + 1)" else "" end
        else
            ""
        end' "$1"
}

# The pages of a listing that are in the folder, in order.
pages_of() {
    compgen -G "$folder/$1.[0-9][0-9][0-9][0-9][0-9][0-9].json" | sort
}

# Makes a call for every page of a listing: `listing NAME PRODUCT ACTION KEY=VALUE...` leaves NAME.000001.json and so on.
listing() {
    local name=$1 page=1 next='' last
    last=$(pages_of "$name" | tail -n 1) || true
    if [[ -n $last && -z $(next_page "$last") ]]; then
        return
    fi
    # Tokens grow old: a listing that stopped half-way starts again.
    rm -f "$folder/$name".[0-9]*.json
    mkdir -p "$(dirname "$folder/$name")"
    while call "$(printf '%s/%s.%06d.json' "$folder" "$name" "$page")" "${@:2}" ${next:+"$next"} && [[ -n $next ]]; do
        page=$((page + 1))
    done
}

# The ids in a listing that is in the folder: `ids NAME FILTER`.
ids() {
    pages_of "$1" | while read -r file; do jq -r ".response | $2" "$file"; done
}

listing DescribeVpcs vpc DescribeVpcs PageSize=50
listing DescribeVSwitches vpc DescribeVSwitches PageSize=50
listing DescribeNetworkAcls vpc DescribeNetworkAcls PageSize=50
listing DescribeEipAddresses vpc DescribeEipAddresses PageSize=50
listing DescribeRouteTableList vpc DescribeRouteTableList PageSize=50
listing DescribeNatGateways vpc DescribeNatGateways PageSize=50
listing ListVpcPeerConnections vpcpeer ListVpcPeerConnections MaxResults=100
listing DescribeLoadBalancers slb DescribeLoadBalancers PageSize=50
listing ListLoadBalancers nlb ListLoadBalancers MaxResults=100
listing ListListeners nlb ListListeners MaxResults=100
listing ListServerGroups nlb ListServerGroups MaxResults=100
listing ListServerGroupServers nlb ListServerGroupServers MaxResults=100
listing ListTransitRouterVpcAttachments cbn ListTransitRouterVpcAttachments MaxResults=100
listing DescribeSecurityGroups ecs DescribeSecurityGroups MaxResults=100
listing DescribeNetworkInterfaces ecs DescribeNetworkInterfaces MaxResults=100
listing DescribeInstances ecs DescribeInstances MaxResults=100
listing DescribePrefixLists ecs DescribePrefixLists MaxResults=100
listing DescribePortRangeLists ecs DescribePortRangeLists MaxResults=100

while read -r id; do
    listing "DescribeNetworkAclAttributes/$id" vpc DescribeNetworkAclAttributes "NetworkAclId=$id"
done < <(ids DescribeNetworkAcls '.NetworkAcls.NetworkAcl[].NetworkAclId')

while read -r id; do
    listing "DescribeRouteEntryList/$id" vpc DescribeRouteEntryList "RouteTableId=$id" MaxResult=100
done < <(ids DescribeRouteTableList '.RouterTableList.RouterTableListType[].RouteTableId')

while read -r id; do
    listing "DescribeForwardTableEntries/$id" vpc DescribeForwardTableEntries "NatGatewayId=$id" PageSize=50
    listing "DescribeSnatTableEntries/$id" vpc DescribeSnatTableEntries "NatGatewayId=$id" PageSize=50
done < <(ids DescribeNatGateways '.NatGateways.NatGateway[].NatGatewayId')

while read -r id; do
    listing "DescribeLoadBalancerAttribute/$id" slb DescribeLoadBalancerAttribute "LoadBalancerId=$id"
    listing "DescribeLoadBalancerListeners/$id" slb DescribeLoadBalancerListeners "LoadBalancerId.1=$id" MaxResults=100
    while read -r group; do
        listing "DescribeVServerGroupAttribute/$group" slb DescribeVServerGroupAttribute "VServerGroupId=$group"
    done < <(ids "DescribeLoadBalancerListeners/$id" '.Listeners[].VServerGroupId // empty' | sort -u)
done < <(ids DescribeLoadBalancers '.LoadBalancers.LoadBalancer[].LoadBalancerId')

while read -r id; do
    listing "DescribePrefixListAttributes/$id" ecs DescribePrefixListAttributes "PrefixListId=$id"
done < <(ids DescribePrefixLists '.PrefixLists.PrefixList[].PrefixListId')

while read -r id; do
    listing "DescribePortRangeListEntries/$id" ecs DescribePortRangeListEntries "PortRangeListId=$id"
done < <(ids DescribePortRangeLists '.PortRangeLists[].PortRangeListId')

while read -r id; do
    listing "DescribeSecurityGroupAttribute/$id" ecs DescribeSecurityGroupAttribute \
        "SecurityGroupId=$id" Direction=all MaxResults=1000
    listing "DescribeSecurityGroupReferences/$id" ecs DescribeSecurityGroupReferences "SecurityGroupId.1=$id"
done < <(ids DescribeSecurityGroups '.SecurityGroups.SecurityGroup[].SecurityGroupId')

# A group of the retired classic network has a second set of rules, for the internal interface.
while read -r id; do
    listing "DescribeSecurityGroupAttribute/$id.intranet" ecs DescribeSecurityGroupAttribute \
        "SecurityGroupId=$id" Direction=all NicType=intranet MaxResults=1000
done < <(ids DescribeSecurityGroups '.SecurityGroups.SecurityGroup[] | select((.VpcId // "") == "") | .SecurityGroupId')

if [[ $failures != 0 ]]; then
    echo "$failures of $calls calls failed; what they said is in $folder/…error.json. Run this again to try them anew." >&2
    exit 1
fi
echo "$region is in $folder ($calls calls)" >&2
