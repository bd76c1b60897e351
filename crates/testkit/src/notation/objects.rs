//! Everything that a line can declare but rules and questions.

use std::collections::HashMap;

use portreeve_model::{
    Address, AddressList, AddressListIx, Estate, GapIx, Group, GroupIx, GroupListIx, Instance, InstanceIx,
    Interface, InterfaceIx, Listing, Network, NetworkIx, PortList, PortListIx, PowerState, ProfileIx,
    SameGroup, Text,
};

use super::NotationError;
use super::words::{self, Words};
use crate::generate::intern_list;
use crate::kind::Kind;

/// A name that the text declares: a row of the estate, or something that is only referred to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Known {
    Row(usize),
    Absent(GapIx),
}

/// What names are declared for. Each kind has names of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Of {
    Network,
    List,
    Ports,
    Group,
    Interface,
}

/// The estate so far. Names are declared for the whole text first; then each line adds its row.
#[derive(Default)]
pub(super) struct Builder {
    pub(super) estate: Estate,
    names: HashMap<(Of, String), Known>,
    rows: HashMap<Of, usize>,
    profile: Option<ProfileIx>,
    /// The group that rules belong to.
    pub(super) current: Option<GroupIx>,
}

impl Builder {
    /// Notes the name that a line declares, if it declares one.
    pub(super) fn declare(&mut self, mut words: Words<'_>) -> Result<(), NotationError> {
        self.estate.coverage.groups = Listing::Complete;
        self.estate.coverage.interfaces = Listing::Complete;
        let of = match words.next("a statement")? {
            "network" => Of::Network,
            "list" => Of::List,
            "ports" => Of::Ports,
            "group" => Of::Group,
            "interface" => Of::Interface,
            _ => return Ok(()),
        };
        let name = words.read("a name", words::name)?;
        let key = (of, name.to_owned());
        if self.names.contains_key(&key) {
            return Err(words.wrong_before("a name that is not taken"));
        }
        let may_be_absent = matches!(of, Of::List | Of::Ports | Of::Group);
        let known = if may_be_absent && words.take("?") {
            Known::Absent(self.estate.add_gap(name, "it is not in the input"))
        } else {
            let row = self.rows.entry(of).or_default();
            *row += 1;
            Known::Row(*row - 1)
        };
        self.names.insert(key, known);
        Ok(())
    }

    /// The next word as a declared name, with its text.
    pub(super) fn known(&mut self, words: &mut Words<'_>, of: Of) -> Result<(Text, Known), NotationError> {
        let expected = match of {
            Of::Network => "the name of a network",
            Of::List => "the name of a list",
            Of::Ports => "the name of a port list",
            Of::Group => "the name of a group",
            Of::Interface => "the name of an interface",
        };
        let (names, texts) = (&self.names, &mut self.estate.texts);
        words.read(expected, |word| {
            let known = *names.get(&(of, word.to_owned()))?;
            Some((texts.intern(word), known))
        })
    }

    /// The next word as a network, if it names one.
    pub(super) fn peek_network(&self, words: &Words<'_>) -> Option<NetworkIx> {
        match self.names.get(&(Of::Network, words.peek()?.to_owned()))? {
            Known::Row(row) => Some(NetworkIx::new(*row)),
            Known::Absent(_) => None,
        }
    }

    /// The row of a declared interface.
    pub(super) fn known_interface(&mut self, words: &mut Words<'_>) -> Result<InterfaceIx, NotationError> {
        match self.known(words, Of::Interface)? {
            (_, Known::Row(row)) => Ok(InterfaceIx::new(row)),
            (_, Known::Absent(_)) => Err(words.wrong_before("an interface")),
        }
    }

    fn known_network(&mut self, words: &mut Words<'_>) -> Result<NetworkIx, NotationError> {
        match self.known(words, Of::Network)? {
            (_, Known::Row(row)) => Ok(NetworkIx::new(row)),
            (_, Known::Absent(_)) => Err(words.wrong_before("a network")),
        }
    }

    /// `profile KIND`
    pub(super) fn profile(&mut self, words: &mut Words<'_>) -> Result<(), NotationError> {
        let kinds = Kind::ALL.map(Kind::name).join(", ");
        let kind = words.read(&format!("a profile ({kinds})"), Kind::named)?;
        let profile = kind.profile();
        let known = self.estate.profiles.iter().position(|each| *each == profile);
        self.profile = Some(ProfileIx::new(known.unwrap_or_else(|| {
            self.estate.profiles.push(profile);
            self.estate.profiles.len() - 1
        })));
        Ok(())
    }

    /// `coverage interfaces complete|partial|absent`
    pub(super) fn coverage(&mut self, words: &mut Words<'_>) -> Result<(), NotationError> {
        words.keyword("interfaces")?;
        self.estate.coverage.interfaces = match words.next("`complete`, `partial` or `absent`")? {
            "complete" => Listing::Complete,
            "partial" => Listing::Partial(self.estate.add_gap("interfaces", "some are not in the input")),
            "absent" => Listing::Absent,
            _ => return Err(words.wrong_before("`complete`, `partial` or `absent`")),
        };
        Ok(())
    }

    /// `network NAME PREFIX...`
    pub(super) fn network(&mut self, words: &mut Words<'_>) -> Result<(), NotationError> {
        let id = self.named(words)?;
        let mut blocks = Vec::new();
        while words.peek().is_some() {
            blocks.push(words.read("a prefix", words::prefix)?);
        }
        self.estate.networks.push(Network { id, name: Text::EMPTY, blocks: blocks.into() });
        Ok(())
    }

    /// `list NAME ENTRY... [...]` or `list NAME ?`
    pub(super) fn list(&mut self, words: &mut Words<'_>) -> Result<(), NotationError> {
        let id = self.named(words)?;
        if words.take("?") {
            return Ok(());
        }
        let (entries, incomplete) =
            self.entries(words, id, "a prefix, an address or a range", words::address_range)?;
        let list = AddressList { id, name: Text::EMPTY, entries, max_entries: None, incomplete };
        self.estate.address_lists.push(list);
        Ok(())
    }

    /// `ports NAME ENTRY... [...]` or `ports NAME ?`
    pub(super) fn ports(&mut self, words: &mut Words<'_>) -> Result<(), NotationError> {
        let id = self.named(words)?;
        if words.take("?") {
            return Ok(());
        }
        let (entries, incomplete) =
            self.entries(words, id, "a port or a range of ports", words::port_range)?;
        let list = PortList { id, name: Text::EMPTY, entries, max_entries: None, incomplete };
        self.estate.port_lists.push(list);
        Ok(())
    }

    /// The entries of a list; `...` at the end says that there may be more.
    fn entries<T>(
        &mut self,
        words: &mut Words<'_>,
        id: Text,
        expected: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<(Box<[T]>, Option<GapIx>), NotationError> {
        let mut entries = Vec::new();
        while words.peek().is_some() {
            if words.take("...") {
                let at = self.estate.text(id).to_owned();
                return Ok((entries.into(), Some(self.estate.add_gap(at, "there may be more entries"))));
            }
            entries.push(words.read(&format!("{expected} or `...`"), &read)?);
        }
        Ok((entries.into(), None))
    }

    /// `group NAME [in NETWORK] [managed] [same-group S] [incomplete D]` or `group NAME ?`
    pub(super) fn group(&mut self, words: &mut Words<'_>) -> Result<(), NotationError> {
        let id = self.named(words)?;
        self.current = None;
        if words.take("?") {
            return Ok(());
        }
        let Some(profile) = self.profile else {
            return Err(words.wrong_before("a `profile` line before the groups"));
        };
        let mut group = empty_group(id, profile);
        while let Some(word) = words.peek() {
            words.next("")?;
            match word {
                "in" => group.network = Some(self.known_network(words)?),
                "managed" => group.managed = true,
                "same-group" => group.same_group = words.read("`allow`, `rules` or `unknown`", same_group)?,
                "incomplete" => {
                    let [ingress, egress] = words.read("`in`, `out` or `both`", sides)?;
                    let gap = self.estate.add_gap(self.estate.text(id).to_owned(), "there may be more rules");
                    group.incomplete = [ingress.then_some(gap), egress.then_some(gap)];
                }
                _ => return Err(words.wrong_before("`in`, `managed`, `same-group` or `incomplete`")),
            }
        }
        self.estate.groups.push(group);
        self.current = Some(GroupIx::new(self.estate.groups.len() - 1));
        Ok(())
    }

    /// `interface NAME [in NETWORK] [ADDRESS [public ADDRESS]]... [groups G...|groups ?] [server NAME] …`
    pub(super) fn interface(&mut self, words: &mut Words<'_>) -> Result<(), NotationError> {
        let id = self.named(words)?;
        self.current = None;
        let mut interface = bare_interface(id);
        let mut addresses = Vec::new();
        let mut groups = Some(Vec::new());
        while let Some(word) = words.peek() {
            words.next("")?;
            match word {
                "in" => interface.network = Some(self.known_network(words)?),
                "server" => interface.instance = Some(self.server(words)?),
                "managed" => interface.managed = true,
                "public-unknown" => interface.public_known = false,
                "groups" if words.take("?") => {
                    groups = None;
                    let at = self.estate.text(id).to_owned();
                    interface.gap = Some(self.estate.add_gap(at, "its groups are not in the input"));
                }
                "groups" => groups = Some(self.group_names(words)?),
                _ => addresses.push(address(words, word)?),
            }
        }
        interface.addresses = addresses.into();
        interface.groups = groups.map(|ids| self.group_list(ids));
        let server = interface.instance;
        interface.primary = !self.estate.interfaces.iter().any(|i| server.is_some() && i.instance == server);
        self.estate.interfaces.push(interface);
        Ok(())
    }

    fn group_list(&mut self, ids: Vec<Text>) -> GroupListIx {
        intern_list(&mut self.estate, ids)
    }

    /// Names of groups up to a word that is none.
    fn group_names(&mut self, words: &mut Words<'_>) -> Result<Vec<Text>, NotationError> {
        let mut ids = Vec::new();
        while words.peek().is_some_and(|word| words::name(word).is_some()) {
            ids.push(self.known(words, Of::Group)?.0);
        }
        Ok(ids)
    }

    fn server(&mut self, words: &mut Words<'_>) -> Result<InstanceIx, NotationError> {
        let name = words.read("the name of a server", words::name)?;
        let id = self.estate.texts.intern(name);
        let known = self.estate.instances.iter().position(|instance| instance.id == id);
        Ok(InstanceIx::new(known.unwrap_or_else(|| {
            self.estate.instances.push(Instance {
                id,
                name: Text::EMPTY,
                os: Text::EMPTY,
                region: Text::EMPTY,
                flavour: Text::EMPTY,
                state: PowerState::Running,
                origin: None,
            });
            self.estate.instances.len() - 1
        })))
    }

    /// The name that a declaration gives, which [`Self::declare`] has checked.
    fn named(&mut self, words: &mut Words<'_>) -> Result<Text, NotationError> {
        let name = words.next("a name")?;
        Ok(self.estate.texts.intern(name))
    }

    /// A declared address list, or the gap of one that is absent.
    pub(super) fn address_list(
        &mut self,
        words: &mut Words<'_>,
    ) -> Result<(Text, Result<AddressListIx, GapIx>), NotationError> {
        let (id, known) = self.known(words, Of::List)?;
        Ok((id, known.row().map(AddressListIx::new)))
    }

    /// A declared port list, or the gap of one that is absent.
    pub(super) fn port_list(
        &mut self,
        words: &mut Words<'_>,
    ) -> Result<(Text, Result<PortListIx, GapIx>), NotationError> {
        let (id, known) = self.known(words, Of::Ports)?;
        Ok((id, known.row().map(PortListIx::new)))
    }
}

impl Known {
    pub(super) fn row(self) -> Result<usize, GapIx> {
        match self {
            Self::Row(row) => Ok(row),
            Self::Absent(gap) => Err(gap),
        }
    }
}

fn address(words: &mut Words<'_>, word: &str) -> Result<Address, NotationError> {
    let expected = "an address, `in`, `groups`, `server`, `managed` or `public-unknown`";
    let private = words::address(word).ok_or_else(|| words.wrong_before(expected))?;
    let public = if words.take("public") { Some(words.read("an address", words::address)?) } else { None };
    Ok(Address { private, public })
}

fn same_group(word: &str) -> Option<SameGroup> {
    match word {
        "allow" => Some(SameGroup::Allow),
        "rules" => Some(SameGroup::Rules),
        "unknown" => Some(SameGroup::Unknown),
        _ => None,
    }
}

fn sides(word: &str) -> Option<[bool; 2]> {
    match word {
        "in" => Some([true, false]),
        "out" => Some([false, true]),
        "both" => Some([true, true]),
        _ => None,
    }
}

fn empty_group(id: Text, profile: ProfileIx) -> Group {
    Group {
        id,
        name: Text::EMPTY,
        description: Text::EMPTY,
        region: Text::EMPTY,
        network: None,
        profile,
        same_group: SameGroup::Rules,
        managed: false,
        rules: Vec::new(),
        incomplete: [None, None],
        origin: None,
    }
}

fn bare_interface(id: Text) -> Interface {
    Interface {
        id,
        instance: None,
        network: None,
        subnet: None,
        groups: None,
        addresses: Box::default(),
        public_known: true,
        primary: true,
        managed: false,
        filtered: true,
        down: false,
        gap: None,
        origin: None,
    }
}
