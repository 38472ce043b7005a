//! What every format must hold: exact places, problems instead of failures, no panic and no long wait.
//!
//! Beside each `fixtures/formats/x.yaml` stands `x.yaml.tree`, the tree that it must give.
//! `UPDATE=1 cargo test --test formats` rewrites those; read the difference.

#![allow(unreachable_pub, clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod dump;
mod places;
mod random;
mod speed;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clientlint::formats::{Parsed, by_extension};
use clientlint::problem::Code;
use clientlint::source::{FileId, Source};
use clientlint::tree::{Entry, Node, Value};

use dump::dump;
use places::{check_bounds, check_places};
use random::{Random, boundary, generate};

#[test]
fn fixtures_give_the_trees_beside_them() {
    let mut wrong = Vec::new();
    for path in fixtures() {
        let source = read(&path);
        let dump = dump(&source, &parse(&source));
        let expected = path.with_file_name(format!("{}.tree", file_name(&path)));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&expected, &dump).unwrap();
        } else if std::fs::read_to_string(&expected).unwrap_or_default().replace('\r', "") != dump {
            wrong.push(format!("{}:\n{dump}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn places_are_exact_in_all_fixtures() {
    for path in fixtures() {
        let source = read(&path);
        check_places(&source, &parse(&source));
        let windows = with_text(&source, source.text.replace('\n', "\r\n"));
        check_places(&windows, &parse(&windows));
    }
}

#[test]
fn line_ends_and_byte_order_marks_change_no_value() {
    for path in fixtures() {
        let source = read(&path);
        let windows = with_text(&source, source.text.replace('\n', "\r\n"));
        let marked = with_text(&source, format!("\u{feff}{}", source.text));
        let [plain, windows, marked] = [&source, &windows, &marked]
            .map(|source| parse(source).documents.iter().map(values).collect::<Vec<_>>().join("\n"));
        assert_eq!(plain, windows, "{}", path.display());
        assert_eq!(plain, marked, "{}", path.display());
    }
}

#[test]
fn nothing_written_is_no_document_and_no_problem() {
    for extension in EXTENSIONS {
        let comment = if extension == "json" { "// nothing\n/* at all */" } else { "# nothing\n" };
        for text in ["", "\n", " \r\n\r\n", comment, "\u{feff}"] {
            let parsed = parse_text(extension, text);
            assert!(parsed.documents.is_empty() && parsed.problems.is_empty(), "{extension} {text:?}");
        }
    }
}

#[test]
fn deep_nesting_is_a_problem_and_no_crash() {
    let everywhere = ["[", "{\"a\":", "- ", "? ", "{", "[[", "&a [", "<<: [", "a: {"];
    let cases = EXTENSIONS.iter().flat_map(|extension| everywhere.map(|part| (*extension, part)));
    for (extension, part) in cases.chain([("toml", "a = ["), ("toml", "a = {a = "), ("yaml", ": ")]) {
        let started = Instant::now();
        let parsed = parse_text(extension, &part.repeat(100_000));
        assert!(!parsed.problems.is_empty(), "{extension} {part:?}");
        assert!(started.elapsed() < Duration::from_secs(10), "{extension} {part:?}");
    }
    assert_eq!(parse_text("toml", &"a.".repeat(100_000)).problems[0].code, Code::Limit);
    let deep = |count: usize| format!("{}1{}", "[".repeat(count), "]".repeat(count));
    assert!(parse_text("json", &deep(512)).problems.is_empty());
    assert_eq!(parse_text("json", &deep(513)).problems[0].code, Code::Limit);
    assert!(parse_text("yaml", &deep(128)).problems.is_empty());
    assert_eq!(parse_text("yaml", &deep(129)).problems[0].code, Code::Limit);
}

#[test]
fn alias_bombs_end_at_once() {
    let mut wide = "a0: &a0 [lol]\n".to_owned();
    let mut merging = "a0: &a0 {k: v}\n".to_owned();
    let mut deep = "a0: &a0 x\n".to_owned();
    for level in 1..200 {
        let before = level - 1;
        writeln!(wide, "a{level}: &a{level} [{}]", vec![format!("*a{before}"); 9].join(", ")).unwrap();
        writeln!(merging, "a{level}: &a{level}\n  x: *a{before}\n  y: *a{before}\n  <<: *a{before}").unwrap();
        writeln!(deep, "a{level}: &a{level} [*a{before}]").unwrap();
    }
    let heavy = format!("a: &a {}\nb: [{}]", "x".repeat(1_000_000), "*a, ".repeat(10_000));
    for (text, says) in [
        (wide, "aliases repeat too much"),
        (merging, "aliases repeat too much"),
        (deep, "aliases nest too deeply"),
        (heavy, "aliases repeat too much"),
    ] {
        let started = Instant::now();
        let parsed = parse_text("yaml", &text);
        assert_eq!(parsed.problems[0].code, Code::Limit);
        // What is spent is one problem, however many aliases there are.
        let all: Vec<&str> = parsed.problems.iter().map(|problem| problem.message.as_str()).collect();
        assert!(all.iter().all(|message| message.starts_with(says)), "{:?}", &all[..3.min(all.len())]);
        assert!(says.contains("nest") || all.len() == 1, "{}", all.len());
        assert!(started.elapsed() < Duration::from_secs(10));
    }
}

#[test]
fn long_texts_take_time_in_proportion() {
    let texts = [
        ("yaml", "# ##X##\n"),
        ("yaml", "a:\n  ##X##\n"),
        ("yaml", "- ##X## [\n"),
        ("yaml", "- @@X@@\n"),
        ("yaml", "##X"),
        ("yaml", "---\n[\n"),
        ("yaml", "- |\n\n\n"),
        ("yaml", "-\n\n"),
        ("yaml", "'clientlint:' "),
        ("yaml", "a: # clientlint:"),
        ("yaml", "# clientlint: x\n"),
        ("json", "[@@X@@] "),
        ("json", "/**/"),
        ("json", "1 "),
        ("toml", "[[a]]\nb = '##X##'\n"),
    ];
    for (extension, part) in texts {
        let started = Instant::now();
        parse_text(extension, &part.repeat(20_000));
        assert!(started.elapsed() < Duration::from_secs(10), "{extension} {part:?}");
    }
    let comments = format!("key:\n{}  a: 1\n", "  # comment\n".repeat(100_000));
    assert!(parse_text("yaml", &comments).problems.is_empty());
    let keys = (0..50_000).fold(String::new(), |keys, key| keys + &format!("k{key}: ##X##\n"));
    assert_eq!(parse_text("yaml", &keys).documents[0].entries().len(), 50_000);
}

#[test]
fn problems_never_quote_the_document() {
    let secret = "S3CR3Tvalue";
    for text in [
        "client_secret: \"S3CR3Tvalue",
        "client_secret: `S3CR3Tvalue",
        "{\"client_secret\": S3CR3Tvalue}",
        "client_secret = S3CR3Tvalue",
        "[S3CR3Tvalue\nS3CR3Tvalue = 1\n[S3CR3Tvalue]",
        "S3CR3Tvalue: [\nS3CR3Tvalue: *S3CR3Tvalue\n",
        "a: !S3CR3Tvalue! x",
        "{\"S3CR3Tvalue\": 1, \"S3CR3Tvalue\": 2",
        "S3CR3Tvalue = \"\\S3CR3Tvalue\"",
    ] {
        for extension in EXTENSIONS {
            let problems = parse_text(extension, text).problems;
            assert!(problems.iter().all(|problem| !problem.message.contains(secret)), "{problems:?}");
        }
    }
}

#[test]
fn mutated_fixtures_cause_no_panic() {
    const PIECES: [&str; 32] = [
        "[", "]", "{", "}", ":", ", ", "- ", "? ", "#", "##", "@@", "##X##", "@@X@@", "\"", "'", "| ", "> ",
        "&a ", "*a", "<<: ", "! ", "% ", "\\", "\\u", "\n", "\r", "\t", "=", "é", "🎵", "\n---\n", "/*",
    ];
    let mut random = Random(0x5eed);
    for path in fixtures() {
        let original = read(&path).text;
        for _ in 0..150 {
            let mut text = original.clone();
            for _ in 0..=random.below(4) {
                let at = boundary(&text, random.below(text.len() + 1));
                let end = boundary(&text, (at + random.below(12)).min(text.len()));
                match random.below(6) {
                    0 => text.truncate(at),
                    1 => text.replace_range(at..end, ""),
                    _ => text.insert_str(at, PIECES[random.below(PIECES.len())]),
                }
            }
            for extension in EXTENSIONS {
                let source = Source::new(FileId(0), format!("x.{extension}"), None, text.clone());
                let parsed = parse(&source);
                let length = u32::try_from(source.text.len()).unwrap();
                assert!(parsed.problems.iter().all(|problem| problem.place.span.end <= length));
                parsed.documents.iter().for_each(|node| check_bounds(&source, node));
            }
        }
    }
}

#[test]
fn json_reads_what_serde_json_reads() {
    const BREAKS: [&str; 9] = ["\"", "0", ".", "e", "\\", "\\ud800\\udc00", "\n", "tru", ":"];
    let mut random = Random(7);
    for round in 0..3_000 {
        let mut text = String::new();
        generate(&mut random, 4, &mut text);
        if round % 3 == 0 {
            let at = boundary(&text, random.below(text.len() + 1));
            text.insert_str(at, BREAKS[random.below(BREAKS.len())]);
        }
        let ours = parse_text("json", &text);
        match serde_json::from_str::<serde_json::Value>(&text) {
            Ok(value) => {
                assert!(ours.problems.iter().all(|it| it.code == Code::DuplicateKey), "{text} {ours:?}");
                assert!(same(&ours.documents[0], &value), "{text} {value}");
            }
            // We also read several documents, halves of surrogate pairs, and numbers of any size.
            Err(_) if ours.documents.len() > 1 || text.contains("\\ud") => {}
            Err(error) if error.to_string().starts_with("number out of range") => {}
            Err(error) => assert!(!ours.problems.is_empty(), "{text} {error}"),
        }
    }
}

/// Reads the collection of real files that `CLIENTLINT_CORPUS` names, or that stands beside the repository.
#[test]
fn real_files_parse_without_problems() {
    let corpus = std::env::var_os("CLIENTLINT_CORPUS")
        .map_or(Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), PathBuf::from);
    let Ok(index) = std::fs::read_to_string(corpus.join("index.tsv")) else {
        println!("skipped: no {}", corpus.display());
        return;
    };
    let (mut count, mut compared) = (0, 0);
    for line in index.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let (kind, file) = (columns[0], columns[columns.len() - 1]);
        let path = corpus.join("files").join(file);
        if !EXTENSIONS.contains(&extension(&path)) {
            continue;
        }
        let source = read(&path);
        let parsed = parse(&source);
        check_places(&source, &parsed);
        check_marker_between_keys(&source, &parsed);
        // Other readers know no markers.
        if !source.text.contains("##") && !source.text.contains("@@") {
            let value = match extension(&path) {
                "json" => serde_json::from_str(&source.text).ok(),
                "toml" => None,
                _ => serde_yaml::from_str(&source.text).ok(),
            };
            let document = parsed.documents.first();
            assert!(value.is_none_or(|value| same(document.unwrap(), &value)), "{}", path.display());
            compared += 1;
        }
        if kind.starts_with("deploy-") || kind == "mgmt-json" {
            assert!(parsed.problems.is_empty(), "{} {:?}", path.display(), parsed.problems);
            count += 1;
        }
    }
    assert!(count > 40 && compared > 40, "{count} {compared}");
    println!("{count} definitions, {compared} compared with other readers");
}

const EXTENSIONS: [&str; 3] = ["yaml", "json", "toml"];

/// Puts a marker as a value before each top-level key: whatever stands before it in the file, quotes, block
/// scalars, comments, it must be seen as a marker and change nothing else.
fn check_marker_between_keys(source: &Source, parsed: &Parsed) {
    let [document] = parsed.documents.as_slice() else { return };
    if !parsed.problems.is_empty() || extension(Path::new(&source.path)) != "yaml" {
        return;
    }
    for entry in document.entries() {
        let at = entry.key_place.span.start as usize;
        if at > 0 && !source.text[..at].ends_with('\n') {
            return;
        }
        let text = format!("{}added: ##ADDED##\n{}", &source.text[..at], &source.text[at..]);
        let changed = with_text(source, text);
        let parsed = parse(&changed);
        let added = parsed.documents.iter().find_map(|document| document.get("added"));
        assert!(added.is_some_and(|it| matches!(it.value, Value::Unknown(_))), "{} {at}", source.path);
        assert!(parsed.problems.is_empty(), "{} {at}", source.path);
        assert_eq!(parsed.documents[0].entries().len(), document.entries().len() + 1);
    }
}

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/formats");
    let entries = std::fs::read_dir(folder).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| EXTENSIONS.contains(&extension(path)));
    paths.sort();
    paths
}

fn read(path: &Path) -> Source {
    let text = std::fs::read_to_string(path).unwrap().replace("\r\n", "\n");
    Source::new(FileId(0), path.to_str().unwrap(), None, text)
}

fn with_text(source: &Source, text: String) -> Source {
    Source::new(FileId(0), source.path.clone(), None, text)
}

fn file_name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

fn extension(path: &Path) -> &str {
    path.extension().and_then(|extension| extension.to_str()).unwrap_or("")
}

fn parse(source: &Source) -> Parsed {
    by_extension(extension(Path::new(&source.path))).unwrap().parse(source)
}

fn parse_text(extension: &str, text: &str) -> Parsed {
    parse(&Source::new(FileId(0), format!("x.{extension}"), None, text.to_owned()))
}

/// A tree without its places, with the same line breaks everywhere.
fn values(node: &Node) -> String {
    match &node.value {
        Value::List(items) => format!("[{}]", items.iter().map(values).collect::<Vec<_>>().join(", ")),
        Value::Map(entries) => {
            let entry = |entry: &Entry| format!("{:?}: {}", entry.key, values(&entry.value));
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        value => format!("{value:?}").replace("\\r\\n", "\\n"),
    }
}

fn same(node: &Node, value: &serde_json::Value) -> bool {
    match (&node.value, value) {
        (Value::Null, serde_json::Value::Null) => true,
        (Value::Bool(one), serde_json::Value::Bool(other)) => one == other,
        (Value::Number(one), serde_json::Value::Number(other)) => one.parse::<f64>().ok() == other.as_f64(),
        (Value::Text(one), serde_json::Value::String(other)) => one == other,
        (Value::List(items), serde_json::Value::Array(others)) => {
            items.len() == others.len() && items.iter().zip(others).all(|(one, other)| same(one, other))
        }
        (Value::Map(_), serde_json::Value::Object(others)) => {
            others.iter().all(|(key, other)| node.get(key).is_some_and(|one| same(one, other)))
        }
        _ => false,
    }
}
