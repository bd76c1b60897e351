//! A small estate with findings, put together by hand, for the tests of every format.

use std::sync::Arc;

use portreeve_checks::{
    AtRisk, Certainty, Exposure, Extent, Finding, Fingerprint, Item, ItemIx, Outcome, RuleRef, Server,
    ServerState, Traffic, catalogue,
};
use portreeve_model::{
    Action, Acts, Address, Direction, Document, DocumentIx, Estate, Group, GroupIx, GroupPeers, Instance,
    InstanceIx, Interface, InterfaceIx, Network, NetworkIx, Origin, Otherwise, Peer, PortRange, Ports,
    PowerState, Prefix, Profile, ProfileIx, Protocol, Quotas, Ranking, Rule, SameGroup, Scope, Text, Writing,
};
use portreeve_netset::{AddressSet, Packet, PortSet};

use crate::{Format, Options, Report, write};

/// An estate and an outcome that grow by what a test needs.
pub(crate) struct Sample {
    pub(crate) estate: Estate,
    pub(crate) outcome: Outcome,
}

/// The items of the samples, worst first.
pub(crate) const ITEMS: [&str; 6] =
    ["open-all-ports", "open-ssh", "open-redis", "open-kafka", "open-egress", "excessive-groups"];

impl Sample {
    /// One network, no group; the items of [`ITEMS`], all on but `open-egress`.
    pub(crate) fn new() -> Self {
        let mut estate = Estate { providers: vec!["alibaba"], ..Estate::default() };
        estate.documents.push(Document { path: "account/groups 1.json".to_owned() });
        estate.profiles.push(profile());
        let id = estate.texts.intern("vpc-1");
        estate.networks.push(Network { id, name: Text::EMPTY, blocks: Box::default() });
        let items: Vec<Item> = ITEMS.iter().map(|id| item(id)).collect();
        let outcome = Outcome { at_risk: vec![AtRisk::default(); items.len()], items, ..Outcome::default() };
        Self { estate, outcome }
    }

    fn text(&mut self, words: &str) -> Text {
        self.estate.texts.intern(words)
    }

    pub(crate) fn group(&mut self, id: &str, name: &str) -> GroupIx {
        let (id, name, region) = (self.text(id), self.text(name), self.text("cn-hangzhou"));
        self.estate.groups.push(Group {
            id,
            name,
            description: Text::EMPTY,
            region,
            network: Some(NetworkIx::new(0)),
            profile: ProfileIx::new(0),
            same_group: SameGroup::Allow,
            managed: false,
            rules: Vec::new(),
            incomplete: [None, None],
            origin: Some(Origin { document: DocumentIx::new(0), offset: 0 }),
        });
        GroupIx::new(self.estate.groups.len() - 1)
    }

    /// An ingress rule that allows TCP ports.
    pub(crate) fn rule(
        &mut self,
        group: GroupIx,
        id: &str,
        ports: (u16, u16),
        from: &str,
        words: &str,
    ) -> RuleRef {
        let (id, description) = (self.text(id), self.text(words));
        let (address, len) = from.split_once('/').unwrap();
        let prefix = Prefix::new(address.parse().unwrap(), len.parse().unwrap()).unwrap();
        let rules = &mut self.estate.groups[group.at()].rules;
        let position = u32::try_from(rules.len()).unwrap() + 1;
        rules.push(Rule {
            id,
            description,
            position,
            priority: 1,
            direction: Direction::Ingress,
            action: Action::Allow,
            acts: Acts::Surely,
            scope: Scope::Anywhere,
            protocol: Protocol::TCP,
            ports: Ports::Range(PortRange::new(ports.0, ports.1).unwrap()),
            peer: Peer::Prefix(prefix),
            narrow: None,
            gap: None,
        });
        RuleRef { group, rule: position - 1 }
    }

    /// A server with one interface; without an id, an interface alone.
    pub(crate) fn server(&mut self, id: &str, name: &str, interface: &str, address: &str) -> InterfaceIx {
        let instance = (!id.is_empty()).then(|| {
            let (id, name) = (self.text(id), self.text(name));
            self.estate.instances.push(Instance {
                id,
                name,
                os: Text::EMPTY,
                region: Text::EMPTY,
                flavour: Text::EMPTY,
                state: PowerState::Running,
                origin: None,
            });
            InstanceIx::new(self.estate.instances.len() - 1)
        });
        let id = self.text(interface);
        self.estate.interfaces.push(Interface {
            id,
            instance,
            network: Some(NetworkIx::new(0)),
            subnet: None,
            groups: None,
            addresses: [Address { private: address.parse().unwrap(), public: None }].into(),
            public_known: true,
            primary: true,
            managed: false,
            filtered: true,
            down: false,
            gap: None,
            origin: None,
        });
        InterfaceIx::new(self.estate.interfaces.len() - 1)
    }

    /// The position of an item.
    pub(crate) fn item(&self, id: &str) -> ItemIx {
        let at = self.outcome.items.iter().position(|item| item.id == id).unwrap();
        ItemIx(u16::try_from(at).unwrap())
    }

    /// A sure finding of a group without servers, traffic and rules, to be filled in.
    pub(crate) fn find(&mut self, item: &str, group: Option<GroupIx>) -> &mut Finding {
        let ix = self.item(item);
        let suggestion = Arc::from(&*self.outcome.items[usize::from(ix.0)].suggestion);
        let cause = u64::try_from(self.outcome.findings.len()).unwrap() + 0xabc0;
        self.outcome.findings.push(Finding {
            fingerprint: Fingerprint { cause, extent: Extent(3) },
            item: ix,
            certainty: Certainty::Sure,
            exposure: Exposure::Unattached,
            group,
            servers: Vec::new(),
            traffic: Vec::new(),
            rules: Arc::from([]),
            witness: None,
            detail: Arc::from(""),
            suggestion,
            gaps: Vec::new(),
        });
        self.outcome.findings.last_mut().unwrap()
    }

    pub(crate) fn report(&self) -> Report<'_> {
        Report::new(&self.estate, &self.outcome)
    }

    pub(crate) fn written(&self, format: Format) -> String {
        written(format, &self.report(), &Options::default())
    }
}

pub(crate) fn written(format: Format, report: &Report<'_>, options: &Options) -> String {
    let mut out = Vec::new();
    write(format, report, &mut out, options).unwrap();
    String::from_utf8(out).unwrap()
}

/// TCP ports from everywhere.
pub(crate) fn tcp(first: u16, last: u16) -> Traffic {
    Traffic {
        protocol: Some(6),
        ports: PortSet::from_range(first, last),
        peers: Arc::new(AddressSet::all_v4()),
    }
}

pub(crate) fn server(interface: InterfaceIx, state: ServerState, because: &str) -> Server {
    Server { interface, state, because: because.into() }
}

/// A TCP packet from 1.2.3.4.
pub(crate) fn packet(local: &str, port: u16) -> Packet {
    Packet {
        protocol: 6,
        port,
        source_port: 40_000,
        local: local.parse().unwrap(),
        peer: "1.2.3.4".parse().unwrap(),
    }
}

/// A group `web` with SSH open to everyone, one server at risk and one shielded.
pub(crate) fn ssh() -> Sample {
    let mut sample = Sample::new();
    let web = sample.group("sg-web", "web");
    let rule = sample.rule(web, "sgr-1", (22, 22), "0.0.0.0/0", "for the move");
    let one = sample.server("i-1", "web-1", "eni-1", "10.20.1.10");
    let two = sample.server("i-2", "web-2", "eni-2", "10.20.1.11");
    let finding = sample.find("open-ssh", Some(web));
    finding.exposure = Exposure::Internet;
    finding.rules = Arc::from([rule]);
    finding.traffic = vec![tcp(22, 22)];
    finding.servers = vec![
        server(one, ServerState::AtRisk, "its rules let everyone in"),
        server(two, ServerState::Shielded, "sgr-9 of sg-deny blocks it"),
    ];
    finding.witness = Some(packet("10.20.1.10", 22));
    let ssh = usize::from(sample.item("open-ssh").0);
    sample.outcome.at_risk[ssh] = AtRisk { security_groups: 1, servers: 1 };
    sample
}

/// Words that attack a terminal, a spreadsheet, a page, a comment and a parser at once.
pub(crate) const HOSTILE: &str =
    "=cmd|'/c calc'!A1\u{1b}[2J\u{202e}<script>alert(1)</script> @team `x` [a](http://e.vil) {0} ]]>\r\n\"";

/// As [`ssh`], with [`HOSTILE`] wherever a user or a document supplies words.
pub(crate) fn hostile() -> Sample {
    let mut sample = Sample::new();
    let web = sample.group("sg-web", HOSTILE);
    let rule = sample.rule(web, HOSTILE, (22, 22), "0.0.0.0/0", HOSTILE);
    let one = sample.server("i-1", HOSTILE, HOSTILE, "10.20.1.10");
    sample.estate.add_gap(HOSTILE, HOSTILE);
    let finding = sample.find("open-ssh", Some(web));
    finding.rules = Arc::from([rule]);
    finding.traffic = vec![tcp(22, 22)];
    finding.servers = vec![server(one, ServerState::AtRisk, HOSTILE)];
    finding.detail = HOSTILE.into();
    finding.suggestion = HOSTILE.into();
    sample
}

fn item(id: &str) -> Item {
    let meta = catalogue::metas().find(|meta| meta.id == id).unwrap();
    Item {
        id: meta.id.into(),
        title: meta.title.into(),
        risk: meta.risk,
        enabled: meta.enabled,
        meta: Some(meta),
        suggestion: meta.suggestion.into(),
    }
}

fn profile() -> Profile {
    Profile {
        name: "basic",
        ranking: Ranking::Priority,
        ingress: Otherwise::Deny,
        egress: Otherwise::Allow,
        group_peers: GroupPeers::OwnNetwork,
        weak_flavours: &[],
        default_because: ["denied by default", "allowed by default"],
        blocked_egress: &[],
        platform_words: &[],
        quotas: Quotas::default(),
        writing: Writing {
            priorities: Some((1, 100)),
            denies: true,
            port_ranges: 1,
            protocols: &[],
            changes: true,
            health_checks: &[],
            sessions: "",
        },
    }
}
