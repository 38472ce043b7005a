//! The file of a baseline: an entry a line, in an order of its own, so that two branches seldom touch the same line.

use std::fmt::Write as _;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::day::Day;
use crate::fingerprint::is_fingerprint;
use crate::rule::{Persona, Profile};

/// Known findings.
#[derive(Debug, Default)]
pub struct Baseline {
    /// One for each item that decided.
    pub entries: Vec<Entry>,
    /// For whom the strictest run was that wrote some of them.
    pub persona: Persona,
    /// The profile of the last run that wrote some of them.
    pub profile: Option<Profile>,
}

/// A known finding, or one item of it. The fingerprint decides; the rest is for readers and for files that move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The fingerprint of the item.
    #[serde(rename = "fp", deserialize_with = "print")]
    pub fingerprint: String,
    /// The rule.
    pub rule: String,
    /// The file of the client.
    pub path: String,
    /// What identifies the client there.
    pub client: String,
    /// What of it decided.
    pub pointer: String,
    /// The day on which it was put off.
    #[serde(deserialize_with = "day")]
    pub since: String,
}

/// The version of the form in which baselines are written.
const VERSION: u64 = 1;

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "clientlint-baseline", deserialize_with = "version")]
    _version: (),
    #[serde(default)]
    persona: Persona,
    profile: Option<Profile>,
    entries: Vec<Entry>,
}

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    ///
    /// `LINE:COLUMN: ` and what is wrong there. A baseline that is read by half would silence by half.
    pub fn read(text: &str) -> Result<Self, String> {
        let document: Document =
            serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
                let said = error.to_string();
                let message = said.rsplit_once(" at line ").map_or(said.as_str(), |(message, _)| message);
                // It quotes what stands there, which is anything if the file is no baseline.
                let message = match message.rsplit_once(", expected ") {
                    Some((_, expected)) => format!("expected {expected}"),
                    None => message.to_owned(),
                };
                let merge = ["<<<<<<<", "=======", ">>>>>>>"].iter().any(|sign| {
                    text.lines()
                        .nth(error.line().saturating_sub(1))
                        .is_some_and(|line| line.starts_with(sign))
                });
                let hint =
                    if merge { " (a merge was not finished: keep the entries of both sides)" } else { "" };
                format!("{}:{}: {message}{hint}", error.line(), error.column())
            })?;
        let Document { entries, persona, profile, .. } = document;
        Ok(Self { entries, persona, profile })
    }

    /// Its text: sorted by path, client, rule and pointer.
    pub fn write(&self) -> String {
        let mut entries: Vec<&Entry> = self.entries.iter().collect();
        let order = |entry: &Entry| {
            [&entry.path, &entry.client, &entry.rule, &entry.pointer, &entry.fingerprint].map(String::clone)
        };
        entries.sort_by_cached_key(|entry| order(entry));
        entries.dedup_by(|a, b| a.fingerprint == b.fingerprint);
        let version = env!("CARGO_PKG_VERSION");
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "{{\n  \"clientlint-baseline\": {VERSION},\n  \"generated-by\": \"clientlint {version}\",\n"
        );
        if self.persona != Persona::Regular {
            let _ = writeln!(text, "  \"persona\": \"{}\",", self.persona.name());
        }
        if let Some(profile) = self.profile {
            let _ = writeln!(text, "  \"profile\": {},", serde_json::to_string(&profile).unwrap_or_default());
        }
        text.push_str("  \"entries\": [");
        for (number, entry) in entries.iter().enumerate() {
            let line = serde_json::to_string(entry).unwrap_or_default();
            let comma = if number == 0 { "" } else { "," };
            let _ = write!(text, "{comma}\n    {line}");
        }
        let end = if entries.is_empty() { "" } else { "\n  " };
        let _ = write!(text, "{end}]\n}}\n");
        text
    }
}

fn version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    match u64::deserialize(deserializer)? {
        VERSION => Ok(()),
        newer if newer > VERSION => Err(D::Error::custom("written by a newer clientlint")),
        _ => Err(D::Error::custom("no version of a baseline")),
    }
}

fn print<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if is_fingerprint(&text) { Ok(text) } else { Err(D::Error::custom("`fp` is no fingerprint")) }
}

fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if Day::parse(&text).is_some() {
        Ok(text)
    } else {
        Err(D::Error::custom("`since` is no day: YYYY-MM-DD"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str, pointer: &str) -> Entry {
        Entry {
            fingerprint: format!("v1:{:0>32}", pointer.len()),
            rule: "implicit-grant".to_owned(),
            path: path.to_owned(),
            client: "Shop".to_owned(),
            pointer: pointer.to_owned(),
            since: "2026-11-22".to_owned(),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let baseline = Baseline {
            entries: vec![entry("b.yaml", "/a/{\"}"), entry("a.yaml", "/a\n")],
            persona: Persona::Auditor,
            profile: Some(Profile::Fapi2),
        };
        let text = baseline.write();
        assert_eq!(text.lines().filter(|line| line.contains("\"fp\"")).count(), 2);
        let read = Baseline::read(&text).unwrap();
        assert_eq!((read.persona, read.profile), (baseline.persona, baseline.profile));
        let read = Ok(read.entries);
        assert_eq!(read, Ok::<_, String>(vec![entry("a.yaml", "/a\n"), entry("b.yaml", "/a/{\"}")]));
        assert_eq!(Baseline::read(&Baseline::default().write()).map(|read| read.entries), Ok(Vec::new()));
    }

    #[test]
    fn what_is_wrong_has_a_place() {
        for (text, said) in [
            ("{\n  \"clientlint-baseline\": 2,\n  \"entries\": []\n}", "2:26: written by a newer clientlint"),
            ("", "1:0: EOF while parsing a value"),
            ("{\"clientlint-baseline\": 1}", "1:26: missing field `entries`"),
            (
                "{\n<<<<<<< HEAD\n",
                "2:1: key must be a string (a merge was not finished: keep the entries of both sides)",
            ),
        ] {
            assert_eq!(Baseline::read(text).map(|read| read.entries), Err(said.to_owned()));
        }
        let wrong =
            Baseline { entries: vec![entry("a", "b")], ..Baseline::default() }.write().replace("v1:", "v0:");
        assert!(Baseline::read(&wrong).is_err_and(|said| said.contains("`fp` is no fingerprint")));
        let wrong =
            Baseline { entries: vec![entry("a", "b")], ..Baseline::default() }.write().replace("-22", "-32");
        assert!(Baseline::read(&wrong).is_err_and(|said| said.contains("`since` is no day")));
    }
}
