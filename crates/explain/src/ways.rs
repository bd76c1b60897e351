//! Which pairs of addresses a question is about, and what their answers are together.

use crate::answer::{Answer, Layer, Part, Verdict};
use crate::end::{End, Spot};
use crate::explainer::Explainer;
use crate::question::{Question, Unanswerable};

impl Explainer<'_> {
    /// The pairs of addresses that a question is about: those of one family, with every way between them.
    pub(crate) fn pairs(&self, question: &Question) -> Result<Vec<(Spot, Spot)>, Unanswerable> {
        let (from, to) = (self.senders(&question.from), spots(&question.to));
        if from.is_empty() || to.is_empty() {
            return Err(Unanswerable::NoAddress);
        }
        let own =
            |spot: &Spot| matches!(spot, Spot::Interface { .. } | Spot::Inside { .. } | Spot::Behind { .. });
        if !from.iter().chain(&to).any(own) {
            return Err(Unanswerable::NothingKnown);
        }
        let fits = |one: &Spot, other: &Spot| match (one.address(), other.address()) {
            (Some(one), Some(other)) => one.is_ipv4() == other.is_ipv4() && one != other,
            _ => true,
        };
        let each = from.iter().flat_map(|one| to.iter().map(move |other| (*one, *other)));
        let pairs: Vec<(Spot, Spot)> = each.filter(|(one, other)| fits(one, other)).collect();
        if pairs.is_empty() {
            let same = from.iter().any(|one| to.iter().any(|other| one.address() == other.address()));
            return Err(if same { Unanswerable::SameAddress } else { Unanswerable::NoCommonFamily });
        }
        Ok(self.with_ways(&pairs, question))
    }

    /// The spots of the end that opens the connection: what hands connections on opens none.
    fn senders(&self, end: &End) -> Vec<Spot> {
        let mut senders: Vec<Spot> = Vec::new();
        for spot in spots(end) {
            let own = match spot {
                Spot::Behind { door, .. } => self.lookup.own_spots(door.front),
                spot => vec![spot],
            };
            senders.extend(own.into_iter().filter(|one| !senders.contains(one)).collect::<Vec<_>>());
        }
        senders
    }

    /// Keeps the doors that take a part of what is asked, and adds the ways in that a server's own addresses do not show.
    fn with_ways(&self, pairs: &[(Spot, Spot)], question: &Question) -> Vec<(Spot, Spot)> {
        let mut all: Vec<(Spot, Spot)> = Vec::with_capacity(pairs.len());
        let fits = |to: &Spot| matches!(to, Spot::Behind { door, .. } if door.fits(question));
        for (from, to) in pairs {
            match *to {
                Spot::Behind { interface, private, door } => {
                    let alike = |(one, other): &(Spot, Spot)| one == from && other.address() == to.address();
                    if fits(to) {
                        let doors = door.apart(question).into_iter();
                        all.extend(doors.map(|door| (*from, Spot::Behind { interface, private, door })));
                    } else if !pairs.iter().any(|pair| alike(pair) && fits(&pair.1)) && !all.iter().any(alike)
                    {
                        // One that does not take it tells why nothing does.
                        all.push((*from, *to));
                    }
                }
                Spot::Interface { interface, private, public: None }
                    if matches!(from, Spot::Internet | Spot::Public(_)) =>
                {
                    all.push((*from, *to));
                    let ways = self.lookup.doors.ways(interface).iter();
                    let own = ways.filter(|spot| spot.address() == Some(private) && fits(spot));
                    all.extend(own.map(|spot| (*from, *spot)));
                }
                _ => all.push((*from, *to)),
            }
        }
        all
    }
}

fn spots(end: &End) -> Vec<Spot> {
    match end {
        End::Internet => vec![Spot::Internet],
        End::Spots(spots) => spots.clone(),
    }
}

/// What of a question is asked of one end, where that is not all of it.
pub(crate) fn narrowed(to: Spot, question: &Question) -> Option<Question> {
    let Spot::Behind { door, .. } = to else { return None };
    Some(door.narrowed(question)).filter(|narrowed| narrowed != question)
}

/// The verdict of a whole question of which a part was asked.
pub(crate) fn of_whole(verdict: Verdict, narrowed: Option<&Question>, whole: &Question) -> Verdict {
    match verdict {
        Verdict::Allowed if narrowed.is_some() && (whole.port.is_none() || whole.protocol.is_none()) => {
            Verdict::Partly
        }
        verdict => verdict,
    }
}

/// Whether two parts are ways between the same two addresses, of which one is enough.
fn same_ends(one: &Part, other: &Part) -> bool {
    let server = |spot: Spot| match spot {
        Spot::Behind { interface, private, door } if !door.named => {
            Spot::Interface { interface, private, public: None }
        }
        spot => spot,
    };
    one.from == other.from && server(one.to) == server(other.to)
}

fn is_way_in(part: &Part) -> bool {
    matches!(part.to, Spot::Behind { door, .. } if !door.named)
}

/// Puts the answers together: of several ways between two addresses one is enough, several addresses have to agree.
pub(crate) fn answer(mut parts: Vec<Part>) -> Answer {
    let closed = |part: &Part| {
        part.steps.iter().any(|step| step.layer == Layer::Route && step.verdict == Verdict::Denied)
    };
    // That a server has no public address is no trouble where something hands on to it.
    let needless: Vec<bool> = parts
        .iter()
        .map(|part| {
            !is_way_in(part)
                && closed(part)
                && parts.iter().any(|other| is_way_in(other) && same_ends(part, other))
        })
        .collect();
    let mut needless = needless.into_iter();
    parts.retain(|_| !needless.next().unwrap_or(false));
    let best = |part: &Part| {
        let alike = parts.iter().filter(|other| same_ends(part, other));
        alike.map(|other| other.verdict).min().unwrap_or(part.verdict)
    };
    let first = parts.first().map_or(Verdict::Unknown, best);
    let verdict = if parts.iter().all(|part| best(part) == first) { first } else { Verdict::Partly };
    Answer { verdict, parts }
}
