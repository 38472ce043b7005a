//! Layouts of the organisation's own: provider tables with the files that they are for.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::providers::{self, Provider, Table};
use crate::suggest::did_you_mean;

/// A layout of the organisation's own: a provider table with the files that it is for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Layout {
    /// What it is called.
    pub(super) name: String,
    /// The files that it is for; they are read whatever they hold. Without it any file that has the path.
    #[serde(default)]
    pub(super) files: Vec<String>,
    /// Where clients stand in the document: `apps[]` for the items of a list, `apps{}` for the values of a map.
    pub(super) clients: String,
    /// Whose platform they are deployed to: its defaults and rules apply.
    #[serde(default)]
    pub(super) platform: Option<String>,
    /// How the clients are created.
    #[serde(default)]
    pub(super) channel: Option<String>,
    /// Where attributes stand in a client.
    #[serde(default)]
    pub(super) attributes: BTreeMap<String, providers::OneOrMore>,
    /// For an attribute: what its values are called in the platform's words.
    #[serde(default)]
    pub(super) values: BTreeMap<String, BTreeMap<String, String>>,
}

impl Layout {
    /// The provider table that the layout stands for.
    pub(super) fn provider(&self, builtin: &[Arc<Provider>]) -> Result<Provider, String> {
        let platform = self.platform.as_deref().unwrap_or("auth0");
        let Some(base) = builtin.iter().find(|provider| provider.id == platform) else {
            let hint = did_you_mean(platform, builtin.iter().map(|provider| provider.id.as_str()));
            return Err(format!("layout `{}`: there is no platform `{platform}`{hint}", self.name));
        };
        let mut table = Table { furniture: Vec::new(), ..base.table.clone() };
        let mut attributes = base.table.attributes.get("client").cloned().unwrap_or_default();
        attributes.extend(self.attributes.clone());
        table.attributes = BTreeMap::from([("client".to_owned(), attributes)]);
        for (attribute, values) in &self.values {
            table.values.entry(attribute.clone()).or_default().extend(values.clone());
        }
        table.shapes = vec![providers::Shape::in_house(&self.clients, self.channel.clone())];
        let mut provider = Provider::new(self.name.clone(), table)?;
        provider.platform = Some(platform.to_owned());
        Ok(provider)
    }
}
