//! Network ACLs as policies: one band for each entry, in order.

use std::net::IpAddr;

use portreeve_model::{AclIx, Action, Acts, Prefix, Protocol};

use crate::compile::{Compiler, prefix_peers};
use crate::line::{BUILT_IN, Line, PortSpan, RULES, Source};

/// Adds the lines of a network ACL.
pub(crate) fn compile(compiler: &mut Compiler<'_, '_>, ix: AclIx) {
    let acl = compiler.index.estate().acl(ix);
    if let Some(gap) = acl.incomplete {
        compiler.unread(None, Some(gap));
    }
    for (address, len) in acl.exempt {
        let prefix = address.parse::<IpAddr>().ok().and_then(|address| Prefix::new(address, *len));
        if let Some(prefix) = prefix {
            compiler.lines.push(Line {
                source: Source::Exempt(ix),
                band: BUILT_IN,
                action: Action::Allow,
                protocol: Protocol::All,
                ports: PortSpan::ALL,
                peers: prefix_peers(prefix),
                narrowed: None,
                gap: None,
                maybe: false,
            });
        }
    }
    for (at, entry) in (0..).zip(&acl.entries) {
        if entry.direction == compiler.direction && entry.acts != Acts::Never {
            let peers = compiler.addresses(entry);
            compiler.line(Source::Entry(ix, at), RULES + u64::from(entry.position), entry, peers);
        }
    }
}
