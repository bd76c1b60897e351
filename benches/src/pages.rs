//! Listings in pages, with page numbers, totals and tokens that agree with each other.

use std::fmt::{self, Write as _};

use crate::error::GenerateError;
use crate::estate::REGION;
use crate::ids::{Ids, Kind};
use crate::output::Responses;
use crate::template::Template;

/// A listing that is being written.
#[derive(Debug)]
pub struct Pages {
    responses: Responses,
    template: Template,
    ids: Ids,
    of: Kind,
    size: u32,
    total: u32,
    /// Objects that were appended so far.
    seen: u32,
    /// The objects of the page that is not yet full, as JSON.
    items: String,
    document: String,
}

impl Pages {
    /// Begins a listing of `total` objects of a kind, `size` to a page. The slots of its template may be `items`, `next`,
    /// `page`, `page_size`, `total`, `request` and `region`.
    pub fn new(responses: Responses, template: &str, ids: Ids, of: Kind, size: u32, total: u32) -> Self {
        let template = Template::new(template);
        let (items, document) = (String::new(), String::new());
        Self { responses, template, ids, of, size, total, seen: 0, items, document }
    }

    /// Appends one object; its page is written as soon as it is full.
    ///
    /// # Errors
    /// If the object cannot be rendered or its page not be written.
    pub fn add(&mut self, render: impl FnOnce(&mut String) -> fmt::Result) -> Result<(), GenerateError> {
        if !self.items.is_empty() {
            self.items.push(',');
        }
        render(&mut self.items)?;
        self.seen += 1;
        if self.seen.is_multiple_of(self.size) || self.seen == self.total {
            self.write_page()
        } else {
            Ok(())
        }
    }

    fn write_page(&mut self) -> Result<(), GenerateError> {
        let page = self.seen.div_ceil(self.size).max(1);
        let request = request_number(self.of, page);
        let (ids, items) = (self.ids, &self.items);
        let (is_last, total, size) = (self.seen >= self.total, self.total, self.size);
        self.document.clear();
        self.template.render(&mut self.document, |slot, out| match slot {
            "items" => write!(out, "[{items}]"),
            "next" if is_last => Ok(()),
            "next" => write!(out, "{}", ids.id(Kind::Token, request)),
            "page" => write!(out, "{page}"),
            "page_size" => write!(out, "{size}"),
            "total" => write!(out, "{total}"),
            "request" => write!(out, "{}", ids.uuid(Kind::Request, request)),
            "region" => out.write_str(REGION),
            _ => Err(fmt::Error),
        })?;
        self.items.clear();
        self.responses.write(&self.document)
    }

    /// Ends the listing, which has one empty page if there are no objects, and says how many bytes it has.
    ///
    /// # Errors
    /// If the last page cannot be written.
    pub fn finish(mut self) -> Result<u64, GenerateError> {
        if self.total == 0 {
            self.write_page()?;
        }
        self.responses.finish()
    }
}

/// Numbers the requests of an estate: the kind that a response is about, and which response it is.
pub const fn request_number(of: Kind, response: u32) -> u64 {
    (of as u64) << 32 | response as u64
}
