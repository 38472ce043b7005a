//! What may be written where the cursor is: names of attributes, their values, ids of rules.

use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionParams, CompletionTextEdit, Documentation, Range, TextEdit,
};

use super::documents::Document;
use super::place::Place;
use super::session::Session;
use crate::config::Config;
use crate::providers::{Field, Provider, Shape};
use crate::vocabulary::{Holds, Kind};

impl Session<'_> {
    /// What may be written at a position. The text is not analysed anew for it: it is being typed.
    pub(super) fn completions(&mut self, params: &CompletionParams) -> Vec<CompletionItem> {
        let at = &params.text_document_position;
        let Some(document) = self.documents.get(&at.text_document.uri) else { return Vec::new() };
        let Some(config) = self.workspace.config(&document.path) else { return Vec::new() };
        let byte = document.text.offset(at.position);
        if let Some(start) = rule_named(document, byte) {
            let range = document.text.range(start..byte);
            return config
                .rules
                .iter()
                .map(|rule| item(rule.id.clone(), CompletionItemKind::REFERENCE, &rule.text.summary, range))
                .collect();
        }
        let Some(syntax) = Syntax::of(document) else { return Vec::new() };
        let place = Place::of(document.text.as_str(), byte, syntax == Syntax::Yaml);
        let Some((provider, shape)) = self.shape(document, byte, &config, syntax) else { return Vec::new() };
        let fields = provider.fields(Kind::Client, shape);
        let range = document.text.range(place.word..byte);
        match &place.key {
            Some(key) => values(&fields, key, &place, syntax, range),
            None => names(&fields, &place, syntax, range),
        }
    }

    /// The shape of the client in which a byte lies, else the usual one of the syntax.
    fn shape<'a>(
        &self,
        document: &Document,
        byte: usize,
        config: &'a Config,
        syntax: Syntax,
    ) -> Option<(&'a Provider, &'a Shape)> {
        let line = document.text.position(byte).line + 1;
        let known = self.workspace.of(&document.path);
        let client = known.as_ref().and_then(|known| {
            let here = |client: &&std::sync::Arc<crate::finding::ClientSummary>| {
                *client.path == *known.shown && client.line <= line
            };
            known.report.clients.iter().rfind(here)
        });
        let named = |provider: &str, shape: &str| {
            let provider = config.providers.iter().find(|known| known.id == provider)?;
            Some((&**provider, provider.table.shapes.iter().find(|known| known.id == shape)?))
        };
        client
            .and_then(|client| named(&client.provider, &client.shape))
            .or_else(|| named("auth0", syntax.usual_shape()))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Syntax {
    Yaml,
    Json,
    Hcl,
}

impl Syntax {
    fn of(document: &Document) -> Option<Self> {
        match document.path.extension()?.to_str()? {
            "yaml" | "yml" => Some(Self::Yaml),
            "json" => Some(Self::Json),
            "tf" | "tofu" => Some(Self::Hcl),
            _ => None,
        }
    }

    fn usual_shape(self) -> &'static str {
        match self {
            Self::Yaml => "deploy-yaml",
            Self::Json => "deploy-json",
            Self::Hcl => "terraform",
        }
    }

    fn quote(self, text: &str) -> String {
        match self {
            Self::Yaml => text.to_owned(),
            Self::Json | Self::Hcl => format!("\"{text}\""),
        }
    }
}

/// Where the id of a rule begins that is being written before a byte; `None` where none is.
fn rule_named(document: &Document, byte: usize) -> Option<usize> {
    let text = document.text.as_str();
    let line = document.text.line(document.text.position(byte).line as usize);
    let before = text.get(line.start..byte)?;
    let start = before.rfind(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).map_or(0, |at| at + 1);
    let inside = match before.rfind("clientlint:") {
        Some(at) => {
            let said = &before[at..];
            let open = said.rfind('[');
            open.is_some_and(|open| {
                said[..open].trim_end_matches("-file").ends_with("ignore") && !said[open..].contains(']')
            })
        }
        None => {
            super::configuration::is_configuration(document)
                && before[..start].ends_with(['"', '\'', '.', '['])
        }
    };
    inside.then_some(line.start + start)
}

fn values(
    fields: &[Field<'_>],
    key: &str,
    place: &Place,
    syntax: Syntax,
    range: Range,
) -> Vec<CompletionItem> {
    let path = |path: &str| match path.rsplit_once('.') {
        Some((outer, last)) => {
            last == key && place.above.last().map(String::as_str) == outer.rsplit('.').next()
        }
        None => path == key,
    };
    let mut items = Vec::new();
    for field in fields.iter().filter(|field| field.paths.iter().any(|at| path(at))) {
        let says = field.attribute.meaning().says;
        let is_flag = field.attribute.meaning().holds == Holds::Flag;
        let flags: &[&str] = if is_flag { &["true", "false"] } else { &[] };
        for value in field.values.iter().chain(flags) {
            let text = if is_flag || place.quoted { (*value).to_owned() } else { syntax.quote(value) };
            let item = item(text, CompletionItemKind::VALUE, says, range);
            items.push(CompletionItem {
                label: (*value).to_owned(),
                filter_text: Some((*value).to_owned()),
                ..item
            });
        }
    }
    items
}

fn names(fields: &[Field<'_>], place: &Place, syntax: Syntax, range: Range) -> Vec<CompletionItem> {
    let mut items: Vec<CompletionItem> = Vec::new();
    let outer = place.above.last().map_or("", String::as_str);
    let is_outer = |path: &str| path.split('.').next() == Some(outer);
    let nested = fields.iter().flat_map(|field| field.paths).any(|path| path.contains('.') && is_outer(path));
    for field in fields {
        for path in field.paths {
            let name = match path.split_once('.') {
                Some((_, rest)) if nested && is_outer(path) => rest.split('.').next(),
                None | Some(_) if nested => None,
                Some((first, _)) => Some(first),
                None => Some(path.as_str()),
            };
            let Some(name) = name.filter(|name| !name.contains(['[', '*'])) else { continue };
            if items.iter().any(|item| item.label == name) {
                continue;
            }
            let quoted = syntax == Syntax::Json && !place.quoted;
            let text = if quoted { syntax.quote(name) } else { name.to_owned() };
            let says = if path.contains('.') && !nested { "" } else { field.attribute.meaning().says };
            let item = item(text, CompletionItemKind::PROPERTY, says, range);
            items.push(CompletionItem { label: name.to_owned(), filter_text: Some(name.to_owned()), ..item });
        }
    }
    items
}

fn item(text: String, kind: CompletionItemKind, says: &str, range: Range) -> CompletionItem {
    CompletionItem {
        label: text.clone(),
        kind: Some(kind),
        documentation: (!says.is_empty()).then(|| Documentation::String(says.to_owned())),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text: text })),
        ..CompletionItem::default()
    }
}
