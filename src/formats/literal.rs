//! How values are written in each syntax, on one line.

use serde_json::Value as Json;

/// How what stands there now, or stands beside it, is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// The quotes of texts; without them a text is quoted where it must be.
    pub quote: Option<char>,
    /// Whether there are no blanks where JSON needs none.
    pub compact: bool,
}

/// A value in a syntax.
pub fn literal(syntax: &str, value: &Json, style: Style) -> String {
    let quote = style.quote;
    match (value, syntax) {
        (Json::String(text), "yaml") => yaml_text(text, quote),
        (Json::String(text), "hcl") => hcl_text(text),
        (Json::String(text), "toml") if quote == Some('\'') && !text.contains('\'') => format!("'{text}'"),
        (Json::String(text), "properties") => match quote {
            Some(quote) => format!("{quote}{text}{quote}"),
            None => text.clone(),
        },
        (Json::Array(items), _) => {
            let items: Vec<String> = items.iter().map(|item| literal(syntax, item, style)).collect();
            format!("[{}]", items.join(if style.compact { "," } else { ", " }))
        }
        (Json::Object(entries), _) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, value)| {
                    let sign = if style.compact { ":" } else { sign(syntax) };
                    format!("{}{sign}{}", key_text(syntax, key), literal(syntax, value, style))
                })
                .collect();
            match (syntax, style.compact) {
                (_, true) => format!("{{{}}}", entries.join(",")),
                ("json", false) => format!("{{{}}}", entries.join(", ")),
                (_, false) => format!("{{ {} }}", entries.join(", ")),
            }
        }
        // JSON's texts, numbers and words are those of the others.
        (value, _) => value.to_string(),
    }
}

/// A key of a map as it is written.
pub fn key_text(syntax: &str, key: &str) -> String {
    match syntax {
        "json" => Json::from(key).to_string(),
        "yaml" => yaml_text(key, None),
        _ => key.to_owned(),
    }
}

/// What stands between a key and its value.
pub fn sign(syntax: &str) -> &'static str {
    match syntax {
        "json" | "yaml" => ": ",
        "properties" => "=",
        _ => " = ",
    }
}

/// A text in HCL, in which nothing is an expression.
pub fn hcl_text(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{}\"", escaped.replace("${", "$${").replace("%{", "%%{"))
}

fn yaml_text(text: &str, quote: Option<char>) -> String {
    match quote {
        Some('"') => Json::from(text).to_string(),
        None if is_plain(text) => text.to_owned(),
        _ => format!("'{}'", text.replace('\'', "''")),
    }
}

/// Whether YAML takes a text for itself without quotes, wherever it stands.
fn is_plain(text: &str) -> bool {
    const WORDS: &[&str] = &["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/'))
        && !WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_are_quoted_where_they_must_be() {
        let text = |syntax, text: &str, quote| literal(syntax, &json!(text), Style { quote, compact: false });
        assert_eq!(text("yaml", "RS256", None), "RS256");
        assert_eq!(text("yaml", "RS256", Some('"')), "\"RS256\"");
        assert_eq!(text("yaml", "it's", Some('\'')), "'it''s'");
        assert_eq!(text("yaml", "##A##", None), "'##A##'");
        assert_eq!(text("yaml", "no", None), "'no'");
        assert_eq!(text("hcl", "a\"${b}", None), "\"a\\\"$${b}\"");
        assert_eq!(text("toml", "a", Some('\'')), "'a'");
        assert_eq!(text("toml", "a'", Some('\'')), "\"a'\"");
        assert_eq!(text("properties", "a", None), "a");
        assert_eq!(literal("yaml", &json!(["a", "urn:b"]), Style::default()), "[a, 'urn:b']");
        assert_eq!(
            literal("json", &json!({"a": [1, true]}), Style { quote: None, compact: true }),
            "{\"a\":[1,true]}"
        );
    }
}
