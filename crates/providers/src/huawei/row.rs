//! What responses say, row by row, with texts numbered by the store of their batch.

use std::net::IpAddr;

use portreeve_model::{
    Address, AddressRange, Family, Hop, Origin, Peer, PortRange, PowerState, Prefix, Protocol, Route, Rule,
    Tag, Text,
};

use super::kind::Kind;

/// Rows that are renumbered from the texts of a batch to those of the estate.
pub(super) trait Renumber {
    /// Replaces every text by what `to` gives for it.
    fn renumber(&mut self, to: &impl Fn(Text) -> Text);
}

impl Renumber for Text {
    fn renumber(&mut self, to: &impl Fn(Text) -> Text) {
        *self = to(*self);
    }
}

impl Renumber for Tag {
    fn renumber(&mut self, to: &impl Fn(Text) -> Text) {
        *self = Self { key: to(self.key), value: to(self.value) };
    }
}

impl<T: Renumber> Renumber for Vec<T> {
    fn renumber(&mut self, to: &impl Fn(Text) -> Text) {
        for one in self {
            one.renumber(to);
        }
    }
}

impl<T: Renumber> Renumber for Option<T> {
    fn renumber(&mut self, to: &impl Fn(Text) -> Text) {
        if let Some(one) = self {
            one.renumber(to);
        }
    }
}

impl Renumber for Rule {
    fn renumber(&mut self, to: &impl Fn(Text) -> Text) {
        self.id.renumber(to);
        self.description.renumber(to);
        match &mut self.peer {
            Peer::Group { id, .. } => id.renumber(to),
            Peer::List(list) => list.id.renumber(to),
            Peer::Any | Peer::Prefix(_) | Peer::Unknown => {}
        }
    }
}

impl Renumber for Route {
    fn renumber(&mut self, to: &impl Fn(Text) -> Text) {
        match &mut self.hop {
            Hop::Local => {}
            Hop::Peering(id) | Hop::Nat(id) | Hop::Internet(id) => id.renumber(to),
            Hop::Other(kind, id) => {
                kind.renumber(to);
                id.renumber(to);
            }
        }
    }
}

/// Which version of the API a row comes from, where that matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Version {
    /// Versions 1 and 2.
    Old,
    /// Version 3.
    Three,
}

macro_rules! rows {
    ($($(#[$doc:meta])* $name:ident { texts { $($(#[$text_doc:meta])* $text:ident: $text_ty:ty),* $(,)? }
        $($(#[$field_doc:meta])* $field:ident: $ty:ty),* $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub(super) struct $name {
            $($(#[$text_doc])* pub(super) $text: $text_ty,)*
            $($(#[$field_doc])* pub(super) $field: $ty,)*
        }

        impl Renumber for $name {
            fn renumber(&mut self, to: &impl Fn(Text) -> Text) {
                $(self.$text.renumber(to);)*
            }
        }
    )+};
}

rows! {
    /// A security group.
    GroupRow {
        texts { id: Text, name: Text, description: Text, rules: Option<Vec<RuleRow>>, tags: Vec<Tag> }
        /// Which version of the API says it: only version 3 tells all of a rule.
        version: Version,
        origin: Origin,
    }

    /// A rule of a security group or of a network ACL.
    RuleRow {
        texts { group: Text, rule: Rule }
        version: Version,
        /// The family that it is about.
        family: Family,
        /// What could not be read of it, in words; empty when all could.
        trouble: String,
        /// The directions whose list may do more than this rule says (ingress, egress).
        open: [bool; 2],
        origin: Origin,
    }

    /// A port.
    PortRow {
        texts { id: Text, server: Text, network: Text, subnet: Text, flavour: Text, groups: Option<Vec<Text>> }
        version: Version,
        addresses: Vec<IpAddr>,
        primary: bool,
        managed: bool,
        filtered: bool,
        down: bool,
        trouble: String,
        origin: Origin,
    }

    /// A server.
    ServerRow {
        texts { id: Text, name: Text, os: Text, flavour: Text, network: Text, groups: Option<Vec<Text>>, nics: Vec<Nic> }
        state: PowerState,
        origin: Origin,
    }

    /// An interface as the server shows it.
    Nic {
        texts { port: Text }
        addresses: Vec<Address>,
        primary: bool,
    }

    /// A VPC.
    NetworkRow {
        texts { id: Text, name: Text }
        blocks: Vec<Prefix>,
        trouble: String,
        origin: Origin,
    }

    /// A subnet.
    SubnetRow {
        texts { id: Text, name: Text, network: Text }
        blocks: Vec<Prefix>,
        trouble: String,
        origin: Origin,
    }

    /// A route table; without routes where the response lists tables only.
    TableRow {
        texts { id: Text, name: Text, network: Text, subnets: Vec<Text>, routes: Option<Vec<Route>> }
        main: bool,
        trouble: String,
        origin: Origin,
    }

    /// A VPC peering.
    PeeringRow {
        texts { id: Text, name: Text, status: Text, from: Text, to: Text }
        origin: Origin,
    }

    /// An elastic address and what it is bound to.
    PublicRow {
        texts { id: Text, status: Text, port: Text }
        public: IpAddr,
        private: Option<IpAddr>,
        origin: Origin,
    }

    /// A network ACL; without entries where the response lists network ACLs only.
    FirewallRow {
        texts { id: Text, name: Text, subnets: Vec<Text>, entries: Option<Vec<RuleRow>> }
        enabled: bool,
        origin: Origin,
    }

    /// An address group.
    ListRow {
        texts { id: Text, name: Text }
        entries: Vec<AddressRange>,
        trouble: String,
        origin: Origin,
    }

    /// A NAT gateway.
    NatRow {
        texts { id: Text, name: Text, network: Text }
    }

    /// Who leaves by a NAT gateway: a subnet, or the addresses of a block.
    SourceRow {
        texts { nat: Text, subnet: Text }
        block: Option<Prefix>,
        public: Vec<IpAddr>,
        /// What could not be read of it, in words.
        trouble: String,
        origin: Origin,
    }

    /// What comes in by a NAT gateway: to a port, or to an address.
    ForwardRow {
        texts { nat: Text, port: Text }
        private: Option<IpAddr>,
        public: Option<IpAddr>,
        protocol: Protocol,
        public_ports: Option<PortRange>,
        private_ports: Option<PortRange>,
        trouble: String,
        origin: Origin,
    }

    /// A load balancer.
    BalancerRow {
        texts { id: Text, name: Text, network: Text, subnets: Vec<Text> }
        addresses: Vec<IpAddr>,
        dedicated: bool,
        /// Whether servers in other networks may stand behind it, by their addresses.
        by_address: bool,
    }

    /// What a load balancer listens on.
    ListenerRow {
        texts { id: Text, balancers: Vec<Text>, pool: Text }
        /// TCP or UDP; nothing where it is not known what is spoken.
        protocol: Option<Protocol>,
        /// Whether it reads no more than the transport layer.
        layer_four: bool,
        ports: Vec<PortRange>,
        keeps_client: bool,
        access_group: bool,
    }

    /// A group of servers.
    PoolRow {
        texts { id: Text, listeners: Vec<Text>, members: Vec<Text> }
        any_port: bool,
    }

    /// A server of a group.
    MemberRow {
        texts { id: Text, server: Text }
        address: Option<IpAddr>,
        port: Option<u16>,
        /// Whether new connections go to it.
        used: bool,
    }

    /// A network ACL of version 2.0.
    OldFirewallRow {
        texts { id: Text, name: Text, ports: Vec<Text>, policies: Vec<Text> }
        enabled: bool,
        origin: Origin,
    }

    /// The rules of one direction of a network ACL of version 2.0.
    OldPolicyRow {
        texts { id: Text, entries: Vec<Text> }
    }

    /// A rule of a network ACL of version 2.0, for ingress and for egress.
    OldEntryRow {
        texts { id: Text, both: Vec<RuleRow> }
    }

    /// One page of a listing.
    PageRow {
        texts { project: Text, ids: Vec<Text>, marker: Text, asked: Text }
        /// Whether the request is known.
        wrapped: bool,
        /// Rows that the page says to have and has not.
        lost: bool,
        kind: Kind,
        version: Version,
        /// How many objects all pages have.
        total: Option<u64>,
        /// Whether another page follows.
        next: bool,
        origin: Origin,
    }

    /// A saved error.
    FailureRow {
        texts { code: Text, message: Text, api: Text }
        /// What it would have been about, where that is known.
        kind: Option<Kind>,
        origin: Origin,
    }
}
