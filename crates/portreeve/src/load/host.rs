//! Facts that were collected on servers themselves: `--host ID_OR_NAME=FILE`.

use std::io::Read as _;
use std::sync::atomic::AtomicU64;

use portreeve_model::{Estate, InstanceIx};
use portreeve_providers::read_host;
use portreeve_report::plain;

use super::input::open;
use super::walk::File;
use super::{LoadError, Warning};
use crate::nearest;

/// How many names are offered where none fits.
const OFFERED: usize = 3;

/// Reads what one file says of one server: its listeners, its firewall. `argument` is `ID_OR_NAME=FILE`; the file may be
/// `-` for standard input.
///
/// # Errors
/// When the argument has no `=`, the estate has no such server or several of that name, or the file cannot be read or is
/// of no known kind. Nothing is added then.
pub fn load_host(estate: &mut Estate, argument: &str) -> Result<Vec<Warning>, LoadError> {
    let Some((server, path)) =
        argument.split_once('=').filter(|(server, path)| !server.is_empty() && !path.is_empty())
    else {
        return Err(LoadError::Host(format!(
            "`--host {argument}` names no server and file: write `--host i-0abc=ss.txt`"
        )));
    };
    let instance = find(estate, server)?;
    let bytes = read(path)?;
    let notes =
        read_host(estate, instance, path, &bytes).map_err(|error| LoadError::Host(error.to_string()))?;
    Ok(notes.warnings.into_iter().map(|text| Warning { path: path.to_owned(), text }).collect())
}

fn read(path: &str) -> Result<Vec<u8>, LoadError> {
    let file = if path == "-" { File::Stdin } else { File::Path(path.into()) };
    let mut bytes = Vec::new();
    let read = AtomicU64::new(0);
    let unreadable = |why: std::io::Error| match why.kind() {
        std::io::ErrorKind::NotFound => LoadError::Host(format!(
            "`{path}` does not exist: name a file that was collected on the server, or `-` for standard input"
        )),
        _ => LoadError::Unreadable { path: path.to_owned(), why },
    };
    open(&file, &read).and_then(|mut stream| stream.read_to_end(&mut bytes)).map_err(unreadable)?;
    Ok(bytes)
}

/// The server of an id, else of a name that only one has.
fn find(estate: &Estate, wanted: &str) -> Result<InstanceIx, LoadError> {
    let rows = || estate.instances.iter().enumerate();
    if let Some((at, _)) = rows().find(|(_, row)| estate.text(row.id) == wanted) {
        return Ok(InstanceIx::new(at));
    }
    let named: Vec<_> = rows().filter(|(_, row)| estate.text(row.name) == wanted).collect();
    match named.as_slice() {
        [(at, _)] => Ok(InstanceIx::new(*at)),
        [] => Err(LoadError::Host(unknown(estate, wanted))),
        several => {
            let ids: Vec<String> =
                several.iter().take(OFFERED).map(|(_, row)| format!("`{}`", estate.text(row.id))).collect();
            let (count, ids) = (several.len(), ids.join(", "));
            Err(LoadError::Host(format!(
                "{count} servers are called `{wanted}`: name one by its id, such as {ids}"
            )))
        }
    }
}

/// What to say of a server that is not in the input: what it may have been meant to be.
fn unknown(estate: &Estate, wanted: &str) -> String {
    let mut words: Vec<&str> =
        estate.instances.iter().flat_map(|row| [estate.text(row.id), estate.text(row.name)]).collect();
    words.retain(|word| !word.is_empty());
    let mut offered = Vec::new();
    while offered.len() < OFFERED {
        let Some(found) = nearest(wanted, words.iter().copied()) else { break };
        offered.push(format!("`{}`", plain(found)));
        words.retain(|word| *word != found);
    }
    let next = match offered.as_slice() {
        [] if estate.instances.is_empty() => "the input has no server at all".to_owned(),
        [] => "name it by the id or the name that the documents give it".to_owned(),
        offered => format!("did you mean {}?", offered.join(", ")),
    };
    format!("no server of the input is called `{wanted}`: {next}")
}
