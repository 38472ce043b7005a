//! The JSON Schema of `clientlint.toml`, made from the structs that read it.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::written::Written;
use crate::rule::Rule;

/// The schema, with the ids of the rules that are there.
pub fn schema(rules: &[Arc<Rule>]) -> Json {
    let mut schema = schemars::schema_for!(Written).to_value();
    without_null(&mut schema);
    let of_rules = schema.pointer_mut("/properties/rules").and_then(Json::as_object_mut);
    if let Some(of_rules) = of_rules {
        let setting = of_rules.get("additionalProperties").cloned().unwrap_or_default();
        let one = |rule: &Arc<Rule>| {
            let mut setting = setting.clone();
            if let Json::Object(map) = &mut setting {
                map.insert("description".to_owned(), Json::from(rule.text.summary.as_str()));
            }
            (rule.id.clone(), setting)
        };
        // Rules of one's own have ids that are not here.
        of_rules.insert("properties".to_owned(), Json::Object(rules.iter().map(one).collect::<Map<_, _>>()));
    }
    schema
}

/// TOML has no null: what may be absent is no other value for that.
fn without_null(schema: &mut Json) {
    match schema {
        Json::Object(map) => {
            if map.get("default").is_some_and(Json::is_null) {
                map.remove("default");
            }
            if let Some(Json::Array(types)) = map.get_mut("type") {
                types.retain(|name| name != "null");
                if let [one] = types.as_slice() {
                    let one = one.clone();
                    map.insert("type".to_owned(), one);
                }
            }
            if let Some(Json::Array(ways)) = map.get_mut("anyOf") {
                ways.retain(|way| way["type"] != "null");
                if let [Json::Object(one)] = ways.as_slice() {
                    let one = one.clone();
                    map.remove("anyOf");
                    map.extend(one);
                }
            }
            map.values_mut().for_each(without_null);
        }
        Json::Array(list) => list.iter_mut().for_each(without_null),
        _ => {}
    }
}
