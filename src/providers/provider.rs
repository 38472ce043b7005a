//! Providers, ready to be used: their tables with the words in them looked up.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use serde_json::Value as Json;

use super::spelling::{Own, Spelling, attributes_at};
use super::table::{Default, Table, Test};
use crate::client::{Basis, Datum, Fact};
use crate::vocabulary::{Attribute, Kind};

/// A provider: who serves the clients, and how its documents look.
#[derive(Clone, Debug)]
pub struct Provider {
    /// Its id: the name of its file.
    pub id: String,
    /// Its table.
    pub table: Table,
    /// Where attributes stand, by kind of object and spelling.
    pub(super) paths: BTreeMap<(Kind, Spelling), Vec<(Attribute, Vec<String>)>>,
    /// For a layout of an organisation's own: the provider whose platform it is deployed to.
    pub platform: Option<String>,
    /// What the platform fills in, its words looked up.
    pub defaults: Vec<DefaultRow>,
}

/// A row of what the platform fills in.
#[derive(Clone, Debug)]
pub struct DefaultRow {
    /// For which kind of definitions.
    pub on: Kind,
    /// Attributes and the words that fit: `absent` for what is not written, `any` for any text.
    pub when: Vec<(Attribute, Vec<String>)>,
    /// What is filled in.
    pub set: Vec<(Attribute, Arc<Fact>)>,
}

/// The providers that come with the program, in the order in which they are tried. They are made once.
///
/// # Errors
///
/// Says which table is wrong.
pub fn builtin() -> Result<&'static [Arc<Provider>], String> {
    static PROVIDERS: OnceLock<Result<Vec<Arc<Provider>>, String>> = OnceLock::new();
    let provider = |line: &str| {
        let (id, table) = serde_json::from_str(line).map_err(|error| format!("provider tables: {error}"))?;
        Provider::new(id, table).map(Arc::new)
    };
    let read = || include_str!(concat!(env!("OUT_DIR"), "/providers.jsonl")).lines().map(provider).collect();
    PROVIDERS.get_or_init(read).as_deref().map_err(Clone::clone)
}

impl Provider {
    /// A provider of a table, its named lists put in and its words checked.
    ///
    /// # Errors
    ///
    /// Says which word is wrong.
    pub fn new(id: String, mut table: Table) -> Result<Self, String> {
        let words = std::mem::take(&mut table.words);
        for shape in &mut table.shapes {
            expand(&mut shape.document, &words)?;
            for objects in shape.objects.iter_mut().chain(&mut shape.parts) {
                expand(&mut objects.when, &words)?;
                objects.partial.iter_mut().try_for_each(|test| expand(test, &words))?;
            }
            shape.check().map_err(|wrong| format!("{id}: shape `{}`: {wrong}", shape.id))?;
        }
        for listed in table.secrets.values_mut() {
            put_in(listed, &words)?;
        }
        table.words = words;
        let written = table.written.values().flat_map(BTreeMap::keys);
        for attribute in table.values.keys().chain(written).chain(&table.single) {
            Attribute::named(attribute).ok_or_else(|| format!("{id}: `{attribute}` is no attribute"))?;
        }
        for at in 0..table.shapes.len() {
            let own = Own::of(&id, &table.shapes[at], &table)?;
            table.shapes[at].own = own;
        }
        let mut paths = BTreeMap::new();
        for (kind, attributes) in &table.attributes {
            let kind = Kind::named(kind).ok_or_else(|| format!("{id}: `{kind}` is no kind"))?;
            for spelling in [Spelling::AsWritten, Spelling::Camel] {
                paths.insert((kind, spelling), attributes_at(&id, attributes, spelling)?);
            }
        }
        let defaults = table.defaults.iter().map(|row| default_row(&id, row)).collect::<Result<_, _>>()?;
        Ok(Self { id, table, paths, platform: None, defaults })
    }
}

fn default_row(id: &str, row: &Default) -> Result<DefaultRow, String> {
    let named =
        |name: &String| Attribute::named(name).ok_or_else(|| format!("{id}: `{name}` is no attribute"));
    let basis = Basis::Default(row.says.as_str().into());
    let fact = |json: &Json| fact_of(json, &basis).ok_or_else(|| format!("{id}: a default is no map"));
    Ok(DefaultRow {
        on: row.on.as_deref().and_then(Kind::named).unwrap_or(Kind::Client),
        when: row
            .when
            .iter()
            .map(|(name, words)| Ok((named(name)?, words.each().to_vec())))
            .collect::<Result<_, String>>()?,
        set: row
            .set
            .iter()
            .map(|(name, json)| Ok((named(name)?, Arc::new(fact(json)?))))
            .collect::<Result<_, String>>()?,
    })
}

fn fact_of(json: &Json, basis: &Basis) -> Option<Fact> {
    let datum = match json {
        Json::Bool(flag) => Datum::Flag(*flag),
        Json::Number(number) => Datum::Number(number.to_string()),
        Json::String(text) => Datum::from_text(text),
        Json::Array(items) => {
            Datum::List(items.iter().map(|item| fact_of(item, basis)).collect::<Option<_>>()?)
        }
        Json::Null | Json::Object(_) => return None,
    };
    Some(Fact { datum, basis: basis.clone() })
}

/// Puts named lists into the lists of a test.
fn expand(test: &mut Test, words: &BTreeMap<String, Vec<String>>) -> Result<(), String> {
    let lists =
        [&mut test.has, &mut test.lacks, &mut test.any, &mut test.also, &mut test.only, &mut test.holds];
    lists.into_iter().try_for_each(|list| put_in(list, words))?;
    // Most keys are no patterns, and found at once.
    test.any_like.extend(test.any.extract_if(.., |key| key.contains('*')));
    Ok(())
}

/// Puts named lists in for `=name`.
fn put_in(list: &mut Vec<String>, words: &BTreeMap<String, Vec<String>>) -> Result<(), String> {
    let mut full = Vec::with_capacity(list.len());
    for word in list.drain(..) {
        match word.strip_prefix('=') {
            Some(name) => {
                full.extend(words.get(name).ok_or_else(|| format!("no list `{name}`"))?.iter().cloned());
            }
            None => full.push(word),
        }
    }
    *list = full;
    Ok(())
}
