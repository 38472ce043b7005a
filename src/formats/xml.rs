//! The forms of XML in which applications keep names with texts: property lists, Android's string resources and .NET's
//! `appSettings`.

use super::{Format, Parsed, mentions};
use crate::source::{Source, Span};
use crate::tree::{Entry, Node, Value};

/// `<key>NAME</key><string>text</string>`, `<string name="NAME">text</string>` and `<add key="NAME" value="text" />`;
/// all else is passed over.
pub(super) struct Xml;

impl Format for Xml {
    fn name(&self) -> &'static str {
        "xml"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["plist", "xml", "config"]
    }

    fn parse(&self, source: &Source) -> Parsed {
        let text = source.text.as_str();
        let mut entries = Vec::new();
        let mut parsed = Parsed::default();
        // The name that waits for its text.
        let mut name: Option<(usize, usize)> = None;
        let mut at = 0;
        while let Some(open) = text[at..].find('<').map(|found| at + found) {
            if text[open..].starts_with("<!--") {
                at = text[open..].find("-->").map_or(text.len(), |end| open + end + 3);
                let speaks = !mentions(&text[open..at]).is_empty();
                parsed.comments.extend(speaks.then(|| Span::new(open, at)));
                continue;
            }
            let Some(close) = text[open..].find('>').map(|found| open + found) else { break };
            at = close + 1;
            let tag = &text[open + 1..close];
            let word = tag.split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or("");
            let content = || text[at..].find("</").map(|end| (at, at + end));
            let attribute = |start: &str| {
                let start = open + 1 + tag.find(start)? + start.len();
                text[start..close].find('"').map(|end| (start, start + end))
            };
            let mut add = |(from, to), (start, end)| {
                entries.push(Entry {
                    key: unescape(&text[from..to]),
                    key_place: source.place(from..to),
                    value: Node::new(source.place(start..end), Value::Text(unescape(&text[start..end]))),
                });
            };
            match word {
                "key" => name = content(),
                "string" => {
                    if let (Some(name), Some(text)) =
                        (attribute("name=\"").or_else(|| name.take()), content())
                    {
                        add(name, text);
                    }
                }
                "add" => {
                    if let (Some(name), Some(text)) = (attribute(" key=\""), attribute(" value=\"")) {
                        add(name, text);
                    }
                }
                _ => {}
            }
        }
        if !entries.is_empty() {
            parsed.documents.push(Node::new(source.place(0..text.len()), Value::Map(entries)));
        }
        parsed
    }
}

fn unescape(text: &str) -> String {
    let plain =
        text.trim().replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    plain.replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    #[test]
    fn names_and_texts_of_all_forms_are_read() {
        let text = "<?xml version=\"1.0\"?><!-- <key>No</key> --><plist><dict><key>ClientId</key>\n<string>a&amp;b</string>\
                    </dict></plist><resources><string name=\"com_auth0_domain\">d.example</string></resources>\
                    <appSettings><add key=\"auth0:Domain\" value=\"e.example\" /><add name=\"x\" /></appSettings>";
        let source = Source::new(FileId(0), "Auth0.plist", None, text.to_owned());
        let parsed = Xml.parse(&source);
        let document = &parsed.documents[0];
        assert_eq!(document.get("ClientId").and_then(Node::text), Some("a&b"));
        assert_eq!(document.get("com_auth0_domain").and_then(Node::text), Some("d.example"));
        assert_eq!(document.get("auth0:Domain").and_then(Node::text), Some("e.example"));
        assert_eq!(document.entries().len(), 3);
    }
}
