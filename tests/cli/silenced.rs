//! What somebody silenced: HTML lists it always, SARIF only when asked, and neither counts it.

use std::path::PathBuf;
use std::sync::Arc;

use clientlint::config::Config;
use clientlint::discover::{Content, Input};
use clientlint::finding::{Edit, Silenced, Silencer};
use clientlint::lint::{Job, Report, lint};
use clientlint::reporters::{Format, Look, Measure, Run, Verdict, write};
use serde_json::Value as Json;

use crate::specimens::HOSTILE;
use crate::support::WRONG;

/// A report of which one finding is silenced, for each reason there may be, and one can be mended.
fn report(config: &Arc<Config>) -> Report {
    let text = WRONG.to_owned() + &WRONG[9..].replace("Shop", "Desk");
    let input = Input {
        path: PathBuf::from("/repository/tenant.yaml"),
        shown: "tenant.yaml".to_owned(),
        content: Content::Text(text),
        requested: true,
    };
    let mut report = lint(vec![input], &Job { texts: true, fixes: true, ..Job::new(&|_| config.clone()) });
    assert_eq!(report.findings.len(), 2);
    let finding = report.findings.pop().unwrap();
    for by in [Silencer::Comment, Silencer::Configuration, Silencer::Baseline, Silencer::Before] {
        report.silenced.push(Silenced {
            finding: finding.clone(),
            by,
            reason: format!("agreed in ABC-{} {HOSTILE}\nclient_secret=kZ7qXw9JvB4yHgQ2xKpW", by as usize),
            until: Some("2027-03-31".to_owned()),
            author: Some("iam-team".to_owned()),
            location: (by == Silencer::Comment).then(|| finding.location.clone()),
        });
    }
    let fix = report.findings[0].fix.as_mut().unwrap();
    fix.edits = vec![Edit { location: finding.location.clone(), text: "RS256".to_owned() }];
    report
}

fn written(format: Format, sarif_suppressed: bool) -> String {
    let config = Arc::new(Config::builtin().unwrap());
    let report = report(&config);
    let measure = Measure {
        gate: config.gate.clone(),
        min_severity: config.min_severity,
        min_confidence: config.min_confidence,
        allow_empty: false,
        exit_zero: false,
    };
    let verdict = Verdict::of(&report, &measure);
    let run = Run {
        report: &report,
        rules: &config.rules,
        verdict,
        looked_at: 1,
        excluded: 0,
        quiet: false,
        docs_url: None,
        sarif_suppressed,
    };
    let mut out = Vec::new();
    write(format, &mut out, &run, Look::plain()).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(!text.contains("kZ7qXw"), "{format:?} shows a secret that a reason holds");
    text
}

#[test]
fn html_lists_what_is_silenced_with_its_reason() {
    let page = written(Format::Html, false);
    let (_, section) = page.split_once("<section id=\"silenced\">").unwrap();
    let section = section.split("<section").next().unwrap();
    assert_eq!(section.matches("<article").count(), 4);
    for by in ["a comment", "the configuration", "the baseline", "being there before"] {
        assert!(section.contains(by), "{by}");
    }
    for part in ["agreed in ABC-0", "2027-03-31", "iam-team", "tenant.yaml:12", "&lt;img src=x"] {
        assert!(section.contains(part), "{part} is not in\n{section}");
    }
    assert!(!page.contains("<img"));
    assert_eq!(page.matches("<details class=\"finding ").count(), 1);
}

#[test]
fn sarif_lists_what_is_silenced_when_asked() {
    let results = |suppressed: bool| -> Json {
        serde_json::from_str::<Json>(&written(Format::Sarif, suppressed)).unwrap()["runs"][0]["results"]
            .take()
    };
    assert_eq!(results(false).as_array().unwrap().len(), 1);
    let asked = results(true);
    assert_eq!(asked.as_array().unwrap().len(), 5);
    assert!(asked[0]["suppressions"].is_null());
    let kinds: Vec<&str> =
        (1..5).map(|number| asked[number]["suppressions"][0]["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["inSource", "external", "external", "external"]);
    let suppression = &asked[1]["suppressions"][0];
    assert!(suppression["justification"].as_str().unwrap().starts_with("agreed in ABC-0"));
    assert_eq!(suppression["location"]["physicalLocation"]["region"]["startLine"], 12);
    let schema: Json = serde_json::from_str(include_str!("../schemas/sarif-2.1.0.json")).unwrap();
    let document: Json = serde_json::from_str(&written(Format::Sarif, true)).unwrap();
    assert!(jsonschema::is_valid(&schema, &document));
}

#[test]
fn edits_become_fixes_of_sarif_and_suggestions_of_reviewdog() {
    let sarif: Json = serde_json::from_str(&written(Format::Sarif, false)).unwrap();
    let fix = &sarif["runs"][0]["results"][0]["fixes"][0];
    assert!(fix["description"]["text"].as_str().unwrap().ends_with("(may change behaviour)"));
    let replacement = &fix["artifactChanges"][0]["replacements"][0];
    assert_eq!(replacement["deletedRegion"]["startLine"], 12);
    assert_eq!(replacement["insertedContent"]["text"], "RS256");
    let rdjson: Json = serde_json::from_str(&written(Format::Rdjson, false)).unwrap();
    assert_eq!(rdjson["diagnostics"][0]["suggestions"][0]["text"], "RS256");
}

#[test]
fn json_lists_what_is_silenced_apart_from_what_is_found() {
    let json: Json = serde_json::from_str(&written(Format::Json, false)).unwrap();
    assert_eq!(json["findings"].as_array().unwrap().len(), 1);
    let silenced = json["silenced"].as_array().unwrap();
    let by: Vec<&str> = silenced.iter().map(|one| one["by"].as_str().unwrap()).collect();
    assert_eq!(by, ["comment", "configuration", "baseline", "before"]);
    assert!(silenced[0]["reason"].as_str().unwrap().starts_with("agreed in ABC-0"));
    assert_eq!(silenced[0]["location"]["start"]["line"], 12);
    // Baselines have their own word for what they hide.
    assert_eq!(json["summary"]["suppressed"], 2);
}

#[test]
fn every_other_format_is_silent_of_it() {
    use Format::{Azure, Checkstyle, Concise, Github, Gitlab, GitlabSast, Jsonl, Junit, Summary, Text};
    for format in [Azure, Checkstyle, Concise, Github, Gitlab, GitlabSast, Jsonl, Junit, Summary, Text] {
        assert!(!written(format, true).contains("tenant.yaml:12"), "{format:?}");
    }
}
