//! Whether somebody can still administer a server whose administration port a plan closes.

use portreeve_netset::{AddressSet, PacketSet, protocol};

use crate::aim::{Options, Stay};
use crate::close::Job;
use crate::plan::Admin;
use crate::scene::{Picture, interfaces};

/// SSH and remote desktop.
const PORTS: [u16; 2] = [22, 3389];

/// Who is left at each administration port that a change closes for some, and why that may need a person's decision.
pub(crate) fn look(job: &Job<'_>, after: &Picture, options: &Options) -> (Vec<Admin>, Vec<String>) {
    let places = job.scene.places.len().max(1);
    let (mut admins, mut reasons) = (Vec::new(), Vec::new());
    if job.direction == portreeve_model::Direction::Egress {
        return (admins, reasons);
    }
    let pictures = job.before.chunks(places).zip(after.chunks(places)).zip(job.bare.chunks(places));
    for (context, ((before, after), bare)) in job.scene.contexts.iter().zip(pictures) {
        if context.class.interfaces.is_empty() {
            continue;
        }
        for port in PORTS {
            let at = |picture: &[crate::scene::View]| {
                let peers: Vec<AddressSet> = picture.iter().map(|view| peers(&view.surely, port)).collect();
                AddressSet::union_all(&peers)
            };
            let (had, remaining) = (at(before), at(after));
            if had == remaining {
                continue;
            }
            if let Some(reason) = doubt(port, &remaining, &at(bare), options) {
                reasons.push(reason);
            }
            admins.push(Admin { interfaces: interfaces(context), port, remaining });
        }
    }
    reasons.sort();
    reasons.dedup();
    (admins, reasons)
}

fn peers(set: &PacketSet, port: u16) -> AddressSet {
    set.peers_at(protocol::TCP, port)
}

/// Why closing a port may lock out, where it may: nobody is left, or only addresses that nobody named.
fn doubt(port: u16, remaining: &AddressSet, by_others: &AddressSet, options: &Options) -> Option<String> {
    if remaining.is_empty() {
        return Some(format!(
            "nobody could connect to port {port} any more: name who administers the servers"
        ));
    }
    if !by_others.is_empty() {
        return None;
    }
    let named = match &options.stay {
        Stay::Named(peers) => !remaining.is_disjoint(peers),
        Stay::Private => false,
    };
    let kept = options.keep.iter().any(|keep| !peers(&keep.packets, port).is_disjoint(remaining));
    let reason = || {
        format!(
            "only private addresses could connect to port {port} any more: name who administers the servers"
        )
    };
    (!named && !kept).then(reason)
}
