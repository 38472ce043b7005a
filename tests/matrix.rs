//! The tables of `fixtures/matrix.md`: each cell is a client, and says what follows for it and which rules speak.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod cases;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value as Json;

/// A table of a page.
struct Table<'a> {
    /// The keys of every client.
    all: &'a str,
    /// The rules that it is about; none where it is about what clients are.
    rules: Vec<&'a str>,
    /// The keys of the columns.
    columns: Vec<&'a str>,
    /// The keys of the rows.
    rows: Vec<&'a str>,
}

fn table(section: &str) -> Table<'_> {
    let line = |start: &str| section.lines().find_map(|line| line.strip_prefix(start));
    let all = line("- all: ").unwrap().trim_matches('`');
    let rules = line("- rules: ").map(|rules| rules.split(", ").collect()).unwrap_or_default();
    let mut lines = section.lines().filter(|line| line.starts_with('|'));
    let head = lines.next().unwrap().trim_matches('|');
    let columns = head.split('|').skip(1).map(|cell| cell.trim().trim_matches('`')).collect();
    let rows = lines.skip(1).map(|line| line.split('|').nth(1).unwrap().trim().trim_matches('`')).collect();
    Table { all, rules, columns, rows }
}

/// The rows of a table with what is found.
fn fresh(table: &Table<'_>) -> String {
    let mut files = Vec::new();
    for (row, of_row) in table.rows.iter().enumerate() {
        for (column, of_column) in table.columns.iter().enumerate() {
            let keys = [table.all, of_row, of_column];
            let keys: Vec<&str> = keys.into_iter().filter(|keys| !keys.is_empty()).collect();
            let text = format!("clients:\n  - {{ {} }}\n", keys.join(", "));
            files.push(cases::File { path: format!("{row}-{column}.yaml"), text });
        }
    }
    let folder = cases::folder("matrix", &files);
    let mut cells: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let text = |value: &Json| value.as_str().unwrap().to_owned();
    if table.rules.is_empty() {
        let report = cases::json(&["clients"], &folder);
        for client in report["clients"].as_array().unwrap() {
            let cell = cells.entry(text(&client["path"])).or_default();
            cell.push(format!("{}, {}", text(&client["client_type"]), text(&client["party"])));
        }
        assert_eq!(cells.len(), files.len(), "{}: a client is not recognised", table.all);
    } else {
        let report = cases::json(&["check", "--persona", "pedantic"], &folder);
        for (path, _, rule, severity) in cases::found(&report) {
            if table.rules.contains(&rule.as_str()) {
                cells.entry(path).or_default().push(format!("{rule} {severity}"));
            }
        }
    }
    let mut rows = String::new();
    for (row, keys) in table.rows.iter().enumerate() {
        let _ = write!(rows, "| `{keys}` |");
        for column in 0..table.columns.len() {
            let cell =
                cells.get(&format!("{row}-{column}.yaml")).map_or(".".to_owned(), |cell| cell.join(", "));
            let _ = write!(rows, " {cell} |");
        }
        rows.push('\n');
    }
    rows
}

#[test]
fn every_cell_is_so() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/matrix.md");
    let page = fs::read_to_string(&path).unwrap();
    let mut sections = page.split_inclusive("\n## ");
    let mut made = sections.next().unwrap().to_owned();
    for section in sections {
        let (before, rest) = section.split_once("|---").unwrap();
        let (line, rest) = rest.split_once('\n').unwrap();
        let after = &rest[rest.find("\n\n").map_or(rest.len(), |at| at + 1)..];
        let _ = write!(made, "{before}|---{line}\n{}{after}", fresh(&table(section)));
    }
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, made).unwrap();
        return;
    }
    let wrong: Vec<String> = page
        .lines()
        .zip(made.lines())
        .filter(|(should, is)| should != is)
        .map(|(should, is)| format!("should be: {should}\nis:        {is}"))
        .collect();
    assert!(wrong.is_empty() && page.len() == made.len(), "{}", wrong.join("\n"));
}
