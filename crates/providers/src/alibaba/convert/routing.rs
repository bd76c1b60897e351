//! Routes, peerings, transit routers and NAT gateways.

use portreeve_model::{Forward, Hop, PortRange, Protocol, Route, SourceNat, Text};

use super::{Reader, value};
use crate::alibaba::kind::Kind;
use crate::alibaba::row::Weight;
use crate::alibaba::row::routing::{
    AttachmentRow, ForwardRow, NatRow, PeeringRow, RouteRow, SourceRow, TableRow,
};
use crate::alibaba::wire;
use crate::json::{Cursor, Step, Value};

impl Reader<'_> {
    pub(super) fn route_tables(&mut self, cursor: &mut Cursor<'_>, rows: &[u8]) -> Step {
        self.listing(cursor, Kind::RouteTables, rows, |reader, cursor| {
            let said = wire::RouteTable::read(cursor)?;
            reader.route_table(&said);
            Ok(None)
        })?;
        Ok(())
    }

    fn route_table(&mut self, said: &wire::RouteTable<'_>) {
        if said.id.is_empty() {
            return self.remark("a row has no RouteTableId and was left out".to_owned(), Weight::Gap);
        }
        let id = self.texts.intern(&said.id);
        for route in said.routes.iter().flatten() {
            let row = self.route_row(route);
            self.batch.routing.routes.push((id, row));
        }
        let row = TableRow {
            id,
            name: self.texts.intern(&said.name),
            network: self.texts.intern(&said.network),
            main: said.kind.eq_ignore_ascii_case("system"),
            subnets: said.subnets.iter().map(|id| self.texts.intern(id)).collect(),
            shown: said.routes.is_some(),
        };
        self.batch.routing.tables.push(row);
    }

    /// <https://www.alibabacloud.com/help/en/vpc/developer-reference/api-vpc-2016-04-28-describerouteentrylist>
    pub(super) fn routes(&mut self, cursor: &mut Cursor<'_>) -> Step {
        let request = self.request;
        let asked = self.texts.intern(&request.route_table);
        self.within(cursor, Kind::Routes, b"RouteEntrys", asked, |reader, cursor| {
            let said = wire::RouteEntry::read(cursor)?;
            let table = reader.texts.intern(&said.table);
            let table = if table.is_empty() { asked } else { table };
            let row = reader.route_row(&said);
            reader.batch.routing.routes.push((table, row));
            Ok(table)
        })
    }

    fn route_row(&mut self, said: &wire::RouteEntry<'_>) -> RouteRow {
        let Some(destination) = value::prefix(&said.destination) else {
            let what = format!("route to `{}` is not understood: it is no CIDR block", said.destination);
            return Err(self.trouble(what));
        };
        let hop = match said.hops.as_slice() {
            [] => self.hop(&said.hop_kind, &said.hop),
            [one] => self.hop(&one.kind, &one.id),
            // Which of several a packet takes is not told, so neither is what happens to it there.
            [first, ..] => Hop::Other(self.texts.intern("several next hops"), self.texts.intern(&first.id)),
        };
        Ok(Route { destination, hop })
    }

    /// Transit routers (`Attachment`), servers, tunnels and the like decide for themselves.
    fn hop(&mut self, kind: &str, id: &str) -> Hop {
        let id = self.texts.intern(id);
        match kind.to_ascii_lowercase().as_str() {
            "local" | "" => Hop::Local,
            "vpcpeer" => Hop::Peering(id),
            "natgateway" => Hop::Nat(id),
            "ipv6gateway" | "ipv4gateway" => Hop::Internet(id),
            _ => Hop::Other(self.texts.intern(kind), id),
        }
    }

    /// <https://www.alibabacloud.com/help/en/vpc/developer-reference/api-vpcpeer-2022-01-01-listvpcpeerconnections>
    pub(super) fn peerings(&mut self, cursor: &mut Cursor<'_>) -> Step {
        self.listing(cursor, Kind::Peerings, b"VpcPeerConnects", |reader, cursor| {
            let said = wire::Peering::read(cursor)?;
            reader.peering_row(&said);
            Ok(Some(reader.texts.intern(&said.region)))
        })?;
        self.uncounted();
        Ok(())
    }

    pub(super) fn peering(&mut self, cursor: &mut Cursor<'_>) -> Step {
        let said = wire::Peering::read(cursor)?;
        self.peering_row(&said);
        Ok(())
    }

    fn peering_row(&mut self, said: &wire::Peering<'_>) {
        if said.id.is_empty() {
            return self.remark("a peering has no InstanceId and was left out".to_owned(), Weight::Gap);
        }
        let locked = said.business.eq_ignore_ascii_case("FinancialLocked");
        let status = if locked { &said.business } else { &said.status };
        let row = PeeringRow {
            id: self.texts.intern(&said.id),
            name: self.texts.intern(&said.name),
            ends: [self.texts.intern(&said.network.id), self.texts.intern(&said.accepting.id)],
            active: said.status == "Activated" && !locked,
            status: self.texts.intern(status),
            origin: self.origin,
        };
        self.batch.routing.peerings.push(row);
    }

    /// <https://www.alibabacloud.com/help/en/nat-gateway/developer-reference/api-vpc-2016-04-28-describenatgateways>
    pub(super) fn nats(&mut self, cursor: &mut Cursor<'_>) -> Step {
        self.listing(cursor, Kind::Nats, b"NatGateways", |reader, cursor| {
            let said = wire::NatGateway::read(cursor)?;
            if said.id.is_empty() {
                reader.remark("a row has no NatGatewayId and was left out".to_owned(), Weight::Gap);
                return Ok(None);
            }
            let row = NatRow {
                id: reader.texts.intern(&said.id),
                name: reader.texts.intern(&said.name),
                network: reader.texts.intern(&said.network),
                public: !said.network_type.eq_ignore_ascii_case("intranet"),
                source_tables: said.source_tables.iter().map(|id| reader.texts.intern(id)).collect(),
                forward_tables: said.forward_tables.iter().map(|id| reader.texts.intern(id)).collect(),
            };
            reader.batch.routing.nats.push(row);
            Ok(Some(reader.texts.intern(&said.region)))
        })?;
        Ok(())
    }

    pub(super) fn forwards(&mut self, cursor: &mut Cursor<'_>) -> Step {
        let request = self.request;
        let asked = self.asked(&[&request.nat, &request.forward_table]);
        self.within(cursor, Kind::Forwards, b"ForwardTableEntries", asked, |reader, cursor| {
            let said = wire::ForwardEntry::read(cursor)?;
            let owner = reader.owner(&[&said.nat, &said.table], asked);
            let row = reader.forward_row(&said);
            reader.batch.routing.forwards.push((owner, row));
            Ok(owner)
        })
    }

    fn forward_row(&mut self, said: &wire::ForwardEntry<'_>) -> ForwardRow {
        let protocol = match said.protocol.to_ascii_lowercase().as_str() {
            "any" | "" => Some(Protocol::All),
            word => value::protocol(word),
        };
        let ports = (nat_ports(&said.public_ports), nat_ports(&said.private_ports));
        let addresses = (value::address(&said.public), value::address(&said.private));
        match (protocol, addresses, ports) {
            (Some(protocol), (Some(public), Some(private)), (Ok(public_ports), Ok(private_ports))) => {
                Ok(Forward { public, protocol, public_ports, private, private_ports })
            }
            _ => Err(self.trouble(format!(
                "forward entry from `{}` port `{}` to `{}` port `{}` ({}) is not understood",
                said.public, said.public_ports, said.private, said.private_ports, said.protocol
            ))),
        }
    }

    pub(super) fn sources(&mut self, cursor: &mut Cursor<'_>) -> Step {
        let request = self.request;
        let asked = self.asked(&[&request.nat, &request.source_table]);
        self.within(cursor, Kind::Sources, b"SnatTableEntries", asked, |reader, cursor| {
            let said = wire::SourceEntry::read(cursor)?;
            let owner = reader.owner(&[&said.nat, &said.table], asked);
            let row = reader.source_row(&said);
            reader.batch.routing.sources.push((owner, row));
            Ok(owner)
        })
    }

    fn source_row(&mut self, said: &wire::SourceEntry<'_>) -> SourceRow {
        let public: Option<Vec<_>> = said.public.split(',').map(value::address).collect();
        match (value::prefix(&said.from), public) {
            (Some(from), Some(public)) => Ok(SourceNat { from, public: public.into() }),
            _ => Err(self
                .trouble(format!("SNAT entry from `{}` to `{}` is not understood", said.from, said.public))),
        }
    }

    /// <https://www.alibabacloud.com/help/en/cen/developer-reference/api-cbn-2017-09-12-listtransitroutervpcattachments>
    pub(super) fn attachments(&mut self, cursor: &mut Cursor<'_>) -> Step {
        self.listing(cursor, Kind::Attachments, b"TransitRouterAttachments", |reader, cursor| {
            let said = wire::Attachment::read(cursor)?;
            reader.attachment(&said.router, &said.id, &said.network, &said.status);
            Ok(None)
        })?;
        self.uncounted();
        Ok(())
    }

    /// <https://www.alibabacloud.com/help/en/cen/developer-reference/api-cbn-2017-09-12-describecenattachedchildinstances>
    pub(super) fn child_instances(&mut self, cursor: &mut Cursor<'_>) -> Step {
        self.listing(cursor, Kind::ChildInstances, b"ChildInstances", |reader, cursor| {
            let said = wire::ChildInstance::read(cursor)?;
            if said.kind.eq_ignore_ascii_case("vpc") {
                reader.attachment(&said.router, "", &said.network, &said.status);
            }
            Ok(None)
        })?;
        Ok(())
    }

    /// Attachments of other things than networks are left out.
    fn attachment(&mut self, router: &str, id: &str, network: &str, status: &str) {
        if router.is_empty() || network.is_empty() {
            return;
        }
        let row = AttachmentRow {
            router: self.texts.intern(router),
            id: self.texts.intern(id),
            network: self.texts.intern(network),
            active: status.eq_ignore_ascii_case("attached"),
            status: self.texts.intern(status),
        };
        self.batch.routing.attachments.push(row);
    }

    /// Every page counts the whole; the token tells whether one follows.
    pub(super) fn uncounted(&mut self) {
        if let Some(page) = self.batch.pages.last_mut() {
            page.total = None;
        }
    }

    /// Reads a listing of what stands in one other object; `each` gives that object's id.
    fn within<'a>(
        &mut self,
        cursor: &mut Cursor<'a>,
        kind: Kind,
        rows: &[u8],
        asked: Text,
        mut each: impl FnMut(&mut Self, &mut Cursor<'a>) -> Step<Text>,
    ) -> Step {
        let mut owner = asked;
        self.listing(cursor, kind, rows, |reader, cursor| {
            owner = each(reader, cursor)?;
            Ok(None)
        })?;
        // Its pages are not those of the region.
        if let Some(page) = self.batch.pages.pop() {
            self.batch.routing.pages.push((owner, page));
        }
        Ok(())
    }

    fn asked(&mut self, ids: &[&str]) -> Text {
        ids.iter().find(|id| !id.is_empty()).map_or(Text::EMPTY, |id| self.texts.intern(id))
    }

    pub(super) fn owner(&mut self, ids: &[&str], asked: Text) -> Text {
        let said = self.asked(ids);
        if said.is_empty() { asked } else { said }
    }
}

/// `any`, `80` or `80/90`; nothing is all of them.
fn nat_ports(text: &str) -> Result<Option<PortRange>, ()> {
    let text = text.trim();
    if text.is_empty() || text.eq_ignore_ascii_case("any") {
        return Ok(None);
    }
    let range = value::range(text).or_else(|| text.parse().ok().map(PortRange::one));
    range.map(Some).ok_or(())
}
