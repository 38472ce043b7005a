//! Terraform in JSON: configuration, plans and states.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use clientlint::formats::Parsed;
use clientlint::resolve::terraform::{
    Given, Inputs, Resource, TerraformFile, plan_resources, resources, state_resources,
};
use clientlint::source::{FileId, Place, Source, Span};
use clientlint::tree::{Entry, Node, Value};

/// A tree as the reader of JSON makes it, but for its places.
fn node(value: &serde_json::Value) -> Node {
    let place = Place { file: FileId(0), span: Span::new(0, 1) };
    let value = match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(flag) => Value::Bool(*flag),
        serde_json::Value::Number(number) => Value::Number(number.to_string()),
        serde_json::Value::String(text) => Value::Text(text.clone()),
        serde_json::Value::Array(items) => Value::List(items.iter().map(node).collect()),
        serde_json::Value::Object(fields) => Value::Map(
            fields
                .iter()
                .map(|(key, value)| Entry { key: key.clone(), key_place: place, value: node(value) })
                .collect(),
        ),
    };
    Node::new(place, value)
}

fn fixture(name: &str) -> (Source, Node) {
    let text = std::fs::read_to_string(format!("fixtures/terraform-plan/{name}")).unwrap();
    let tree = node(&serde_json::from_str(&text).unwrap());
    (Source::new(FileId(0), format!("infra/{name}"), None, text), tree)
}

fn addresses(resources: &[Resource]) -> Vec<&str> {
    resources.iter().map(|resource| resource.address.as_str()).collect()
}

fn reference<'r>(resources: &'r [Resource], address: &str, key: &str) -> Option<(&'r str, &'r str)> {
    let resource = resources.iter().find(|resource| resource.address == address).unwrap();
    let Value::Unknown(unknown) = &resource.body.get(key).unwrap().value else { panic!("{address}.{key}") };
    unknown.reference.as_ref().map(|reference| (reference.address.as_str(), reference.attribute.as_str()))
}

const ALL: [&str; 7] = [
    "terraform_data.credentials[\"spa\"]",
    "terraform_data.credentials[\"web.x\"]",
    "terraform_data.one",
    "terraform_data.single",
    "terraform_data.spa[\"spa\"]",
    "terraform_data.spa[\"web.x\"]",
    "module.m[0].terraform_data.inner",
];

#[test]
fn a_plan_gives_values_unknowns_and_references() {
    let (source, plan) = fixture("plan.json");
    let found = plan_resources(&source, &plan, &|_| true);
    assert_eq!(addresses(&found), ALL);
    assert_eq!(found[4].body.get("input").unwrap().get("alg").unwrap().text(), Some("HS256"));
    assert_eq!(found[4].directory, "infra");
    // What nobody writes of a new resource is left to the platform.
    assert!(found[2].body.get("id").is_none());
    let input = found[3].body.get("input").unwrap();
    assert_eq!(input.get("method").unwrap().text(), Some("none"));
    assert!(matches!(input.get("client_id").unwrap().value, Value::Unknown(_)));
    let refers = |address, key| reference(&found, address, key);
    assert_eq!(refers(ALL[0], "triggers_replace"), Some(("terraform_data.spa[\"spa\"]", "")));
    assert_eq!(refers(ALL[3], "triggers_replace"), Some(("terraform_data.spa[\"web.x\"]", "id")));
    assert_eq!(refers(ALL[6], "triggers_replace"), Some(("terraform_data.one", "id")));
    assert!(plan_resources(&source, &plan, &|kind| kind == "auth0_client").is_empty());
}

#[test]
fn what_a_plan_deletes_is_not_there() {
    let plan = serde_json::json!({ "resource_changes": [
        { "address": "a.gone", "mode": "managed", "type": "a", "name": "gone",
          "change": { "actions": ["delete"], "after": null } },
        { "address": "a.new", "mode": "managed", "type": "a", "name": "new",
          "change": { "actions": ["delete", "create"], "after": { "callbacks": ["x", null] },
                      "after_unknown": { "callbacks": [false, true], "jwt": [ { "alg": true } ], "id": true } } },
        { "address": "data.a.read", "mode": "data", "type": "a", "name": "read",
          "change": { "actions": ["read"], "after": {} } },
    ] });
    let found = plan_resources(&Source::new(FileId(0), "p", None, String::new()), &node(&plan), &|_| true);
    assert_eq!(addresses(&found), ["a.new"]);
    let callbacks = found[0].body.get("callbacks").unwrap().items();
    assert!(callbacks[0].text() == Some("x") && matches!(callbacks[1].value, Value::Unknown(_)));
}

#[test]
fn states_of_both_kinds_give_the_same() {
    let (source, state) = fixture("state.json");
    let shown = state_resources(&source, &state, &|_| true);
    let (source, state) = fixture("raw.tfstate");
    let raw = state_resources(&source, &state, &|_| true);
    let sorted = |found: &[Resource]| {
        let mut all: Vec<String> = addresses(found).into_iter().map(str::to_owned).collect();
        all.sort();
        all
    };
    assert_eq!(sorted(&shown), sorted(&raw));
    assert_eq!(shown.len(), ALL.len());
    let inner = raw.iter().find(|resource| resource.address == ALL[6]).unwrap();
    assert!(inner.body.get("id").unwrap().text().is_some());
}

#[test]
fn configuration_in_json_is_evaluated_like_hcl() {
    let configuration = serde_json::json!({
        "//": { "metadata": "generated" },
        "variable": { "alg": { "type": "string", "default": "HS256" }, "hosts": { "type": "list(string)" } },
        "locals": [ { "base": "https://${var.name}.example" } ],
        "resource": [ { "auth0_client": {
            "spa": { "//": "comment", "name": "Shop", "callbacks": ["${local.base}/cb", "http://localhost"],
                     "jwt_configuration": { "alg": "${var.alg}" } },
            "many": [ { "for_each": "${toset([\"a\", \"b\"])}", "name": "$${each} ${each.key}",
                        "dynamic": { "mobile": [ { "for_each": [1], "content": { "id": "${mobile.value}" } } ] } } ],
        } } ],
        "data": { "auth0_client": { "other": { "name": "x" } } },
    });
    let source = Source::new(FileId(0), "main.tf.json", None, configuration.to_string());
    let parsed = Parsed { documents: vec![node(&configuration)], ..Parsed::default() };
    let files = [TerraformFile { source: &source, directory: String::new(), parsed: &parsed }];
    let found = resources(&files, &Inputs::default(), &|_| true, &|_: &str| None);
    assert_eq!(found.problems, []);
    let found = found.resources;
    let mut names = addresses(&found);
    names.sort_unstable();
    assert_eq!(names, ["auth0_client.many[\"a\"]", "auth0_client.many[\"b\"]", "auth0_client.spa"]);
    let at = |address: &str| &found.iter().find(|resource| resource.address == address).unwrap().body;
    let spa = at("auth0_client.spa");
    assert_eq!(spa.get("jwt_configuration").unwrap().get("alg").unwrap().text(), Some("HS256"));
    assert!(matches!(spa.get("callbacks").unwrap().items()[0].value, Value::Template(_)));
    assert!(spa.get("//").is_none());
    let many = at("auth0_client.many[\"b\"]");
    assert_eq!(many.get("name").unwrap().text(), Some("${each} b"));
    assert!(
        matches!(&many.get("mobile").unwrap().get("id").unwrap().value, Value::Number(one) if one == "1")
    );
}

#[test]
fn values_from_the_command_line_win() {
    let text = "variable \"alg\" {\n  type = string\n}\nvariable \"urls\" {\n  type = list(string)\n}\nresource \"a\" \"x\" {\n  alg  = var.alg\n  urls = var.urls\n}\n";
    let sources = [
        Source::new(FileId(0), "main.tf", None, text.to_owned()),
        Source::new(FileId(1), "prod.tfvars", None, "alg = \"HS256\"\nurls = [\"file\"]\n".to_owned()),
    ];
    let parsed = sources.each_ref().map(|source| {
        use clientlint::formats::Format;
        clientlint::formats::hcl::Hcl.parse(source)
    });
    let files: Vec<TerraformFile<'_>> = sources
        .iter()
        .zip(&parsed)
        .map(|(source, parsed)| TerraformFile { source, directory: String::new(), parsed })
        .collect();
    let given = Given::Value("urls".to_owned(), "[\"given\", \"b\"]".to_owned());
    let inputs = Inputs { given: vec![Given::File("prod.tfvars".to_owned()), given.clone()] };
    let found = resources(&files, &inputs, &|_| true, &|_: &str| None).resources;
    assert_eq!(found[0].body.get("alg").unwrap().text(), Some("HS256"));
    assert_eq!(found[0].body.get("alg").unwrap().supplied.as_ref().unwrap().file, FileId(1));
    let urls: Vec<_> = found[0].body.get("urls").unwrap().items().iter().map(Node::text).collect();
    assert_eq!(urls, [Some("given"), Some("b")]);
    let inputs = Inputs { given: vec![given, Given::File("prod.tfvars".to_owned())] };
    let found = resources(&files, &inputs, &|_| true, &|_: &str| None).resources;
    assert_eq!(found[0].body.get("urls").unwrap().items()[0].text(), Some("file"));
}
