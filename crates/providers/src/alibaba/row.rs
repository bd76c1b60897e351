//! What responses say, row by row, with texts numbered by the store of their batch.

use std::net::IpAddr;

use portreeve_model::{
    Address, AddressRange, Direction, DocumentIx, Instance, Origin, PortRange, Prefix, Rule, SameGroup,
    TagList, Text,
};

use super::kind::Kind;
use super::profile::GroupKind;

pub(super) mod routing;

/// The number of a trouble.
pub(super) type Trouble = u32;

/// A sentence about something that could not be read, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sentence {
    pub(super) what: String,
    pub(super) document: DocumentIx,
}

/// A group in `DescribeSecurityGroups`.
#[derive(Debug)]
pub(super) struct GroupRow {
    pub(super) id: Text,
    pub(super) name: Text,
    pub(super) description: Text,
    pub(super) region: Text,
    /// Its VPC; empty in classic networks, `None` where nothing is said.
    pub(super) network: Option<Text>,
    pub(super) kind: GroupKind,
    pub(super) managed: bool,
    pub(super) rule_count: Option<u64>,
    pub(super) origin: Origin,
}

/// One page of a group's rules.
#[derive(Debug)]
pub(super) struct RulePage {
    pub(super) group: Text,
    pub(super) name: Text,
    pub(super) description: Text,
    pub(super) region: Text,
    pub(super) network: Option<Text>,
    pub(super) same_group: SameGroup,
    pub(super) rules: Vec<Rule>,
    /// Whether all rules have ids, no two the same.
    pub(super) distinct: bool,
    /// Why a direction may hold more than these rules say (ingress, egress).
    pub(super) open: [Option<Trouble>; 2],
    pub(super) link: Link,
    /// The direction that was asked for, where the request is known and asked for one.
    pub(super) asked: Option<Direction>,
    /// The sides of a classic network that the page tells of: internet, intranet.
    pub(super) sides: [bool; 2],
    pub(super) origin: Origin,
}

/// How a page hangs together with the others of its listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Link {
    /// The token of the page that follows; empty on the last.
    pub(super) next: Text,
    /// The token that fetched this page; empty on the first, and where the request is unknown.
    pub(super) asked: Text,
    /// Whether the request is known.
    pub(super) wrapped: bool,
}

/// One page of a listing.
#[derive(Debug)]
pub(super) struct ListPage {
    pub(super) kind: Kind,
    pub(super) region: Text,
    pub(super) link: Link,
    pub(super) number: Option<u64>,
    pub(super) size: Option<u64>,
    pub(super) total: Option<u64>,
    pub(super) rows: u64,
    pub(super) request: Text,
    pub(super) origin: Origin,
}

/// An interface, from either listing.
#[derive(Debug)]
pub(super) struct InterfaceRow {
    pub(super) id: Text,
    pub(super) instance: Text,
    pub(super) network: Text,
    pub(super) subnet: Text,
    /// The number of its list of groups in the batch.
    pub(super) groups: Option<u32>,
    pub(super) addresses: Box<[Address]>,
    pub(super) primary: bool,
    pub(super) managed: bool,
    pub(super) down: bool,
    pub(super) source: Source,
    /// The text of a prefix that it owns and that cannot be listed.
    pub(super) trouble: Option<Trouble>,
    pub(super) origin: Origin,
}

/// What tells of an interface; what tells more comes later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    /// A server that shows no interface.
    Server,
    /// The interfaces of a server.
    Instances,
    /// `DescribeNetworkInterfaces`.
    Interfaces,
}

/// A server.
#[derive(Debug)]
pub(super) struct InstanceRow {
    pub(super) instance: Instance,
    /// Whether its only private address is that of its primary interface.
    pub(super) plain: bool,
}

/// The tags of an object.
#[derive(Debug, Clone, Copy)]
pub(super) struct TagRow {
    pub(super) id: Text,
    pub(super) of: Tagged,
    /// The number of the list of its tags in the batch.
    pub(super) list: TagList,
}

/// What has tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tagged {
    Group,
    Instance,
}

/// A public address and what it is bound to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Binding {
    pub(super) public: IpAddr,
    /// The private address, where it is said.
    pub(super) private: Option<IpAddr>,
    /// A server or an interface.
    pub(super) holder: Text,
    /// The mode in which an elastic address is visible on the interface itself; empty where it is translated.
    pub(super) visible: Text,
    /// Whether the holder must be a server or an interface.
    pub(super) expected: bool,
}

/// A VPC.
#[derive(Debug)]
pub(super) struct NetworkRow {
    pub(super) id: Text,
    pub(super) name: Text,
    pub(super) blocks: Vec<Prefix>,
    pub(super) owner: Text,
    pub(super) trouble: Option<Trouble>,
}

/// A vSwitch.
#[derive(Debug)]
pub(super) struct SubnetRow {
    pub(super) id: Text,
    pub(super) name: Text,
    pub(super) network: Text,
    pub(super) blocks: Vec<Prefix>,
    /// Its network ACL; `None` where nothing is said.
    pub(super) acl: Option<Text>,
    /// Its route table; empty where nothing is said.
    pub(super) route_table: Text,
    pub(super) trouble: Option<Trouble>,
}

/// A network ACL.
#[derive(Debug)]
pub(super) struct AclRow {
    pub(super) id: Text,
    pub(super) name: Text,
    /// The entries of both directions; nothing for a direction that the response does not show.
    pub(super) entries: [Option<Vec<Rule>>; 2],
    /// Why there may be more than these.
    pub(super) open: Option<Trouble>,
    /// The subnets it is bound to.
    pub(super) subnets: Vec<Text>,
    pub(super) origin: Origin,
}

/// A prefix list or port list in a listing.
#[derive(Debug)]
pub(super) struct ListRow {
    pub(super) kind: Kind,
    pub(super) id: Text,
    pub(super) name: Text,
    pub(super) max_entries: Option<u32>,
}

/// The entries of a prefix list.
#[derive(Debug)]
pub(super) struct PrefixEntries {
    pub(super) list: ListRow,
    pub(super) entries: Vec<AddressRange>,
    pub(super) trouble: Option<Trouble>,
}

/// The entries of a port list.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PortEntries {
    /// Empty where the response does not name its list.
    pub(super) id: Text,
    pub(super) name: Text,
    pub(super) max_entries: Option<u32>,
    pub(super) entries: Vec<PortRange>,
    pub(super) trouble: Option<Trouble>,
    pub(super) origin: Origin,
}

/// A saved error.
#[derive(Debug)]
pub(super) struct FailureRow {
    pub(super) code: Text,
    pub(super) message: Text,
    /// The API that failed; empty where nothing tells.
    pub(super) api: Text,
    /// The group that was asked for.
    pub(super) group: Text,
    pub(super) origin: Origin,
}

/// Something to tell of a whole response.
#[derive(Debug)]
pub(super) struct Remark {
    pub(super) origin: Origin,
    pub(super) what: String,
    pub(super) weight: Weight,
}

/// What a remark leaves open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    /// Nothing: it is only a warning.
    Warning,
    /// What the rows say themselves; the gap tells why.
    Gap,
    /// Nobody knows what: something could not be read at all.
    Unread,
}
