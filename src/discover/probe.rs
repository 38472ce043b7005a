//! The search for words of which one stands in a file.

use aho_corasick::AhoCorasick;
use aho_corasick::packed::Searcher;

/// Words that are looked for all at once.
pub struct Probe(Search);

enum Search {
    /// Several times faster than an automaton, for as few words as the providers have.
    Few(Searcher),
    /// For any number of words, and on any processor.
    Any(AhoCorasick),
}

impl Probe {
    /// `None` where there are no words.
    pub fn new(words: &[&str]) -> Option<Self> {
        if words.is_empty() {
            return None;
        }
        let few = Searcher::new(words).map(Search::Few);
        few.or_else(|| AhoCorasick::new(words).ok().map(Search::Any)).map(Self)
    }

    /// Whether one of the words stands in a text.
    pub fn stands_in(&self, text: impl AsRef<[u8]>) -> bool {
        match &self.0 {
            Search::Few(searcher) => searcher.find(text).is_some(),
            Search::Any(automaton) => automaton.is_match(text.as_ref()),
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
