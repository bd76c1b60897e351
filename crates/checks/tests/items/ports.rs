//! The items about traffic that are no service's: all ports, wide sources, egress.

use crate::common::everyone;
use crate::estates::{alone, in_use};
use crate::fixture::{Fixture, Fixtures};

/// All fixtures of this file.
pub(crate) fn fixtures() -> Vec<Fixture> {
    [open_all_ports(), wide_source(), open_egress()].into_iter().flat_map(Fixtures::done).collect()
}

fn open_all_ports() -> Fixtures {
    let basic = |rules: &str| alone("basic", rules);
    Fixtures::of("open-all-ports")
        .fires(
            "two ranges that together are all",
            &basic(
                "in 1 allow tcp 1-1000 from 0.0.0.0/0
                 in 1 allow tcp 1001-65535 from 0.0.0.0/0",
            ),
            &["open-all-ports sure unattached web | - | tcp 1-65535 from 0.0.0.0/0 | web#ingress/1, web#ingress/2"],
        )
        .fires(
            "UDP over IPv6 alone",
            &basic("in 1 allow udp from ::/0"),
            &["open-all-ports sure unattached web | - | udp 1-65535 from ::/0 | web#ingress/1"],
        )
        .fires(
            "everything from everybody",
            &in_use("in 1 allow all from any"),
            &["open-all-ports sure internet web | eni-1 at_risk, eni-2 at_risk \
               | tcp 1-65535 from 0.0.0.0/0,::/0; udp 1-65535 from 0.0.0.0/0,::/0 | web#ingress/1"],
        )
        .fires(
            "a deny of what is not everyone's",
            &basic(
                "in 9 allow tcp from 0.0.0.0/0
                 in 1 deny tcp 22 from 10.0.0.0/8
                 in 1 deny udp from any",
            ),
            // Port 22 is open to everyone but the private block, which is no part of everyone.
            &["open-all-ports sure unattached web | - | tcp 1-21,23-65535 from 0.0.0.0/0; tcp 22 from \
               0.0.0.0/5,8.0.0.0/7,11.0.0.0/8,12.0.0.0/6,16.0.0.0/4,32.0.0.0/3,64.0.0.0/2,128.0.0.0/1 \
               | web#ingress/1"],
        )
        .silent("a private block", &basic("in 1 allow all from 10.0.0.0/8"))
        .near(
            "one port closed",
            &basic(
                "in 100 allow tcp 1-65535 from 0.0.0.0/0
                 in 1 deny tcp 22 from 0.0.0.0/0",
            ),
        )
        .near("all but the last port", &basic("in 1 allow tcp 1-65534 from 0.0.0.0/0"))
        .near("all but the first port", &basic("in 1 allow tcp 2-65535 from 0.0.0.0/0"))
        .near(
            "a half of the ports for each family",
            &basic(
                "in 1 allow tcp 1-1000 from 0.0.0.0/0
                 in 1 allow tcp 1001-65535 from ::/0",
            ),
        )
        .near(
            "a half of the ports for each protocol",
            &basic(
                "in 1 allow tcp 1-1000 from any
                 in 1 allow udp 1001-65535 from any",
            ),
        )
        .near("half of the internet", &basic("in 1 allow all from 0.0.0.0/1"))
        .near("another protocol", &basic("in 1 allow sctp from any\nin 1 allow icmp from any"))
        .near("outbound", &basic("out 1 allow all to any"))
}

fn wide_source() -> Fixtures {
    let basic = |rules: &str| alone("basic", rules);
    let fixtures = Fixtures::of("wide-source")
        .fires(
            "half of the internet",
            &basic("in 1 allow tcp 22 from 0.0.0.0/1"),
            &["wide-source sure unattached web | - | tcp 22 from 0.0.0.0/1 | web#ingress/1"],
        )
        .fires(
            "two halves of one block",
            &basic(
                "in 1 allow tcp 22 from 8.0.0.0/9
                 in 2 allow tcp 22 from 8.128.0.0/9",
            ),
            &["wide-source sure unattached web | - | tcp 22 from 8.0.0.0/8 | web#ingress/1, web#ingress/2"],
        )
        .fires(
            "a /16 of IPv6",
            &basic("in 1 allow tcp 22 from 2400::/16"),
            &["wide-source sure unattached web | - | tcp 22 from 2400::/16 | web#ingress/1"],
        )
        .fires(
            "a block whose special-purpose part is denied",
            &basic(
                "in 2 allow udp 53 from 172.0.0.0/8
                 in 1 deny all from 172.16.0.0/12",
            ),
            &["wide-source sure unattached web | - | udp 53 from \
               172.0.0.0/12,172.32.0.0/11,172.64.0.0/10,172.128.0.0/9 | web#ingress/1"],
        )
        .fires(
            "only the ports that some service item asks about",
            &basic("in 1 allow tcp 19-26 from 8.0.0.0/8"),
            &["wide-source sure unattached web | - | tcp 20-23,25 from 8.0.0.0/8 | web#ingress/1"],
        )
        .fires(
            "everyone on one port and a wide block on another",
            &basic(
                "in 1 allow tcp 22 from 0.0.0.0/0
                 in 1 allow tcp 23 from 8.0.0.0/8",
            ),
            &["wide-source sure unattached web | - | tcp 23 from 8.0.0.0/8 | web#ingress/2"],
        )
        .fires(
            "a block of the length set",
            &basic("in 1 allow tcp 22 from 8.0.0.0/12"),
            &["wide-source sure unattached web | - | tcp 22 from 8.0.0.0/12 | web#ingress/1"],
        )
        .under(|limits| limits.wide_source_v4 = 12);
    wide_source_silent(fixtures)
}

fn wide_source_silent(fixtures: Fixtures) -> Fixtures {
    let basic = |rules: &str| alone("basic", rules);
    fixtures
        .silent("a private block", &basic("in 1 allow tcp 22 from 10.0.0.0/8"))
        .near("everyone", &basic("in 1 allow tcp 22 from 0.0.0.0/0"))
        .near("half of a block", &basic("in 1 allow tcp 22 from 8.0.0.0/9"))
        .near(
            "a half each of two blocks",
            &basic(
                "in 1 allow tcp 22 from 8.128.0.0/9
                 in 1 allow tcp 22 from 9.0.0.0/9",
            ),
        )
        .near(
            "a block without one public address",
            &basic(
                "in 1 allow tcp 22 from 8.0.0.0/8
                 in 1 deny tcp 22 from 8.8.8.8",
            ),
        )
        .near("a block shorter than the length set", &basic("in 1 allow tcp 22 from 8.0.0.0/8"))
        .under(|limits| limits.wide_source_v4 = 7)
        .near("half of a /16 of IPv6", &basic("in 1 allow tcp 22 from 2400::/17"))
        .near("a port that no service item asks about", &basic("in 1 allow tcp 24 from 0.0.0.0/1"))
        .near(
            "a protocol that the port's item does not ask about",
            &basic("in 1 allow udp 22 from 0.0.0.0/1"),
        )
        .near(
            "large blocks without any public address",
            &basic(
                "in 1 allow tcp 22 from 224.0.0.0/3
                 in 1 allow tcp 22 from 0.0.0.0/8
                 in 1 allow tcp 22 from 127.0.0.0/8
                 in 1 allow tcp 22 from 4000::/2",
            ),
        )
        .near("outbound", &basic("out 1 allow tcp 22 to 0.0.0.0/1"))
}

fn open_egress() -> Fixtures {
    let (v4, v6) = everyone();
    let line = |peers: &str, by: &str| format!("open-egress sure {by} | all 0-65535 from {peers} | -");
    let both = line(&format!("{v4},{v6}"), "unattached web | -");
    let one = line(&v4, "unattached web | -");
    let carried = line(&format!("{v4},{v6}"), "internet web | eni-1 at_risk, eni-2 at_risk");
    Fixtures::of("open-egress")
        .fires("the default of basic groups", &alone("basic", ""), &[&both])
        .fires("the default of basic groups in use", &in_use(""), &[&carried])
        .fires("a rule for one family", &alone("advanced", "out 1 allow all to 0.0.0.0/0"), &[&one])
        .fires(
            "a deny of a private block",
            &alone("basic", "out 1 deny all to 10.0.0.0/8\nout 1 deny all to ::/0"),
            &[&one],
        )
        .silent("the default of advanced groups", &alone("advanced", ""))
        .near(
            "one protocol closed",
            &alone(
                "advanced",
                "out 100 allow all to 0.0.0.0/0
                 out 1 deny tcp 1-65535 to 0.0.0.0/0",
            ),
        )
        .near(
            "one address of each family closed",
            &alone(
                "basic",
                "out 1 deny all to 8.8.8.8
                 out 1 deny all to 2001:4860:4860::8888",
            ),
        )
        .near(
            "every port of TCP and UDP",
            &alone("advanced", "out 1 allow tcp to any\nout 1 allow udp to any"),
        )
        .near("inbound", &alone("advanced", "in 1 allow all from any"))
        .near("half of the internet", &alone("advanced", "out 1 allow all to 0.0.0.0/1"))
}
