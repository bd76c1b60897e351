//! What one stretch of text says: the work of one thread.

use portreeve_model::{DocumentIx, Origin, Texts};

use crate::json::{Broken, Cursor, Fault, FaultKind, Shapes, Step, Value};
use crate::look::{Look, look};
use crate::{alibaba, huawei};

/// Lists and wrappers within each other beyond this depth are not opened.
const DEPTH: u32 = 3;

/// How far a stretch of text was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Bytes up to the end of the last value that was read whole.
    pub done: usize,
    /// What stopped the reading before the end; nothing when all was read.
    pub fault: Option<Fault>,
}

/// The rows of one stretch of text, with a store of texts of its own.
#[derive(Debug, Default)]
pub struct Batch {
    pub(crate) texts: Texts,
    pub(crate) alibaba: alibaba::Batch,
    pub(crate) huawei: huawei::Batch,
    pub(crate) strays: Vec<Stray>,
    /// What objects looked like in the texts before.
    shapes: Shapes,
}

/// A document that nobody reads.
#[derive(Debug)]
pub(crate) struct Stray {
    pub(crate) origin: Origin,
    pub(crate) what: String,
    /// Whether it leaves something open.
    pub(crate) gap: bool,
}

impl Batch {
    /// Forgets everything and keeps the memory.
    pub fn clear(&mut self) {
        self.texts.clear();
        self.alibaba.clear();
        self.huawei.clear();
        self.strays.clear();
    }

    /// Reads JSON values, one after the other, until the text ends or something is wrong. `offset` is the place of the
    /// text in its document.
    pub fn read(&mut self, text: &[u8], document: DocumentIx, offset: u64) -> Reading {
        let (text, wrong) = match str::from_utf8(text) {
            Ok(text) => (text, None),
            Err(found) => (start(text), Some(found.valid_up_to())),
        };
        self.shapes.renew();
        let mut cursor = Cursor::with_shapes(text, std::mem::take(&mut self.shapes));
        let reading = self.values(&mut cursor, wrong, document, offset);
        self.shapes = cursor.into_shapes();
        reading
    }

    /// Reads the values of a text, which is none from byte `wrong` on.
    fn values(
        &mut self,
        cursor: &mut Cursor<'_>,
        wrong: Option<usize>,
        document: DocumentIx,
        offset: u64,
    ) -> Reading {
        let mut done = 0;
        while cursor.next_value().is_some() {
            let mut place = Place { document, offset, depth: 0, request: None };
            if self.value(cursor, &mut place).is_err() {
                let fault = cursor.fault().unwrap_or(Fault { at: cursor.at(), kind: FaultKind::Cut });
                // Where the text is cut because it is no text from there on, that is what is wrong.
                let cut = wrong.filter(|_| fault.kind == FaultKind::Cut);
                return Reading { done, fault: Some(cut.map_or(fault, no_text)) };
            }
            done = cursor.at();
        }
        Reading { done, fault: wrong.map(no_text) }
    }

    /// Remembers that a document could not be read from byte `offset` on; `text` is what can be seen of it.
    pub fn lose(&mut self, text: &[u8], document: DocumentIx, offset: u64, why: &str) {
        let origin = Origin { document, offset };
        let mut cursor = Cursor::new(start(text));
        let known = if cursor.next_value() == Some(b'{') { look(&mut cursor).ok() } else { None };
        match known {
            Some(Look::Alibaba(kind)) => self.alibaba.lose(&mut self.texts, kind, origin, why),
            Some(Look::Huawei(kind)) => self.huawei.lose(&mut self.texts, kind, origin, why),
            _ => self.strays.push(Stray { origin, what: why.to_owned(), gap: true }),
        }
    }

    fn value(&mut self, cursor: &mut Cursor<'_>, place: &mut Place<'_>) -> Step {
        let first = cursor.peek()?;
        let origin = place.origin(cursor);
        if place.depth > DEPTH || !matches!(first, b'{' | b'[') {
            let what = match first {
                b'"' => "a bare string",
                b'[' | b'{' => "lists within lists",
                _ => "a bare value",
            };
            cursor.skip()?;
            self.stray(origin, format!("{what} is no document of any vendor"));
            return Ok(());
        }
        if first == b'[' {
            place.depth += 1;
            cursor.list(&mut |cursor| self.value(cursor, place))?;
            place.depth -= 1;
            return Ok(());
        }
        let mut ahead = cursor.clone();
        let Ok(found) = look(&mut ahead) else {
            *cursor = ahead;
            return Err(Broken);
        };
        match found {
            Look::Alibaba(kind) => self.alibaba.read(&mut self.texts, cursor, kind, place.request, origin),
            Look::Huawei(kind) => {
                let asked = place.request.map(|request| (request.action.as_ref(), request.marker.as_ref()));
                if let Some(vendor) = self.huawei.read(&mut self.texts, cursor, kind, asked, origin)? {
                    self.stray(origin, foreign(vendor, "revision_number"));
                }
                Ok(())
            }
            Look::Wrapper => self.wrapper(cursor, place),
            Look::Foreign(vendor, key) => {
                self.stray(origin, foreign(vendor, &key));
                cursor.skip()
            }
            Look::Unknown(keys) => {
                self.stray(origin, unknown(&keys));
                cursor.skip()
            }
        }
    }

    /// Reads `{"request": …, "response": …}` in either order of its keys.
    fn wrapper(&mut self, cursor: &mut Cursor<'_>, place: &Place<'_>) -> Step {
        let mut request = None;
        let mut ahead = cursor.clone();
        let found = ahead.object(|ahead, key| {
            if key == b"request" {
                request = Some(alibaba::Request::read(ahead)?);
                return Err(Broken);
            }
            ahead.skip()
        });
        if request.is_none() && found.is_err() {
            *cursor = ahead;
            return found;
        }
        cursor.object(|cursor, key| {
            if key != b"response" {
                return cursor.skip();
            }
            let request = request.as_ref();
            let (document, offset, depth) = (place.document, place.offset, place.depth + 1);
            self.value(cursor, &mut Place { document, offset, depth, request })
        })
    }

    fn stray(&mut self, origin: Origin, what: String) {
        self.strays.push(Stray { origin, what, gap: false });
    }
}

/// Where in the input a value stands, and what is known of its request.
struct Place<'p> {
    document: DocumentIx,
    offset: u64,
    depth: u32,
    request: Option<&'p alibaba::Request<'p>>,
}

impl Place<'_> {
    fn origin(&self, cursor: &Cursor<'_>) -> Origin {
        let at = u64::try_from(cursor.at()).unwrap_or(u64::MAX);
        Origin { document: self.document, offset: self.offset.saturating_add(at) }
    }
}

/// The text up to the first byte that is none.
fn start(text: &[u8]) -> &str {
    text.utf8_chunks().next().map_or("", |chunk| chunk.valid())
}

fn no_text(at: usize) -> Fault {
    Fault { at, kind: FaultKind::Bad("text is not UTF-8: convert the file") }
}

fn foreign(vendor: &str, key: &str) -> String {
    format!("looks like a document of {vendor} (`{key}`), which is not supported")
}

fn unknown(keys: &[String]) -> String {
    if keys.is_empty() {
        return "an empty object is no document of any vendor".to_owned();
    }
    let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    format!(
        "unknown document with the keys {}: the answers of Alibaba Cloud's `Describe…` calls and of Huawei Cloud's \
         `List…` and `Show…` calls are known",
        keys.join(", ")
    )
}
