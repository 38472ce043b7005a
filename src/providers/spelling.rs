//! How a form spells what the table has in the spelling of the provider's own interface: keys and words.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;

use super::provider::Provider;
use super::table::{OneOrMore, Shape, Table};
use crate::vocabulary::{Attribute, Kind};

/// How keys are spelt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum Spelling {
    /// As in the table.
    #[default]
    AsWritten,
    /// In camelCase where the table has `snake_case` or `kebab-case`.
    Camel,
}

/// What a form spells otherwise than the table.
#[derive(Clone, Debug, Default)]
pub(super) struct Own {
    /// Where attributes stand, by kind of object, where it is not where the table says.
    paths: BTreeMap<Kind, Vec<(Attribute, Vec<String>)>>,
    /// The table's words for a form's own, by the table's path of the field.
    words: BTreeMap<String, BTreeMap<String, String>>,
}

impl Spelling {
    /// A path or word of the table in this spelling.
    pub(super) fn spell(self, text: &str) -> Cow<'_, str> {
        if self == Self::AsWritten {
            return Cow::Borrowed(text);
        }
        let mut spelt = String::with_capacity(text.len());
        let mut upper = false;
        for character in text.chars() {
            match character {
                '_' | '-' => upper = true,
                character if upper => {
                    spelt.push(character.to_ascii_uppercase());
                    upper = false;
                }
                character => spelt.push(character),
            }
        }
        Cow::Owned(spelt)
    }
}

impl Own {
    /// What a shape of a table spells otherwise.
    ///
    /// # Errors
    ///
    /// Says which word of the table is wrong.
    pub(super) fn of(id: &str, shape: &Shape, table: &Table) -> Result<Self, String> {
        let mut own = Self::default();
        for (name, attributes) in &shape.attributes {
            let kind = Kind::named(name).ok_or_else(|| format!("{id}: `{name}` is no kind"))?;
            let mut all = table.attributes.get(name).cloned().unwrap_or_default();
            for paths in all.values_mut() {
                let spelt = paths.each().iter().map(|path| shape.spelling.spell(path).into_owned());
                *paths = OneOrMore::More(spelt.collect());
            }
            all.extend(attributes.iter().map(|(name, paths)| (name.clone(), paths.clone())));
            own.paths.insert(kind, attributes_at(id, &all, Spelling::AsWritten)?);
        }
        for path in &shape.camel_values {
            let enums = table.enums.values().filter_map(|fields| fields.get(path));
            let words = enums.flat_map(|allowed| &allowed.values);
            own.words
                .entry(path.clone())
                .or_default()
                .extend(words.map(|word| (Spelling::Camel.spell(word).into_owned(), word.clone())));
        }
        for (path, words) in &shape.values {
            own.words.entry(path.clone()).or_default().extend(words.clone());
        }
        Ok(own)
    }
}

/// Where attributes stand, as a table says it, in a spelling.
///
/// # Errors
///
/// Says which word is no attribute.
pub(super) fn attributes_at(
    id: &str,
    attributes: &BTreeMap<String, OneOrMore>,
    spelling: Spelling,
) -> Result<Vec<(Attribute, Vec<String>)>, String> {
    let at = |(name, paths): (&String, &OneOrMore)| {
        let attribute = Attribute::named(name).ok_or_else(|| format!("{id}: `{name}` is no attribute"))?;
        Ok((attribute, paths.each().iter().map(|path| spelling.spell(path).into_owned()).collect()))
    };
    attributes.iter().map(at).collect()
}

impl Provider {
    /// Where attributes of a kind of objects stand in a form.
    pub(super) fn paths<'a>(&'a self, kind: Kind, shape: &'a Shape) -> &'a [(Attribute, Vec<String>)] {
        let own = shape.own.paths.get(&kind);
        own.or_else(|| self.paths.get(&(kind, shape.spelling))).map_or(&[], Vec::as_slice)
    }

    /// The paths at which a form has a field of the table.
    pub(super) fn spelt<'a>(
        &'a self,
        kind: Kind,
        shape: &'a Shape,
        path: &'a str,
    ) -> impl Iterator<Item = Cow<'a, str>> {
        let own = shape.own.paths.get(&kind).and_then(|paths| {
            let attribute = self.attribute_at(kind, path)?;
            paths.iter().find(|(other, _)| *other == attribute)
        });
        let spelt = own.is_none().then(|| shape.spelling.spell(path));
        let own = own.into_iter().flat_map(|(_, paths)| paths).map(|path| Cow::Borrowed(path.as_str()));
        own.chain(spelt)
    }

    /// What a form's own words for an attribute mean in the table's, if it has some.
    pub(super) fn words<'a>(
        &'a self,
        kind: Kind,
        shape: &'a Shape,
        attribute: Attribute,
    ) -> Option<&'a BTreeMap<String, String>> {
        let fields = self.paths.get(&(kind, Spelling::AsWritten)).filter(|_| !shape.own.words.is_empty());
        let own = fields
            .into_iter()
            .flatten()
            .find(|(other, _)| *other == attribute)
            .and_then(|(_, paths)| paths.iter().find_map(|path| shape.own.words.get(path)));
        own.or_else(|| self.table.values.get(attribute.name()))
    }

    /// The table's word for one that a form has in a field.
    pub(super) fn word<'a>(&self, shape: &'a Shape, path: &str, text: &'a str) -> &'a str {
        shape.own.words.get(path).and_then(|words| words.get(text)).map_or(text, String::as_str)
    }

    /// The attribute that stands at a path of the table.
    fn attribute_at(&self, kind: Kind, path: &str) -> Option<Attribute> {
        let fields = self.paths.get(&(kind, Spelling::AsWritten))?;
        fields.iter().find(|(_, paths)| paths.iter().any(|known| known == path)).map(|(found, _)| *found)
    }
}

#[cfg(test)]
mod tests {
    use super::Spelling;

    #[test]
    fn camel_case_has_no_separators() {
        assert_eq!(
            Spelling::Camel.spell("jwt_configuration.lifetime_in_seconds"),
            "jwtConfiguration.lifetimeInSeconds"
        );
        assert_eq!(Spelling::Camel.spell("non-rotating"), "nonRotating");
        assert_eq!(Spelling::Camel.spell("fapi1_adv_pkj_par"), "fapi1AdvPkjPar");
        assert_eq!(Spelling::AsWritten.spell("app_type"), "app_type");
    }
}
