//! Items that ask about more than one service: how wide, how many, and whether a rule does anything.

use crate::{Meta, Risk};

/// All items of this file, in the order in which they are listed: the vendor's own two first.
pub static ALL: &[&Meta] = &[
    &OPEN_ALL_PORTS,
    &EXCESSIVE_GROUPS,
    &WIDE_SOURCE,
    &OPEN_EGRESS,
    &REDUNDANT_RULE,
    &SHADOWED_RULE,
    &NEVER_ACTS,
    &UNUSED_GROUP,
    &RULE_QUOTA,
    &TOO_MANY_RULES,
    &ONE_SERVER_GROUP,
    &ONE_GROUP_FOR_ALL,
    &PLATFORM_ADDED_RULE,
    &GROUP_QUOTA,
];

/// Everyone may reach every TCP port, or every UDP port, over one family.
pub static OPEN_ALL_PORTS: Meta = Meta {
    id: "open-all-ports",
    title: "Every port is open to everyone",
    risk: Risk::High,
    enabled: true,
    vendor: true,
    asks: "Can everyone of one family, IPv4 or IPv6, reach all ports from 1 to 65535 over TCP, or all of \
        them over UDP?",
    why: "Whatever starts on the server is on the internet the moment it listens: the test database, the \
        debugger, the agent that came with an update. The group no longer protects anything, and nobody has \
        to make a second mistake.",
    fix: "List what must be reachable, add a rule for each, check that the services still answer, then \
        remove the wide rule.",
    not_when: "An appliance that filters by itself (a firewall, a NAT or VPN gateway), or a network whose \
        internet firewall filters in the groups' place: waive it and name what filters instead.",
    fires: "TCP 1/1000 from 0.0.0.0/0 and TCP 1001/65535 from 0.0.0.0/0 in two rules, nothing of higher \
        rank: together they open every port.",
    silent: "TCP 1/65535 from 0.0.0.0/0 at priority 100, under a deny of TCP 22/22 from 0.0.0.0/0 at \
        priority 1: one port is closed, so the items of the other ports fire one by one.",
    suggestion: "Replace the wide rule by one rule for each port that everyone must reach.",
};

/// An interface is in many groups at once.
pub static EXCESSIVE_GROUPS: Meta = Meta {
    id: "excessive-groups",
    title: "An interface carries three or more security groups",
    risk: Risk::Low,
    enabled: true,
    vendor: true,
    asks: "Does an interface carry three or more security groups? Interfaces are asked one by one, not \
        servers.",
    why: "The rules of all its groups act together: an allow in any of them opens the server, and which rule \
        decides depends on ranks that were given in different groups, perhaps by different people. To close \
        a port you have to know all of them, and they share the interface's quota of rules.",
    fix: "Merge groups that always go together, and give each role of a server one group. Two on an \
        interface are easy to follow: one for what all need, one for the role.",
    not_when: "Groups that are split on purpose by duty and kept small, such as a baseline, an application \
        and a short-lived debugging group. If that is your way, switch the item off.",
    fires: "An interface that carries sg-base, sg-web and sg-empty, even though sg-empty has no rules.",
    silent: "A server with two interfaces of two groups each: four groups on the server, but two on each \
        interface.",
    suggestion: "Merge groups that always go together, so that the interface carries two at most.",
};

/// A port of the services table is open to a very large range that is not everyone.
pub static WIDE_SOURCE: Meta = Meta {
    id: "wide-source",
    title: "A risky port is open to a very large public range",
    risk: Risk::Medium,
    enabled: true,
    vendor: false,
    asks: "Can a whole public IPv4 range of /8 or larger, or an IPv6 range of /16 or larger, reach a port \
        that one of the service items asks about (over the same protocol), without that port being open to \
        everyone?",
    why: "A /8 holds 16.7 million addresses, and anybody can rent one of them for an hour. 0.0.0.0/1 is half \
        of the internet, and a wide rule with one small exception is as good as none. Such ranges often come \
        from somebody who was told not to write 0.0.0.0/0.",
    fix: "Ask who really connects and write their ranges: single addresses, your provider's prefix, a prefix \
        list. If nobody knows, look at the flow logs before you narrow it.",
    not_when: "A partner or carrier that really owns a range of this size and says that any of it may call: \
        waive it with that reason.",
    fires: "TCP 22/22 from 0.0.0.0/1 at priority 1, and no rule for the other half.",
    silent: "TCP 22/22 from 10.0.0.0/8: as large, but private.",
    suggestion: "Narrow the source to the ranges that really connect.",
};

/// Nothing limits what goes out. Off by default: it is how most estates are run.
pub static OPEN_EGRESS: Meta = Meta {
    id: "open-egress",
    title: "Everything may go out to everywhere",
    risk: Risk::Low,
    enabled: false,
    vendor: false,
    asks: "May everything, over every protocol and port, go out to every public address of one family, by a \
        rule or by default?",
    why: "A server that was broken into fetches its tools and sends the loot home over the way out. Where \
        only named destinations are allowed, many attacks end at that point, and the attempt can be seen.",
    fix: "Write down what the server must call (updates, time, names, partners), allow that, and deny the \
        rest at the lowest rank. Watch the flow logs for a week first.",
    not_when: "Where outbound traffic is limited elsewhere, by a proxy or an egress firewall, or where \
        servers must call unknown addresses by their nature. The item is off unless you switch it on.",
    fires: "A group without any outbound rule, of a kind that allows outbound traffic by default.",
    silent: "All protocols allowed out to 0.0.0.0/0 at priority 100, under a deny of TCP 1/65535 to \
        0.0.0.0/0 at priority 1.",
    suggestion: "Allow out only what the server must call, and deny the rest at the lowest rank.",
};

/// Other rules together already do what this one does.
pub static REDUNDANT_RULE: Meta = Meta {
    id: "redundant-rule",
    title: "A rule could go without any change",
    risk: Risk::Low,
    enabled: true,
    vendor: false,
    asks: "Would removing the rule change nothing in what any interface lets in or out? All other rules \
        count together, not only one at a time, and so do those of the interface's other groups.",
    why: "Rules that do nothing use up the quota and hide those that do. They also mislead: whoever removes \
        the rule beside one to close a port finds it still open.",
    fix: "Remove the rule; the finding names the rules that cover it. Take one away at a time and check \
        again: two equal rules each make the other redundant, and both together do not.",
    not_when: "A rule that is kept as a safety net in case another group is detached, or that documents a \
        need of its own: waive it, and say so in its description.",
    fires: "TCP 80/81 from 10.0.0.0/8 at priority 1, beside TCP 80/80 and TCP 81/81 from 10.0.0.0/9 and from \
        10.128.0.0/9 at the same priority: the four together cover it, none alone does.",
    silent: "TCP 80/80 from 0.0.0.0/0 beside TCP 80/443 from 10.0.0.0/8: they overlap, but each lets in \
        something that the other does not.",
    suggestion: "Remove the rule: the rules named with it already do the same.",
};

/// Rules of higher rank, or denies of equal rank, take every packet first.
pub static SHADOWED_RULE: Meta = Meta {
    id: "shadowed-rule",
    title: "A rule never decides anything",
    risk: Risk::Medium,
    enabled: true,
    vendor: false,
    asks: "Is there no packet at all that the rule decides, because rules of higher rank, or denies of equal \
        rank, take every one of them first?",
    why: "Somebody wrote the rule for a reason, and that reason is not in force. A shadowed deny is the \
        dangerous kind: it reads as if the port were closed. A shadowed allow means that something does not \
        work, or that it works for another reason than people think.",
    fix: "Find out what was meant. If the rule should act, give it a higher rank than the rules named in the \
        finding, or narrow those; if not, remove it.",
    not_when: "During an incident, when a deny of highest rank covers everything for a while: the rules \
        below it are meant to come back.",
    fires: "A deny of TCP 22/22 from 0.0.0.0/0 at priority 50, below an allow of TCP 22/22 from 0.0.0.0/0 at \
        priority 10: SSH stays open.",
    silent: "An allow of TCP 1/65535 from 0.0.0.0/0 at priority 10, below a deny of TCP 22/22 from 0.0.0.0/0 \
        at priority 1: it still decides the other ports.",
    suggestion: "Give the rule a rank at which it acts, or remove it.",
};

/// The platform keeps the rule, but it can match nothing.
pub static NEVER_ACTS: Meta = Meta {
    id: "never-acts",
    title: "A rule that the platform ignores",
    risk: Risk::Low,
    enabled: true,
    vendor: false,
    asks: "Is this an outbound rule for TCP 25 only where the platform blocks that port, a rule whose peer \
        is a group in another network or an empty prefix list, an IPv6 rule where no interface of the group \
        has IPv6, a rule with a group as peer in a kind of group that takes none, or, which is possible and \
        never sure, a rule that is documented to have no effect on a server that carries the group, or one \
        of more rules with groups, lists or several port ranges than the platform applies?",
    why: "The rule is shown like any other, so people rely on it and look for the fault elsewhere. Some of \
        these wake up later: the first IPv6 address or the first entry in the list puts a forgotten rule in \
        force.",
    fix: "Say what was meant in a way that acts: the peer's CIDR in place of a group of another network, 465 \
        or 587 with a login in place of 25, entries in the list, one rule for each range of ports. Else \
        remove the rule.",
    not_when: "Rules that are ready for a change to come, such as IPv6 next month. If the platform has \
        unblocked port 25 for you, say so in `portreeve.toml`.",
    fires: "TCP 3306/3306 with a group of another network as its peer.",
    silent: "TCP 3306/3306 with a group of the same network as its peer that has no members yet: the first \
        member makes it act.",
    suggestion: "Say what was meant in a way that acts, or remove the rule.",
};

/// No interface carries it and no group in use names it.
pub static UNUSED_GROUP: Meta = Meta {
    id: "unused-group",
    title: "A group that nothing uses",
    risk: Risk::Low,
    enabled: true,
    vendor: false,
    asks: "Does no interface carry the group, and does no rule of a group in use name it? Unused groups that \
        only name each other are unused too.",
    why: "Forgotten rules wait in it for the next server that picks the group from a list. It also counts \
        against the quota of groups, and every review reads it again.",
    fix: "Look for launch templates and scaling rules that name it; if there are none, delete it. Groups \
        that name each other in a circle need those rules removed first.",
    not_when: "A group that is kept for disaster recovery, for a scaling group that is at zero now, or for a \
        product whose interfaces are not in the input.",
    fires: "sg-a names sg-b as a peer, sg-b names sg-a, and no interface carries either.",
    silent: "No interface carries sg-bastion, but a rule of sg-web names it as a peer, and sg-web is in use.",
    suggestion: "Delete the group if no template or scaling rule names it.",
};

/// A group or an interface is near its limit of rules.
pub static RULE_QUOTA: Meta = Meta {
    id: "rule-quota",
    title: "The quota of rules is nearly used up",
    risk: Risk::Medium,
    enabled: true,
    vendor: false,
    asks: "Does a group, or an interface over all its groups, use 80 percent or more of the rules that it \
        may have? Both directions count, and a prefix list or port list counts with the entries that it may \
        hold, not with those that it holds.",
    why: "At the limit the platform refuses the next rule, or refuses to attach a group. That tends to \
        happen during an incident, when an address has to be blocked at once.",
    fix: "Remove redundant rules, join neighbouring ranges, give lists a smaller maximum, or ask for a \
        higher quota.",
    not_when: "If your account has a limit of its own, write it into `portreeve.toml`; the finding then \
        counts against that.",
    fires: "An interface whose three groups have 820 rules together, where an interface may have 1000.",
    silent: "An interface whose only group has 700 rules, where an interface may have 1000 and a group has \
        no limit of its own.",
    suggestion: "Remove redundant rules or shrink lists before the platform refuses the next rule.",
};

/// Hundreds of rules act on one interface.
pub static TOO_MANY_RULES: Meta = Meta {
    id: "too-many-rules",
    title: "An interface has more rules than anybody can follow",
    risk: Risk::Low,
    enabled: true,
    vendor: false,
    asks: "Do 200 rules or more act on one interface, over all its groups?",
    why: "Nobody reads hundreds of rules. What was meant to be closed hides among them, reviews turn into \
        nodding, and each new rule is added on top because nobody dares to remove one.",
    fix: "Start with what `redundant-rule` and `shadowed-rule` find, put lists of addresses into prefix \
        lists and neighbouring ports into ranges, then split the server's roles if it has several.",
    not_when: "A gateway whose list of partners is long by nature and kept by a program: raise the limit in \
        `portreeve.toml`.",
    fires: "An interface with two groups of 120 different rules each.",
    silent: "An interface with one group of 150 rules, even if other interfaces carry as many.",
    suggestion: "Remove what is redundant, and move addresses into prefix lists.",
};

/// Good practice rather than risk: servers with the same needs share a group.
pub static ONE_SERVER_GROUP: Meta = Meta {
    id: "one-server-group",
    title: "A group that serves a single server",
    risk: Risk::Info,
    enabled: true,
    vendor: false,
    asks: "Does exactly one server carry the group?",
    why: "A group for each server means the same rules in many copies. A fix that is made in one is \
        forgotten in the others, and each copy counts against the quota of groups.",
    fix: "Give servers with the same role one group, named after the role, and move them over one by one: \
        attach the shared group, check, detach the old one.",
    not_when: "A server that is truly unlike the others: the bastion host, the mail relay, the only \
        database.",
    fires: "sg-web-1 on server web-1 only, and sg-web-2 with the same rules on server web-2 only.",
    silent: "sg-web on web-1 and web-2; and sg-old, which nothing carries: that is `unused-group`.",
    suggestion: "Let servers with the same role share one group.",
};

/// One group must not serve every role.
pub static ONE_GROUP_FOR_ALL: Meta = Meta {
    id: "one-group-for-all",
    title: "One group serves nearly everything",
    risk: Risk::Low,
    enabled: true,
    vendor: false,
    asks: "Do 60 percent or more of all interfaces carry one and the same group, in an estate of ten \
        interfaces or more?",
    why: "What one server needs, all of them get: the port that was opened for the web server is open on the \
        database too. Where members of a group may talk to each other freely, one server that is lost \
        reaches all the rest.",
    fix: "Make a group for each role, attach it beside the common one, then take rules out of the common \
        group until only what all need is left.",
    not_when: "A baseline that holds only what every server needs, such as monitoring and updates, with a \
        group for the role beside it.",
    fires: "Twelve of fourteen interfaces carry sg-default.",
    silent: "Five of six interfaces carry sg-default: fewer than ten interfaces in all.",
    suggestion: "Make a group for each role, and leave in this one only what all servers need.",
};

/// Informational: a service of the platform wrote the rule, not a person.
pub static PLATFORM_ADDED_RULE: Meta = Meta {
    id: "platform-added-rule",
    title: "A rule that the platform added by itself",
    risk: Risk::Info,
    enabled: true,
    vendor: false,
    asks: "Was the rule added by a service of the platform (data management, data transfer, a bastion host \
        and the like), going by its description?",
    why: "Nobody of your own wrote it, so nobody reviews it, and it may stay when the service is long gone. \
        Its ranges belong to the platform and can be wide.",
    fix: "See whether the service is still in use. If it is, leave the rule alone; if not, remove the \
        instance from the service first, then the rule.",
    not_when: "While the service is in use: without the rule it can no longer reach the server.",
    fires: "A rule whose description is the one that the platform's data transfer service writes.",
    silent: "A rule for the same addresses with a description of your own.",
    suggestion: "Check whether the service that added this rule is still in use, and keep the rule while it \
        is.",
};

/// A region, an interface or a group is near a limit on groups or members.
pub static GROUP_QUOTA: Meta = Meta {
    id: "group-quota",
    title: "A quota of groups or members is nearly used up",
    risk: Risk::Medium,
    enabled: true,
    vendor: false,
    asks: "Are 80 percent or more used of the groups that a region may have, of the groups that an interface \
        may carry, or of the addresses or interfaces that a group may hold?",
    why: "At the limit no group can be made, none can be attached, or no server can start in the group. \
        Scaling then fails at the hour of most load, and the message speaks of something else.",
    fix: "Delete what `unused-group` finds, merge groups with the same rules, split a full group by role, or \
        ask for a higher quota.",
    not_when: "If your account has a limit of its own, write it into `portreeve.toml`; the finding then \
        counts against that.",
    fires: "A region with 85 groups, where it may have 100.",
    silent: "A region with 60 groups and another with 30: each counts for itself.",
    suggestion: "Delete unused groups or ask for a higher quota before the platform refuses the next one.",
};
