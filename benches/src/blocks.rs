//! Documents read in large blocks, each of which ends where a document ends.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::PathBuf;

use memchr::memmem;

/// Where one document ends and the next begins: inside a document, a brace never stands at the beginning of a line.
const BOUNDARY: &[u8] = b"\n{";

/// Reads files one after the other.
#[derive(Debug)]
pub struct Blocks {
    paths: std::vec::IntoIter<PathBuf>,
    file: Option<File>,
    /// What was read behind the last boundary.
    rest: Vec<u8>,
    size: usize,
}

impl Blocks {
    /// Will read these files, about `size` bytes at a time; a document that is longer makes its block longer.
    pub fn new(paths: Vec<PathBuf>, size: usize) -> Self {
        Self { paths: paths.into_iter(), file: None, rest: Vec::new(), size: size.max(1) }
    }

    /// Puts the next block into `block`; false when there is none.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn next(&mut self, block: &mut Vec<u8>) -> io::Result<bool> {
        block.clear();
        block.append(&mut self.rest);
        loop {
            let Some(file) = &mut self.file else {
                let Some(path) = self.paths.next() else { return Ok(false) };
                self.file = Some(File::open(path)?);
                continue;
            };
            let read = file.take(self.size as u64).read_to_end(block)?;
            if read == 0 {
                self.file = None;
                if !block.is_empty() {
                    return Ok(true);
                }
            } else if let Some(at) = memmem::rfind(block, BOUNDARY) {
                self.rest.extend_from_slice(block.get(at + 1..).unwrap_or_default());
                block.truncate(at + 1);
                return Ok(true);
            }
        }
    }
}

/// The documents of a block, each as bytes that may be changed.
pub fn documents(block: &mut [u8]) -> impl Iterator<Item = &mut [u8]> {
    let mut rest = Some(block);
    std::iter::from_fn(move || {
        let block = rest.take().filter(|block| !block.is_empty())?;
        match memmem::find(block, BOUNDARY) {
            Some(at) => {
                let (document, after) = block.split_at_mut(at + 1);
                rest = Some(after);
                Some(document)
            }
            None => Some(block),
        }
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Blocks, documents};

    /// Whatever the size of a block, the documents of all files come out whole and in order.
    #[test]
    fn documents_are_never_cut() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (folder.path().join("1"), folder.path().join("2"));
        fs::write(&one, "{\n\t\"a\": {\n\t}\n}\n{\"b\":1}\n").unwrap();
        fs::write(&two, "{\"c\":1}").unwrap();
        for size in 1..40 {
            let mut blocks = Blocks::new(vec![one.clone(), two.clone()], size);
            let (mut block, mut found) = (Vec::new(), Vec::new());
            while blocks.next(&mut block).unwrap() {
                found.extend(
                    documents(&mut block).map(|document| String::from_utf8(document.to_vec()).unwrap()),
                );
            }
            assert_eq!(
                found,
                ["{\n\t\"a\": {\n\t}\n}\n", "{\"b\":1}\n", "{\"c\":1}"],
                "blocks of {size} bytes"
            );
        }
    }
}
