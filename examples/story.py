"""The story of the example account, as data; what in it is meant, and what is a mistake, is said beside it."""

from dataclasses import dataclass, field

ACCOUNT = 1300000000000007
REGION = "cn-hangzhou"
ANYONE, ANYONE_V6 = "0.0.0.0/0", "::/0"
JUMP_NET = "10.30.1.0/24"
CLB_HEALTH = "100.64.0.0/10"
PAYMENT_ACCOUNT = 1400000000000003

# Named by rules, but not part of the input: these are the planted gaps.
PAYMENT_GROUP = "sg-bp1payment0partner01"
ANALYTICS_LIST = "pl-bp1analytics0partner"


@dataclass(frozen=True)
class Rule:
    """One rule; `traffic` is a protocol with ports, `peer` an address, or `group X`, `list X`, `account X` by name."""

    direction: str
    action: str
    traffic: str
    peer: str
    priority: int | str = 1
    note: str = ""
    created: str = ""
    local: str = ""
    source_ports: str = ""


def ingress(action, traffic, peer, priority=1, note="", **more):
    return Rule("ingress", action, traffic, peer, priority, note, **more)


def egress(action, traffic, peer, priority=1, note="", **more):
    return Rule("egress", action, traffic, peer, priority, note, **more)


@dataclass(frozen=True)
class Vpc:
    name: str
    cidr: str
    created: str
    env: str
    cidr_v6: str = ""
    nat_gateway: str = ""


@dataclass(frozen=True)
class VSwitch:
    name: str
    vpc: str
    cidr: str
    zone: str
    cidr_v6: str = ""
    acl: str = ""


@dataclass(frozen=True)
class Group:
    name: str
    vpc: str
    created: str
    note: str
    rules: list[Rule]
    inner: str = "Drop"
    advanced: bool = False
    service: int = 0


@dataclass(frozen=True)
class Interface:
    """A secondary interface, or one of a cloud service; `addresses` maps each private address to its EIP, if any."""

    name: str
    vswitch: str
    addresses: dict[str, str]
    groups: list[str]
    service: int = 0


@dataclass(frozen=True)
class Server:
    name: str
    vswitch: str
    address: str
    groups: list[str]
    kind: str = "ecs.c7.large"
    windows: bool = False
    stopped: bool = False
    eip: str = ""
    public: str = ""
    address_v6: str = ""
    more: list[Interface] = field(default_factory=list)


VPCS = [
    Vpc("shop-prod", "10.10.0.0/16", "2022-03-14", "prod", "2001:db8:10::/56"),
    Vpc("shop-staging", "10.20.0.0/16", "2022-09-01", "staging"),
    Vpc("shared-services", "10.30.0.0/16", "2022-03-07", "ops", "2001:db8:30::/56", nat_gateway="ops-nat"),
]

VSWITCHES = [
    VSwitch("shop-web-h", "shop-prod", "10.10.1.0/24", "h", "2001:db8:10:1::/64"),
    VSwitch("shop-web-i", "shop-prod", "10.10.2.0/24", "i"),
    VSwitch("shop-app-h", "shop-prod", "10.10.11.0/24", "h"),
    VSwitch("shop-db-i", "shop-prod", "10.10.21.0/24", "i", acl="shop-db"),
    VSwitch("stg-h", "shop-staging", "10.20.1.0/24", "h"),
    VSwitch("ops-h", "shared-services", JUMP_NET, "h", "2001:db8:30:1::/64"),
    VSwitch("ops-i", "shared-services", "10.30.2.0/24", "i"),
]

# Name, family, room for entries, entries with their descriptions.
PREFIX_LISTS = [
    ("office-v4", "IPv4", 20, {"192.0.2.0/25": "headquarters", "198.51.100.7/32": "office VPN"}),
    ("office-v6", "IPv6", 10, {"2001:db8:ff::/48": "headquarters"}),
]
PORT_LISTS = [("app-ports", 5, {"8080/8080": "shop", "8081/8089": "workers"})]

# The default group has its id for a name.
LEGACY = "sg-bp1default0legacy000"
MANAGED = "Created_by_cloud_service_nat"

GROUPS = [
    Group("shop-web", "shop-prod", "2022-03-14", "public web servers of the shop", [
        # Redundant: the public rule for 443 below lets these addresses in as well.
        ingress("accept", "TCP 443", CLB_HEALTH, 1, "health checks of the load balancer"),
        # Open on purpose.
        ingress("accept", "TCP 80", ANYONE, 10, "the shop"),
        ingress("accept", "TCP 443", ANYONE, 10, "the shop"),
        ingress("accept", "TCP 443", ANYONE_V6, 10, "the shop"),
        ingress("accept", "ICMP", ANYONE, 100, "ping"),
    ]),
    Group("shop-app", "shop-prod", "2022-03-14", "application servers", [
        ingress("accept", "TCP @app-ports", "group shop-web"),
        ingress("accept", "TCP 22", JUMP_NET),
        # A five-tuple rule: also tells which local addresses and which source ports.
        ingress("accept", "TCP 9100", "10.30.2.11", 5, "metrics", local="10.10.11.0/24", source_ports="1024/65535"),
        # A gap: who is in that group is known to the other account alone.
        ingress("accept", "TCP 8443", "account payment", 20, "callbacks of the payment partner"),
    ]),
    Group("shop-db", "shop-prod", "2022-03-14", "MySQL; members replicate to one another", [
        ingress("accept", "TCP 3306", "group shop-app"),
        ingress("accept", "TCP 22", JUMP_NET),
        ingress("accept", "TCP 3306", "100.104.175.0/24", 1, "Created by DTS for data migration",
                created="2023-06-19T08:40:51Z"),
    ], inner="Accept"),
    Group("shop-cache", "shop-prod", "2022-03-14", "Redis", [
        ingress("accept", "TCP 22", JUMP_NET),
        ingress("accept", "TCP 6379", "group shop-app", 10),
        # Open by mistake.
        ingress("accept", "TCP 6379", ANYONE, 1, "temporary! cache migration, remove after 11/11",
                created="2024-11-08T15:27:33Z"),
    ]),
    Group("shop-search", "shop-prod", "2023-02-20", "Elasticsearch", [
        ingress("accept", "TCP 22", JUMP_NET),
        # Open by mistake, but only private networks get as far as these servers.
        ingress("accept", "TCP 9200-9300", ANYONE, 1, "TODO: only the app tier"),
    ], inner="Accept"),
    Group("shop-guard", "shop-prod", "2024-01-15", "remote administration from the office only", [
        ingress("accept", "TCP 22", "list office-v4", 10),
        ingress("accept", "TCP 22", JUMP_NET, 10),
        # The shield: these two beat what the legacy group opens with priority 110.
        ingress("drop", "TCP 22", ANYONE, 50),
        ingress("drop", "TCP 3389", ANYONE, 50),
        # Shadowed: the drop of priority 50 has decided before.
        ingress("accept", "TCP 22", "198.51.100.24", 60, "contractor (says he still cannot log in)"),
    ]),
    # Half and half: a scanner complained about 0.0.0.0/0, so somebody split it.
    Group("shop-partner-a", "shop-prod", "2024-05-06", "MySQL for partner reports, part 1 of 2", [
        ingress("accept", "TCP 3306", "0.0.0.0/1"),
    ]),
    Group("shop-partner-b", "shop-prod", "2024-05-06", "MySQL for partner reports, part 2 of 2", [
        ingress("accept", "TCP 3306", "128.0.0.0/1"),
    ]),
    # As the console made it before May 2020: priority 110, which loses to every other rule; here as a string.
    Group(LEGACY, "shop-prod", "2019-11-28", "System created security group.", [
        ingress("accept", "TCP 22", ANYONE, "110", "System created rule."),
        ingress("accept", "TCP 3389", ANYONE, "110", "System created rule."),
        ingress("accept", "ICMP", ANYONE, "110", "System created rule."),
    ], inner="Accept"),
    Group("stg-app", "shop-staging", "2022-09-01", "everything in staging", [
        ingress("accept", "TCP 80", "list office-v4"),
        ingress("accept", "TCP 443", "list office-v4"),
        ingress("accept", "TCP 22", JUMP_NET),
        ingress("accept", "ALL", "10.20.0.0/16", 10, "staging talks to itself"),
        egress("accept", "ALL", ANYONE, 1, "System created rule."),
    ], advanced=True),
    Group("stg-lab", "shop-staging", "2024-08-22", "load tests", [
        # Open by mistake: an advanced group in which every port is open.
        ingress("accept", "ALL", ANYONE, 1, "load test, close tomorrow"),
        egress("accept", "ALL", ANYONE, 1, "System created rule."),
    ], advanced=True),
    Group("stg-db", "shop-staging", "2022-09-01", "PostgreSQL of staging", [
        ingress("accept", "TCP 5432", "10.20.1.0/24"),
        # A gap: the list was shared by another account and is not in the input.
        ingress("accept", "TCP 5432", "list analytics-partner", 1, "analytics partner"),
    ]),
    Group("ops-jump", "shared-services", "2022-03-07", "jump host", [
        ingress("accept", "TCP 3389", "list office-v4"),
        ingress("accept", "TCP 22", "list office-v4"),
    ]),
    Group("ops-git", "shared-services", "2022-03-07", "Git", [
        ingress("accept", "TCP 443", "list office-v4"),
        ingress("accept", "TCP 443", "list office-v6"),
        ingress("accept", "TCP 22", "list office-v4"),
        # Open by mistake, for IPv6 only.
        ingress("accept", "TCP 22", ANYONE_V6, 10, "push from home, IPv6"),
    ], inner="Accept"),
    Group("ops-tools", "shared-services", "2022-03-07", "monitoring and builds", [
        ingress("accept", "TCP 9090", "10.30.1.5"),
        ingress("accept", "TCP 22", "group ops-jump"),
        egress("accept", "TCP 443", ANYONE, 10),
        # Never acts: the platform blocks outbound port 25 whatever a group says.
        egress("accept", "TCP 25", ANYONE, 10, "alert mails"),
        egress("accept", "TCP 9100", "10.10.11.0/24", 10, "metrics of the app tier"),
        egress("drop", "ALL", ANYONE, 100, "nothing else"),
    ]),
    # Unused: no interface carries it, no rule names it.
    Group("ops-old-terminal", "shared-services", "2020-08-11", "terminal server, retired 2023", [
        ingress("accept", "TCP 3389", ANYONE),
    ], inner="Accept"),
    Group(MANAGED, "shared-services", "2023-10-08", "managed by a cloud service", [
        ingress("accept", "ALL", CLB_HEALTH),
    ], inner="Accept", service=1900000000000009),
]

SERVERS = [
    # Three groups on one interface, and shielded: shop-guard stops what the legacy group opens.
    Server("shop-web-1", "shop-web-h", "10.10.1.11", ["shop-web", "shop-guard", LEGACY], eip="203.0.113.11"),
    Server("shop-web-2", "shop-web-i", "10.10.2.12", ["shop-web", "shop-guard"], eip="203.0.113.12"),
    Server("shop-web-3", "shop-web-h", "10.10.1.13", ["shop-web", "shop-guard"], eip="203.0.113.13",
           address_v6="2001:db8:10:1::13"),
    Server("shop-app-1", "shop-app-h", "10.10.11.11", ["shop-app"]),
    Server("shop-app-2", "shop-app-h", "10.10.11.12", ["shop-app"]),
    Server("shop-app-3", "shop-app-h", "10.10.11.13", ["shop-app"]),
    Server("shop-app-4", "shop-app-h", "10.10.11.14", ["shop-app"]),
    Server("shop-search-1", "shop-app-h", "10.10.11.31", ["shop-search"], kind="ecs.r7.xlarge"),
    Server("shop-search-2", "shop-app-h", "10.10.11.32", ["shop-search"], kind="ecs.r7.xlarge"),
    # The migration left its EIP behind as well.
    Server("shop-cache-1", "shop-app-h", "10.10.11.21", ["shop-cache"], kind="ecs.r7.xlarge", eip="203.0.113.21"),
    Server("shop-cache-2", "shop-app-h", "10.10.11.22", ["shop-cache"], kind="ecs.r7.xlarge"),
    Server("shop-db-1", "shop-db-i", "10.10.21.11", ["shop-db"], kind="ecs.r7.xlarge"),
    Server("shop-db-2", "shop-db-i", "10.10.21.12", ["shop-db"], kind="ecs.r7.xlarge"),
    Server("shop-report-1", "shop-app-h", "10.10.11.41", ["shop-partner-a", "shop-partner-b"], eip="203.0.113.31"),
    Server("shop-report-2", "shop-app-h", "10.10.11.42", ["shop-partner-a"]),
    Server("shop-old-admin-1", "shop-web-i", "10.10.2.90", [LEGACY], windows=True, public="198.51.100.40"),
    Server("stg-web-1", "stg-h", "10.20.1.11", ["stg-app"], eip="203.0.113.60"),
    Server("stg-app-1", "stg-h", "10.20.1.12", ["stg-app"]),
    Server("stg-batch-1", "stg-h", "10.20.1.21", ["stg-app"], kind="ecs.g7.2xlarge", more=[
        Interface("stg-batch-1-lab", "stg-h", {"10.20.1.31": "", "10.20.1.32": "203.0.113.61"}, ["stg-lab"]),
    ]),
    Server("stg-db-1", "stg-h", "10.20.1.41", ["stg-db"], kind="ecs.r7.xlarge"),
    Server("ops-jump-1", "ops-h", "10.30.1.5", ["ops-jump"], windows=True, eip="203.0.113.71"),
    Server("ops-git-1", "ops-h", "10.30.1.21", ["ops-git"], eip="203.0.113.72", address_v6="2001:db8:30:1::21"),
    Server("ops-git-2", "ops-i", "10.30.2.22", ["ops-git"]),
    Server("ops-monitor-1", "ops-i", "10.30.2.11", ["ops-tools"]),
    Server("ops-ci-1", "ops-i", "10.30.2.31", ["ops-tools"], kind="ecs.g7.2xlarge", stopped=True),
]

SERVICE_INTERFACES = [
    Interface("ops-nat", "ops-i", {"10.30.2.200": ""}, [MANAGED], service=1900000000000009),
]

# Addresses that belong to no interface: the NAT gateway's, and one that is paid for and bound to nothing.
OTHER_EIPS = [("203.0.113.80", "ops-nat", "Nat"), ("203.0.113.99", "", "")]

# A peering with its two ends; each side has a route to the other.
PEERING = ("shop-to-ops", "shop-prod", "shared-services")

# What the NAT gateway does: whose traffic leaves by its address, and what it hands on (port outside, address and port inside).
NAT_ADDRESS = "203.0.113.80"
NAT_SOURCES = {"ops-i": "10.30.2.0/24"}
NAT_FORWARDS = {"git-ssh": ("2222", "10.30.2.22", "22")}

# The load balancer in front of the shop, with its address, port and servers.
BALANCER = ("shop", "shop-prod", "203.0.113.90", 443, ["shop-web-1", "shop-web-2"])

# Entries in their order: name, policy, protocol, port, address.
NETWORK_ACL = {
    "name": "shop-db",
    "vpc": "shop-prod",
    "note": "only the app tier and the jump host reach the databases",
    "ingress": [
        ("from-app", "accept", "tcp", "3306/3306", "10.10.11.0/24"),
        ("from-dts", "accept", "tcp", "3306/3306", "100.104.175.0/24"),
        ("from-jump-host", "accept", "tcp", "22/22", JUMP_NET),
        ("no-other-mysql", "drop", "tcp", "3306/3306", ANYONE),
        ("replies", "accept", "tcp", "1024/65535", ANYONE),
    ],
    "egress": [
        ("replies-to-app", "accept", "tcp", "1024/65535", "10.10.11.0/24"),
        ("replies-to-dts", "accept", "tcp", "1024/65535", "100.104.175.0/24"),
        ("replies-to-jump-host", "accept", "tcp", "1024/65535", JUMP_NET),
        ("updates", "accept", "tcp", "443/443", ANYONE),
        ("nothing-else", "drop", "all", "-1/-1", ANYONE),
    ],
}

# Cores and MiB of memory.
MACHINES = {"ecs.c7.large": (2, 4096), "ecs.r7.xlarge": (4, 32768), "ecs.g7.2xlarge": (8, 32768)}
