//! What all documents say together: the estate.

use std::collections::BTreeMap;

use portreeve_model::{Document, DocumentIx, Estate, Text};

use crate::batch::Batch;
use crate::{alibaba, huawei};

/// Unites batches, which must come in the order of the sources: of two that contradict each other, the later counts.
#[derive(Debug, Default)]
pub struct Assembly {
    estate: Estate,
    alibaba: alibaba::Account,
    huawei: huawei::Account,
    notes: Vec<Note>,
    /// The text of the estate for each text of the batch at hand; kept to reuse its memory.
    map: Vec<Text>,
}

/// Something to tell the user of a document that leaves no gap.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// The document.
    pub document: DocumentIx,
    /// What to tell.
    pub text: String,
}

/// The result of an assembly.
#[derive(Debug)]
pub struct Assembled {
    /// The estate.
    pub estate: Estate,
    /// What to tell the user, by document, without repetition.
    pub notes: Vec<Note>,
    /// How many responses were recognised.
    pub responses: u64,
}

impl Assembly {
    /// Adds what a batch says, and empties it.
    pub fn add(&mut self, batch: &mut Batch) {
        self.map.clear();
        self.estate.texts.intern_all(&batch.texts, &mut self.map);
        for stray in batch.strays.drain(..) {
            let note = Note { document: stray.origin.document, text: stray.what };
            if stray.gap {
                self.alibaba.lost(note);
            } else {
                self.notes.push(note);
            }
        }
        self.alibaba.add(&mut self.estate, &mut batch.alibaba, &self.map);
        self.huawei.add(&mut batch.huawei, &self.map);
        batch.clear();
    }

    /// The estate of all that was added. `documents` are the files by their numbers.
    pub fn finish(self, documents: Vec<Document>) -> Assembled {
        let Self { mut estate, alibaba, huawei, mut notes, .. } = self;
        estate.documents = documents;
        let responses = alibaba.responses() + huawei.responses();
        alibaba.finish(&mut estate, &mut notes);
        // What is numbered by the estate's tables above comes first.
        huawei.finish(&mut estate);
        Assembled { estate, notes: count(notes), responses }
    }
}

/// Tells what was said several times of one document once, with its number.
fn count(notes: Vec<Note>) -> Vec<Note> {
    let mut counted: BTreeMap<Note, usize> = BTreeMap::new();
    for note in notes {
        *counted.entry(note).or_default() += 1;
    }
    let once = |(note, times): (Note, usize)| match times {
        1 => note,
        _ => Note { text: format!("{} ({times} times)", note.text), ..note },
    };
    counted.into_iter().map(once).collect()
}
