//! What one class of interfaces (or one group alone) lets through in one direction.

use std::cell::RefCell;

use portreeve_model::{AclIx, Action, Direction, GapIx, GroupIx, Otherwise};
use portreeve_netset::{AddressSet, Flow, IntervalSet, Packet, PacketSet, PacketSetBuilder, PortSet};

use crate::ask::Miss;
use crate::compile::{self, Compiler, View};
use crate::index::{Class, Index};
use crate::line::{Line, Peers, RULES, RuleRef, Source, named_protocols};
use crate::sweep::{Cell, Scratch, Visitor, sweep};
use crate::table::{Decision, Table};
use crate::{Bound, Place, acl};

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// The ranked rules that traffic from one place meets, under one reading of the gaps.
#[derive(Debug, Clone)]
pub struct Policy {
    lines: Vec<Line>,
    /// The default as this policy's bound reads it.
    otherwise: Action,
    /// The default as the documents say it.
    default: Otherwise,
    exact: bool,
}

impl Policy {
    /// The policy of one group, as if an interface carried it alone.
    pub fn of_group(
        index: &Index<'_>,
        group: GroupIx,
        direction: Direction,
        place: Place,
        bound: Bound,
    ) -> Self {
        Self::compile(compiler(index, direction, place, View::At(bound)), &[group], false)
    }

    /// The policy of the interfaces of a class: the rules of all its groups together.
    pub fn of_class(
        index: &Index<'_>,
        class: &Class,
        direction: Direction,
        place: Place,
        bound: Bound,
    ) -> Self {
        let compiler = compiler(index, direction, place, View::At(bound));
        if class.filtered {
            Self::compile(compiler, &class.groups, class.unread)
        } else {
            Self::rank(compiler, Otherwise::Allow)
        }
    }

    /// The policy of a network ACL.
    pub fn of_acl(index: &Index<'_>, acl: AclIx, direction: Direction, bound: Bound) -> Self {
        let mut compiler = compiler(index, direction, Place::Internet, View::At(bound));
        acl::compile(&mut compiler, acl);
        let otherwise = index.estate().acl(acl).otherwise(direction);
        Self::rank(compiler, otherwise)
    }

    /// The policy of some groups with both ends of what is open, as one more member of `ghost` would meet it.
    pub(crate) fn for_removal(
        index: &Index<'_>,
        groups: &[GroupIx],
        unread: bool,
        direction: Direction,
        place: Place,
        ghost: Option<GroupIx>,
    ) -> Self {
        Self::compile(Compiler { ghost, ..compiler(index, direction, place, View::Both) }, groups, unread)
    }

    /// What one rule matches at most, whatever other rules say; nothing where it is of the other direction.
    pub(crate) fn reach(
        index: &Index<'_>,
        at: RuleRef,
        direction: Direction,
        place: Place,
    ) -> Option<PacketSet> {
        let group = index.estate().group(at.group);
        let rule = group.rules.get(at.rule as usize).filter(|rule| rule.direction == direction)?;
        let most = if rule.action == Action::Allow { Bound::Possibly } else { Bound::Surely };
        let mut compiler = compiler(index, direction, place, View::At(most));
        let group_peers = index.estate().profile(group.profile).group_peers;
        compiler.rule(Source::Rule(at), RULES, group, rule, group_peers);
        compiler.lines.iter_mut().for_each(|line| line.action = Action::Allow);
        Some(Self::rank(compiler, Otherwise::Deny).permitted())
    }

    fn compile(mut compiler: Compiler<'_, '_>, groups: &[GroupIx], unread: bool) -> Self {
        if unread {
            compiler.unread(None, None);
        }
        for (position, group) in groups.iter().enumerate() {
            compiler.group(position, *group);
        }
        let otherwise = compile::otherwise(compiler.index, groups, compiler.direction);
        Self::rank(compiler, otherwise)
    }

    fn rank(compiler: Compiler<'_, '_>, otherwise: Otherwise) -> Self {
        let Compiler { mut lines, exact, view, .. } = compiler;
        lines.sort_by_key(|line| (line.band, line.action));
        let open = if view == View::At(Bound::Possibly) { Action::Allow } else { Action::Deny };
        Self { lines, otherwise: otherwise.action().unwrap_or(open), default: otherwise, exact }
    }

    /// Whether the documents leave nothing open, so that both bounds give the same policy.
    pub fn is_exact(&self) -> bool {
        self.exact && self.default != Otherwise::Unknown
    }

    /// The default, where the documents tell it.
    pub(crate) fn default(&self) -> Option<Action> {
        self.default.action()
    }

    /// What happens to traffic that no line matches.
    pub fn otherwise(&self) -> Action {
        self.otherwise
    }

    /// How many lines there are: rules that can act here, and what the platform adds.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether the default decides everything.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// What a line comes from, by its position in rank order.
    pub fn source(&self, line: usize) -> Option<Source> {
        self.lines.get(line).map(|line| line.source)
    }

    /// The rule of a line, where it is a rule of a group.
    pub fn rule(&self, line: usize) -> Option<RuleRef> {
        match self.source(line) {
            Some(Source::Rule(rule)) => Some(rule),
            _ => None,
        }
    }

    /// The action of the line that decides a cell, or of the default.
    pub fn action(&self, cell: Cell<'_>) -> Action {
        cell.action().unwrap_or(self.otherwise)
    }

    /// The action of a line, by its position in rank order, or of the default.
    pub fn action_of(&self, line: Option<usize>) -> Action {
        line.and_then(|line| self.lines.get(line)).map_or(self.otherwise, |line| line.action)
    }

    /// The gaps behind lines that speak of a protocol and some of the ports, in rank order.
    pub fn gaps(&self, protocol: u8, ports: &PortSet) -> Vec<GapIx> {
        let mut gaps = Vec::new();
        for line in self.lines.iter().filter(|line| line.speaks_of(Some(protocol))) {
            let span: PortSet = line.ports_for(Some(protocol)).iter().copied().collect();
            if let Some(gap) = line.gap.filter(|gap| !gaps.contains(gap) && !span.is_disjoint(ports)) {
                gaps.push(gap);
            }
        }
        gaps
    }

    /// All gaps behind lines, in rank order.
    pub fn all_gaps(&self) -> Vec<GapIx> {
        let mut gaps = Vec::new();
        for gap in self.lines.iter().filter_map(|line| line.gap) {
            if !gaps.contains(&gap) {
                gaps.push(gap);
            }
        }
        gaps
    }

    pub(crate) fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The protocols that have to be looked at one by one, ascending: those that some line names, and those with ports where a
    /// line tells ports apart whatever the protocol.
    pub fn named_protocols(&self) -> Vec<u8> {
        named_protocols(&self.lines)
    }

    /// Walks through every cell of a protocol; `None` stands for each protocol that no line names.
    pub fn visit(&self, protocol: Option<u8>, visitor: &mut impl Visitor) {
        SCRATCH.with(|scratch| match scratch.try_borrow_mut() {
            Ok(mut scratch) => sweep(&self.lines, protocol, &mut scratch, visitor),
            // A visitor that asks for another sweep meanwhile.
            Err(_) => sweep(&self.lines, protocol, &mut Scratch::default(), visitor),
        });
    }

    /// The exact set of traffic that is allowed.
    pub fn permitted(&self) -> PacketSet {
        let named = self.named_protocols();
        let rest = self.flows(None);
        let mut builder = PacketSet::builder();
        // Protocols that no rule names lie between those that some rule does.
        let mut from = Some(0u8);
        for protocol in named {
            push_rest(&mut builder, from, protocol.checked_sub(1), &rest);
            for (ports, flow) in self.flows(Some(protocol)) {
                builder.push((protocol, protocol), ports, flow);
            }
            from = protocol.checked_add(1);
        }
        push_rest(&mut builder, from, Some(u8::MAX), &rest);
        builder.finish()
    }

    /// The peers that may open one port, from some source port to some local address.
    pub fn peers(&self, protocol: u8, port: u16) -> AddressSet {
        let flows = self.flows(Some(protocol));
        let found = flows.iter().find(|((first, last), _)| (*first..=*last).contains(&port));
        found.map_or_else(AddressSet::empty, |(_, flow)| flow.peers())
    }

    /// Whether a rule names local addresses, so that interfaces with the same groups may differ.
    pub fn tells_local_addresses_apart(&self) -> bool {
        let named = |line: &Line| line.narrowed.as_deref().is_some_and(|it| !matches!(it.local, Peers::All));
        self.lines.iter().any(named)
    }

    fn flows(&self, protocol: Option<u8>) -> Vec<((u16, u16), Flow)> {
        let mut collector = Collector::new(self.otherwise);
        self.visit(protocol, &mut collector);
        collector.done()
    }

    /// Every decision as a table, for asking about many packets.
    pub fn table(&self) -> Table {
        Table::new(self)
    }

    /// Decides one packet by going through the lines.
    pub fn decide(&self, packet: &Packet) -> Decision {
        match self.matching(packet).next() {
            Some(line) => Decision { action: line.action, by: Some(line.source) },
            None => Decision { action: self.otherwise, by: None },
        }
    }

    /// Everything that matches a packet, in rank order: what decides, and what would decide in its place.
    pub fn trace(&self, packet: &Packet) -> impl Iterator<Item = (Source, Action)> {
        self.matching(packet).map(|line| (line.source, line.action))
    }

    fn matching(&self, packet: &Packet) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.miss(packet) == Miss::default())
    }
}

fn push_rest(
    builder: &mut PacketSetBuilder,
    first: Option<u8>,
    last: Option<u8>,
    rest: &[((u16, u16), Flow)],
) {
    if let (Some(first), Some(last)) = (first, last)
        && first <= last
    {
        for (ports, flow) in rest {
            builder.push((first, last), *ports, flow.clone());
        }
    }
}

fn compiler<'i, 'e>(
    index: &'i Index<'e>,
    direction: Direction,
    place: Place,
    view: View,
) -> Compiler<'i, 'e> {
    Compiler { index, direction, place, view, ghost: None, lines: Vec::new(), exact: true }
}

/// Gathers what is allowed, stretch by stretch.
struct Collector {
    otherwise: Action,
    ports: (u16, u16),
    nook: Option<(PortSet, AddressSet)>,
    nooks: Vec<(PortSet, AddressSet, AddressSet)>,
    v4: IntervalSet<u32>,
    v6: IntervalSet<u128>,
    flows: Vec<((u16, u16), Flow)>,
}

impl Collector {
    fn new(otherwise: Action) -> Self {
        Self {
            otherwise,
            ports: (0, 0),
            nook: None,
            nooks: Vec::new(),
            v4: IntervalSet::empty(),
            v6: IntervalSet::empty(),
            flows: Vec::new(),
        }
    }

    fn flush_nooks(&mut self) {
        if !self.nooks.is_empty() {
            let flow = Flow::constrained(std::mem::take(&mut self.nooks));
            self.flows.push((self.ports, flow));
        }
    }

    fn done(mut self) -> Vec<((u16, u16), Flow)> {
        self.flush_nooks();
        self.flows
    }
}

impl Visitor for Collector {
    fn stretch(&mut self, first: u16, last: u16) -> bool {
        self.flush_nooks();
        self.ports = (first, last);
        true
    }

    fn nook(&mut self, source_ports: &PortSet, local: &AddressSet) {
        self.nook = Some((source_ports.clone(), local.clone()));
    }

    fn v4(&mut self, first: u32, last: u32, cell: Cell<'_>) {
        if cell.action().unwrap_or(self.otherwise) == Action::Allow {
            self.v4.push(first, last);
        }
    }

    fn v6(&mut self, first: u128, last: u128, cell: Cell<'_>) {
        if cell.action().unwrap_or(self.otherwise) == Action::Allow {
            self.v6.push(first, last);
        }
    }

    fn end(&mut self) {
        let peers = AddressSet::from_parts(std::mem::take(&mut self.v4), std::mem::take(&mut self.v6));
        match self.nook.take() {
            Some((source_ports, local)) => self.nooks.push((source_ports, local, peers)),
            None if !peers.is_empty() => self.flows.push((self.ports, Flow::Peers(peers))),
            None => {}
        }
    }
}
