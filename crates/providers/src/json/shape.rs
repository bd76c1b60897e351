//! Objects that look like the one before.
//!
//! A page is the same object again and again: the same keys in the same order, and most values too. So the text of an object
//! is learnt: what lies between the values that matter is compared as a whole with what stood there last time, which is many
//! times quicker than reading it. What is equal byte by byte, from the end of one value to the start of another, is read the
//! same way; where anything differs, the object is read key by key, and learnt anew.

use std::ops::Range;

use super::{Cursor, Step};

/// An object that reads itself, field by field.
pub(crate) trait Object<'a>: Default {
    /// A number that no other type of object has.
    fn kind() -> usize;

    /// Reads the value of one key, or skips it.
    fn learn(&mut self, cursor: &mut Cursor<'a>, key: &[u8]) -> Step<Learnt>;

    /// Reads the value of the field of this number.
    fn read_field(&mut self, cursor: &mut Cursor<'a>, field: u8) -> Step;
}

/// What became of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Learnt {
    /// The number of the field that it belongs to; nothing where it was skipped.
    pub(crate) field: Option<u8>,
    /// Whether the field is as if it had not been there.
    pub(crate) default: bool,
}

/// What is known of the objects of all types; kept from one text to the next.
#[derive(Debug, Default)]
pub(crate) struct Shapes {
    all: Vec<Shape>,
}

impl Shapes {
    /// Gives every type another chance: the next text may be more alike.
    pub(crate) fn renew(&mut self) {
        for shape in &mut self.all {
            (shape.hits, shape.misses) = (0, 0);
        }
    }
}

/// What is known of the objects of one type.
#[derive(Debug, Default)]
struct Shape {
    kind: usize,
    /// The object that was learnt last.
    text: Vec<u8>,
    fields: Vec<Field>,
    steps: Vec<Stride>,
    hits: u32,
    misses: u32,
}

/// A field of the object that was learnt; places are in its text.
#[derive(Debug, Clone)]
struct Field {
    /// From the value before to this one.
    key: Range<usize>,
    value: Range<usize>,
    learnt: Learnt,
    /// Whether its value was another one before.
    varies: bool,
}

/// Text that is the same again, and what comes after it.
#[derive(Debug, Clone)]
struct Stride {
    text: Range<usize>,
    next: Next,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Read(u8),
    Skip,
    End,
}

/// How often objects may differ from what was learnt before that is given up; they may more often where most do not.
const MISSES: u32 = 32;

/// The longest object that is learnt.
const LONGEST: usize = 1 << 14;

impl<'a> Cursor<'a> {
    /// Reads an object.
    pub(crate) fn shaped<O: Object<'a>>(&mut self) -> Step<O> {
        if self.peek()? != b'{' {
            let mut object = O::default();
            return self.object(|cursor, key| object.learn(cursor, key).map(drop)).map(|()| object);
        }
        let at = self.shapes.all.iter().position(|shape| shape.kind == O::kind());
        let mut shape = at.and_then(|at| self.shapes.all.get_mut(at)).map(std::mem::take).unwrap_or_default();
        let object = self.read_shaped(&mut shape);
        shape.kind = O::kind();
        // Objects within this one may have come in between; of two shapes of a kind, the first is used.
        match at.and_then(|at| self.shapes.all.get_mut(at)) {
            Some(slot) => *slot = shape,
            None => self.shapes.all.push(shape),
        }
        object
    }

    fn read_shaped<O: Object<'a>>(&mut self, shape: &mut Shape) -> Step<O> {
        let start = self.at;
        if !shape.steps.is_empty() {
            let mut object = O::default();
            if self.follow(shape, &mut object)? {
                shape.hits += 1;
                return Ok(object);
            }
            self.at = start;
        }
        if shape.misses > MISSES + shape.hits / 8 {
            shape.steps.clear();
            let mut object = O::default();
            return self.object(|cursor, key| object.learn(cursor, key).map(drop)).map(|()| object);
        }
        shape.misses += 1;
        self.learn(shape)
    }

    /// Reads an object as the one before was read; gives whether it looked like it to the end.
    #[inline]
    fn follow<O: Object<'a>>(&mut self, shape: &Shape, object: &mut O) -> Step<bool> {
        for step in &shape.steps {
            let expected = shape.text.get(step.text.clone()).unwrap_or_default();
            let found = self.text.as_bytes().get(self.at..self.at + expected.len());
            if found != Some(expected) {
                return Ok(false);
            }
            self.at += expected.len();
            match step.next {
                Next::Read(field) => object.read_field(self, field)?,
                Next::Skip => self.skip()?,
                Next::End => return Ok(true),
            }
        }
        Ok(false)
    }

    /// Reads an object key by key, and remembers it.
    fn learn<O: Object<'a>>(&mut self, shape: &mut Shape) -> Step<O> {
        let mut object = O::default();
        let start = self.at;
        let mut fields: Vec<Field> = Vec::with_capacity(shape.fields.len());
        let mut end = start;
        self.object(|cursor, key| {
            cursor.peek()?;
            let from = cursor.at;
            let odd = cursor.odd.take();
            let mut learnt = object.learn(cursor, key)?;
            learnt.default &= cursor.odd.is_none();
            cursor.odd = odd.or(cursor.odd.take());
            let (key, value) = (end - start..from - start, from - start..cursor.at - start);
            end = cursor.at;
            fields.push(Field { key, value, learnt, varies: false });
            Ok(())
        })?;
        let text = self.text.as_bytes().get(start..self.at).unwrap_or_default();
        // Of a key that is there twice the last one counts, and that would not be seen.
        let mut seen: Vec<u8> = fields.iter().filter_map(|field| field.learnt.field).collect();
        seen.sort_unstable();
        let once = seen.is_sorted_by(|one, next| one < next);
        if once && text.len() <= LONGEST {
            shape.adopt(text, fields);
        }
        Ok(object)
    }
}

impl Shape {
    /// Takes an object as the one that others look like.
    fn adopt(&mut self, text: &[u8], mut fields: Vec<Field>) {
        let part = |of: &Range<usize>| text.get(of.clone()).unwrap_or_default();
        let known = |of: &Range<usize>| self.text.get(of.clone()).unwrap_or_default();
        for (field, before) in fields.iter_mut().zip(&self.fields) {
            if part(&field.key) != known(&before.key) {
                break;
            }
            field.varies = before.varies || part(&field.value) != known(&before.value);
        }
        self.steps.clear();
        let mut from = 0;
        for field in &fields {
            let next = match field.learnt {
                Learnt { default: true, .. } if !field.varies => continue,
                Learnt { field: Some(field), .. } => Next::Read(field),
                Learnt { field: None, .. } => Next::Skip,
            };
            self.steps.push(Stride { text: from..field.value.start, next });
            from = field.value.end;
        }
        self.steps.push(Stride { text: from..text.len(), next: Next::End });
        self.fields = fields;
        self.text.clear();
        self.text.extend_from_slice(text);
    }
}
