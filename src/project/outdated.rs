//! Fields that a Terraform provider has given up: old where the configuration takes no version that still has them.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::client::{Datum, Definition, Fact};
use crate::config::Config;
use crate::providers::Provider;
use crate::resolve::terraform::{self, TerraformFile};
use crate::vocabulary::Attribute;

/// The directories that take no older versions of providers.
pub(super) struct Outdated<'a> {
    /// Which provider, the version from which fields of it are old, and the directories that take none before.
    demanding: Vec<(&'a str, String, BTreeSet<&'a str>)>,
}

impl<'a> Outdated<'a> {
    /// What the files demand.
    pub(super) fn new(files: &'a [TerraformFile<'_>], config: &'a Config) -> Self {
        let versions = |provider: &'a Provider| -> BTreeSet<[u64; 2]> {
            provider.table.deprecated.iter().filter_map(|row| row.since).collect()
        };
        let demanded = |provider: &'a Provider, [major, minor]: [u64; 2]| {
            let directories = terraform::demanding(files, &provider.id, [major, minor]);
            (provider.id.as_str(), format!("{major}.{minor}"), directories)
        };
        let of_provider = |provider: &'a Arc<Provider>| {
            versions(provider).into_iter().map(move |since| demanded(provider, since))
        };
        Self { demanding: config.providers.iter().flat_map(of_provider).collect() }
    }

    /// Takes from the old fields of a definition those that an allowed version still has.
    pub(super) fn settle(&self, definition: &mut Definition, origin: &terraform::Resource) {
        let Some(fact) = definition.facts.get(&Attribute::DEPRECATED_FIELDS) else { return };
        let provider = definition.text(Attribute::PROVIDER).unwrap_or_default();
        let is_demanded = |since: &str| {
            self.demanding.iter().any(|(of, version, directories)| {
                *of == provider
                    && version == since
                    && (directories.contains(origin.directory.as_str())
                        || directories.contains(origin.root.as_str()))
            })
        };
        let is_old = |item: &&Fact| {
            let Datum::Map(parts) = &item.datum else { return true };
            let since = parts.iter().find(|(name, _)| name == "since");
            since.and_then(|(_, fact)| fact.datum.text()).is_none_or(is_demanded)
        };
        let items = fact.datum.items().iter().filter(is_old).cloned().collect();
        let fact = Fact { datum: Datum::List(items), basis: fact.basis.clone() };
        definition.facts.insert(Attribute::DEPRECATED_FIELDS, fact);
    }
}
