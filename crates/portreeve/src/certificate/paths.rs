//! The certificates of explanations and of what is exposed: what the filters on a path let through.

use std::io::{self, Write};
use std::net::IpAddr;

use hashbrown::HashMap;
use portreeve_certificate::{self as proof, Bound, Filter, Place, Share, Side, Subject};
use portreeve_engine::{ClassIx, spread};
use portreeve_explain::{Answer, Exposed, Layer, Part, Spot, Step, Verdict};
use portreeve_model::{AclIx, Action, Direction, Estate, InterfaceIx};
use portreeve_netset::{Packet, protocol::has_ports};

use super::change::Known;
use super::tiling::{Stage, Tiling, Together};
use super::tree::{json, push};

/// Writes the certificate of what is exposed: for every interface, all that its groups and its network ACL let the internet open. Routes, public
/// addresses and what is handed on are not certified.
///
/// # Errors
/// When writing fails.
pub fn write_exposure(
    estate: &Estate,
    exposed: &[Exposed],
    threads: usize,
    out: &mut (impl Write + ?Sized),
) -> io::Result<()> {
    let known = Known::new(estate);
    let mut order: Vec<Vec<InterfaceIx>> = Vec::new();
    let mut places: HashMap<(ClassIx, Option<AclIx>), usize> = HashMap::new();
    for it in exposed {
        let acl = estate.interface(it.interface).subnet.and_then(|ix| estate.subnet(ix).acl);
        let at = *places.entry((known.index.class_of(it.interface), acl)).or_insert_with(|| {
            order.push(Vec::new());
            order.len() - 1
        });
        if let Some(alike) = order.get_mut(at) {
            alike.push(it.interface);
        }
    }
    let mut list = List::begin(out)?;
    for chunk in order.chunks(256) {
        for texts in spread(chunk, threads, |alike| reached(&known, alike)) {
            texts.iter().try_for_each(|text| list.push(text))?;
        }
    }
    list.end()
}

/// Writes the certificate of an explanation: for each pair of addresses what the groups and network ACLs between them say. Steps of other
/// layers are written down as assumed.
///
/// # Errors
/// When writing fails.
pub fn write_explain(
    estate: &Estate,
    asked: &AskedFor,
    answer: &Answer,
    out: &mut (impl Write + ?Sized),
) -> io::Result<()> {
    let known = Known::new(estate);
    let mut list = List::begin(out)?;
    for part in &answer.parts {
        for text in explained(&known, asked, part) {
            list.push(&text)?;
        }
    }
    list.end()
}

/// The traffic that was asked about.
#[derive(Debug, Clone, Copy, Default)]
pub struct AskedFor {
    /// The protocol's number; `None` is all.
    pub protocol: Option<u8>,
    /// The destination port; `None` is all.
    pub port: Option<u16>,
    /// The client's port; `None` is all.
    pub source_port: Option<u16>,
}

/// The list of paths as it is written.
struct List<'o, W: ?Sized> {
    out: &'o mut W,
    begun: bool,
}

impl<'o, W: Write + ?Sized> List<'o, W> {
    fn begin(out: &'o mut W) -> io::Result<Self> {
        write!(out, "{{\"schema\":\"{}\",\"proves\":{{\"paths\":[", proof::SCHEMA)?;
        Ok(Self { out, begun: false })
    }

    fn push(&mut self, text: &str) -> io::Result<()> {
        let between = if std::mem::replace(&mut self.begun, true) { ",\n" } else { "\n" };
        write!(self.out, "{between}{text}")
    }

    fn end(self) -> io::Result<()> {
        writeln!(self.out, "]}}}}")?;
        self.out.flush()
    }
}

/// One path under one bound in one family.
struct Written<'a> {
    from: Option<&'a str>,
    to: Option<&'a str>,
    also: Vec<&'a str>,
    assumed: Vec<String>,
}

impl Written<'_> {
    fn write(
        &self,
        known: &Known<'_>,
        filters: Vec<Filter>,
        v6: bool,
        space: Vec<(Side, (u128, u128))>,
    ) -> Option<String> {
        let policies: Vec<_> = filters.iter().map(|filter| known.policy(filter)).collect::<Option<_>>()?;
        let stages = filters.into_iter().zip(&policies);
        let stages: Vec<Stage<'_>> =
            stages.map(|(filter, policy)| Stage { estate: known.index.estate(), policy, filter }).collect();
        let (mut tiling, mut passes, mut stops) = (String::new(), false, false);
        Tiling { stages, v6, space }.write(Together::Chain, &mut tiling, &mut |says| {
            let stopped = says.contains(&Some(Action::Deny));
            (passes, stops) = (passes || !stopped, stops || stopped);
        });
        let share = match (passes, stops) {
            (_, false) => Share::All,
            (false, _) => Share::None,
            _ => Share::Some,
        };
        let mut out = String::from("{\"from\":");
        json(&self.from, &mut out);
        out.push_str(",\"to\":");
        json(&self.to, &mut out);
        out.push_str(",\"also\":");
        json(&self.also, &mut out);
        out.push_str(",\"passes\":");
        json(&share, &mut out);
        out.push_str(",\"assumed\":");
        json(&self.assumed, &mut out);
        push(&mut out, format_args!(",\"tiling\":{tiling}}}"));
        Some(out)
    }
}

/// What the internet may open on interfaces with the same groups behind the same network ACL.
fn reached(known: &Known<'_>, alike: &[InterfaceIx]) -> Vec<String> {
    let estate = known.index.estate();
    let Some((first, also)) = alike.split_first() else { return Vec::new() };
    let name = |ix: &InterfaceIx| estate.text(estate.interface(*ix).id);
    let written = Written {
        from: None,
        to: Some(name(first)),
        also: also.iter().map(name).collect(),
        assumed: Vec::new(),
    };
    let acl = estate.interface(*first).subnet.and_then(|ix| estate.subnet(ix).acl).map(|ix| estate.acl(ix));
    let mut found = Vec::new();
    for bound in [Bound::Surely, Bound::Possibly] {
        let mut filters = vec![filter(Subject::Interface(name(first).to_owned()), true, bound)];
        if let Some(acl) = acl {
            let of = Subject::Acl(estate.text(acl.id).to_owned());
            filters.push(filter(of.clone(), true, bound));
            filters.extend((!acl.stateful).then(|| Filter { reply: true, ..filter(of, false, bound) }));
        }
        for v6 in [false, true] {
            found.extend(written.write(known, filters.clone(), v6, Vec::new()));
        }
    }
    found
}

fn filter(of: Subject, ingress: bool, bound: Bound) -> Filter {
    Filter { of, ingress, place: Place::Internet, bound, reply: false, local: None, peer: None }
}

/// What the filters of one part of an explanation say.
fn explained(known: &Known<'_>, asked: &AskedFor, part: &Part) -> Vec<String> {
    let estate = known.index.estate();
    let one = [part.from, part.to].iter().find_map(Spot::address);
    let v6 = one.is_some_and(|address| address.is_ipv6());
    let (mut filters, mut assumed) = (Vec::new(), Vec::new());
    let mut missing = [false; 2];
    for step in &part.steps {
        let found = at(known, part, step).filter(|filter| agrees(known, asked, part, step, filter));
        if let Some(filter) = found {
            filters.push(filter);
            continue;
        }
        let end = usize::from((step.direction == Direction::Ingress) != step.reply);
        if let Some(missing) = missing.get_mut(end) {
            *missing |= matches!(step.layer, Layer::SecurityGroup | Layer::NetworkAcl);
        }
        assumed.push(format!("{} {}: {}", step.layer.as_str(), step.verdict.as_str(), step.because));
    }
    let [no_from, no_to] = missing;
    let name = |spot: &Spot| spot.interface().map(|ix| estate.text(estate.interface(ix).id));
    let written = Written {
        from: name(&part.from).filter(|_| !no_from),
        to: name(&part.to).filter(|_| !no_to),
        also: Vec::new(),
        assumed,
    };
    let space = space(asked);
    let bounds = [Bound::Surely, Bound::Possibly].into_iter();
    let each = bounds.filter_map(|bound| {
        let filters = filters.iter().map(|filter| Filter { bound, ..filter.clone() }).collect();
        written.write(known, filters, v6, space.clone())
    });
    each.collect()
}

fn space(asked: &AskedFor) -> Vec<(Side, (u128, u128))> {
    let mut space = Vec::new();
    space.extend(asked.protocol.map(|it| (Side::Protocol, (it.into(), it.into()))));
    space.extend(asked.port.map(|it| (Side::Port, (it.into(), it.into()))));
    space.extend(asked.source_port.map(|it| (Side::SourcePort, (it.into(), it.into()))));
    space
}

/// The filter of a step, if it is one of groups or of a network ACL.
fn at(known: &Known<'_>, part: &Part, step: &Step) -> Option<Filter> {
    let estate = known.index.estate();
    let of = match step.layer {
        Layer::SecurityGroup => Subject::Interface(estate.text(step.at).to_owned()),
        Layer::NetworkAcl => Subject::Acl(estate.text(step.at).to_owned()),
        _ => return None,
    };
    // Replies pass the other way.
    let at_receiver = (step.direction == Direction::Ingress) != step.reply;
    let (own, other) = if at_receiver { (&part.to, &part.from) } else { (&part.from, &part.to) };
    let place = if part.from.is_public() || part.to.is_public() {
        Place::Internet
    } else {
        let network = match other {
            Spot::Inside { network, .. } => Some(*network),
            other => other.interface().and_then(|ix| estate.interface(ix).network),
        };
        network.map_or(Place::Elsewhere, |ix| Place::Network(estate.text(estate.network(ix).id).to_owned()))
    };
    let place = if step.layer == Layer::SecurityGroup { place } else { Place::Internet };
    let local = match own {
        Spot::Interface { private, .. } => Some(*private),
        other => other.address(),
    };
    let ingress = step.direction == Direction::Ingress;
    Some(Filter {
        place,
        local,
        peer: other.address(),
        reply: step.reply,
        ..filter(of, ingress, Bound::Surely)
    })
}

/// Whether a filter, asked about the packet of the question, says what the step says. Where addresses are translated on the way it may see
/// others than those of the question, which are not written down.
fn agrees(known: &Known<'_>, asked: &AskedFor, part: &Part, step: &Step, filter: &Filter) -> bool {
    let whole = |spot: &Spot| *spot == Spot::Internet;
    if whole(&part.from) || whole(&part.to) {
        return true;
    }
    let (Some(local), Some(peer), Some(number)) = (filter.local, filter.peer, asked.protocol) else {
        return true;
    };
    let Some(service) = asked.port.or((!has_ports(number)).then_some(0)) else { return true };
    // Any client port does: where it matters, the step says neither yes nor no and is not written down.
    let packet = turn(step.reply, number, service, asked.source_port.unwrap_or(49_152), local, peer);
    let decide = |bound| {
        let policy = known.policy(&Filter { bound, ..filter.clone() });
        policy.map(|policy| policy.decide(&packet).action)
    };
    let verdict = match (decide(Bound::Surely), decide(Bound::Possibly)) {
        (Some(Action::Allow), _) => Verdict::Allowed,
        (_, Some(Action::Deny)) => Verdict::Denied,
        _ => Verdict::Unknown,
    };
    verdict == step.verdict
}

fn turn(reply: bool, protocol: u8, port: u16, source_port: u16, local: IpAddr, peer: IpAddr) -> Packet {
    let (port, source_port) = if reply { (source_port, port) } else { (port, source_port) };
    Packet { protocol, port, source_port, local, peer }
}
