//! How much of a finding is shown, and where its names lead.

use std::borrow::Cow;

use portreeve_checks::Finding;
use portreeve_model::Direction;
use portreeve_netset::protocol;

use crate::Report;
use crate::words::protocol_name;

/// The addresses of pages about things, for a site that has such pages.
pub trait Links {
    /// The page of the group with this id.
    fn group(&self, id: &str) -> Option<String>;
    /// The page of the server with this id.
    fn server(&self, id: &str) -> Option<String>;
    /// The page that explains a connection.
    fn explain(&self, trial: &Trial) -> Option<String>;
}

/// No links at all.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoLinks;

impl Links for NoLinks {
    fn group(&self, _: &str) -> Option<String> {
        None
    }

    fn server(&self, _: &str) -> Option<String> {
        None
    }

    fn explain(&self, _: &Trial) -> Option<String> {
        None
    }
}

/// How much of a finding is shown, and where its names lead.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    /// Where names lead.
    pub links: &'a dyn Links,
    /// Rules and parts of the traffic: at most so many of each.
    pub most: usize,
    /// Servers that are named for one state and reason.
    pub servers: usize,
    /// Whether the rules of the group that are not guilty are shown beside the guilty ones.
    pub others: bool,
    /// Whether a picture shows what is open to whom.
    pub picture: bool,
    /// Whether it is said what became of the finding.
    pub status: bool,
}

/// A connection that shows a finding to be true, as a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// Who opens the connection: an address or the id of an interface.
    pub from: String,
    /// Who is to take it.
    pub to: String,
    /// A name or a number.
    pub protocol: Cow<'static, str>,
    /// The destination port, where the protocol has ports.
    pub port: Option<u16>,
}

/// The witness of a finding as a question, unless no interface would be asked.
pub fn trial(report: &Report<'_>, finding: &Finding) -> Option<Trial> {
    let packet = finding.witness.as_ref().filter(|packet| !packet.local.is_unspecified())?;
    let has = |at: &&portreeve_checks::Server| {
        let interface = report.estate.interfaces.get(at.interface.at());
        interface.is_some_and(|it| it.addresses.iter().any(|address| address.private == packet.local))
    };
    // Addresses may occur in several networks; an id names one interface.
    let carrier = finding.servers.iter().find(has);
    let local = carrier
        .and_then(|server| report.estate.interfaces.get(server.interface.at()))
        .map_or_else(|| packet.local.to_string(), |interface| report.estate.text(interface.id).to_owned());
    let peer = packet.peer.to_string();
    let (from, to) = match report.direction(finding) {
        Direction::Ingress => (peer, local),
        Direction::Egress => (local, peer),
    };
    let port = protocol::has_ports(packet.protocol).then_some(packet.port);
    Some(Trial { from, to, protocol: protocol_name(Some(packet.protocol)), port })
}
