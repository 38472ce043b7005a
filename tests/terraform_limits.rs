//! Terraform projects that are made to exhaust whoever evaluates them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use clientlint::formats::hcl::Hcl;
use clientlint::formats::{Format, Parsed};
use clientlint::resolve::terraform::{Inputs, Resources, TerraformFile, resources};
use clientlint::source::{FileId, Source};
use clientlint::tree::{Node, Value};

fn evaluate(files: &[(&str, &str)]) -> Resources {
    let sources: Vec<Source> = files
        .iter()
        .enumerate()
        .map(|(at, (path, text))| {
            Source::new(FileId(u32::try_from(at).unwrap()), *path, None, (*text).to_owned())
        })
        .collect();
    let parsed: Vec<Parsed> = sources.iter().map(|source| Hcl.parse(source)).collect();
    let files: Vec<TerraformFile<'_>> = sources
        .iter()
        .zip(&parsed)
        .map(|(source, parsed)| TerraformFile {
            source,
            directory: source.path.rsplit_once('/').map_or("", |(directory, _)| directory).to_owned(),
            parsed,
        })
        .collect();
    let start = Instant::now();
    let found = resources(&files, &Inputs::default(), &|_| true, &|_: &str| None);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    found
}

fn value<'r>(found: &'r Resources, key: &str) -> &'r Node {
    found.resources[0].body.get(key).unwrap()
}

const RESOURCE: &str = "resource \"auth0_client\" \"x\" {\n  name = local.l60\n  alg = \"HS256\"\n}\n";

/// `l0` to `l<count>`, each made of the one before it.
fn chain(count: usize, first: &str, next: &str) -> String {
    let mut text = format!("locals {{\n  l0 = {first}\n");
    for at in 1..=count {
        let _ = writeln!(text, "  l{at} = {}", next.replace("LAST", &format!("local.l{}", at - 1)));
    }
    text + "}\n" + RESOURCE
}

#[test]
fn long_chains_of_locals_are_followed_or_unknown() {
    let found = evaluate(&[("main.tf", &chain(60, "\"x\"", "\"${LAST}!\""))]);
    assert!(value(&found, "name").text().is_some_and(|text| text.len() == 61));
    let text = chain(5000, "\"x\"", "try(upper(\"${LAST}!\"), \"\")").replace("local.l60", "local.l5000");
    let found = evaluate(&[("main.tf", &text)]);
    assert!(matches!(value(&found, "name").value, Value::Unknown(_) | Value::Template(_)));
    assert_eq!(value(&found, "alg").text(), Some("HS256"));
}

#[test]
fn what_doubles_again_and_again_becomes_unknown() {
    for (first, next) in [
        ("\"x\"", "\"${LAST}${LAST}\""),
        ("[\"x\"]", "concat(LAST, LAST)"),
        ("[\"x\"]", "[LAST, LAST]"),
        ("[\"x\"]", "flatten([LAST, LAST])"),
        ("{ a = 1 }", "{ a = LAST, b = LAST }"),
        ("[\"x\"]", "setproduct(LAST, [1, 2])"),
        ("[\"x\"]", "[for a in LAST : [for b in LAST : \"${a}${b}\"]][0]"),
        ("\"x\"", "jsonencode([LAST, LAST])"),
        ("\"x\"", "replace(LAST, \"x\", \"xx\")"),
        ("\"x\"", "join(LAST, [LAST, LAST])"),
        ("2", "LAST * LAST"),
        ("[\"x\"]", "LAST == LAST ? [LAST, LAST] : LAST"),
        ("var.nope", "[LAST, LAST]"),
        ("var.nope", "\"${LAST}${LAST}\""),
    ] {
        let found = evaluate(&[("main.tf", &chain(60, first, next))]);
        assert_eq!(value(&found, "alg").text(), Some("HS256"), "{next}");
    }
}

#[test]
fn great_numbers_of_instances_are_not_made() {
    let found = evaluate(&[("main.tf", "resource \"a\" \"x\" {\n  count = 1000000000\n}\n")]);
    assert_eq!(found.resources.len(), 1);
    let text = "locals {\n  a = range(1000)\n}\nresource \"a\" \"x\" {\n  for_each = toset([for p in setproduct(local.a, local.a, local.a) : jsonencode(p)])\n}\n";
    assert_eq!(evaluate(&[("main.tf", text)]).resources.len(), 1);
}

#[test]
fn modules_in_modules_come_to_an_end() {
    let mut files: Vec<(String, String)> = Vec::new();
    for level in 0..12 {
        let mut text = String::from("resource \"a\" \"x\" {\n  name = \"y\"\n}\n");
        for call in 0..10 {
            let next = level + 1;
            let _ = writeln!(text, "module \"m{call}\" {{\n  source = \"../m{next}\"\n  count = 3\n}}");
        }
        files.push((format!("m{level}/main.tf"), text));
    }
    let mut files: Vec<(&str, &str)> =
        files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let found = evaluate(&files);
    assert!(found.resources.len() > 1000);
    assert_eq!(found.problems.len(), 1, "said once");
    // A root that declares nothing itself.
    files.push(("live/main.tf", "module \"all\" {\n  source = \"../m0\"\n}\n"));
    let problems = evaluate(&files).problems;
    assert_eq!(problems.first().map(|problem| problem.place.file), Some(FileId(12)));
}

#[test]
fn expressions_as_deep_as_the_parser_allows_do_not_exhaust_the_stack() {
    for (open, close) in [
        ("[", "]"),
        ("(", ")"),
        ("{ a = ", " }"),
        ("upper(", ")"),
        ("try(", ", \"x\")"),
        ("\"a${", "}\""),
        ("true ? ", " : null"),
        ("[for x in [1] : ", "]"),
        ("{ for k, v in { a = 1 } : k => ", " }"),
        ("merge({}, { a = ", "}).a"),
        ("[", "][*][0]"),
    ] {
        for depth in [20, 31, 60] {
            let nested = format!("{}\"x\"{}", open.repeat(depth), close.repeat(depth));
            // Each local adds its own depth to that of the one that refers to it.
            let text = chain(60, &nested, &format!("{}LAST{}", open.repeat(depth), close.repeat(depth)));
            let found = evaluate(&[("main.tf", &text)]);
            if found.resources.is_empty() {
                continue; // deeper than the parser reads
            }
            assert_eq!(value(&found, "alg").text(), Some("HS256"), "{open} {depth}");
        }
    }
    let sum = format!("1{}", " + 1".repeat(120));
    let found = evaluate(&[("main.tf", &chain(60, &sum, "LAST + 1"))]);
    assert!(matches!(&value(&found, "name").value, Value::Number(_) | Value::Unknown(_)));
}

#[test]
fn nested_blocks_as_deep_as_the_parser_allows_do_not_exhaust_the_stack() {
    let open = "dynamic \"b\" {\n for_each = [1]\n content {\n";
    let text = format!("resource \"a\" \"x\" {{\n{}{}}}\n", open.repeat(30), "}\n}\n".repeat(30));
    assert_eq!(evaluate(&[("main.tf", &text)]).resources.len(), 1);
}

#[test]
fn a_thousand_clients_take_no_time() {
    let mut text = String::from("variable \"host\" {\n  default = \"app.example\"\n}\n");
    for at in 0..1000 {
        let _ = writeln!(
            text,
            "resource \"auth0_client\" \"c{at}\" {{\n  name = \"Client {at}\"\n  callbacks = concat([\"https://${{var.host}}/{at}\"], [for p in range(5) : \"http://localhost:${{p}}\"])\n}}\nresource \"auth0_client_credentials\" \"c{at}\" {{\n  client_id = auth0_client.c{at}.id\n}}"
        );
    }
    let start = Instant::now();
    let found = evaluate(&[("main.tf", &text)]);
    println!("{:?} for {} bytes", start.elapsed(), text.len());
    assert_eq!(found.resources.len(), 2000);
    let many = "variable \"n\" {\n  default = 5\n}\nlocals {\n  c = { for i in setproduct(range(70), range(70)) : \"c${i[0]}-${i[1]}\" => { name = \"n${i[0]}\" } }\n}\nresource \"a\" \"x\" {\n  for_each = local.c\n  name = each.value.name\n}\nresource \"b\" \"x\" {\n  for_each = local.c\n  id = a.x[each.key].id\n}\n";
    let start = Instant::now();
    assert_eq!(evaluate(&[("main.tf", many)]).resources.len(), 9800);
    println!("{:?} for 9800 instances", start.elapsed());
}

/// Texts with parts cut out, doubled and mixed, from the fixtures or from `CLIENTLINT_CORPUS`: no panic, and every
/// place lies within its text.
#[test]
fn damaged_texts_are_read_as_far_as_they_go() {
    let root = std::env::var("CLIENTLINT_CORPUS").unwrap_or_else(|_| "fixtures/terraform".to_owned());
    let files = walkdir::WalkDir::new(root).sort_by_file_name().into_iter().filter_map(Result::ok);
    let texts: Vec<String> = files
        .filter(|file| file.path().extension().is_some_and(|extension| extension == "tf"))
        .filter_map(|file| std::fs::read_to_string(file.path()).ok())
        .filter(|text| text.len() < 20_000)
        .collect();
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut below = move |bound: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(bound.max(1)).unwrap()).unwrap()
    };
    let rounds =
        std::env::var("CLIENTLINT_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(300);
    for _ in 0..rounds {
        let mut text: Vec<char> = texts[below(texts.len())].chars().collect();
        for _ in 0..=below(4) {
            let at = below(text.len());
            let end = (at + below(12)).min(text.len());
            match below(4) {
                0 => drop(text.drain(at..end)),
                1 => {
                    let part = text[at..end].to_vec();
                    text.splice(at..at, part.repeat(1 + below(3)));
                }
                2 => {
                    let other: Vec<char> = texts[below(texts.len())].chars().collect();
                    let from = below(other.len());
                    text.splice(at..at, other[from..(from + 30).min(other.len())].to_vec());
                }
                _ => {
                    let signs = [
                        '"', '{', '}', '[', ']', '$', '%', '\n', '\\', '(', '~', '.', '*', 'é', '\u{feff}',
                        '\0',
                    ];
                    text.insert(at, signs[below(signs.len())]);
                }
            }
            if text.is_empty() {
                text.push('a');
            }
        }
        let text: String = text.into_iter().collect();
        let source = Source::new(FileId(0), "main.tf", None, text.clone());
        let length = source.text.len();
        for problem in Hcl.parse(&source).problems {
            assert!(problem.place.span.end as usize <= length);
        }
        for resource in evaluate(&[("main.tf", &text)]).resources {
            inside(&resource.body, length);
        }
    }
}

fn inside(node: &Node, length: usize) {
    let places = [Some(node.place), node.supplied.as_deref().copied()];
    assert!(places.iter().flatten().all(|place| place.span.end as usize <= length));
    node.items().iter().for_each(|item| inside(item, length));
    node.entries().iter().for_each(|entry| inside(&entry.value, length));
}
