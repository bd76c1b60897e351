//! Rust sources as the rules look at them: parsed, without what is only compiled for tests.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, File, ImplItemFn, Item, ItemFn, Signature, TraitItemFn, UseTree};

use crate::files;

/// The sources below `folder` that are built for users, in a fixed order.
pub(crate) fn production(folder: &str) -> Vec<PathBuf> {
    let sources: Vec<PathBuf> = files::with_extension("rs")
        .into_iter()
        .filter(|path| path.starts_with(folder) && path.iter().any(|part| part == "src"))
        .collect();
    let tests: BTreeSet<PathBuf> = sources.iter().flat_map(|path| modules_for_tests(path)).collect();
    sources
        .into_iter()
        .filter(|path| !path.ancestors().any(|part| tests.contains(&part.with_extension(""))))
        .collect()
}

/// The modules that a file declares as `#[cfg(test)] mod name;`, as paths without `.rs`.
fn modules_for_tests(path: &Path) -> Vec<PathBuf> {
    let folder = match path.file_stem().and_then(|stem| stem.to_str()) {
        Some("lib" | "main" | "mod") => path.with_file_name(""),
        _ => path.with_extension(""),
    };
    parse(path)
        .items
        .iter()
        .filter(|item| is_for_tests(item))
        .filter_map(|item| match item {
            Item::Mod(module) if module.content.is_none() => Some(folder.join(module.ident.to_string())),
            _ => None,
        })
        .collect()
}

fn parse(path: &Path) -> File {
    syn::parse_file(&files::read(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// One parsed file.
pub(crate) struct Source {
    /// The items that are built for users.
    items: Vec<Item>,
    /// Lines of the file that are not within an item for tests only.
    pub(crate) production_lines: usize,
}

/// A function as the budget sees it.
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) line: usize,
    pub(crate) lines: usize,
}

impl Source {
    /// Reads and parses a file of the project.
    pub(crate) fn read(path: &Path) -> Self {
        let text = files::read(path);
        let file: File = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let (tests, items): (Vec<Item>, Vec<Item>) = file.items.into_iter().partition(is_for_tests);
        let test_lines: usize = tests.iter().map(lines_of).sum();
        Self { items, production_lines: text.lines().count() - test_lines }
    }

    /// Every function with a body.
    pub(crate) fn functions(&self) -> Vec<Function> {
        let mut found = Functions(Vec::new());
        self.items.iter().for_each(|item| found.visit_item(item));
        found.0
    }

    /// Every path that is written out or imported, such as `std::fs::read` or `println` (macros by their name).
    pub(crate) fn paths(&self) -> Vec<String> {
        let mut found = Paths(Vec::new());
        self.items.iter().for_each(|item| found.visit_item(item));
        found.0
    }

    /// Every identifier and literal, documentation and comments left out.
    pub(crate) fn words(&self) -> Vec<String> {
        let mut found = Words(Vec::new());
        self.items.iter().for_each(|item| found.visit_item(item));
        found.0
    }
}

/// Whether an item is only compiled for tests.
fn is_for_tests(item: &Item) -> bool {
    attributes(item).iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.meta.require_list().is_ok_and(|list| list.tokens.to_string() == "test")
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(i) => &i.attrs,
        Item::Enum(i) => &i.attrs,
        Item::Fn(i) => &i.attrs,
        Item::Impl(i) => &i.attrs,
        Item::Mod(i) => &i.attrs,
        Item::Static(i) => &i.attrs,
        Item::Struct(i) => &i.attrs,
        Item::Trait(i) => &i.attrs,
        Item::Type(i) => &i.attrs,
        Item::Use(i) => &i.attrs,
        _ => &[],
    }
}

fn lines_of(item: &Item) -> usize {
    item.span().end().line - item.span().start().line + 1
}

struct Functions(Vec<Function>);

impl Functions {
    fn add(&mut self, signature: &Signature, end: usize) {
        let line = signature.span().start().line;
        self.0.push(Function { name: signature.ident.to_string(), line, lines: end - line + 1 });
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.add(&function.sig, function.block.span().end().line);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        self.add(&function.sig, function.block.span().end().line);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast TraitItemFn) {
        if let Some(block) = &function.default {
            self.add(&function.sig, block.span().end().line);
        }
        visit::visit_trait_item_fn(self, function);
    }
}

struct Paths(Vec<String>);

impl Paths {
    /// Writes out `use a::{b, c::d}` as `a::b` and `a::c::d`.
    fn add_tree(&mut self, prefix: &str, tree: &UseTree) {
        match tree {
            UseTree::Path(path) => self.add_tree(&format!("{prefix}{}::", path.ident), &path.tree),
            UseTree::Name(name) => self.0.push(format!("{prefix}{}", name.ident)),
            UseTree::Rename(rename) => self.0.push(format!("{prefix}{}", rename.ident)),
            UseTree::Glob(_) => self.0.push(format!("{prefix}*")),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.add_tree(prefix, tree)),
        }
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.0.push(segments.join("::"));
        visit::visit_path(self, path);
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.add_tree("", &item.tree);
    }
}

struct Words(Vec<String>);

impl Words {
    fn add(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => self.add(group.stream()),
                TokenTree::Ident(ident) => self.0.push(ident.to_string()),
                TokenTree::Literal(literal) => self.0.push(literal.to_string()),
                TokenTree::Punct(_) => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Words {
    fn visit_ident(&mut self, ident: &'ast proc_macro2::Ident) {
        self.0.push(ident.to_string());
    }

    fn visit_lit_str(&mut self, literal: &'ast syn::LitStr) {
        self.0.push(literal.value());
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.add(call.tokens.clone());
        visit::visit_macro(self, call);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if !attribute.path().is_ident("doc") {
            visit::visit_attribute(self, attribute);
        }
    }
}
