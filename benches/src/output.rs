//! A folder of files with one response after the other.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use crate::error::GenerateError;
use crate::layout;

/// How a response is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// On one line (NDJSON).
    Compact,
    /// Indented with tabs, as the vendor's command line prints it.
    Pretty,
}

impl Layout {
    const fn extension(self) -> &'static str {
        match self {
            Self::Compact => "ndjson",
            Self::Pretty => "json",
        }
    }
}

/// Where the files of an estate go.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
    layout: Layout,
    /// Bytes after which a new file begins.
    limit: u64,
}

impl Folder {
    /// Makes the folder, unless it is there.
    ///
    /// # Errors
    /// If the folder cannot be made.
    pub fn new(path: &Path, layout: Layout, limit: u64) -> Result<Self, GenerateError> {
        let path = path.to_owned();
        match fs::create_dir_all(&path) {
            Ok(()) => Ok(Self { path, layout, limit }),
            Err(source) => Err(GenerateError::Write { path, source }),
        }
    }

    /// Begins the responses of one API; their files are named after it.
    pub fn responses(&self, api: &'static str) -> Responses {
        Responses { folder: self.clone(), api, files: 0, open: None, bytes: 0, line: String::new() }
    }
}

/// The responses of one API, in as many files as the limit asks for.
#[derive(Debug)]
pub struct Responses {
    folder: Folder,
    api: &'static str,
    files: usize,
    open: Option<OpenFile>,
    bytes: u64,
    line: String,
}

#[derive(Debug)]
struct OpenFile {
    path: PathBuf,
    writer: BufWriter<File>,
    bytes: u64,
}

impl OpenFile {
    fn create(path: PathBuf) -> Result<Self, GenerateError> {
        match File::create(&path) {
            Ok(file) => Ok(Self { path, writer: BufWriter::with_capacity(1 << 20, file), bytes: 0 }),
            Err(source) => Err(GenerateError::Write { path, source }),
        }
    }

    fn append(&mut self, text: &str) -> Result<(), GenerateError> {
        self.bytes += text.len() as u64;
        self.writer.write_all(text.as_bytes()).map_err(|source| self.failed(source))
    }

    fn flush(&mut self) -> Result<(), GenerateError> {
        self.writer.flush().map_err(|source| self.failed(source))
    }

    fn failed(&self, source: std::io::Error) -> GenerateError {
        GenerateError::Write { path: self.path.clone(), source }
    }
}

impl Responses {
    /// Appends a compact document.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&mut self, document: &str) -> Result<(), GenerateError> {
        self.line.clear();
        match self.folder.layout {
            Layout::Compact => self.line.push_str(document),
            Layout::Pretty => layout::indent(document, &mut self.line),
        }
        self.line.push('\n');
        let length = self.line.len() as u64;
        let mut file = match self.open.take() {
            Some(file) if file.bytes + length <= self.folder.limit => file,
            full => self.next_file(full)?,
        };
        file.append(&self.line)?;
        self.bytes += length;
        self.open = Some(file);
        Ok(())
    }

    fn next_file(&mut self, full: Option<OpenFile>) -> Result<OpenFile, GenerateError> {
        if let Some(mut full) = full {
            full.flush()?;
        }
        self.files += 1;
        let name = format!("{}.{:02}.{}", self.api, self.files, self.folder.layout.extension());
        OpenFile::create(self.folder.path.join(name))
    }

    /// Ends the last file and says how many bytes were written.
    ///
    /// # Errors
    /// If the rest cannot be written.
    pub fn finish(mut self) -> Result<u64, GenerateError> {
        if let Some(mut file) = self.open.take() {
            file.flush()?;
        }
        Ok(self.bytes)
    }
}
