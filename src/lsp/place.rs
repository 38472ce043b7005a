//! Where in a definition a cursor is, told from the text alone: what somebody is typing cannot be read yet.

/// Where a cursor is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The keys within which it is, the innermost last.
    pub(super) above: Vec<String>,
    /// The key whose value is being written; `None` where a key is.
    pub(super) key: Option<String>,
    /// Where the word begins that is being written, in bytes.
    pub(super) word: usize,
    /// Whether the word stands in quotes.
    pub(super) quoted: bool,
}

/// So much of the text before a cursor tells where it is.
const REACH: usize = 20_000;

impl Place {
    /// The place of a byte in a text that is laid out by indentation (YAML) or by braces.
    pub(super) fn of(text: &str, byte: usize, indented: bool) -> Self {
        let mut from = byte.saturating_sub(REACH);
        while !text.is_char_boundary(from) {
            from += 1;
        }
        let before = &text[from..byte];
        let line = before.rsplit(['\n', '\r']).next().unwrap_or_default();
        let is_part = |c: char| c.is_alphanumeric() || "_-.:/".contains(c);
        // A colon that ends a key is none of a word's.
        let tail = line.rfind(|c| !is_part(c)).map_or(0, |at| at + next(line, at));
        let tail = line[tail..].rfind(": ").map_or(tail, |at| tail + at + 2);
        let tail = line[tail..].strip_suffix(':').map_or(tail, |_| line.len());
        let word = byte - (line.len() - tail);
        let quoted = line[..tail].ends_with(['"', '\'']);
        let (mut above, mut key) = braces(&before[..before.len() - (line.len() - tail)]);
        if indented {
            let (outer, own) = indentation(before, line);
            if key.is_none() && above.is_empty() || own.is_some() && above.is_empty() {
                key = key.or(own);
            }
            above.splice(0..0, outer);
        }
        Self { above, key, word, quoted }
    }
}

fn next(text: &str, at: usize) -> usize {
    text[at..].chars().next().map_or(1, char::len_utf8)
}

/// The keys whose braces are open at the end of a text, and the key of the value that is being written there.
fn braces(text: &str) -> (Vec<String>, Option<String>) {
    let mut open: Vec<(char, Option<String>)> = Vec::new();
    let mut key: Option<String> = None;
    let mut word = String::new();
    let mut quote: Option<char> = None;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(_), '\\') => drop(characters.next()),
            (Some(mark), character) if character == mark => quote = None,
            (Some(_), '\n') => quote = None,
            (Some(_), character) => word.push(character),
            // An apostrophe within a word is no quote.
            (None, '"') => {
                word.clear();
                quote = Some(character);
            }
            (None, '#') => while characters.next_if(|character| *character != '\n').is_some() {},
            (None, '{' | '[') => {
                // `key {` is how HCL has blocks; labels stand between.
                let named = key.take().or_else(|| Some(std::mem::take(&mut word)).filter(|w| !w.is_empty()));
                open.push((character, named));
                word.clear();
            }
            (None, '}' | ']') => {
                open.pop();
                (key, word) = (None, String::new());
            }
            (None, ':' | '=') => key = Some(std::mem::take(&mut word)).filter(|key| !key.is_empty()),
            (None, ',' | '\n') => {
                word.clear();
                key = None;
            }
            (None, character) if character.is_whitespace() => {}
            (None, character) if character.is_alphanumeric() || "_-".contains(character) => {
                if !word.is_empty() && text_ends_word(&word) {
                    word.clear();
                }
                word.push(character);
            }
            (None, _) => word.clear(),
        }
    }
    // Of a list it is the key of the list that is being written.
    if key.is_none()
        && let Some(('[', name)) = open.last()
    {
        key.clone_from(name);
        open.pop();
    }
    (open.into_iter().filter_map(|(_, name)| name).collect(), key)
}

/// Words are not told apart by the space between them but by what stands there: two in a row are one.
fn text_ends_word(word: &str) -> bool {
    word.ends_with(char::is_whitespace)
}

/// The keys above a line by its indentation, and the key of its value.
fn indentation(before: &str, line: &str) -> (Vec<String>, Option<String>) {
    let depth = |line: &str| line.len() - line.trim_start_matches([' ', '-']).len();
    let own = key_of(line);
    let mut level = depth(line);
    let item = line.trim_start().starts_with('-') && own.is_none();
    let mut above = Vec::new();
    let mut list = None;
    if item {
        level = line.len() - line.trim_start().len();
    }
    for line in before.lines().rev().skip(usize::from(!line.is_empty())) {
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        let here = depth(line);
        let dash = line.len() - line.trim_start().len();
        // Items may stand as far to the left as their key.
        let heads =
            item && list.is_none() && above.is_empty() && here == level && !line[dash..].starts_with('-');
        if here < level || heads {
            if let Some(key) = key_of(line).filter(|_| line.trim_end().ends_with(':')) {
                if item && list.is_none() && above.is_empty() {
                    list = Some(key);
                } else {
                    above.insert(0, key);
                }
            }
            level = here.min(level);
            if line[dash..].starts_with('-') {
                level = dash + 1;
            }
        }
    }
    (above, own.or(list))
}

/// The key with which a line starts.
fn key_of(line: &str) -> Option<String> {
    let (key, rest) = line.trim_start_matches([' ', '-']).split_once(':')?;
    let is_key = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || "_-\"'".contains(c));
    (is_key && (rest.is_empty() || rest.starts_with(' '))).then(|| key.trim_matches(['"', '\'']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, indented: bool) -> (Vec<String>, Option<String>, String) {
        let byte = text.find('|').unwrap();
        let text = text.replacen('|', "", 1);
        let place = Place::of(&text, byte, indented);
        (place.above, place.key, text[place.word..byte].to_owned())
    }

    fn is(above: &[&str], key: Option<&str>, word: &str) -> (Vec<String>, Option<String>, String) {
        (above.iter().map(|key| (*key).to_owned()).collect(), key.map(str::to_owned), word.to_owned())
    }

    #[test]
    fn yaml_is_told_by_indentation() {
        let start = "clients:\n  - name: Shop\n    ";
        assert_eq!(of(&format!("{start}app_ty|"), true), is(&["clients"], None, "app_ty"));
        assert_eq!(of(&format!("{start}app_type: s|"), true), is(&["clients"], Some("app_type"), "s"));
        assert_eq!(of(&format!("{start}app_type: |"), true), is(&["clients"], Some("app_type"), ""));
        let list = format!("{start}grant_types:\n      - imp|");
        assert_eq!(of(&list, true), is(&["clients"], Some("grant_types"), "imp"));
        let nested = format!("{start}jwt_configuration:\n      alg: R|");
        assert_eq!(of(&nested, true), is(&["clients", "jwt_configuration"], Some("alg"), "R"));
        let flow = format!("{start}grant_types: [implicit, au|");
        assert_eq!(of(&flow, true).1.as_deref(), Some("grant_types"));
    }

    #[test]
    fn json_and_hcl_are_told_by_braces() {
        assert_eq!(of("{\"name\": \"x\", \"app_type\": \"s|\"}", false), is(&[], Some("app_type"), "s"));
        assert_eq!(of("{\"name\": \"x\", \"app_t|\"}", false), is(&[], None, "app_t"));
        assert_eq!(of("{\"grant_types\": [\"a\", \"i|\"]}", false), is(&[], Some("grant_types"), "i"));
        assert_eq!(
            of("{\"jwt_configuration\": {\"alg\": \"|\"}}", false),
            is(&["jwt_configuration"], Some("alg"), "")
        );
        let hcl = "resource \"auth0_client\" \"x\" {\n  app_type = \"|\"\n}";
        assert_eq!(of(hcl, false).1.as_deref(), Some("app_type"));
        let hcl = "resource \"auth0_client\" \"x\" {\n  jwt_configuration {\n    al|\n  }\n}";
        assert_eq!(of(hcl, false).0.last().map(String::as_str), Some("jwt_configuration"));
    }
}
