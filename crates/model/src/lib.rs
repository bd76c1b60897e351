//! What a cloud's documents say about its security groups, neutrally.
//!
//! An [`Estate`] repeats the documents rule for rule, in order, each with its [`Origin`]. It holds plain ranges and
//! prefixes and never decides what they mean: that is the engine's work. Nothing here knows a vendor by name; what
//! differs between clouds is a value, the [`Profile`].

mod edit;
mod estate;
mod gap;
mod group;
mod index;
mod interface;
mod list;
mod network;
mod origin;
mod profile;
mod routing;
mod rule;
mod tag;
mod text;

pub use edit::Edit;
pub use estate::{Coverage, Estate, Listing, Reference};
pub use gap::Gap;
pub use group::{Group, SameGroup};
pub use index::{
    AclIx, AddressListIx, DocumentIx, GapIx, GroupIx, GroupListIx, InstanceIx, InterfaceIx, NetworkIx,
    PortListIx, ProfileIx, SubnetIx,
};
pub use interface::{Address, Instance, Interface, PowerState};
pub use list::{AddressList, PortList};
pub use network::{Acl, Network, Subnet};
pub use origin::{Document, Origin};
pub use profile::{GroupPeers, Otherwise, Profile, Quotas, Ranking, WeakFlavour, Writing};
pub use routing::{
    Attachment, Backend, Balancer, BalancerListener, Clients, Forward, Hop, Host, Hub, Listener, Nat,
    Peering, Route, RouteTable, SourceNat,
};
pub use rule::{
    Action, Acts, AddressRange, Direction, Family, ListRef, Narrow, Peer, PortRange, Ports, Prefix, Protocol,
    Rule, Scope,
};
pub use tag::{Tag, TagList, Tags};
pub use text::{Appended, Text, Texts};
