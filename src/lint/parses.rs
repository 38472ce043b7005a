//! What files were read as and what was found in them, for those who analyse the same files again and again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::memory::Memory;
use crate::formats::{Format, Parsed};
use crate::source::Source;

/// What files were read as, by the path under which they are reported. A text that is the same is not read again.
#[derive(Default)]
pub struct Parses(Mutex<HashMap<String, Known>>);

/// A text, what it was read as, and what was found in it.
struct Known {
    source: Source,
    parsed: Arc<Parsed>,
    memory: Option<Memory>,
}

impl Parses {
    /// Forgets the files that are not wanted any more.
    pub fn retain(&self, wanted: &dyn Fn(&str) -> bool) {
        self.files().retain(|path, _| wanted(path));
    }

    /// What a file holds.
    pub(super) fn of(&self, source: &Source, format: &dyn Format) -> Arc<Parsed> {
        let known = self.files().remove(&source.path);
        let known = match known.filter(|known| (known.source.id, known.source.bom) == (source.id, source.bom))
        {
            Some(known) if known.source.text == source.text => known,
            known => {
                let again = known.and_then(|mut known| {
                    // Nobody else has it once an analysis is over.
                    let parsed = Arc::into_inner(known.parsed)?;
                    let (parsed, moved) = format.parse_again(source, &known.source, parsed)?;
                    known.memory.iter_mut().for_each(|memory| memory.follow(&moved, source));
                    Some((parsed, known.memory))
                });
                let (parsed, memory) = again.unwrap_or_else(|| (format.parse(source), None));
                let source = Source::new(source.id, source.path.as_str(), None, source.text.clone());
                Known { source, parsed: Arc::new(parsed), memory }
            }
        };
        let parsed = known.parsed.clone();
        self.files().insert(source.path.clone(), known);
        parsed
    }

    /// What was found in a file, for an analysis that keeps what it finds.
    pub(super) fn recall(&self, source: &Source) -> Option<Memory> {
        self.files().get_mut(&source.path)?.memory.take()
    }

    /// Keeps what was found in a file.
    pub(super) fn keep(&self, source: &Source, memory: Option<Memory>) {
        if let Some(known) = self.files().get_mut(&source.path) {
            known.memory = memory;
        }
    }

    fn files(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        // Each change of the map is done in one step: what a panic left is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::YAML;
    use crate::source::FileId;

    #[test]
    fn what_is_the_same_is_not_read_again() {
        let source = |id, text: &str| Source::new(FileId(id), "a.yaml", None, text.to_owned());
        let parses = Parses::default();
        let first = parses.of(&source(0, "a: 1"), &YAML);
        assert!(Arc::ptr_eq(&first, &parses.of(&source(0, "a: 1"), &YAML)));
        let changed = parses.of(&source(0, "a: 2"), &YAML);
        assert!(!Arc::ptr_eq(&first, &changed));
        // Places name the file by its number.
        assert!(!Arc::ptr_eq(&changed, &parses.of(&source(1, "a: 2"), &YAML)));
        parses.retain(&|_| false);
        assert!(parses.files().is_empty());
    }
}
