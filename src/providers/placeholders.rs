//! Placeholders that some tool fills in before a file is used: `${X}`, `{{ x }}`, `$(X)`, `%X%`,
//! `__X__`, `#{X}#`.
//!
//! The Deploy CLI's markers are not among them: they are read with the syntax, since they break it.

use crate::tree::Piece;

/// The pieces of a text with placeholders; `None` if it has none.
pub(super) fn pieces(text: &str) -> Option<Vec<Piece>> {
    const STARTS: [char; 5] = ['$', '{', '%', '#', '_'];
    text.find(STARTS)?;
    let mut pieces = Vec::new();
    let mut read = 0;
    let mut at = 0;
    while let Some(found) = text[at..].find(STARTS).map(|found| at + found) {
        let Some(length) = length(&text[found..]) else {
            at = found + 1;
            continue;
        };
        if read < found {
            pieces.push(Piece::Text(text[read..found].to_owned()));
        }
        pieces.push(Piece::Hole(text[found..found + length].to_owned()));
        read = found + length;
        at = read;
    }
    if pieces.is_empty() {
        return None;
    }
    if read < text.len() {
        pieces.push(Piece::Text(text[read..].to_owned()));
    }
    Some(pieces)
}

/// The length of the placeholder with which a text starts.
fn length(text: &str) -> Option<usize> {
    let until = |open: &str, close: &str| {
        let rest = text.strip_prefix(open)?;
        let end = rest.find(close).filter(|end| *end > 0)?;
        (!rest[..end].contains('\n')).then_some((&rest[..end], open.len() + end + close.len()))
    };
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
    };
    // `{organization_name}` with one brace is Auth0's own and stays.
    let braced = until("#{", "}").or_else(|| until("${", "}")).or_else(|| until("{{", "}}"));
    let braced = braced.map(|(_, length)| {
        let closes_again = text.starts_with('#') && text[length..].starts_with('#');
        length + usize::from(closes_again && !text[length..].starts_with("#{"))
    });
    let named = || {
        let (name, length) = until("$(", ")").or_else(|| until("%", "%")).or_else(|| until("__", "__"))?;
        // `%2F..%` is an encoded sign.
        (is_name(name) && name.len() > 2).then_some(length)
    };
    braced.or_else(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Option<String> {
        let show = |piece: Piece| match piece {
            Piece::Text(text) => text,
            Piece::Hole(hole) => format!("<{hole}>"),
        };
        pieces(text).map(|pieces| pieces.into_iter().map(show).collect())
    }

    #[test]
    fn placeholders_of_all_kinds_are_seen() {
        assert_eq!(shown("http://${HOST}/cb").as_deref(), Some("http://<${HOST}>/cb"));
        assert_eq!(shown("{{ url }}/cb").as_deref(), Some("<{{ url }}>/cb"));
        assert_eq!(shown("__APP_URL__/cb").as_deref(), Some("<__APP_URL__>/cb"));
        assert_eq!(shown("#{Url}#/cb#{A}#{B.C}").as_deref(), Some("<#{Url}#>/cb<#{A}><#{B.C}>"));
        assert_eq!(shown("$(BASE_URL)x%PORT%").as_deref(), Some("<$(BASE_URL)>x<%PORT%>"));
        for text in [
            "https://{organization_name}.a.com/cb",
            "https://a.com/__/auth/__cb__#top",
            "https://a.com/%2Fx%2F",
            "$5 {x} 100%",
            "${}",
            "a$b",
        ] {
            assert_eq!(shown(text), None, "{text}");
        }
    }
}
