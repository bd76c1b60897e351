//! Documents as received: each is stored once, under the SHA-256 of its bytes, in compressed pieces.

use std::fmt::Write as _;
use std::io::{self, Read, Seek, SeekFrom, Write};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use sha2::{Digest, Sha256};

use crate::database::{Value, Work};
use crate::{RunId, Store, StoreError};

/// How many bytes of a document a piece holds: large enough to compress well, small enough to pass through memory.
const PIECE: usize = 1 << 20;

/// A document of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Where it was read from, as the run named it.
    pub path: String,
    /// How many bytes it has.
    pub bytes: u64,
    /// SHA-256 of its bytes, in hexadecimal digits.
    pub hash: String,
    /// Its number in the store.
    number: i64,
}

/// The name and size of what will be stored.
struct Seen {
    hash: [u8; 32],
    bytes: u64,
}

fn look(source: &mut impl Read) -> io::Result<Seen> {
    let mut hasher = Sha256::new();
    let mut bytes = 0;
    each_piece(source, |piece| {
        hasher.update(piece);
        bytes += piece.len() as u64;
        Ok::<_, io::Error>(())
    })??;
    Ok(Seen { hash: hasher.finalize().into(), bytes })
}

/// Hands over a source piece by piece. The outer error is the source's, the inner one the taker's.
fn each_piece<E>(
    source: &mut impl Read,
    mut take: impl FnMut(&[u8]) -> Result<(), E>,
) -> io::Result<Result<(), E>> {
    let mut piece = Vec::with_capacity(PIECE);
    loop {
        piece.clear();
        source.by_ref().take(PIECE as u64).read_to_end(&mut piece)?;
        if piece.is_empty() {
            return Ok(Ok(()));
        }
        if let Err(error) = take(&piece) {
            return Ok(Err(error));
        }
    }
}

fn compress(piece: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(4));
    encoder.write_all(piece)?;
    encoder.finish()
}

/// Stores a document unless the store has it, and gives its number.
pub(crate) fn store(
    work: &mut Work<'_>,
    path: &str,
    source: &mut (impl Read + Seek),
) -> Result<i64, StoreError> {
    let file = |why| StoreError::File { path: path.to_owned(), why };
    let seen = look(source).map_err(file)?;
    let hash = Value::Bytes(&seen.hash);
    if let Some(row) = work.first("SELECT id FROM document WHERE hash = ?", &[hash])? {
        return Ok(row.int(0));
    }
    let number = work.number("SELECT COALESCE(MAX(id), 0) FROM document", &[])? + 1;
    let bytes = i64::try_from(seen.bytes).unwrap_or(i64::MAX);
    work.insert("document (id, hash, bytes)", 3, &[number.into(), hash, bytes.into()])?;
    source.seek(SeekFrom::Start(0)).map_err(file)?;
    let mut hasher = Sha256::new();
    let mut at = 0_i64;
    let stored = each_piece(source, |piece| {
        hasher.update(piece);
        let data = compress(piece).map_err(file)?;
        at += 1;
        work.insert("piece (document, at, data)", 3, &[number.into(), at.into(), Value::Bytes(&data)])
    });
    stored.map_err(file)??;
    if <[u8; 32]>::from(hasher.finalize()) != seen.hash {
        return Err(StoreError::Changed(path.to_owned()));
    }
    Ok(number)
}

/// Bytes as hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl Store {
    /// The documents of a run, in the order in which they were read. A run that was pruned has none.
    ///
    /// # Errors
    /// When the database fails.
    pub fn documents(&self, run: RunId) -> Result<Vec<Document>, StoreError> {
        let sql = "SELECT p.path, d.bytes, d.hash, d.id FROM run r JOIN run_document p ON p.run = r.id \
                   JOIN document d ON d.id = p.document WHERE r.turn = ? ORDER BY p.at";
        let rows = self.read()?.rows(sql, &[run.0.into()])?;
        let documents = rows.iter().map(|row| Document {
            path: row.text(0),
            bytes: u64::try_from(row.int(1)).unwrap_or(0),
            hash: hex(&row.bytes(2)),
            number: row.int(3),
        });
        Ok(documents.collect())
    }

    /// Writes a document to `out`, byte for byte as it was received.
    ///
    /// # Errors
    /// When it is damaged, when the database fails, and when `out` does.
    pub fn read_document(&self, document: &Document, out: &mut dyn Write) -> Result<(), StoreError> {
        let file = |why| StoreError::File { path: document.path.clone(), why };
        let damaged = || StoreError::Damaged {
            place: self.place().to_string(),
            what: format!("document `{}`", document.path),
        };
        let mut work = self.read()?;
        let mut hasher = Sha256::new();
        let sql = "SELECT data FROM piece WHERE document = ? AND at = ?";
        for at in 1_i64.. {
            let Some(row) = work.first(sql, &[document.number.into(), at.into()])? else { break };
            let mut piece = Vec::new();
            // No piece is larger than this, whatever its compressed bytes claim.
            let limit = PIECE as u64 + 1;
            ZlibDecoder::new(&*row.bytes(0)).take(limit).read_to_end(&mut piece).map_err(|_| damaged())?;
            hasher.update(&piece);
            out.write_all(&piece).map_err(file)?;
        }
        if hex(&hasher.finalize()) == document.hash { Ok(()) } else { Err(damaged()) }
    }
}
