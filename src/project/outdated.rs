//! Fields that a Terraform provider has given up: old where the configuration takes no version that still has them.

use std::collections::{BTreeMap, BTreeSet};

use crate::client::{Datum, Definition, Fact};
use crate::config::Config;
use crate::resolve::terraform::{self, TerraformFile};
use crate::vocabulary::Attribute;

/// The directories that take no older versions of providers, by the version from which fields are old.
pub(super) struct Outdated<'a> {
    demanding: BTreeMap<String, BTreeSet<&'a str>>,
}

impl<'a> Outdated<'a> {
    /// What the files demand.
    pub(super) fn new(files: &'a [TerraformFile<'_>], config: &Config) -> Self {
        let mut demanding = BTreeMap::new();
        for provider in &config.providers {
            for [major, minor] in provider.table.deprecated.iter().filter_map(|row| row.since) {
                demanding
                    .entry(format!("{major}.{minor}"))
                    .or_insert_with(|| terraform::demanding(files, &provider.id, [major, minor]));
            }
        }
        Self { demanding }
    }

    /// Takes from the old fields of a definition those that an allowed version still has.
    pub(super) fn settle(&self, definition: &mut Definition, origin: &terraform::Resource) {
        let is_old = |item: &Fact| {
            let Datum::Map(parts) = &item.datum else { return true };
            let since =
                parts.iter().find(|(name, _)| name == "since").and_then(|(_, fact)| fact.datum.text());
            since.is_none_or(|since| {
                let own = [origin.directory.as_str(), &origin.root];
                self.demanding
                    .get(since)
                    .is_some_and(|demanding| own.iter().any(|own| demanding.contains(own)))
            })
        };
        let Some(fact) = definition.facts.get(&Attribute::DEPRECATED_FIELDS) else { return };
        let items: Vec<Fact> = definition
            .items(Attribute::DEPRECATED_FIELDS)
            .iter()
            .filter(|item| is_old(item))
            .cloned()
            .collect();
        let fact = Fact { datum: Datum::List(items), basis: fact.basis.clone() };
        definition.facts.insert(Attribute::DEPRECATED_FIELDS, fact);
    }
}
