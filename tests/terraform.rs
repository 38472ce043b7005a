//! Terraform projects in `fixtures/terraform` and, where it is installed, Terraform's own answers.

#![allow(clippy::unwrap_used, clippy::cast_possible_truncation, reason = "a test that cannot go on fails")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clientlint::formats::hcl::Hcl;
use clientlint::formats::{Format, Parsed};
use clientlint::problem::Code;
use clientlint::resolve::terraform::{Inputs, Read, Resources, TerraformFile, resources};
use clientlint::source::{FileId, Place, Source};
use clientlint::tree::{Node, Piece, Value};

/// A folder with its files read.
struct Project {
    root: PathBuf,
    sources: Vec<Source>,
    parsed: Vec<Parsed>,
}

impl Project {
    fn read(root: &Path) -> Self {
        let mut paths: Vec<PathBuf> = walkdir::WalkDir::new(root)
            .into_iter()
            .filter_map(Result::ok)
            .map(walkdir::DirEntry::into_path)
            .filter(|path| {
                let extension = path.extension().and_then(|extension| extension.to_str());
                extension.is_some_and(|extension| Hcl.extensions().contains(&extension))
            })
            .collect();
        paths.sort();
        let sources: Vec<Source> = paths
            .iter()
            .enumerate()
            .filter_map(|(at, path)| {
                let text = std::fs::read_to_string(path).ok()?;
                let relative = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
                Some(Source::new(FileId(u32::try_from(at).unwrap()), relative, None, text))
            })
            .collect();
        let parsed = sources.iter().map(|source| Hcl.parse(source)).collect();
        Self { root: root.to_owned(), sources, parsed }
    }

    fn resources(&self, inputs: &Inputs, wanted: &(dyn Fn(&str) -> bool + Sync)) -> Resources {
        let files: Vec<TerraformFile<'_>> = self
            .sources
            .iter()
            .zip(&self.parsed)
            .map(|(source, parsed)| TerraformFile {
                source,
                directory: source.path.rsplit_once('/').map_or("", |(directory, _)| directory).to_owned(),
                parsed,
            })
            .collect();
        let read = |path: &str| {
            let text = std::fs::read_to_string(self.root.join(path)).ok()?;
            Some(Read { text, tree: None })
        };
        resources(&files, inputs, wanted, &read)
    }

    fn line(&self, place: Place) -> String {
        let source = &self.sources[place.file.0 as usize];
        format!("{}:{}", source.path, source.position(place.span.start).line)
    }

    /// A value in a form that is easy to read and to compare: `< main.tf:3` where it was supplied.
    fn show(&self, node: &Node, indent: usize, out: &mut String) {
        let supplied = node.supplied.as_ref().map(|place| format!("   < {}", self.line(**place)));
        let supplied = supplied.unwrap_or_default();
        let pad = "  ".repeat(indent);
        match &node.value {
            Value::Null => _ = writeln!(out, " null{supplied}"),
            Value::Bool(flag) => _ = writeln!(out, " {flag}{supplied}"),
            Value::Number(number) => _ = writeln!(out, " {number}{supplied}"),
            Value::Text(text) => _ = writeln!(out, " {text:?}{supplied}"),
            Value::Template(pieces) => {
                let piece = |piece: &Piece| match piece {
                    Piece::Text(text) => text.clone(),
                    Piece::Hole(hole) => format!("${{{hole}}}"),
                };
                let text: String = pieces.iter().map(piece).collect();
                _ = writeln!(out, " template {text:?}{supplied}");
            }
            Value::Unknown(unknown) => {
                let many = if unknown.many { " many" } else { "" };
                let reference = match &unknown.reference {
                    Some(reference) => format!(" -> {} . {}", reference.address, reference.attribute),
                    None => String::new(),
                };
                _ = writeln!(out, " unknown{many} {}{reference}{supplied}", unknown.text);
            }
            Value::Expression(_) => panic!("an expression is left"),
            Value::List(items) => {
                _ = writeln!(out, " [{supplied}");
                for item in items {
                    _ = write!(out, "{pad}  -");
                    self.show(item, indent + 1, out);
                }
            }
            Value::Map(entries) => {
                _ = writeln!(out, " {{{supplied}");
                for entry in entries {
                    _ = write!(out, "{pad}  {}:", entry.key);
                    self.show(&entry.value, indent + 1, out);
                }
            }
        }
    }

    fn report(&self, found: &Resources) -> String {
        let mut out = String::new();
        for resource in &found.resources {
            _ = write!(out, "{} {}", self.line(resource.place), resource.address);
            self.show(&resource.body, 0, &mut out);
        }
        for problem in &found.problems {
            _ = writeln!(out, "{} problem: {}", self.line(problem.place), problem.message);
        }
        out
    }
}

/// Each folder's `expected.txt` says what is found in it; `BLESS=1` writes it anew.
#[test]
fn projects_have_the_resources_that_are_expected() {
    let mut wrong = Vec::new();
    for folder in std::fs::read_dir("fixtures/terraform").unwrap() {
        let folder = folder.unwrap().path();
        if !folder.is_dir() || folder.ends_with("expressions") {
            continue;
        }
        let project = Project::read(&folder);
        let mut report = project.report(&project.resources(&Inputs::default(), &|_| true));
        for problem in project.parsed.iter().flat_map(|parsed| &parsed.problems) {
            _ = writeln!(
                report,
                "{} {}: {}",
                project.line(problem.place),
                problem.code.name(),
                problem.message
            );
        }
        let file = folder.join("expected.txt");
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&file, &report).unwrap();
        }
        if std::fs::read_to_string(&file).unwrap_or_default() != report {
            wrong.push(format!("{}\n{report}", folder.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Public files that are not part of this repository: `CLIENTLINT_CORPUS=folder`.
#[test]
fn a_corpus_is_read_without_problems() {
    let Some(corpus) = std::env::var_os("CLIENTLINT_CORPUS") else { return };
    let mut count = 0;
    for folder in std::fs::read_dir(corpus).unwrap() {
        let project = Project::read(&folder.unwrap().path());
        for parsed in &project.parsed {
            let mut real = parsed.problems.iter().filter(|problem| problem.code != Code::DuplicateKey);
            let first = real.next().map(|problem| (project.line(problem.place), &problem.message));
            assert_eq!(first, None, "{}", project.root.display());
        }
        let found = project.resources(&Inputs::default(), &|kind| kind.starts_with("auth0_client"));
        count += found.resources.len();
        if std::env::var_os("CLIENTLINT_SHOW").is_some() {
            println!("{}\n{}", project.root.display(), project.report(&found));
        }
        assert_eq!(found.problems, []);
    }
    assert!(count > 0);
}

/// Every expression of the list, and generated ones: Terraform's answer is ours, or ours is unknown.
#[test]
fn expressions_mean_what_terraform_says() {
    let folder = Path::new("fixtures/terraform/expressions");
    let list = std::fs::read_to_string("fixtures/terraform/expressions.txt").unwrap();
    let written = list.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned);
    let written: Vec<String> = written.collect();
    let mut expressions = written.clone();
    expressions.extend(generated(600));

    let scratch = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        std::fs::copy(&path, scratch.path().join(path.file_name().unwrap())).unwrap();
    }
    let mut answers = Vec::new();
    // It reads lines of at most 64 KiB.
    for some in expressions.chunks(250) {
        let Some(own) = terraform_console(scratch.path(), some) else {
            eprintln!("skipped: no terraform program");
            return;
        };
        answers.extend(own);
    }
    let mut probes = String::new();
    for (at, expression) in expressions.iter().enumerate() {
        _ = writeln!(probes, "resource \"probe\" \"e{at}\" {{\n  value = {expression}\n}}");
    }
    std::fs::write(scratch.path().join("probes.tf"), probes).unwrap();
    let project = Project::read(scratch.path());
    for parsed in &project.parsed {
        assert_eq!(parsed.problems, []);
    }
    let found = project.resources(&Inputs::default(), &|kind| kind == "probe");
    assert_eq!(found.resources.len(), expressions.len());

    let (mut wrong, mut unknown, mut errors) = (Vec::new(), Vec::new(), 0);
    for ((expression, answer), resource) in expressions.iter().zip(&answers).zip(&found.resources) {
        match (json(resource.body.get("value").unwrap()), answer) {
            (None, None) => errors += 1,
            (None, Some(_)) => unknown.push(expression),
            (Some(own), Some(answer)) if same(&own, answer) => {}
            (own, answer) => wrong.push(format!("{expression}\n  ours {own:?}\n  terraform {answer:?}")),
        }
    }
    println!(
        "{} expressions ({} written by hand): {} unknown to us, {errors} errors on both sides, {} wrong",
        expressions.len(),
        written.len(),
        unknown.len(),
        wrong.len(),
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(unknown.len() * 50 <= expressions.len(), "{unknown:#?}");
}

/// What Terraform answers; no answer where the expression is an error.
fn terraform_console(folder: &Path, expressions: &[String]) -> Option<Vec<Option<serde_json::Value>>> {
    use std::process::{Command, Stdio};
    // Without a terminal it prints only what the last line gives: all is asked in one line.
    let asked: Vec<String> =
        expressions.iter().map(|expression| format!("try(jsonencode({expression}), \"!\")")).collect();
    let file = folder.join("input");
    std::fs::write(&file, format!("nonsensitive(jsonencode([{}]))\n", asked.join(", "))).unwrap();
    let output = Command::new("terraform")
        .arg("console")
        .current_dir(folder)
        .env("CHECKPOINT_DISABLE", "1")
        .stdin(Stdio::from(std::fs::File::open(&file).unwrap()))
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).unwrap();
    let quoted = text.trim().replace("$${", "${").replace("%%{", "%{");
    let Ok(list) = serde_json::from_str::<String>(&quoted) else {
        panic!("{text}{}", String::from_utf8_lossy(&output.stderr));
    };
    let answers: Vec<String> = serde_json::from_str(&list).unwrap();
    assert_eq!(answers.len(), expressions.len());
    let answer = |text: &String| (text != "!").then(|| serde_json::from_str(text).unwrap());
    Some(answers.iter().map(answer).collect())
}

/// A value without anything unknown in it.
fn json(node: &Node) -> Option<serde_json::Value> {
    Some(match &node.value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(flag) => (*flag).into(),
        Value::Number(number) => serde_json::from_str(number).unwrap(),
        Value::Text(text) => text.as_str().into(),
        Value::List(items) => items.iter().map(json).collect::<Option<Vec<_>>>()?.into(),
        Value::Map(entries) => {
            let pairs = entries.iter().map(|entry| Some((entry.key.clone(), json(&entry.value)?)));
            serde_json::Value::Object(pairs.collect::<Option<_>>()?)
        }
        Value::Template(_) | Value::Unknown(_) => return None,
        Value::Expression(_) => panic!("an expression is left"),
    })
}

fn same(left: &serde_json::Value, right: &serde_json::Value) -> bool {
    use serde_json::Value as Json;
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => left.as_f64() == right.as_f64(),
        (Json::Array(left), Json::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Json::Object(left), Json::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, left)| right.get(key).is_some_and(|right| same(left, right)))
        }
        _ => left == right,
    }
}

/// Random expressions that have a type, the same on each run.
fn generated(count: usize) -> Vec<String> {
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    (0..count)
        .map(|at| match at % 4 {
            0 => random.text(3),
            1 => random.number(3),
            2 => random.list(3),
            _ => random.truth(3),
        })
        .collect()
}

struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    fn text(&mut self, depth: usize) -> String {
        let leaves =
            ["\"a b\"", "\"\"", "\"https://x.example/cb\"", "var.name", "var.environment", "local.host"];
        if depth == 0 {
            return leaves[self.below(leaves.len() as u64) as usize].to_owned();
        }
        let d = depth - 1;
        match self.below(14) {
            0 => format!("upper({})", self.text(d)),
            1 => format!("\"<${{{}}}|${{{}}}>\"", self.text(d), self.number(d)),
            2 => format!("join({}, {})", self.text(0), self.list(d)),
            3 => format!("replace({}, {}, {})", self.text(d), self.text(0), self.text(0)),
            4 => format!("({} ? {} : {})", self.truth(d), self.text(d), self.text(d)),
            5 => format!("format(\"%s-%v\", {}, {})", self.text(d), self.number(d)),
            6 => format!("trimprefix({}, {})", self.text(d), self.text(0)),
            7 => format!("title(lower({}))", self.text(d)),
            8 => format!("coalesce({}, {}, \"z\")", self.text(d), self.text(d)),
            9 => format!("try({}[{}], {})", self.list(d), self.below(3), self.text(d)),
            10 => format!("substr({}, {}, {})", self.text(d), self.below(4), self.below(6)),
            11 => format!("element(concat({}, [\"q\"]), {})", self.list(d), self.below(5)),
            12 => format!("lookup({{ dev = {}, b = \"c\" }}, {}, \"none\")", self.text(d), self.text(0)),
            _ => format!("jsonencode({})", self.list(d)),
        }
    }

    fn number(&mut self, depth: usize) -> String {
        if depth == 0 {
            return ["7", "1", "2.5", "-3", "1000", "var.ports[1]"][self.below(6) as usize].to_owned();
        }
        let d = depth - 1;
        match self.below(9) {
            0 => format!("({} + {})", self.number(d), self.number(d)),
            1 => format!("{} * {}", self.number(d), self.number(0)),
            2 => format!("({} - {})", self.number(d), self.number(d)),
            3 => format!("length({})", self.list(d)),
            4 => format!("max({}, {})", self.number(d), self.number(d)),
            5 => format!("floor({} / 4)", self.number(d)),
            6 => format!("abs({}) % 7", self.number(d)),
            7 => format!("({} ? {} : {})", self.truth(d), self.number(d), self.number(d)),
            _ => format!("-({} + 0.5)", self.number(0)),
        }
    }

    fn truth(&mut self, depth: usize) -> String {
        if depth == 0 {
            return ["true", "false", "var.environment == \"dev\""][self.below(3) as usize].to_owned();
        }
        let d = depth - 1;
        match self.below(9) {
            0 => format!("({} && {})", self.truth(d), self.truth(d)),
            1 => format!("({} || {})", self.truth(d), self.truth(d)),
            2 => format!("!({})", self.truth(d)),
            3 => format!("({} < {})", self.number(d), self.number(d)),
            4 => format!("({} == {})", self.text(d), self.text(d)),
            5 => format!("contains({}, {})", self.list(d), self.text(0)),
            6 => format!("startswith({}, {})", self.text(d), self.text(0)),
            7 => format!("can({}[{}])", self.list(d), self.below(4)),
            _ => format!("alltrue([for x in {} : x != {}])", self.list(d), self.text(0)),
        }
    }

    /// A list of texts.
    fn list(&mut self, depth: usize) -> String {
        if depth == 0 {
            return ["var.urls", "[\"a\", \"b\"]", "tolist([])", "local.chosen"][self.below(4) as usize]
                .to_owned();
        }
        let d = depth - 1;
        match self.below(11) {
            0 => format!("concat({}, {})", self.list(d), self.list(d)),
            1 => format!("[for x in {} : \"${{x}}/${{{}}}\"]", self.list(d), self.number(0)),
            2 => format!("[for i, x in {} : x if i < {}]", self.list(d), self.number(0)),
            3 => format!("compact([{}, {}, \"\"])", self.text(d), self.text(d)),
            4 => format!("distinct({})", self.list(d)),
            5 => format!("sort({})", self.list(d)),
            6 => format!("tolist(toset({}))", self.list(d)),
            7 => format!("flatten([{}, [{}]])", self.list(d), self.text(d)),
            8 => format!("split({}, {})", ["\"/\"", "\" \"", "\",\""][self.below(3) as usize], self.text(d)),
            9 => format!("keys({{ for x in {} : x => {}... }})", self.list(d), self.number(0)),
            _ => format!("reverse({})", self.list(d)),
        }
    }
}
