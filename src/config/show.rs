//! What a configuration comes to for a file, and where each of its settings comes from.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use serde_json::Value as Json;

use super::merge::MAX_SIZE;
use super::{Config, Judged, named_rules};
use crate::rule::Severity;

/// What a configuration comes to for a file.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Shown {
    version: u8,
    /// The file; `None` for what holds for any in the folder.
    pub file: Option<String>,
    /// The files of settings, from the weakest to the strongest.
    pub sources: Vec<String>,
    /// The name of the file's environment.
    pub environment: Option<String>,
    /// Whether that is production.
    pub production: Option<bool>,
    /// The channel that is declared for the file.
    pub channel: Option<String>,
    /// The shape that the file is read as.
    pub kind: Option<String>,
    /// Whether the file is left out.
    pub excluded: bool,
    /// The settings, by key.
    pub settings: Vec<Setting>,
}

/// A setting, and where it comes from.
#[derive(Debug, Serialize)]
pub struct Setting {
    /// Its key, as in `clientlint.toml`.
    pub key: String,
    /// Its value.
    pub value: Json,
    /// Where that comes from: `clientlint.toml:12`, `--set ..`, `default`.
    pub from: String,
}

impl Config {
    /// What the configuration comes to for a file.
    pub fn show(&self, file: Option<&Path>, shown: Option<String>) -> Shown {
        let surroundings = self.surroundings(file);
        let environment = surroundings.environment.as_ref().map(|environment| environment.name.clone());
        let judged = Judged { file, names: &[], environment: environment.as_deref() };
        let all = self.layers.iter().chain(&self.policy_layer);
        Shown {
            version: 1,
            file: shown,
            sources: all.map(|layer| layer.name.clone()).collect(),
            production: surroundings.environment.and_then(|environment| environment.production),
            channel: surroundings.declared_channel.map(|declared| declared.word),
            kind: file.and_then(|file| self.kind_of(file)).map(str::to_owned),
            excluded: file.is_some_and(|file| self.excludes(file)),
            settings: self.effective(judged),
            environment,
        }
    }

    fn effective(&self, judged: Judged<'_>) -> Vec<Setting> {
        let mut settings: BTreeMap<String, (Json, String)> = defaults();
        for layer in &self.layers {
            for leaf in layer.leaves() {
                let mut key = dotted(&leaf.path);
                if leaf.path.len() == 2 && leaf.path[0] == "rules" {
                    // The short form says the same.
                    key.push_str(".severity");
                }
                let from = layer.origin(leaf.at);
                match (leaf.path[0].as_str(), settings.get_mut(&key)) {
                    // What these say is about their file.
                    ("extends" | "root" | "required-version", _) => {}
                    // These add up; all else is as the last one says.
                    (
                        "rule-folders" | "layout" | "override" | "ignore",
                        Some((Json::Array(known), origin)),
                    ) => {
                        known.extend(leaf.value.as_array().cloned().unwrap_or_default());
                        *origin = format!("{origin}, {from}");
                    }
                    _ => drop(settings.insert(key, (leaf.value, from))),
                }
            }
        }
        for exception in self.overrides.iter().filter(|exception| exception.fits(judged)) {
            for (name, level) in &exception.rules {
                for id in named_rules(&self.rules, std::slice::from_ref(name)) {
                    let word = serde_json::to_value(level).unwrap_or_default();
                    settings.insert(severity_key(&id), (word, format!("override in {}", exception.from)));
                }
            }
        }
        self.add_policy(&mut settings);
        // What the gate is for the file is known better than from the keys.
        let gate = self.gate_for(judged);
        let mut set = |key: &str, value: &str, from: Option<&str>| {
            let known = settings.entry(key.to_owned()).or_insert((Json::Null, "default".to_owned()));
            if known.0 != value {
                let from = from.map_or_else(|| self.policy_name(), str::to_owned);
                *known = (Json::from(value), from);
            }
        };
        set(
            "gate.fail-on",
            gate.fail_on.map_or("never", Severity::name),
            Some(gate.from.trim_start_matches("gate.fail-on in ")),
        );
        set("gate.fail-on-confidence", gate.confidence.name(), None);
        set("gate.min-severity", self.min_severity.name(), None);
        set("gate.min-confidence", self.min_confidence.name(), None);
        set("persona", self.settings.persona.name(), None);
        settings.into_iter().map(|(key, (value, from))| Setting { key, value, from }).collect()
    }

    /// What a policy asks of rules.
    fn add_policy(&self, settings: &mut BTreeMap<String, (Json, String)>) {
        let (Some(policy), Some(layer)) = (&self.policy, &self.policy_layer) else { return };
        for (id, floor) in &policy.floors {
            let key = severity_key(id);
            let set = settings
                .get(&key)
                .and_then(|(value, _)| serde_json::from_value::<Severity>(value.clone()).ok());
            if set.is_some_and(|set| floor.is_some_and(|floor| set >= floor)) {
                continue;
            }
            let word = floor.map_or("default", Severity::name);
            settings.insert(key, (Json::from(word), format!("policy {}", layer.origin_of_rule(id))));
        }
        for leaf in layer.leaves() {
            let key = dotted(&leaf.path);
            let set = settings.get(&key).and_then(|(value, _)| value.as_f64());
            let tightens = match leaf.path.get(2).map(String::as_str) {
                Some("options") => set.is_none_or(|set| leaf.value.as_f64().is_some_and(|most| most < set)),
                Some("ignorable") => true,
                _ => false,
            };
            if tightens {
                settings.insert(key, (leaf.value, format!("policy {}", layer.origin(leaf.at))));
            }
        }
    }

    fn policy_name(&self) -> String {
        let name = self.policy_layer.as_ref().map(|layer| format!("policy {}", layer.name));
        name.unwrap_or_else(|| "command line".to_owned())
    }
}

/// Under which key the severity of a rule is set.
fn severity_key(id: &str) -> String {
    dotted(&["rules".to_owned(), id.to_owned(), "severity".to_owned()])
}

/// What holds where nothing is set.
fn defaults() -> BTreeMap<String, (Json, String)> {
    let list = || Json::Array(Vec::new());
    let all = [
        ("persona", Json::from("regular")),
        ("gate.fail-on", Json::from("error")),
        ("gate.fail-on-confidence", Json::from("medium")),
        ("gate.min-severity", Json::from("info")),
        ("gate.min-confidence", Json::from("medium")),
        ("ignores.require-reason", Json::from(true)),
        ("ignores.min-reason-len", Json::from(1)),
        ("ignores.allow-file-level", Json::from(false)),
        ("files.exclude", list()),
        ("files.gitignore", Json::from(true)),
        ("files.max-size", Json::from(format!("{}MB", MAX_SIZE / 1_000_000))),
    ];
    all.into_iter().map(|(key, value)| (key.to_owned(), (value, "default".to_owned()))).collect()
}

/// A key as TOML writes it: names with dots between them, in quotes where they need them.
fn dotted(path: &[String]) -> String {
    let plain = |name: &str| {
        name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') && !name.is_empty()
    };
    let name = |name: &String| if plain(name) { name.clone() } else { Json::from(name.as_str()).to_string() };
    path.iter().map(name).collect::<Vec<_>>().join(".")
}

impl Shown {
    /// As lines of TOML, with where each comes from behind it.
    pub fn text(&self) -> String {
        let mut lines = Vec::new();
        if let Some(file) = &self.file {
            lines.push(format!("# for {file}"));
        }
        match self.sources.as_slice() {
            [] => lines.push("# no configuration".to_owned()),
            sources => lines.push(format!("# from {}", sources.join(", "))),
        }
        if let Some(environment) = &self.environment {
            let production = if self.production == Some(true) { " (production)" } else { "" };
            lines.push(format!("# environment: {environment}{production}"));
        }
        lines.extend(self.channel.as_ref().map(|channel| format!("# channel: {channel}")));
        lines.extend(self.kind.as_ref().map(|kind| format!("# read as: {kind}")));
        if self.excluded {
            lines.push("# left out by files.include or files.exclude".to_owned());
        }
        let settings: Vec<String> = self
            .settings
            .iter()
            .map(|setting| format!("{} = {}", setting.key, toml(&setting.value)))
            .collect();
        let width = settings.iter().map(String::len).filter(|width| *width <= 60).max().unwrap_or(0);
        for (setting, line) in self.settings.iter().zip(settings) {
            lines.push(format!("{line:width$}  # {}", setting.from));
        }
        lines.push(String::new());
        lines.join("\n")
    }
}

/// A value as TOML writes it on one line.
fn toml(value: &Json) -> String {
    match value {
        Json::Array(items) => format!("[{}]", items.iter().map(toml).collect::<Vec<_>>().join(", ")),
        Json::Object(map) => {
            let pair = |(key, value): (&String, &Json)| {
                format!("{} = {}", dotted(std::slice::from_ref(key)), toml(value))
            };
            format!("{{ {} }}", map.iter().map(pair).collect::<Vec<_>>().join(", "))
        }
        // What JSON writes as text, TOML reads as the same text.
        value => value.to_string(),
    }
}
