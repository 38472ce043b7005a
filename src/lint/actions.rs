//! Whether the Actions of a Deploy CLI project make clients use PKCE: Auth0 has no switch for it, but a post-login
//! Action can refuse an authorization request without a `code_challenge`.

use std::collections::BTreeMap;

use crate::client::{Basis, Datum, Definition, Evidence, Fact, Known};
use crate::project::{self, Document};
use crate::source::{Place, Source};
use crate::tree::{Node, Value};
use crate::vocabulary::{Attribute, Kind};

/// The texts of scripts by their path as reported.
pub(super) type Scripts<'a> = BTreeMap<&'a str, &'a Source>;

/// The scripts of a run.
pub(super) fn scripts(sources: &[Source]) -> Scripts<'_> {
    let scripts = sources.iter().filter(|source| source.path.ends_with(".js"));
    scripts.map(|source| (source.path.as_str(), source)).collect()
}

/// Adds to the definitions of a project what its Actions say of PKCE, where they leave it to the clients.
pub(super) fn judge(documents: &[Document<'_>], scripts: &Scripts<'_>, definitions: &mut Vec<Definition>) {
    let Some(client) = definitions.iter().find(|definition| needs_pkce(definition)) else { return };
    let Some((word, place)) = actions(documents).and_then(|actions| actions.verdict(scripts)) else { return };
    let mut project = Definition::new(Kind::Project, client.place);
    project.name_place = client.name_place;
    if let Some(provider) = client.facts.get(&Attribute::PROVIDER) {
        project.facts.insert(Attribute::PROVIDER, provider.clone());
    }
    let grants = ["authorization_code"].map(|grant| Fact {
        datum: Datum::from_text(grant),
        basis: Basis::Inferred(vec![Evidence {
            says: "this client may use authorization codes".into(),
            place: Some(client.name_place.unwrap_or(client.place)),
        }]),
    });
    project.infer(Attribute::GRANT_TYPES, Datum::List(grants.into()), Vec::new());
    project
        .facts
        .insert(Attribute::PKCE, Fact { datum: Datum::from_text(word), basis: Basis::Written(place) });
    definitions.push(project);
}

/// Whether a client of the tool may use authorization codes and the platform does not insist on PKCE by itself, as it
/// does for strict third-party clients.
fn needs_pkce(definition: &Definition) -> bool {
    let of_tool = definition.text(Attribute::SHAPE).is_some_and(|shape| shape.starts_with("deploy-"));
    let uses_codes = || match definition.effective(Attribute::GRANT_TYPES) {
        Known::Fact(fact) => {
            fact.datum.items().iter().any(|item| item.datum.text() == Some("authorization_code"))
        }
        _ => false,
    };
    let strict = || definition.text(Attribute::SECURITY_MODE).is_some_and(|mode| mode.starts_with("strict"));
    definition.kind == Kind::Client && of_tool && uses_codes() && !strict()
}

/// What a project says of its Actions.
struct Actions<'a> {
    /// Where it speaks of them.
    place: Place,
    all: Vec<Action<'a>>,
    /// The names of those that run at the login, in order; `None` where the project does not say.
    bound: Option<Vec<&'a str>>,
    /// Whether something is said that cannot be known.
    open: bool,
}

/// An Action.
struct Action<'a> {
    node: &'a Node,
    /// The folder from which its file of code is named.
    folder: &'a str,
}

/// The Actions of a project; `None` where it does not speak of them.
fn actions<'a>(documents: &'a [Document<'_>]) -> Option<Actions<'a>> {
    let mut found: Option<Actions<'a>> = None;
    let open = |place: Place| -> Actions<'a> { Actions { place, all: Vec::new(), bound: None, open: false } };
    for document in documents {
        let path = document.source.path.as_str();
        let folder = project::folder(path);
        let mut names = path.rsplit('/').skip(1);
        let last = names.next().unwrap_or("");
        for node in &document.parsed.documents {
            if document.format.name() == "json" {
                match last {
                    "actions" if node.get("supported_triggers").is_some() => {
                        let found = found.get_or_insert_with(|| open(node.place.start()));
                        found.all.push(Action { node, folder });
                    }
                    "triggers" => {
                        let found = found.get_or_insert_with(|| open(node.place.start()));
                        found.bind(node);
                    }
                    _ => {}
                }
                continue;
            }
            if let Some(entry) = node.entry("actions") {
                let found = found.get_or_insert_with(|| open(entry.key_place));
                found.place = entry.key_place;
                found.open |= !matches!(entry.value.value, Value::List(_) | Value::Null);
                found.all.extend(entry.value.items().iter().map(|node| Action { node, folder }));
                if let Some(triggers) = node.get("triggers") {
                    found.bind(triggers);
                }
            }
        }
    }
    found
}

impl<'a> Actions<'a> {
    /// Notes which Actions run at the login.
    fn bind(&mut self, triggers: &'a Node) {
        let Some(entry) = triggers.entry("post-login") else {
            // A project that says nothing of this trigger leaves it alone.
            self.open |= !triggers.is_map();
            return;
        };
        let names: Option<Vec<&str>> =
            entry.value.items().iter().map(|item| item.get("action_name")?.text()).collect();
        self.open |= names.is_none() || !matches!(entry.value.value, Value::List(_) | Value::Null);
        self.bound = Some(names.unwrap_or_default());
    }

    /// What the Actions make of PKCE, and where that is said; `None` where they see to it, or where that is not known.
    fn verdict(&self, scripts: &Scripts<'_>) -> Option<(&'static str, Place)> {
        let mut unknown = self.open;
        let mut mentioned = None;
        for action in &self.all {
            match action.makes(self.bound.as_deref(), scripts) {
                Makes::Unknown => unknown = true,
                Makes::Refuse => return None,
                Makes::Look => mentioned = mentioned.or(Some(action.place())),
                Makes::Nothing => {}
            }
        }
        let names: Vec<&str> = self.all.iter().filter_map(|action| action.node.get("name")?.text()).collect();
        // One that runs and is not declared here is known to the tenant alone.
        unknown |= self.bound.iter().flatten().any(|name| !names.contains(name));
        match mentioned {
            _ if unknown => None,
            Some(place) => Some(("not-refused", place)),
            None => Some(("no-action", self.place)),
        }
    }
}

/// What an Action makes of a login without a `code_challenge`.
enum Makes {
    Unknown,
    /// It refuses it.
    Refuse,
    /// It looks whether there is one, and refuses nothing.
    Look,
    Nothing,
}

impl Action<'_> {
    fn place(&self) -> Place {
        self.node.get("name").map_or(self.node.place, |name| name.place)
    }

    fn makes(&self, bound: Option<&[&str]>, scripts: &Scripts<'_>) -> Makes {
        if !self.node.is_map() {
            return Makes::Unknown;
        }
        let Some(runs) = self.runs(bound) else { return Makes::Unknown };
        if !runs {
            return Makes::Nothing;
        }
        let Some(code) = self.code(scripts) else { return Makes::Unknown };
        let code = without_comments(code);
        match (code.contains("code_challenge"), code.contains("access.deny")) {
            (true, true) => Makes::Refuse,
            (true, false) => Makes::Look,
            (false, _) => Makes::Nothing,
        }
    }

    /// Whether it runs at the login, where that is known.
    fn runs(&self, bound: Option<&[&str]>) -> Option<bool> {
        let triggers = self.node.get("supported_triggers");
        let ids: Option<Vec<&str>> = match triggers {
            None => Some(Vec::new()),
            Some(node) if matches!(node.value, Value::List(_)) => {
                node.items().iter().map(|trigger| trigger.get("id")?.text()).collect()
            }
            Some(_) => None,
        };
        let deployed = match self.node.get("deployed").map(|node| &node.value) {
            Some(Value::Bool(deployed)) => *deployed,
            None => true,
            Some(_) => return None,
        };
        let is_bound = match bound {
            Some(names) => names.contains(&self.node.get("name")?.text()?),
            None => true,
        };
        Some(ids?.contains(&"post-login") && deployed && is_bound)
    }

    /// Its code: written in place, or in the file that it names.
    fn code<'s>(&'s self, scripts: &Scripts<'s>) -> Option<&'s str> {
        let code = self.node.get("code")?.text()?;
        if code.contains('\n') || !code.ends_with(".js") {
            return Some(code);
        }
        let mut path: Vec<&str> = self.folder.split('/').collect();
        for part in code.split('/') {
            match part {
                "." | "" => {}
                ".." => drop(path.pop()),
                part => path.push(part),
            }
        }
        path.retain(|part| !part.is_empty());
        scripts.get(path.join("/").as_str()).map(|source| source.text.as_str())
    }
}

/// Code without its comments. What stands in quotes is none, and quotes end with their line at the latest.
fn without_comments(code: &str) -> String {
    let mut plain = String::with_capacity(code.len());
    let mut rest = code;
    let mut quote: Option<char> = None;
    while let Some(character) = rest.chars().next() {
        let mut length = character.len_utf8();
        match (quote, character) {
            (Some(_), '\\') => length += rest[1..].chars().next().map_or(0, char::len_utf8),
            (Some(open), _) if character == open || (character == '\n' && open != '`') => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(character),
            (None, '/') if rest.starts_with("//") => {
                rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
                continue;
            }
            (None, '/') if rest.starts_with("/*") => {
                rest = &rest[rest[2..].find("*/").map_or(rest.len(), |end| end + 4)..];
                continue;
            }
            (None, _) => {}
        }
        plain.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::without_comments;

    #[test]
    fn what_stands_in_quotes_is_no_comment() {
        for (code, plain) in [
            ("a // b\nc", "a \nc"),
            ("a /* b\n */ c /* d", "a  c "),
            ("'http://x' // y", "'http://x' "),
            ("\"\\\"//\" + `//\n'` // z", "\"\\\"//\" + `//\n'` "),
            ("/'/.test(x)\n// y", "/'/.test(x)\n"),
            ("é // ü\\", "é "),
            ("'\\", "'\\"),
        ] {
            assert_eq!(without_comments(code), plain, "{code}");
        }
    }
}
