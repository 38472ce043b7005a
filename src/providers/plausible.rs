//! How much speaks for a map being an object of a kind: not that its keys are called so, but that what stands under
//! them is what an object has there. `callbacks: onLoad` in some other program's settings says nothing.

use super::paths::entry_at;
use super::provider::Provider;
use super::spelling::Spelling;
use super::table::Shape;
use crate::secret;
use crate::tree::{Node, Piece, Value};
use crate::vocabulary::{Attribute, Holds, Kind};

/// Points for each known value that is as it should be: two for a flag or a list, which nothing but such objects has
/// under these keys; one for a word, since words also stand in environments and in translations. Two for a secret of an
/// application that looks like one.
pub(super) fn plausibility(provider: &Provider, kind: Kind, shape: &Shape, node: &Node) -> usize {
    if matches!(kind, Kind::AppConfig | Kind::DeployConfig) {
        let generated = |node: &Node| secret::text(node).is_some_and(secret::is_generated);
        let entries = node.entries().iter();
        return 2 * entries
            .filter(|entry| secret::is_secret_key(&entry.key) && generated(&entry.value))
            .count();
    }
    let paths = provider.paths(kind, shape);
    paths
        .iter()
        .filter_map(|(attribute, paths)| {
            let entry = paths.iter().find_map(|path| entry_at(node, path))?;
            let enums = provider.table.enums.get(kind.name());
            // Tables name fields as they are spelled in the provider's own interface.
            let plain = provider.paths.get(&(kind, Spelling::AsWritten)).map_or(&[][..], Vec::as_slice);
            let allowed = plain.iter().find(|(other, _)| other == attribute);
            let allowed = allowed.and_then(|(_, paths)| paths.iter().find_map(|path| enums?.get(path)));
            let is_word = |node: &Node| {
                allowed.is_some_and(|allowed| {
                    node.text().is_some_and(|text| allowed.values.iter().any(|word| word == text))
                })
            };
            Some(match (attribute.meaning().holds, &entry.value.value) {
                (Holds::Flag, Value::Bool(_)) => 2,
                (Holds::Uris, Value::List(items)) if items.iter().any(is_uri) => 2,
                (Holds::Texts, Value::List(items)) if items.iter().any(is_word) => 2,
                (Holds::Text, Value::Text(_)) if is_word(&entry.value) => 1,
                (Holds::Text, Value::Text(_) | Value::Template(_))
                    if *attribute == Attribute::CLIENT_NAME =>
                {
                    1
                }
                _ => 0,
            })
        })
        .sum()
}

fn is_uri(node: &Node) -> bool {
    match &node.value {
        Value::Text(text) => text.contains(':') || text.contains('/'),
        Value::Template(pieces) => pieces.iter().any(|piece| matches!(piece, Piece::Hole(_))),
        _ => false,
    }
}
