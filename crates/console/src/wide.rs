//! What the internet reaches, and who lets whom in: computed once for each snapshot, in the background.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use portreeve::checks::catalogue;
use portreeve::explain::{Explainer, Exposed, Link, exposure, links};
use portreeve::model::InterfaceIx;
use portreeve::netset::{Block, IntervalSet, PacketSet, PortSet, protocol};
use portreeve_store::{Exposure, ExposurePoint, StoreError};

use crate::console::Console;
use crate::problem::Problem;

/// What is computed once for all pages.
#[derive(Debug)]
pub(crate) struct Wide {
    pub(crate) exposures: Exposures,
    /// Who lets whom in.
    pub(crate) links: Vec<Link>,
}

/// How often to look whether it is computed before a page says that it is not.
const LOOKS: u32 = 100;
/// How long to wait between two looks.
const PAUSE: Duration = Duration::from_millis(50);

impl Console {
    /// Waits until what takes a while is computed for the last results.
    pub(crate) async fn wide(&self) -> Result<(), Problem> {
        for _ in 0..LOOKS {
            let current = self.current().ok_or(Problem::NoResults)?;
            if current.desk.snapshot.wide.get().is_some() {
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(Problem::Conflict(
            "this is still being computed for the last results: look again in a moment".to_owned(),
        ))
    }

    /// How much the internet could reach at each of the last runs. What is known of the results that are shown is kept, if it was not.
    pub(crate) fn exposures(&self, last: u32) -> Result<Vec<ExposurePoint>, StoreError> {
        let mut points = self.store.exposures(&self.options.estate, last)?;
        if let Some(shown) = self.current().map(|current| current.desk)
            && let Some(wide) = shown.snapshot.wide.get()
            && let Some(point) = points.iter_mut().find(|point| point.run == shown.snapshot.run.id)
            && point.exposure.is_none()
        {
            let exposure = counted(&wide.exposures.all);
            point.exposure = Some(exposure);
            self.store.keep_exposure(point.run, exposure)?;
        }
        Ok(points)
    }
}

impl Wide {
    /// Computes all of it.
    pub(crate) fn of(explainer: &Explainer<'_>, threads: usize) -> Self {
        let exposures = Exposures::of(exposure(explainer, None, threads));
        let links = links(explainer, &exposures.all, threads);
        Self { exposures, links }
    }
}

/// How many interfaces the internet reaches, surely and possibly, and by how many addresses.
pub(crate) fn counted(all: &[Exposed]) -> Exposure {
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let surely = all.iter().filter(|exposed| !exposed.allowed.is_empty()).count();
    let addresses: HashSet<IpAddr> = all.iter().flat_map(|exposed| &exposed.public).copied().collect();
    Exposure { surely: count(surely), possibly: count(all.len() - surely), addresses: count(addresses.len()) }
}

/// Interfaces that the internet reaches, and what all of them open.
#[derive(Debug)]
pub(crate) struct Exposures {
    /// The most exposed first.
    pub(crate) all: Vec<Exposed>,
    /// The place of an interface among them.
    by_interface: HashMap<InterfaceIx, usize>,
    /// The set of each, by its place among the distinct ones.
    of: Vec<usize>,
    /// What is surely or possibly open, of all that differ.
    sets: Vec<[Arc<PacketSet>; 2]>,
    /// Services that are open somewhere, the most frequent first.
    pub(crate) services: Vec<Open>,
}

/// A service by its ports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    /// The id in addresses.
    pub(crate) id: &'static str,
    /// What people call it.
    pub(crate) name: &'static str,
    tcp: PortSet,
    udp: PortSet,
}

/// A service that is open somewhere.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Open {
    pub(crate) service: Named,
    /// On how many interfaces.
    pub(crate) interfaces: usize,
    /// The largest share of the internet that may come in somewhere.
    pub(crate) share: f64,
}

/// Services that are open on purpose more often than not, which is why no item asks for them.
const WEB: [(&str, &str, u16); 2] = [("http", "HTTP", 80), ("https", "HTTPS", 443)];

impl Named {
    /// Every service that has a name.
    fn every() -> Vec<Self> {
        let ports = |ranges: &[(u16, u16)]| ranges.iter().copied().collect::<PortSet>();
        let web = WEB.iter().map(|(id, name, port)| {
            let (tcp, udp) = (PortSet::single(*port), PortSet::empty());
            Self { id, name, tcp, udp }
        });
        let asked = catalogue::services().map(|service| {
            let title = service.meta.title;
            let name = title.find(" is open").or_else(|| title.find(" are open"));
            let name = name.and_then(|end| title.get(..end)).unwrap_or(title);
            Self { id: service.meta.id, name, tcp: ports(service.tcp), udp: ports(service.udp) }
        });
        web.chain(asked).collect()
    }

    /// Its ports in words.
    pub(crate) fn ports(&self) -> String {
        let each = [("tcp", &self.tcp), ("udp", &self.udp)];
        let each = each.iter().filter(|(_, ports)| !ports.is_empty());
        each.map(|(name, ports)| format!("{name}/{ports}")).collect::<Vec<_>>().join(", ")
    }

    /// All traffic to its ports.
    pub(crate) fn traffic(&self) -> PacketSet {
        let of = |number: u8, ports: &PortSet| {
            let protocols = IntervalSet::single(number);
            PacketSet::from_block(&Block { protocols, ports: ports.clone(), ..Block::all() })
        };
        of(protocol::TCP, &self.tcp).union(&of(protocol::UDP, &self.udp))
    }

    /// How much of the internet a set lets in at one of its ports; nothing where it is closed.
    fn share(&self, set: &PacketSet) -> Option<f64> {
        let mut most = None;
        for (number, ports) in [(protocol::TCP, &self.tcp), (protocol::UDP, &self.udp)] {
            for slice in set.slices_of(number) {
                let (first, last) = slice.ports;
                if ports.intervals().iter().any(|(lo, hi)| *lo <= last && first <= *hi) {
                    let share = portreeve::explain::internet_share(&slice.flow.peers());
                    most = Some(share.max(most.unwrap_or(0.0)));
                }
            }
        }
        most
    }
}

impl Exposures {
    pub(crate) fn of(all: Vec<Exposed>) -> Self {
        let mut places: HashMap<[usize; 2], usize> = HashMap::new();
        let (mut of, mut sets, mut times) = (Vec::with_capacity(all.len()), Vec::new(), Vec::new());
        for exposed in &all {
            let pair = [&exposed.allowed, &exposed.unknown];
            // Interfaces that are exposed alike share their sets.
            let at = *places.entry(pair.map(|set| Arc::as_ptr(set).addr())).or_insert_with(|| {
                sets.push(pair.map(Arc::clone));
                times.push(0_usize);
                sets.len() - 1
            });
            of.push(at);
            times.get_mut(at).into_iter().for_each(|times| *times += 1);
        }
        let mut services: Vec<Open> = Vec::new();
        for service in Named::every() {
            let (mut interfaces, mut share) = (0, 0.0_f64);
            for ([allowed, _], times) in sets.iter().zip(&times) {
                if let Some(open) = service.share(allowed) {
                    interfaces += times;
                    share = share.max(open);
                }
            }
            if interfaces > 0 {
                services.push(Open { service, interfaces, share });
            }
        }
        services.sort_by_key(|open| std::cmp::Reverse(open.interfaces));
        let by_interface = all.iter().enumerate().map(|(at, exposed)| (exposed.interface, at)).collect();
        Self { all, by_interface, of, sets, services }
    }

    /// How an interface is exposed, if it is.
    pub(crate) fn on(&self, interface: InterfaceIx) -> Option<&Exposed> {
        self.all.get(*self.by_interface.get(&interface)?)
    }

    /// How many differ in what is open on them.
    pub(crate) fn kinds(&self) -> usize {
        self.sets.len()
    }

    /// Which of the distinct sets a question is true for.
    fn hold(&self, asks: impl Fn(&PacketSet) -> bool) -> Vec<bool> {
        self.sets.iter().map(|pair| pair.iter().any(|set| asks(set))).collect()
    }

    /// The places of interfaces that open a port by TCP or UDP, or a service, or both; of all where neither is asked for.
    pub(crate) fn open(&self, port: Option<u16>, service: Option<&Named>) -> Vec<usize> {
        let holds = self.hold(|set| {
            let at = |number, port| !set.peers_at(number, port).is_empty();
            port.is_none_or(|port| at(protocol::TCP, port) || at(protocol::UDP, port))
                && service.is_none_or(|service| service.share(set).is_some())
        });
        let open = self.of.iter().enumerate().filter(|(_, set)| holds.get(**set).copied().unwrap_or(false));
        open.map(|(at, _)| at).collect()
    }
}
