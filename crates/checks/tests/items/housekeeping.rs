//! The items about order in an estate: use, sharing and quotas.

use portreeve_model::{Estate, Quotas, Reference, Text};

use crate::common::estate;
use crate::estates::{alone, in_use, many_rules};
use crate::fixture::{Fixture, Fixtures};

/// All fixtures of this file.
pub(crate) fn fixtures() -> Vec<Fixture> {
    let all = [
        excessive_groups(),
        unused_group(),
        rule_quota(),
        too_many_rules(),
        one_server_group(),
        one_group_for_all(),
        group_quota(),
    ];
    all.into_iter().flat_map(Fixtures::done).collect()
}

/// The names of the first inbound rules of a group.
fn names(group: &str, count: usize) -> String {
    let names: Vec<String> = (1..=count).map(|nth| format!("{group}#ingress/{nth}")).collect();
    names.join(", ")
}

fn excessive_groups() -> Fixtures {
    let carrying = |interfaces: &str| {
        format!(
            "profile basic\ngroup a\n in 1 allow tcp 443 from any\ngroup b\ngroup c\ngroup d\n{interfaces}"
        )
    };
    Fixtures::of("excessive-groups")
        .fires(
            "three groups, two of them without rules",
            &carrying("interface eni-1 10.0.0.1 groups a b c server i-1"),
            &["excessive-groups sure private - | eni-1 at_risk | - | a#ingress/1"],
        )
        .fires(
            "two interfaces, one of them without a server and with a public address",
            &carrying(
                "interface eni-1 10.0.0.1 groups c b a server i-1
                 interface eni-2 10.0.0.2 public 198.51.100.2 groups a b c d",
            ),
            &[
                "excessive-groups sure private - | eni-1 at_risk | - | a#ingress/1",
                "excessive-groups sure internet - | eni-2 at_risk | - | a#ingress/1",
            ],
        )
        .fires(
            "a group that is not in the input counts",
            &format!("group gone ?\n{}", carrying("interface eni-1 10.0.0.1 groups a b gone")),
            &["excessive-groups sure private - | eni-1 at_risk | - | a#ingress/1"],
        )
        .fires(
            "two, where two are too many",
            &carrying("interface eni-1 10.0.0.1 groups a b"),
            &["excessive-groups sure private - | eni-1 at_risk | - | a#ingress/1"],
        )
        .under(|limits| limits.excessive_groups = 2)
        .silent("one group", &carrying("interface eni-1 10.0.0.1 groups a"))
        .near(
            "four groups on a server, two on each interface",
            &carrying(
                "interface eni-1 10.0.0.1 groups a b server i-1
                 interface eni-2 10.0.0.2 groups c d server i-1",
            ),
        )
        .near("the same group twice", &carrying("interface eni-1 10.0.0.1 groups a b a"))
        .near("three, where four are too many", &carrying("interface eni-1 10.0.0.1 groups a b c"))
        .under(|limits| limits.excessive_groups = 4)
}

fn unused_group() -> Fixtures {
    let circle = "profile basic
        group a
          in 1 allow tcp 80 from group b
        group b
          in 1 allow tcp 80 from group a";
    let told = |group: &str, rest: &str| format!("unused-group {rest} {group} | - | - | -");
    let (a, b) = (told("a", "sure unattached"), told("b", "sure unattached"));
    let unsure = told("a", "possible unknown");
    let fixtures = Fixtures::of("unused-group")
        .fires("two that name each other only", circle, &[&a, &b])
        .fires("one alone", &alone("basic", ""), &[&told("web", "sure unattached")])
        .fires_in(
            "named by one that is unused itself, as a listing of references tells",
            referred("b"),
            &[&a, &b],
        )
        .fires(
            "not every interface is known",
            "coverage interfaces partial
             profile basic
             group a
             group b
             interface eni-1 10.0.0.1 groups b",
            &[&unsure],
        )
        .fires(
            "the groups of an interface are not known",
            "profile basic
             group a
             group b
             interface eni-1 10.0.0.1 groups b
             interface eni-2 10.0.0.2 groups ?",
            &[&unsure],
        )
        .fires(
            "a group in use whose rules are not all there may name it",
            "profile basic
             group a
             group b incomplete in
             interface eni-1 10.0.0.1 groups b",
            &[&told("a", "possible unattached")],
        );
    unused_group_silent(fixtures)
}

fn unused_group_silent(fixtures: Fixtures) -> Fixtures {
    let bastion = "profile basic
        group bastion
        group web
          in 1 allow tcp 22 from group bastion
        interface eni-1 10.0.0.1 groups web";
    fixtures
        .silent("one in use", &in_use("in 1 allow tcp 443 from any"))
        .near("named by one in use", bastion)
        .near(
            "named by one that is named by one in use, outbound",
            "profile basic
             group c
             group b
               out 1 allow tcp 22 to group c
             group a
               in 1 allow tcp 22 from group b
             interface eni-1 10.0.0.1 groups a",
        )
        .near_in("named by a group that is not in the input", {
            let mut estate = estate(&alone("basic", ""));
            let by = estate.texts.intern("sg-of-a-partner");
            let owner = estate.texts.intern("1234567890");
            estate.references.push(Reference { group: estate.groups[0].id, by, owner });
            estate
        })
        .near(
            "nothing is known of any interface",
            &format!("coverage interfaces absent\n{}", alone("basic", "")),
        )
}

/// Two groups that nothing carries, the first named by the second according to a listing of references.
fn referred(by: &str) -> Estate {
    let mut estate = estate("profile basic\ngroup a\ngroup b");
    let (group, by) = (estate.groups[0].id, estate.texts.intern(by));
    estate.references.push(Reference { group, by, owner: Text::EMPTY });
    estate
}

fn rule_quota() -> Fixtures {
    let two = |first: u16, second: u16| {
        format!(
            "profile basic\ngroup a\n{}\ngroup b\n{}\ninterface eni-1 10.0.0.1 groups a b",
            many_rules(first),
            many_rules(second)
        )
    };
    let both_ways = format!("{}\nout 1 allow tcp 80 to any\nout 1 allow tcp 81 to any", many_rules(6));
    let of_group = "rule-quota sure unattached web | - | - | -";
    // No single group is the cause, so all rules of both are named.
    let of_interface = |first: usize, second: usize| {
        format!(
            "rule-quota sure private - | eni-1 at_risk | - | {}, {}",
            names("a", first),
            names("b", second)
        )
    };
    Fixtures::of("rule-quota")
        .fires("eight of ten, both directions", &alone("basic", &both_ways), &[of_group])
        .under(|limits| limits.rules_per_group = Some(10))
        .fires("eight of ten over two groups", &two(5, 3), &[&of_interface(5, 3)])
        .under(|limits| limits.rules_per_interface = Some(10))
        .fires_in("the platform's own quota of a group", quota(&alone("basic", &many_rules(8))), &[of_group])
        .fires_in("the platform's own quota of an interface", quota(&two(7, 5)), &[&of_interface(7, 5)])
        .fires_in("a list counts with its room", listed(Some(8)), &[of_group])
        .under(|limits| limits.rules_per_group = Some(10))
        .fires("half, where half is much", &alone("basic", &many_rules(5)), &[of_group])
        .under(|limits| (limits.rules_per_group, limits.quota_percent) = (Some(10), 50))
        .silent("no quota known", &two(200, 200))
        .near("seven of ten", &alone("basic", &many_rules(7)))
        .under(|limits| limits.rules_per_group = Some(10))
        .near("seven of ten over two groups", &two(4, 3))
        .under(|limits| limits.rules_per_interface = Some(10))
        .near_in("a list whose room is seven of ten", listed(Some(7)))
        .under(|limits| limits.rules_per_group = Some(10))
        .near_in("a list of unknown room counts with its entries", listed(None))
        .under(|limits| limits.rules_per_group = Some(10))
        .near_in("the user's limit counts, not the platform's", quota(&alone("basic", &many_rules(8))))
        .under(|limits| limits.rules_per_group = Some(20))
}

/// One rule with a list of five entries as its peer, which may hold so many.
fn listed(room: Option<u32>) -> Estate {
    let entries = "list l 10.1.0.0/16 10.3.0.0/16 10.5.0.0/16 10.7.0.0/16 10.9.0.0/16\n";
    let rule = alone("basic", "in 1 allow tcp 80 from list l");
    let mut estate = estate(&format!("{entries}{rule}"));
    estate.address_lists[0].max_entries = room;
    estate
}

/// An estate of a platform with small quotas: ten rules of a group, fifteen of an interface, five groups of it, ten of a
/// region, ten members of a group.
fn quota(text: &str) -> Estate {
    let mut estate = estate(text);
    for profile in &mut estate.profiles {
        profile.quotas = Quotas {
            rules_per_group: Some(10),
            rules_per_interface: Some(15),
            groups_per_interface: Some(5),
            members_per_group: Some(10),
            group_rules_per_group: None,
            groups: Some(10),
            composite_rules: None,
        };
    }
    estate
}

fn too_many_rules() -> Fixtures {
    let two = |first: u16, second: u16, interfaces: &str| {
        format!(
            "profile basic\ngroup a\n{}\ngroup b\n{}\n{interfaces}",
            many_rules(first),
            many_rules(second)
        )
    };
    let together = "interface eni-1 10.0.0.1 groups a b";
    Fixtures::of("too-many-rules")
        .fires(
            "two hundred over two groups",
            &two(120, 80, together),
            &[&format!(
                "too-many-rules sure private - | eni-1 at_risk | - | {}, {}",
                names("a", 120),
                names("b", 80)
            )],
        )
        .silent("two rules", &two(1, 1, together))
        .near("one less", &two(120, 79, together))
        .near(
            "each interface by itself",
            &two(
                150,
                150,
                "interface eni-1 10.0.0.1 groups a server i-1
                 interface eni-2 10.0.0.2 groups b server i-1",
            ),
        )
        .near("a group that nothing carries", &alone("basic", &many_rules(300)))
        .near("a limit of one's own", &two(120, 80, together))
        .under(|limits| limits.too_many_rules = 201)
}

fn one_server_group() -> Fixtures {
    let carried = |interfaces: &str| format!("profile basic\ngroup web\n{interfaces}");
    let two = "profile basic
        group web
        group db
        interface eni-1 10.0.0.1 groups web server i-1
        interface eni-2 10.0.0.2 groups db server i-2";
    Fixtures::of("one-server-group")
        .fires(
            "both interfaces of one server",
            &carried("interface eni-1 10.0.0.1 groups web server i-1\ninterface eni-2 10.0.0.2 groups web server i-1"),
            &["one-server-group sure private web | eni-1 at_risk, eni-2 at_risk | - | -"],
        )
        .fires("two groups of two servers, where two are enough", two, &[
            "one-server-group sure private web | eni-1 at_risk | - | -",
            "one-server-group sure private db | eni-2 at_risk | - | -",
        ])
        .under(|limits| limits.one_server_groups = 2)
        .silent("two servers", &in_use(""))
        .near("a group that nothing carries", &carried(""))
        .near("an interface without a server", &carried("interface eni-1 10.0.0.1 groups web"))
        .near("a managed group", "profile basic\ngroup web managed\ninterface eni-1 10.0.0.1 groups web server i-1")
        .near("two groups, where three are wanted", two)
        .under(|limits| limits.one_server_groups = 3)
        .near(
            "not every interface is known",
            &format!("coverage interfaces partial\n{}", carried("interface eni-1 10.0.0.1 groups web server i-1")),
        )
}

fn one_group_for_all() -> Fixtures {
    let shared = |base: u8, other: u8| {
        let carry = |nth: u8, group: &str| format!("interface eni-{nth} 10.0.0.{nth} groups {group}\n");
        let base_ones: String = (0..base).map(|nth| carry(nth, "base")).collect();
        let others: String = (base..base + other).map(|nth| carry(nth, &format!("g{}", nth % 3))).collect();
        format!("profile basic\ngroup base\ngroup g0\ngroup g1\ngroup g2\n{base_ones}{others}")
    };
    let found = "one-group-for-all sure private base | - | - | -";
    Fixtures::of("one-group-for-all")
        .fires("six of ten", &shared(6, 4), &[found])
        .fires("five of ten, where half is much", &shared(5, 5), &[found])
        .under(|limits| limits.one_group_percent = 50)
        .silent("three groups share ten interfaces", &shared(0, 10))
        .near("five of ten", &shared(5, 5))
        .near("nine of nine", &shared(9, 0))
        .near("six of ten, where ten are few", &shared(6, 4))
        .under(|limits| limits.one_group_interfaces = 11)
}

fn group_quota() -> Fixtures {
    let groups = |count: usize| -> String {
        let names = (0..count).map(|nth| format!("group g{nth}\n"));
        format!("profile basic\n{}", names.collect::<String>())
    };
    let carried = |count: usize| {
        let names: Vec<String> = (0..count).map(|nth| format!("g{nth}")).collect();
        format!("{}interface eni-1 10.0.0.1 groups {}", groups(count), names.join(" "))
    };
    let members = |count: u8| {
        let last: Vec<String> = (1..count).map(|nth| format!("10.0.0.{nth}")).collect();
        format!(
            "profile basic\ngroup web\ninterface eni-1 {} groups web\ninterface eni-2 2001:db8::1 groups web",
            last.join(" ")
        )
    };
    let region = "group-quota sure unattached - | - | - | -";
    Fixtures::of("group-quota")
        .fires_in("eight of ten groups of a region", quota(&groups(8)), &[region])
        .fires("eight of ten, where the user says ten", &groups(8), &[region])
        .under(|limits| limits.groups = Some(10))
        .fires_in(
            "four of five groups of an interface",
            quota(&carried(4)),
            &["group-quota sure private - | eni-1 at_risk | - | -"],
        )
        .fires_in(
            "eight of ten addresses of a group",
            quota(&members(8)),
            &["group-quota sure private web | - | - | -"],
        )
        .silent("no quota known", &groups(50))
        .near_in("seven of ten groups of a region", quota(&groups(7)))
        .near_in("twelve groups in two regions", in_regions(quota(&groups(12))))
        .near_in("three of five groups of an interface", quota(&carried(3)))
        .near_in("seven of ten addresses of a group", quota(&members(7)))
        .near_in("the user's limit counts, not the platform's", quota(&groups(8)))
        .under(|limits| limits.groups = Some(11))
}

/// Every other group in a region of its own.
fn in_regions(mut estate: Estate) -> Estate {
    let regions = [estate.texts.intern("north-1"), estate.texts.intern("south-1")];
    for (group, region) in estate.groups.iter_mut().zip(regions.into_iter().cycle()) {
        group.region = region;
    }
    estate
}
