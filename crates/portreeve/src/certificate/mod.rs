//! Certificates: answers with proofs that can be checked without what gave them.
//!
//! What is written here is read and checked by [`portreeve_certificate`], which shares no code with the engine.

mod change;
mod check;
mod openness;
mod paths;
mod tiling;
mod tree;

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use portreeve_certificate::{Certificate, Item, Refuted, Verified};
use portreeve_checks::{Settings, catalogue};
use serde_json::json;

pub use change::{Change, write_change, write_fix};
pub use check::write_check;
pub use paths::{AskedFor, write_explain, write_exposure};

/// The items about ports that must not be open to everyone, as they ask under some settings: what a certificate may speak of.
pub fn items(settings: &Settings) -> Vec<Item> {
    let mut items = vec![Item {
        id: catalogue::beyond::OPEN_ALL_PORTS.id.to_owned(),
        tcp: Vec::new(),
        udp: Vec::new(),
        all: true,
    }];
    items.extend(catalogue::services().map(|service| Item {
        id: service.meta.id.to_owned(),
        tcp: service.tcp.to_vec(),
        udp: service.udp.to_vec(),
        all: false,
    }));
    let own = settings.own_items.iter().filter(|own| own.peers.is_none());
    items.extend(own.map(|own| Item {
        id: own.id.clone(),
        tcp: own.tcp.intervals().to_vec(),
        udp: own.udp.intervals().to_vec(),
        all: false,
    }));
    items
}

/// Reads a certificate from a file; `-` is standard input.
///
/// # Errors
/// When it cannot be read, is no JSON, or is no certificate.
pub fn read(path: &Path) -> Result<Certificate, String> {
    let mut text = Vec::new();
    let read = if path == Path::new("-") {
        std::io::stdin().lock().read_to_end(&mut text)
    } else {
        File::open(path).and_then(|mut file| file.read_to_end(&mut text))
    };
    let said = read.map_err(|error| error.to_string()).and_then(|_| portreeve_certificate::read(&text));
    said.map_err(|why| format!("certificate `{}`: {why}", path.display()))
}

/// Writes what came of verifying as JSON `portreeve/verify/1`: `{"verified": bool, …}` with the statements that hold, or with the first that does
/// not.
///
/// # Errors
/// When writing fails.
pub fn write_result(result: &Result<Verified, Refuted>, out: &mut impl Write) -> io::Result<()> {
    let schema = "portreeve/verify/1";
    let value = match result {
        Ok(Verified { boxes, holds }) => {
            json!({"schema": schema, "verified": true, "boxes": boxes, "holds": holds})
        }
        Err(Refuted { claim, why }) => {
            json!({"schema": schema, "verified": false, "claim": claim, "why": why})
        }
    };
    writeln!(out, "{value}")
}
