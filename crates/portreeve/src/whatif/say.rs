//! Edits back into words that are read as the same edit.

use std::fmt;

use portreeve_model::{Direction, PortRange, Ports, Protocol};
use portreeve_netset::protocol;

use super::{Wish, WishedPeer, WishedRule};

/// A name in quotation marks, in which nothing is a keyword. No name that was read has one within.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0)
    }
}

impl fmt::Display for Wish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Add { group, rule } => write!(f, "{}: {rule}", Quoted(group)),
            Self::Remove { group: Some(group), rule } => {
                write!(f, "{}: remove {}", Quoted(group), Quoted(rule))
            }
            Self::Remove { group: None, rule } => write!(f, "remove {}", Quoted(rule)),
            Self::Change { group, rule, to } => {
                write!(f, "{}: change {} to {to}", Quoted(group), Quoted(rule))
            }
            Self::Join { who, group, at } => {
                write!(f, "join {} {}", Quoted(who), Quoted(group))?;
                at.map_or(Ok(()), |at| write!(f, " at {at}"))
            }
            Self::Leave { who, group } => write!(f, "leave {} {}", Quoted(who), Quoted(group)),
            Self::Create { group, like, network } => {
                write!(f, "create {}", Quoted(group))?;
                match (like, network) {
                    (Some(like), _) => write!(f, " like {}", Quoted(like)),
                    (None, Some(network)) => write!(f, " in {}", Quoted(network)),
                    (None, None) => Ok(()),
                }
            }
            Self::Clone { group, new } => write!(f, "clone {} as {}", Quoted(group), Quoted(new)),
            Self::Delete { group } => write!(f, "delete {}", Quoted(group)),
        }
    }
}

impl fmt::Display for WishedRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (side, way) = match self.direction {
            Direction::Ingress => ("from", "in"),
            Direction::Egress => ("to", "out"),
        };
        write!(f, "{}", self.action)?;
        match self.protocol {
            Protocol::All => f.write_str(" all")?,
            Protocol::Number(number) => write!(f, " {}", protocol::label(number))?,
        }
        ports(f, " ", &self.ports)?;
        match &self.peer {
            WishedPeer::Any => write!(f, " {side} any")?,
            WishedPeer::Prefix(prefix) => write!(f, " {side} {prefix}")?,
            WishedPeer::Named(name) => write!(f, " {side} group {}", Quoted(name))?,
        }
        match &self.source_ports {
            None => {}
            Some(Ports::All) => f.write_str(" source ports all")?,
            Some(said) => ports(f, " source ports ", said)?,
        }
        if let Some(priority) = self.priority {
            write!(f, " priority {priority}")?;
        }
        write!(f, " {way}")?;
        if self.description.is_empty() { Ok(()) } else { write!(f, " as {}", Quoted(&self.description)) }
    }
}

fn ports(f: &mut fmt::Formatter<'_>, before: &str, ports: &Ports) -> fmt::Result {
    let ranges: &[PortRange] = match ports {
        Ports::Range(range) => std::slice::from_ref(range),
        Ports::Ranges(ranges) => ranges,
        Ports::All | Ports::List(_) | Ports::Unknown => return Ok(()),
    };
    for (at, range) in ranges.iter().enumerate() {
        f.write_str(if at == 0 { before } else { "," })?;
        match (range.first(), range.last()) {
            (first, last) if first == last => write!(f, "{first}")?,
            (first, last) => write!(f, "{first}-{last}")?,
        }
    }
    Ok(())
}
