//! Opening a file: decompressed, without a byte order mark, and with a look at what it is.

use std::fs;
use std::io::{self, Cursor, Read};
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::walk::File;

const GZIP: &[u8] = &[0x1f, 0x8b];
/// How much of a text shows what it is.
const HEAD: u64 = 1024;
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// The text of a file.
pub(crate) type Stream<'c> = Box<dyn Read + Send + 'c>;

/// Opens a file; `read` counts the bytes as they lie in it.
pub(crate) fn open<'c>(file: &'c File, read: &'c AtomicU64) -> io::Result<Stream<'c>> {
    let raw: Stream<'c> = match file {
        File::Path(path) => Box::new(fs::File::open(path)?),
        File::Memory(_, bytes) => Box::new(bytes.as_slice()),
        File::Stdin => Box::new(io::stdin()),
    };
    without_mark(decompressed(Box::new(Counted { raw, read }))?)
}

/// Opens a file at byte `offset` of its text.
pub(super) fn open_at<'c>(file: &'c File, offset: u64, read: &'c AtomicU64) -> io::Result<Stream<'c>> {
    let mut stream = open(file, read)?;
    io::copy(&mut stream.by_ref().take(offset), &mut io::sink())?;
    Ok(stream)
}

fn decompressed(mut raw: Stream<'_>) -> io::Result<Stream<'_>> {
    let start = start(&mut raw, 4)?;
    let whole = Cursor::new(start.clone()).chain(raw);
    Ok(if start.starts_with(GZIP) {
        Box::new(MultiGzDecoder::new(whole))
    } else if start == ZSTD {
        Box::new(Zstd { decoder: FrameDecoder::new(), source: Box::new(whole), inside: false })
    } else {
        Box::new(whole)
    })
}

/// Drops the byte order mark of UTF-8. UTF-16 is left as it is, for `looks_like` to tell.
fn without_mark(mut stream: Stream<'_>) -> io::Result<Stream<'_>> {
    let start = start(&mut stream, 3)?;
    if start == [0xef, 0xbb, 0xbf] { Ok(stream) } else { Ok(Box::new(Cursor::new(start).chain(stream))) }
}

/// Looks at the start of a stream, without taking it away: what it looks like, where that is not JSON.
pub(super) fn look(mut stream: Stream<'_>) -> io::Result<(Stream<'_>, Option<&'static str>)> {
    let head = start(&mut stream, HEAD)?;
    let what = looks_like(&head);
    Ok((Box::new(Cursor::new(head).chain(stream)), what))
}

/// The first bytes of a stream, fewer where it ends before.
fn start(stream: &mut Stream<'_>, len: u64) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    stream.by_ref().take(len).read_to_end(&mut start)?;
    Ok(start)
}

/// What a text looks like that does not start as JSON does; nothing where it does, or is empty.
fn looks_like(text: &[u8]) -> Option<&'static str> {
    let first = *text.iter().find(|byte| !byte.is_ascii_whitespace())?;
    if matches!(first, b'{' | b'[') && !text.iter().take(4).any(|byte| *byte == 0) {
        return None;
    }
    let head = text.to_ascii_lowercase();
    let has = |wanted: &[u8]| memchr::memmem::find(&head, wanted).is_some();
    Some(match first {
        b'<' if has(b"<html") || has(b"<!doctype html") => {
            "an HTML page, perhaps of a login: collect the responses with the vendor's command line"
        }
        b'<' => "XML: ask the API for JSON (`Format=JSON`), or use the vendor's command line, which does",
        0xff | 0xfe | 0 => "UTF-16 text: save it as UTF-8 (in PowerShell: `| Out-File -Encoding utf8`)",
        _ if head.iter().take(4).any(|byte| *byte == 0) => {
            "UTF-16 text: save it as UTF-8 (in PowerShell: `| Out-File -Encoding utf8`)"
        }
        b'"' => "a bare string: save the response itself, not a string that holds it",
        b'0'..=b'9' | b'-' => "a bare number or a table: save the responses as JSON",
        b'P' if text.starts_with(b"PK\x03\x04") => "a zip archive: unpack it",
        _ if text.starts_with(b"BZh") || text.starts_with(b"\xfd7zXZ") => {
            "a kind of compression that is not read: use gzip or zstd, or unpack it"
        }
        _ => "text of another kind: save the responses as JSON (`aliyun configure set --output-format json`)",
    })
}

/// Counts what is read.
struct Counted<'c> {
    raw: Stream<'c>,
    read: &'c AtomicU64,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let got = self.raw.read(buffer)?;
        self.read.fetch_add(got as u64, Ordering::Relaxed);
        Ok(got)
    }
}

/// A zstd file: frames one after the other, and frames to skip between them.
struct Zstd<'c> {
    decoder: FrameDecoder,
    source: Stream<'c>,
    /// Whether a frame is being decoded.
    inside: bool,
}

impl Read for Zstd<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !buffer.is_empty() {
            if !self.inside && !self.next_frame()? {
                break;
            }
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                let one = BlockDecodingStrategy::UptoBlocks(1);
                self.decoder.decode_blocks(&mut self.source, one).map_err(invalid)?;
            }
            let got = self.decoder.read(buffer)?;
            if got > 0 {
                return Ok(got);
            }
            self.inside = false;
        }
        Ok(0)
    }
}

impl Zstd<'_> {
    /// Starts the next frame; nothing starts at the end of the file.
    fn next_frame(&mut self) -> io::Result<bool> {
        loop {
            let first = start(&mut self.source, 1)?;
            if first.is_empty() {
                return Ok(false);
            }
            match self.decoder.init(first.as_slice().chain(&mut self.source)) {
                Ok(()) => {
                    self.inside = true;
                    return Ok(true);
                }
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => {
                    io::copy(&mut self.source.by_ref().take(u64::from(length)), &mut io::sink())?;
                }
                Err(why) => return Err(invalid(why)),
            }
        }
    }
}

fn invalid(why: FrameDecoderError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}
