//! What every format must hold: exact places, problems instead of failures, no panic and no long wait.
//!
//! Beside each `fixtures/formats/x.yaml` stands `x.yaml.tree`, the tree that it must give.
//! `UPDATE=1 cargo test --test formats` rewrites those; read the difference.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clientlint::formats::{Parsed, by_extension};
use clientlint::problem::Code;
use clientlint::source::{FileId, Place, Source, Span};
use clientlint::tree::{Entry, Node, Piece, Value};

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
    for text in [wide, merging, deep, heavy] {
        let started = Instant::now();
        let parsed = parse_text("yaml", &text);
        assert_eq!(parsed.problems[0].code, Code::Limit);
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

#[test]
fn real_files_parse_without_problems() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let Ok(index) = std::fs::read_to_string(corpus.join("index.tsv")) else { return };
    let mut count = 0;
    for line in index.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let (kind, file) = (columns[0], columns[columns.len() - 1]);
        let path = corpus.join("files").join(file);
        if by_extension(extension(&path)).is_none() {
            continue;
        }
        let source = read(&path);
        let parsed = parse(&source);
        check_places(&source, &parsed);
        if kind.starts_with("deploy-") || kind == "mgmt-json" {
            assert!(parsed.problems.is_empty(), "{} {:?}", path.display(), parsed.problems);
            count += 1;
        }
    }
    assert!(count > 40, "{count}");
}

/// `cargo test --release --test formats -- --ignored --nocapture` prints megabytes per second.
#[test]
#[ignore = "measures"]
fn speed() {
    let clients = |client: &str| {
        (0..20_000).map(|number| client.replace("NUMBER", &number.to_string())).collect::<String>()
    };
    let yaml = "  - name: 'é App NUMBER'\n    app_type: regular_web\n    callbacks:\n      - https://NUMBER.example/callback\n      - http://localhost:3000\n    jwt_configuration: { alg: RS256, lifetime_in_seconds: 36000 }\n    oidc_conformant: true\n    grant_types:\n      - authorization_code\n      - refresh_token\n";
    let json = "{\"name\": \"é App NUMBER\", \"app_type\": \"regular_web\",\n  \"callbacks\": [\"https://NUMBER.example/callback\", \"http://localhost:3000\"],\n  \"jwt_configuration\": {\"alg\": \"RS256\", \"lifetime_in_seconds\": 36000},\n  \"oidc_conformant\": true, \"grant_types\": [\"authorization_code\", \"refresh_token\"]},\n";
    let toml = "[[clients]]\nname = 'é App NUMBER'\napp_type = 'regular_web'\ncallbacks = [\n  'https://NUMBER.example/callback',\n  'http://localhost:3000',\n]\njwt_configuration = { alg = 'RS256', lifetime_in_seconds = 36000 }\noidc_conformant = true\ngrant_types = ['authorization_code', 'refresh_token']\n";
    let marked = |client: &str| client.replace("regular_web", "##TYPE##").replace("localhost", "##HOST##");
    let texts = [
        ("json", format!("[{}]", clients(json))),
        ("json with markers", format!("[{}]", clients(&marked(json)))),
        ("yaml", format!("clients:\n{}", clients(yaml))),
        ("yaml with markers", format!("clients:\n{}", clients(&marked(yaml)))),
        ("toml", clients(toml)),
    ];
    for (name, text) in texts {
        let source = Source::new(FileId(0), format!("x.{}", &name[..4]), None, text);
        let best = (0..5).map(|_| {
            let started = Instant::now();
            let parsed = parse(&source);
            let taken = started.elapsed();
            assert!(parsed.problems.is_empty());
            taken
        });
        let seconds = best.min().unwrap().as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "a measurement")]
        let megabytes = source.text.len() as f64 / 1e6;
        println!("{name}: {megabytes:.1} MB, {:.0} MB/s", megabytes / seconds);
    }
}

const EXTENSIONS: [&str; 3] = ["yaml", "json", "toml"];

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

/// A tree as text: one line for each value, with what is written at its place.
fn dump(source: &Source, parsed: &Parsed) -> String {
    let mut text = String::new();
    for document in &parsed.documents {
        dump_node(source, document, "document", 0, &mut text);
    }
    for problem in &parsed.problems {
        let at = source.position(problem.place.span.start);
        let (code, message) = (problem.code.name(), &problem.message);
        writeln!(text, "problem {}:{} {code}: {message}", at.line, at.column).unwrap();
    }
    for comment in &parsed.comments {
        writeln!(text, "comment {}", source.slice(*comment)).unwrap();
    }
    text
}

fn dump_node(source: &Source, node: &Node, name: &str, depth: usize, text: &mut String) {
    let at = source.position(node.place.span.start);
    let end = source.position(node.place.span.end);
    let written = source.slice(node.place.span);
    let shown = if written.is_empty() { String::new() } else { format!(" `{}`", shown(written)) };
    let value = match &node.value {
        Value::List(_) => format!("list to {}:{}", end.line, end.column),
        Value::Map(_) => format!("map to {}:{}", end.line, end.column),
        Value::Null => format!("null{shown}"),
        Value::Bool(value) => format!("{value}{shown}"),
        Value::Number(number) => format!("number {number}{shown}"),
        Value::Text(value) => format!("text {value:?}{shown}"),
        Value::Template(pieces) => format!("template {pieces:?}{shown}"),
        Value::Unknown(unknown) if unknown.many => format!("unknown many{shown}"),
        Value::Unknown(_) => format!("unknown{shown}"),
        Value::Expression(_) => "expression".to_owned(),
    };
    let supplied = node.supplied.as_ref().map_or(String::new(), |place| {
        let at = source.position(place.span.start);
        format!(" from {}:{}", at.line, at.column)
    });
    let indent = "  ".repeat(depth);
    writeln!(text, "{indent}{name} {}:{} {value}{supplied}", at.line, at.column).unwrap();
    for item in node.items() {
        dump_node(source, item, "-", depth + 1, text);
    }
    for entry in node.entries() {
        let key = shown_key(&entry.key, source.slice(entry.key_place.span));
        dump_node(source, &entry.value, &key, depth + 1, text);
    }
}

fn shown(text: &str) -> String {
    text.replace('\n', "⏎")
}

fn shown_key(key: &str, written: &str) -> String {
    if key == written { format!("{key}:") } else { format!("{}: (`{}`)", shown(key), shown(written)) }
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

fn check_places(source: &Source, parsed: &Parsed) {
    for document in &parsed.documents {
        check_bounds(source, document);
        check_node(source, document, !parsed.problems.is_empty());
    }
}

/// Every place is a part of the text.
fn check_bounds(source: &Source, node: &Node) {
    let check = |place: Place| {
        let Span { start, end } = place.span;
        assert!(source.text.get(start as usize..end as usize).is_some(), "{} {node:?}", source.path);
    };
    check(node.place);
    node.items().iter().for_each(|item| check_bounds(source, item));
    for entry in node.entries() {
        check(entry.key_place);
        check_bounds(source, &entry.value);
    }
}

/// Children lie within their parents, and scalars are what is written at their places.
fn check_node(source: &Source, node: &Node, broken: bool) {
    if node.supplied.is_some() {
        return;
    }
    let written = source.slice(node.place.span);
    let say = || format!("{}: {node:?} `{written}`", source.path);
    if let Some(text) = scalar(node) {
        let quote = written.chars().next().filter(|first| matches!(first, '"' | '\''));
        match quote {
            Some(quote) if written.len() > 1 && written.ends_with(quote) => {
                let inner = written.trim_matches(quote);
                if !inner.contains(['\\', '\'', '"']) {
                    assert_eq!(squeezed(inner), squeezed(text.trim_matches(quote)), "{}", say());
                }
            }
            _ if written.starts_with(['|', '>']) => {
                let body = written.split_once(['\n', '\r']).map_or("", |(_, body)| body);
                assert_eq!(squeezed(body), squeezed(&text), "{}", say());
            }
            _ => assert!(broken || squeezed(written) == squeezed(&text), "{}", say()),
        }
    }
    match node.value {
        Value::Bool(value) => assert_eq!(written.to_lowercase(), value.to_string()),
        Value::Null => assert!(matches!(written, "" | "~" | "null" | "Null" | "NULL"), "{}", say()),
        _ => {}
    }
    for item in node.items() {
        assert!(node.place.span.covers(item.place.span), "{}", say());
        check_node(source, item, broken);
    }
    for entry in node.entries() {
        assert!(node.place.span.covers(entry.key_place.span), "{} {entry:?}", say());
        assert!(node.place.span.covers(entry.value.place.span), "{} {entry:?}", say());
        check_node(source, &entry.value, broken);
    }
}

fn scalar(node: &Node) -> Option<String> {
    match &node.value {
        Value::Text(text) | Value::Number(text) => Some(text.clone()),
        Value::Unknown(unknown) => Some(unknown.text.clone()),
        Value::Template(pieces) => {
            let text = |piece: &Piece| match piece {
                Piece::Text(text) | Piece::Hole(text) => text.clone(),
            };
            Some(pieces.iter().map(text).collect())
        }
        _ => None,
    }
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
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

/// Writes a random JSON value.
fn generate(random: &mut Random, depth: usize, text: &mut String) {
    const STRINGS: [&str; 7] =
        ["\"\"", "\"é🎵\"", "\"\\u00e9\\n\\\\\\/\"", "\"\\ud83c\\udfb5\"", "\"a b\"", "\"k\"", "\"\\\"\""];
    const SCALARS: [&str; 9] =
        ["null", "true", "false", "0", "-0", "-1.5e+3", "12345678901234567890", "1E-2", "0.1"];
    match random.below(if depth == 0 { 2 } else { 4 }) {
        0 => text.push_str(STRINGS[random.below(STRINGS.len())]),
        1 => text.push_str(SCALARS[random.below(SCALARS.len())]),
        kind => {
            let (open, close) = if kind == 2 { ("[", "]") } else { ("{ ", "\r\n}") };
            text.push_str(open);
            for index in 0..random.below(5) {
                if index > 0 {
                    text.push_str([",", " ,\t", ",\n"][random.below(3)]);
                }
                if kind == 3 {
                    text.push_str(STRINGS[random.below(STRINGS.len())]);
                    text.push_str([":", " : "][random.below(2)]);
                }
                generate(random, depth - 1, text);
            }
            text.push_str(close);
        }
    }
}

fn boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// A small generator (xorshift) that gives the same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap()
    }
}
