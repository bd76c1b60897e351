//! Documents that are sent while they are written, so that none is ever held as a whole.

use std::io::{self, BufWriter, Write};

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use tokio::sync::mpsc::{Sender, channel};
use tokio_stream::wrappers::ReceiverStream;

/// How many bytes are sent at a time.
const PIECE: usize = 1 << 16;

/// Answers with what `write` writes, on a thread that may block. When nobody reads any more, the writer gets an error.
pub(super) fn stream(write: impl FnOnce(&mut dyn Write) -> io::Result<()> + Send + 'static) -> Response {
    let (sender, receiver) = channel(4);
    tokio::task::spawn_blocking(move || {
        let mut out = BufWriter::with_capacity(PIECE, Pieces(sender.clone()));
        if let Err(why) = write(&mut out).and_then(|()| out.flush()) {
            // The length was not told, so that only a broken connection tells that the document is cut short.
            drop(sender.blocking_send(Err(why)));
        }
    });
    let kind = [(header::CONTENT_TYPE, "application/json")];
    (kind, Body::from_stream(ReceiverStream::new(receiver))).into_response()
}

struct Pieces(Sender<io::Result<Vec<u8>>>);

impl Write for Pieces {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let sent = self.0.blocking_send(Ok(piece.to_vec()));
        sent.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
