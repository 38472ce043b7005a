//! The search for the words of which one stands in every file that is read.

use aho_corasick::AhoCorasick;
use aho_corasick::packed::Searcher;

/// Words that are looked for all at once.
pub(super) enum Probe {
    /// Several times faster than an automaton, for as few words as the providers have.
    Few(Searcher),
    /// For any number of words, and on any processor.
    Any(AhoCorasick),
}

impl Probe {
    /// `None` where there are no words, so that every file is read.
    pub(super) fn new(words: &[&str]) -> Option<Self> {
        if words.is_empty() {
            return None;
        }
        let few = Searcher::new(words).map(Self::Few);
        few.or_else(|| AhoCorasick::new(words).ok().map(Self::Any))
    }

    /// Whether one of the words stands in a text.
    pub(super) fn stands_in(&self, text: impl AsRef<[u8]>) -> bool {
        match self {
            Self::Few(searcher) => searcher.find(text).is_some(),
            Self::Any(automaton) => automaton.is_match(text.as_ref()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Probe;

    #[test]
    fn any_number_of_words_is_looked_for() {
        assert!(Probe::new(&[]).is_none());
        for number in [1, 60, 500] {
            let words: Vec<String> = (0..number).map(|number| format!("word-{number}-")).collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let probe = Probe::new(&words).expect("there are words");
            assert!(probe.stands_in(format!("a {} b", words[number - 1])), "{number}");
            assert!(!probe.stands_in("name: shop"), "{number}");
        }
    }
}
