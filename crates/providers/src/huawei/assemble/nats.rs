//! NAT gateways with their rules.

use std::net::IpAddr;

use hashbrown::HashSet;
use portreeve_model::{Forward, GapIx, Listing, Nat, SourceNat, Text};

use super::pages::Listings;
use super::{Account, Finish};
use crate::huawei::kind::Kind;
use crate::huawei::row::NatRow;

impl Account {
    pub(super) fn finish_nats(&self, to: &mut Finish<'_>, listings: &Listings) {
        let told: [HashSet<Text>; 2] = [
            self.sources.iter().map(|row| row.nat).collect(),
            self.forwards.iter().map(|row| row.nat).collect(),
        ];
        for row in &self.nats.rows {
            let mut incomplete = None;
            for (kind, told) in [Kind::Sources, Kind::Forwards].into_iter().zip(&told) {
                incomplete = incomplete.or_else(|| rules_missing(to, row, kind, listings, told));
            }
            let sources = self.sources_of(to, row, &mut incomplete);
            let forwards = self.forwards_of(to, row, &mut incomplete);
            let network = to.network(row.network);
            to.estate.nats.push(Nat { id: row.id, name: row.name, network, sources, forwards, incomplete });
        }
    }

    fn sources_of(
        &self,
        to: &mut Finish<'_>,
        nat: &NatRow,
        incomplete: &mut Option<GapIx>,
    ) -> Vec<SourceNat> {
        let mut sources = Vec::new();
        for row in self.sources.iter().filter(|row| row.nat == nat.id) {
            if let Some(gap) = to.trouble(nat.id, &row.trouble, row.origin) {
                *incomplete = Some(gap);
                continue;
            }
            let subnet = self.subnets.get(row.subnet).map(|subnet| subnet.blocks.clone());
            if subnet.is_none() && row.block.is_none() {
                let (name, subnet) = (to.name(nat.id), to.name(row.subnet));
                let what = format!(
                    "subnet {subnet} of a SNAT rule is not in the input: run {}",
                    Kind::Subnets.command()
                );
                *incomplete = Some(to.gap(name, what));
            }
            let blocks = subnet.into_iter().flatten().filter(|block| block.address().is_ipv4());
            for from in blocks.chain(row.block) {
                let entry = SourceNat { from, public: row.public.clone().into() };
                if !sources.contains(&entry) {
                    sources.push(entry);
                }
            }
        }
        sources
    }

    fn forwards_of(&self, to: &mut Finish<'_>, nat: &NatRow, incomplete: &mut Option<GapIx>) -> Vec<Forward> {
        let mut forwards = Vec::new();
        for row in self.forwards.iter().filter(|row| row.nat == nat.id) {
            let gap = to.trouble(nat.id, &row.trouble, row.origin);
            let private = row.private.or_else(|| address_of(to, row.port));
            let (Some(private), Some(public), None) = (private, row.public, gap) else {
                *incomplete = gap.or_else(|| {
                    let (name, port) = (to.name(nat.id), to.name(row.port));
                    let what = format!(
                        "port {port} of a DNAT rule is not in the input: run {}",
                        Kind::Ports.command()
                    );
                    Some(to.gap(name, what))
                });
                continue;
            };
            let (protocol, public_ports) = (row.protocol, row.public_ports);
            let private_ports = row.private_ports.filter(|_| public_ports.is_some());
            let entry = Forward { public, protocol, public_ports, private, private_ports };
            if !forwards.contains(&entry) {
                forwards.push(entry);
            }
        }
        forwards
    }
}

/// Why a gateway may have more rules than the input shows: a listing does not say how it was filtered, and one with the rules of one
/// other gateway is taken to tell of that alone.
fn rules_missing(
    to: &mut Finish<'_>,
    row: &NatRow,
    kind: Kind,
    listings: &Listings,
    told: &HashSet<Text>,
) -> Option<GapIx> {
    match listings.of(kind) {
        Listing::Partial(gap) => return Some(gap),
        Listing::Complete if told.len() != 1 || told.contains(&row.id) => return None,
        Listing::Complete | Listing::Absent => {}
    }
    let name = to.name(row.id);
    let what =
        format!("{} of NAT gateway {name} are not in the input: run {}", kind.objects(), kind.command());
    Some(to.gap(name, what))
}

/// The first address of a port.
fn address_of(to: &Finish<'_>, port: Text) -> Option<IpAddr> {
    let interface = to.interfaces.get(&port).map(|ix| to.estate.interface(*ix))?;
    interface.addresses.iter().map(|address| address.private).find(IpAddr::is_ipv4)
}
