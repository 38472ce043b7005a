//! Terraform projects in `fixtures/terraform` and, where it is installed, Terraform's own answers.

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

    fn resources(&self, inputs: &Inputs, wanted: &dyn Fn(&str) -> bool) -> Resources {
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
