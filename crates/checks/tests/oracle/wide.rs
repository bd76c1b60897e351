//! `wide-source` against the oracle: whole public blocks that get in where not everyone does.

use std::collections::BTreeSet;
use std::net::IpAddr;

use portreeve_checks::{Certainty, Finding, catalogue};

use crate::common::{lines, only, run};
use crate::naive::{Cuts, Open, Port, Side, World, everyone, family, first_from, is_within};

/// The ports that service items ask about: of those between two cuts, which are decided alike, the first.
fn risky(cuts: &Cuts) -> Vec<Port> {
    let mut ports = Vec::new();
    for protocol in [6, 17] {
        let mut seen = BTreeSet::new();
        let all: BTreeSet<u16> = catalogue::services()
            .flat_map(|service| if protocol == 6 { service.tcp } else { service.udp })
            .flat_map(|&(first, last)| first..=last)
            .collect();
        let first_of_piece = |port: &u16| seen.insert(cuts.ports.range(..=*port).count());
        ports.extend(all.into_iter().filter(first_of_piece).map(|port| (protocol, port)));
    }
    ports
}

/// A block of /8 or, of IPv6, /16: its first and its last address.
fn block(within: IpAddr, nth_after: u8) -> Option<(IpAddr, IpAddr)> {
    match within {
        IpAddr::V4(v4) => {
            let first = (v4.to_bits() & 0xff00_0000).checked_add(u32::from(nth_after) << 24)?;
            let ends = [first, first | 0x00ff_ffff].map(|bits| IpAddr::from(bits.to_be_bytes()));
            Some((ends[0], ends[1]))
        }
        IpAddr::V6(v6) => {
            let hosts = u128::MAX >> 16;
            let first = (v6.to_bits() & !hosts).checked_add(u128::from(nth_after) << 112)?;
            let ends = [first, first | hosts].map(|bits| IpAddr::from(bits.to_be_bytes()));
            Some((ends[0], ends[1]))
        }
    }
}

/// The public samples of every block that can be whole: one with a cut, or one of those that follow it, of which at least
/// one holds public addresses and no cut unless another cut comes before.
fn blocks(cuts: &Cuts) -> Vec<Vec<IpAddr>> {
    let everyone = everyone();
    let found: BTreeSet<(IpAddr, IpAddr)> =
        cuts.peers.iter().flat_map(|cut| (0..=3).filter_map(|nth| block(*cut, nth))).collect();
    let samples = found.into_iter().map(|(first, last)| {
        let starts = cuts.peers.iter().copied().filter(|cut| first <= *cut && *cut <= last).chain([first]);
        let public: BTreeSet<IpAddr> = starts
            .flat_map(|start| everyone.iter().filter_map(move |range| first_from(start, range)))
            .filter(|address| *address <= last && family(*address) == family(first))
            .collect();
        public.into_iter().collect::<Vec<IpAddr>>()
    });
    samples.filter(|sample| !sample.is_empty()).collect()
}

fn wide(side: &Side<'_>, ports: &[Port], everyone: &[IpAddr], blocks: &[Vec<IpAddr>], world: World) -> Open {
    let open = side.open(ports, everyone, world);
    let mut wide = Open::new();
    for &port in ports {
        for sample in blocks {
            let at = (family(sample[0]), port);
            if !open.contains(&at)
                && !wide.contains(&at)
                && sample.iter().all(|peer| side.lets_in(*peer, port, world))
            {
                wide.insert(at);
            }
        }
    }
    wide
}

/// Which of the ports a finding tells, by family.
fn told(finding: &Finding, ports: &[Port]) -> Open {
    let mut told = Open::new();
    for &(protocol, port) in ports {
        for part in &finding.traffic {
            if part.protocol == Some(protocol) && part.ports.contains(port) {
                let families = [(4, part.peers.v4().is_empty()), (6, part.peers.v6().is_empty())];
                told.extend(
                    families.iter().filter(|(_, empty)| !empty).map(|(six, _)| (*six, (protocol, port))),
                );
            }
        }
    }
    told
}

#[test]
fn wide_sources_and_oracle_agree() {
    let estates = crate::number("PORTREEVE_CASES", 300);
    let first = crate::number("PORTREEVE_SEED", 1);
    let (mut sures, mut possibles, mut silents) = (0, 0, 0);
    for seed in first..first + estates {
        let estate = crate::draw(seed);
        let outcome = run(&estate, &only(&["wide-source"]));
        let cuts = Cuts::new(&estate);
        let (ports, blocks, sample) = (risky(&cuts), blocks(&cuts), cuts.sample(&everyone()));
        for (ix, _) in estate.each_group() {
            let side = Side::group(&estate, &cuts, ix);
            let least = wide(&side, &ports, &sample, &blocks, World::Surely);
            let most = wide(&side, &ports, &sample, &blocks, World::Possibly);
            let expected = match (least.is_empty(), most.is_empty()) {
                (false, _) => Some((Certainty::Sure, least)),
                (true, false) => Some((Certainty::Possible, most)),
                (true, true) => None,
            };
            match expected {
                Some((Certainty::Sure, _)) => sures += 1,
                Some((Certainty::Possible, _)) => possibles += 1,
                None => silents += 1,
            }
            let found = outcome.findings.iter().find(|finding| finding.group == Some(ix));
            let answer = found.map(|finding| (finding.certainty, told(finding, &ports)));
            assert_eq!(
                answer,
                expected,
                "seed {seed}, group {ix:?}\n{}\n{}",
                portreeve_testkit::print(&estate),
                lines(&estate, &outcome).join("\n")
            );
            if let Some(witness) = found.and_then(|finding| finding.witness) {
                assert!(is_within(witness.peer, &everyone()), "seed {seed}: {witness:?}");
            }
        }
    }
    // The comparison is only worth something where every answer comes up.
    let told = format!("sure {sures}, possible {possibles}, silent {silents}");
    assert!(sures > estates / 10 && possibles > estates / 60 && silents > estates / 10, "{told}");
}
