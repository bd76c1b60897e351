//! The items about single rules: those that do nothing, those that the platform ignores, and those that it wrote.

use portreeve_model::{Estate, PortRange, Protocol, WeakFlavour};

use crate::common::estate;
use crate::estates::{alone, in_use};
use crate::fixture::{Fixture, Fixtures};

/// All fixtures of this file.
pub(crate) fn fixtures() -> Vec<Fixture> {
    let all = [redundant_rule(), shadowed_rule(), never_acts(), platform_added_rule()];
    all.into_iter().flat_map(Fixtures::done).collect()
}

fn redundant_rule() -> Fixtures {
    let basic = |rules: &str| alone("basic", rules);
    let fixtures = Fixtures::of("redundant-rule")
        .fires(
            "covered by four rules together",
            &basic(
                "in 10 allow tcp 80-81 from 10.0.0.0/8
                 in 1 allow tcp 80 from 10.0.0.0/9
                 in 1 allow tcp 81 from 10.0.0.0/9
                 in 1 allow tcp 80 from 10.128.0.0/9
                 in 1 allow tcp 81 from 10.128.0.0/9",
            ),
            // The first never decides, so it goes first; the four are then needed.
            &["redundant-rule sure unattached web | - | - | web#ingress/1"],
        )
        .fires(
            "the same rule twice",
            &basic("in 1 allow tcp 80 from 10.0.0.0/8\nin 1 allow tcp 80 from 10.0.0.0/8"),
            // One of the two has to stay: the later goes.
            &["redundant-rule sure unattached web | - | - | web#ingress/2"],
        )
        .fires(
            "a part of another rule of lower rank",
            &basic("in 1 allow tcp 80 from 10.1.0.0/16\nin 9 allow tcp from 10.0.0.0/8"),
            &["redundant-rule sure unattached web | - | - | web#ingress/1"],
        )
        .fires(
            "a deny of what is denied by default",
            &basic("in 1 allow tcp 80 from 10.0.0.0/8\nin 1 deny tcp 22 from any"),
            &["redundant-rule sure unattached web | - | - | web#ingress/2"],
        )
        .fires(
            "an allow of what is allowed by default",
            &basic("out 1 allow tcp 443 to any"),
            &["redundant-rule sure unattached web | - | - | web#egress/1"],
        )
        .fires(
            "covered by its neighbours, each in part",
            &format!(
                "list low 10.0.0.0-10.0.0.4\nlist middle 10.0.0.3-10.0.0.7\nlist high 10.0.0.5-10.0.0.9\n{}",
                basic(
                    "in 1 allow tcp 80 from list low
                     in 1 allow tcp 80 from list middle
                     in 1 allow tcp 80 from list high",
                )
            ),
            &["redundant-rule sure unattached web | - | - | web#ingress/2"],
        )
        .fires(
            "covered by another group of every interface",
            "profile basic
             group base
               in 1 allow tcp 80 from 10.0.0.0/8
             group web
               in 1 allow tcp 80 from 10.1.0.0/16
             interface eni-1 10.0.0.1 groups web base
             interface eni-2 10.0.0.2 groups base",
            &["redundant-rule sure private web | - | - | web#ingress/1"],
        );
    redundant_rule_silent(fixtures)
}

fn redundant_rule_silent(fixtures: Fixtures) -> Fixtures {
    let basic = |rules: &str| alone("basic", rules);
    fixtures
        .silent("one rule", &basic("in 1 allow tcp 80 from 10.0.0.0/8"))
        .near(
            "rules that overlap",
            &basic("in 1 allow tcp 80 from 0.0.0.0/0\nin 1 allow tcp 80-443 from 10.0.0.0/8"),
        )
        .near(
            "an interface without the group that covers it",
            "profile basic
             group base
               in 1 allow tcp 80 from 10.0.0.0/8
             group web
               in 1 allow tcp 80 from 10.1.0.0/16
             interface eni-1 10.0.0.1 groups web base
             interface eni-2 10.0.0.2 groups base
             interface eni-3 10.0.0.3 groups web",
        )
        .near(
            "a deny between the two ranks",
            &basic(
                "in 1 allow tcp 80 from 10.1.0.0/16
                 in 5 deny tcp 80 from 10.0.0.0/8
                 in 9 allow tcp 80 from 0.0.0.0/0",
            ),
        )
        .near(
            "all but one address covered",
            &format!(
                "list low 10.0.0.0-10.0.0.4\nlist middle 10.0.0.3-10.0.0.7\nlist high 10.0.0.6-10.0.0.9\n{}",
                basic(
                    "in 1 allow tcp 80 from list low
                     in 1 allow tcp 80 from list middle
                     in 1 allow tcp 80 from list high",
                )
            ),
        )
        .near(
            "covered by what may not act",
            &basic("in 1 allow tcp 80 from 10.1.0.0/16\nin 9 allow tcp from 10.0.0.0/8 possibly"),
        )
}

fn shadowed_rule() -> Fixtures {
    let basic = |rules: &str| alone("basic", rules);
    Fixtures::of("shadowed-rule")
        .fires(
            "a deny below an allow",
            &basic("in 50 deny tcp 22 from 0.0.0.0/0\nin 10 allow tcp 22 from 0.0.0.0/0"),
            &["shadowed-rule sure unattached web | - | - | web#ingress/1"],
        )
        .fires(
            "an allow beside a deny of equal rank",
            &basic("in 1 allow tcp 22 from 10.1.0.0/16\nin 1 deny tcp 20-25 from 10.0.0.0/8"),
            &["shadowed-rule sure unattached web | - | - | web#ingress/1"],
        )
        .fires(
            "two halves above it",
            &basic(
                "in 9 deny tcp 22 from 0.0.0.0/0
                 in 1 allow tcp 22 from 0.0.0.0/1
                 in 2 allow tcp 22 from 128.0.0.0/1",
            ),
            &["shadowed-rule sure unattached web | - | - | web#ingress/1"],
        )
        .fires(
            "another group of its only interface",
            "profile basic
             group guard
               in 1 deny tcp 22 from any
             group web
               in 9 allow tcp 22 from 10.0.0.0/8
             interface eni-1 10.0.0.1 groups web guard
             interface eni-2 10.0.0.2 groups guard",
            &["shadowed-rule sure private web | - | - | web#ingress/1"],
        )
        .silent("one rule", &basic("in 1 allow tcp 22 from 10.0.0.0/8"))
        .near(
            "some ports left",
            &basic("in 10 allow tcp 1-65535 from 0.0.0.0/0\nin 1 deny tcp 22 from 0.0.0.0/0"),
        )
        .near(
            "the same rule twice at one rank: both decide",
            &basic("in 1 allow tcp 22 from 10.0.0.0/8\nin 1 allow tcp 22 from 10.0.0.0/8"),
        )
        .near(
            "one half above it",
            &basic("in 9 deny tcp 22 from 0.0.0.0/0\nin 1 allow tcp 22 from 0.0.0.0/1"),
        )
        .near(
            "an interface without the group that shadows it",
            "profile basic
             group guard
               in 1 deny tcp 22 from any
             group web
               in 9 allow tcp 22 from 10.0.0.0/8
             interface eni-1 10.0.0.1 groups web guard
             interface eni-2 10.0.0.2 groups web",
        )
        .near("the other family left", &basic("in 9 deny tcp 22 from any\nin 1 allow tcp 22 from 0.0.0.0/0"))
}

fn never_acts() -> Fixtures {
    let found = |by: &str| format!("never-acts sure unattached web | - | - | {by}");
    let (first_in, first_out) = (found("web#ingress/1"), found("web#egress/1"));
    let elsewhere = "profile basic
         network net 10.0.0.0/16
         network other 10.1.0.0/16
         group db in other
         group web in net
           in 1 allow tcp 3306 from group db";
    let no_ipv6 = "never-acts sure internet web | - | - | web#ingress/1";
    let fixtures = Fixtures::of("never-acts")
        .fires_in(
            "outbound mail where the platform blocks it",
            mail_blocked("out 1 allow tcp 25 to any"),
            &[&first_out],
        )
        .fires("a group of another network as peer", elsewhere, &[&first_in])
        .fires(
            "an empty list as peer",
            &format!("list nobody\n{}", alone("basic", "in 1 allow tcp 443 from list nobody")),
            &[&first_in],
        )
        .fires("IPv6 where no interface has it", &in_use("in 1 allow tcp 443 from 2001:db8::/32"), &[no_ipv6])
        .fires(
            "a group as peer in a kind of group that takes none",
            &alone("advanced", "in 1 allow tcp 3306 from group web"),
            &[&first_in],
        )
        .fires(
            "a rule that the document says is off",
            &alone("basic", "in 1 allow tcp 443 from 10.0.0.0/8 never\nin 1 allow tcp 80 from 10.0.0.0/8"),
            &[&first_in],
        );
    never_acts_silent(never_acts_doubtful(fixtures))
}

const WEAK: &[WeakFlavour] = &[
    WeakFlavour { prefix: "old.", no_lists: true, no_split_ports: true },
    WeakFlavour { prefix: "k", no_lists: false, no_split_ports: true },
];

/// A group with these rules on a server of a flavour, on a platform that has weak ones and applies two composite rules.
fn on_flavour(flavour: &str, rules: &str) -> Estate {
    let mut estate = estate(&format!(
        "list some 192.0.2.0/24\nprofile basic\nnetwork net 10.0.0.0/16\ngroup web in net\n{rules}\n\
         interface eni-1 in net 10.0.0.5 groups web server i-1"
    ));
    let flavour = estate.texts.intern(flavour);
    for instance in &mut estate.instances {
        instance.flavour = flavour;
    }
    for profile in &mut estate.profiles {
        profile.weak_flavours = WEAK;
        profile.quotas.composite_rules = Some(2);
    }
    estate
}

fn never_acts_doubtful(fixtures: Fixtures) -> Fixtures {
    let (list, split) = ("in 1 allow tcp 443 from list some", "in 1 allow tcp 80,443 from any");
    let found = |by: &str| format!("never-acts possible private web | - | - | {by}");
    let first = found("web#ingress/1");
    let three = format!("in 1 allow tcp 443 from group web\n{list}\n{split}");
    let each = format!("{list}\n{split}\nout 1 allow tcp 443 to list some\nout 1 allow tcp 80,443 to any");
    fixtures
        .fires_in("a list on an old flavour", on_flavour("old.small", list), &[&first])
        .fires_in("several port ranges on an old flavour", on_flavour("OLD.small", split), &[&first])
        .fires_in("several port ranges on another make", on_flavour("kc1.large", split), &[&first])
        .fires_in(
            "more composite rules than the platform applies",
            on_flavour("", &three),
            &[&found("web#ingress/1, web#ingress/2, web#ingress/3")],
        )
        .fires_in(
            "one rule that surely does nothing beside one that may",
            on_flavour("kc1.large", &format!("in 1 allow tcp 22 from any never\n{split}")),
            &["never-acts sure private web | - | - | web#ingress/1", &found("web#ingress/2")],
        )
        .near_in("a list on a make that only ignores several ranges", on_flavour("kc1.large", list))
        .near_in("another flavour", on_flavour("s6.large", &format!("{list}\n{split}")))
        .near_in("an unknown flavour", on_flavour("", split))
        .near_in("as many composite rules as are applied, in each direction", on_flavour("", &each))
}

fn never_acts_silent(fixtures: Fixtures) -> Fixtures {
    fixtures
        .silent("rules that act", &in_use("in 1 allow tcp 443 from any\nout 1 deny tcp 22 to 10.0.0.0/8"))
        .near_in("an account whose mail is unblocked", mail_blocked("out 1 allow tcp 25 to any"))
        .with(|settings| settings.smtp_unblocked = true)
        .near_in("a deny of outbound mail", mail_blocked("out 1 deny tcp 25 to any"))
        .near_in("more than the blocked port", mail_blocked("out 1 allow tcp 25-26 to any"))
        .near_in("another protocol", mail_blocked("out 1 allow udp 25 to any\nout 1 allow all to any"))
        .near_in("inbound mail", mail_blocked("in 1 allow tcp 25 from any"))
        .near("a platform that blocks no mail", &alone("basic", "out 1 allow tcp 25 to any"))
        .near(
            "a group of the same network that nobody is in yet",
            "profile basic
             network net 10.0.0.0/16
             group db in net
             group web in net
               in 1 allow tcp 3306 from group db",
        )
        .near(
            "a group whose network is not known",
            "profile basic
             network net 10.0.0.0/16
             group db
             group web in net
               in 1 allow tcp 3306 from group db",
        )
        .near(
            "an empty list that may have more",
            &format!("list more ...\n{}", alone("basic", "in 1 allow tcp 443 from list more")),
        )
        .near(
            "one interface of two has IPv6",
            "profile basic
             network net 10.0.0.0/16 2001:db8::/56
             group web in net
               in 1 allow tcp 443 from 2001:db8::/32
             interface eni-1 in net 10.0.0.1 groups web
             interface eni-2 in net 10.0.0.2 2001:db8::2 groups web",
        )
        .near(
            "IPv6 in a group that nothing carries",
            &alone("basic", "in 1 allow tcp 443 from 2001:db8::/32"),
        )
        .near(
            "IPv6 where not every interface is known",
            &format!("coverage interfaces partial\n{}", in_use("in 1 allow tcp 443 from 2001:db8::/32")),
        )
}

const MAIL: &[(Protocol, PortRange)] = &[(Protocol::TCP, PortRange::one(25))];

/// A group alone, on a platform that lets no mail out.
fn mail_blocked(rules: &str) -> Estate {
    let mut estate = estate(&alone("basic", rules));
    for profile in &mut estate.profiles {
        profile.blocked_egress = MAIL;
    }
    estate
}

fn platform_added_rule() -> Fixtures {
    let found = "platform-added-rule sure unattached web | - | - | web#ingress/2";
    Fixtures::of("platform-added-rule")
        .fires_in("a service names itself", described("Created by DTS for data migration"), &[found])
        .fires_in("in the words of the service alone", described("bastionhost-auto-rule"), &[found])
        .silent("rules without a description", &alone("basic", "in 1 allow tcp 22 from 10.0.0.0/8"))
        .near_in("a description of one's own", described("the data migration of last year"))
        .near_in("a service's name inside another word", described("ADMS gateway, floor 2"))
        .near_in("a platform that writes no rules", {
            let mut estate = described("Created by DTS for data migration");
            estate.profiles.iter_mut().for_each(|profile| profile.platform_words = &[]);
            estate
        })
        .near_in("a group whose description says it", {
            let mut estate = described("ours");
            estate.groups[0].description = estate.texts.intern("Created by DTS");
            estate
        })
}

/// Two rules, of which the second has a description, on a platform whose services are called DMS, DTS and Bastionhost.
fn described(words: &str) -> Estate {
    let rules = "in 1 allow tcp 22 from 10.0.0.0/8\nin 1 allow tcp 3306 from 100.104.0.0/16";
    let mut estate = estate(&alone("basic", rules));
    estate.profiles[0].platform_words = &["dms", "dts", "bastionhost"];
    estate.groups[0].rules[1].description = estate.texts.intern(words);
    estate
}
