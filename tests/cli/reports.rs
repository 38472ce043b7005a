//! Every format tells the same, whole, of whatever is found; several at once go into files.

use std::fs;

use roxmltree::Document;
use serde_json::Value as Json;

use crate::specimens::{FORMATS, HOSTILE, hostile, many};
use crate::support::{DOUBTFUL, RIGHT, Repository, WRONG};

/// What a report says: rule, path and line of each finding, sorted. `None` where a format does not say all of it.
fn found(format: &str, text: &str) -> Option<Vec<String>> {
    let json = || serde_json::from_str::<Json>(text).unwrap();
    let list = |value: &Json| value.as_array().unwrap().clone();
    let line = |rule: &str, path: &str, line: &str| format!("{path}:{line}: {rule}");
    let word = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let of = |all: Vec<Json>, rule: &str, path: &str, number: &str| {
        let at = |one: &Json, pointer: &str| word(one.pointer(pointer).unwrap());
        all.iter().map(|one| line(&at(one, rule), &at(one, path), &at(one, number))).collect::<Vec<_>>()
    };
    let mut all = match format {
        "json" => of(list(&json()["findings"]), "/rule", "/location/path", "/location/start/line"),
        "jsonl" => {
            let lines: Vec<Json> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            assert_eq!(lines.last().unwrap()["type"], "summary");
            let findings = lines.into_iter().filter(|line| line["type"] == "finding").collect();
            of(findings, "/rule", "/location/path", "/location/start/line")
        }
        "sarif" => of(
            list(&json()["runs"][0]["results"]),
            "/ruleId",
            "/locations/0/physicalLocation/artifactLocation/uri",
            "/locations/0/physicalLocation/region/startLine",
        ),
        "gitlab" => of(list(&json()), "/check_name", "/location/path", "/location/lines/begin"),
        "gitlab-sast" => of(
            list(&json()["vulnerabilities"]),
            "/identifiers/0/value",
            "/location/file",
            "/location/start_line",
        ),
        "rdjson" => {
            of(list(&json()["diagnostics"]), "/code/value", "/location/path", "/location/range/start/line")
        }
        "checkstyle" => {
            let document = Document::parse(text).unwrap();
            let errors = document.descendants().filter(|node| node.has_tag_name("error"));
            errors
                .map(|error| {
                    let path = error.parent_element().unwrap().attribute("name").unwrap();
                    let rule = error.attribute("source").unwrap().trim_start_matches("clientlint.");
                    line(rule, path, error.attribute("line").unwrap())
                })
                .collect()
        }
        "junit" => {
            let document = Document::parse(text).unwrap();
            let failures = document.descendants().filter(|node| node.has_tag_name("failure"));
            failures
                .map(|failure| {
                    let case = failure.parent_element().unwrap();
                    let path = case.attribute("classname").unwrap();
                    let rule = case.attribute("name").unwrap().split(':').next().unwrap();
                    let place = failure.text().unwrap().strip_prefix(path).unwrap();
                    line(rule, path, place.split(':').nth(1).unwrap())
                })
                .collect()
        }
        "azure" => text
            .lines()
            .filter_map(|line| line.strip_prefix("##vso[task.logissue type=")?.split_once(";]"))
            .map(|(properties, _)| {
                let of = |name: &str| {
                    let property = properties.split(';').find_map(|property| property.strip_prefix(name));
                    property.unwrap().to_owned()
                };
                line(&of("code="), &of("sourcepath="), &of("linenumber="))
            })
            .collect(),
        "concise" => text
            .lines()
            .map(|one| {
                let mut parts = one.splitn(4, ':');
                let (path, number) = (parts.next().unwrap(), parts.next().unwrap());
                let rule = parts.nth(1).unwrap().split(['[', ']']).nth(1).unwrap();
                line(rule, path, number)
            })
            .collect(),
        "markdown" => text
            .lines()
            .filter(|line| line.starts_with("| 🔴") || line.starts_with("| 🟠") || line.starts_with("| 🔵"))
            .map(|row| {
                let cells: Vec<&str> = row.split(" | ").collect();
                let (path, number) = cells[3].rsplit_once(':').unwrap();
                line(cells[1].trim_matches('`'), path, number)
            })
            .collect(),
        "html" => text
            .split("<details class=\"finding ")
            .skip(1)
            .map(|one| {
                let rule = one.split_once("data-rule=\"").unwrap().1.split('"').next().unwrap();
                let place = one.split_once("<span class=\"where\">").unwrap().1;
                let place = place.split_once("<code>").unwrap().1.split('<').next().unwrap();
                let (path, number) = place.rsplit_once(':').unwrap();
                line(rule, path, number)
            })
            .collect(),
        _ => return None,
    };
    all.sort();
    Some(all)
}

#[test]
fn these_are_all_formats() {
    use clap::ValueEnum;
    let all = clientlint::reporters::Format::value_variants().iter();
    let names: Vec<String> =
        all.map(|format| format.to_possible_value().unwrap().get_name().to_owned()).collect();
    assert_eq!(names, FORMATS);
}

#[test]
fn every_format_tells_the_same() {
    let doubtful = DOUBTFUL.replace("Shop", "Desk");
    for (text, code) in [(WRONG, 1), (&doubtful, 0), (RIGHT, 0), (&(WRONG.to_owned() + &doubtful[9..]), 1)] {
        let repository = Repository::with("auth0/tenant.yaml", text);
        let expected = found("json", &repository.run(&["check", ".", "--format", "json"]).out).unwrap();
        for format in FORMATS {
            let run = repository.run(&["check", ".", "--format", format]);
            assert_eq!(run.code, code, "{format}");
            assert!(run.err.is_empty(), "{format}: {}", run.err);
            if let Some(found) = found(format, &run.out) {
                assert_eq!(found, expected, "{format}");
            } else {
                assert!(
                    expected.iter().all(|line| run.out.contains(line.rsplit(' ').next().unwrap())),
                    "{format}"
                );
            }
        }
    }
}

#[test]
fn problems_and_what_is_skipped_are_in_every_format_that_has_a_place_for_them() {
    let repository = hostile();
    for format in FORMATS {
        let run = repository.run(&["check", ".", "--format", format]);
        assert_eq!(run.code, 4, "{format}");
        let told = run.out.contains("clients/shop.json")
            && (run.out.contains("syntax-error") || run.out.contains("expected a value"));
        assert!(told, "{format}");
        if !["concise", "gitlab", "checkstyle", "rdjson"].contains(format) {
            assert!(run.out.contains("helm/app.yaml"), "{format}");
        }
    }
}

#[test]
fn a_report_of_nothing_is_whole() {
    for (repository, code) in
        [(Repository::with("tenant.yaml", RIGHT), 0), (Repository::with("README.md", "# None\n"), 3)]
    {
        for format in FORMATS {
            let run = repository.run(&["check", ".", "--format", format]);
            assert_eq!(run.code, code, "{format}");
            assert!(found(format, &run.out).is_none_or(|found| found.is_empty()), "{format}");
            assert!(!run.out.is_empty() || *format == "concise", "{format}");
        }
    }
}

#[test]
fn a_report_is_the_same_each_time() {
    let repository = hostile();
    for format in FORMATS.iter().filter(|format| **format != "gitlab-sast") {
        let one = repository.run(&["check", ".", "--format", format, "--threads", "1"]).out;
        let other = repository.run(&["check", ".", "--format", format, "--threads", "2"]).out;
        assert_eq!(one, other, "{format}");
    }
}

#[test]
fn nothing_that_a_file_says_becomes_markup_or_a_command() {
    let repository = hostile();
    let out = |format: &str| repository.run(&["check", ".", "--format", format]).out;
    for format in FORMATS {
        let text = out(format);
        assert!(!text.contains('\u{1b}'), "{format} moves the cursor");
        // For JSON it is a letter like any other.
        let is_json = text.starts_with(['{', '[']);
        assert!(is_json || !text.contains('\u{202e}'), "{format} turns the text");
    }
    let html = out("html");
    assert!(!html.contains("<img") && !html.contains("</script><img"));
    assert_eq!(html.matches("<script").count(), 1);
    let markdown = out("markdown");
    for part in ["<img", "[l]", "@team", "https://evil", "| `x`"] {
        assert!(!markdown.contains(part), "{part} in\n{markdown}");
    }
    let rows: Vec<&str> = markdown.lines().filter(|line| line.starts_with("| 🔴")).collect();
    assert!(!rows.is_empty() && rows.iter().all(|row| row.matches(" | ").count() == 4), "{rows:?}");
    for line in out("azure").lines() {
        let commands = line.matches("##vso[").count() + line.matches("##[").count();
        assert!(commands == 0 || (commands == 1 && line.starts_with("##vso[task.logissue ")), "{line}");
        let properties = line.split_once("##vso[").map(|(_, rest)| rest.split(']').next().unwrap());
        assert!(properties.is_none_or(|properties| properties.matches(';').count() == 5), "{line}");
    }
    for line in out("github").lines().filter(|line| line.starts_with("::")) {
        let (command, rest) = line[2..].split_once("::").unwrap();
        assert!(["error", "warning", "notice"].contains(&command.split(' ').next().unwrap()), "{line}");
        assert!(command.split(',').all(|property| property.contains('=')), "{line}");
        assert!(!rest.contains("%0A, a"), "a percent sign is escaped: {line}");
        assert!(!command.contains("of, us") || command.contains("50%25 of%2C us%3A a;b]"), "{line}");
    }
    assert!(out("github").contains("50%25 of%2C us%3A a;b]"));
    assert!(out("azure").contains("50%AZP25 of, us: a%3Bb%5D"));
    let sarif: Json = serde_json::from_str(&out("sarif")).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    let uri = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, "auth0/50%25%20of%2C%20us%3A%20a%3Bb%5D/tenant.yaml");
    assert!(!result["message"]["text"].as_str().unwrap().contains("[l](https"));
    assert!(HOSTILE.contains("[l](https"));
}

#[test]
fn csv_and_markdown_of_clients_are_escaped() {
    let text =
        "clients:\n  - {name: '=HYPERLINK(\"x\"),|b', app_type: spa, grant_types: [implicit, password]}\n";
    let repository = Repository::with("tenant.yaml", text);
    let csv = repository.run(&["clients", ".", "--format", "csv"]).out;
    let lines: Vec<&str> = csv.split("\r\n").collect();
    assert_eq!(lines.len(), 3, "{csv}");
    assert!(lines[1].contains(r#","'=HYPERLINK(""x""),|b","#), "{csv}");
    assert!(lines[1].contains(",implicit password,"));
    assert_eq!(lines[0].split(',').count(), 16);
    let markdown = repository.run(&["clients", ".", "--format", "markdown"]).out;
    assert!(markdown.contains("| =HYPERLINK(\"x\"),&#124;b |"), "{markdown}");
}

#[test]
fn github_shows_ten_of_a_kind_the_gravest_first() {
    let run = |number: usize| many(number).run(&["check", ".", "--format", "github"]).out;
    let annotations = |text: &str| text.lines().filter(|line| line.starts_with("::error ")).count();
    let ten = run(10);
    assert_eq!(annotations(&ten), 10);
    assert!(!ten.contains(" more,"));
    let eleven = run(11);
    assert_eq!(annotations(&eleven), 10);
    assert!(eleven.contains("::error title=clientlint::2 more, see "), "{eleven}");
}

#[test]
fn markdown_fits_a_job_summary() {
    let text = many(9000).run(&["check", ".", "--format", "markdown"]).out;
    assert!(text.len() <= 1 << 20, "{}", text.len());
    assert!(text.contains(" more of 9000 left out"));
    assert!(text.trim_end().ends_with("Another report has it."));
}

#[test]
fn what_does_not_fit_code_scanning_is_said_and_comes_last() {
    let repository = many(5001).and("a.yaml", DOUBTFUL);
    let run = repository.run(&["check", ".", "--format", "sarif"]);
    assert!(run.err.contains("code scanning shows 5000 of them"), "{}", run.err);
    let results = run.json()["runs"][0]["results"].as_array().unwrap().clone();
    assert_eq!(results.len(), 5002);
    assert_eq!(results[0]["level"], "error");
    assert_eq!(results[5001]["level"], "warning");
}

#[test]
fn the_time_of_a_report_can_be_set() {
    // The variable is set for this process alone: through a configuration there is no way, as intended.
    let repository = Repository::with("tenant.yaml", WRONG);
    let run =
        repository.run_in(&["check", ".", "--format", "gitlab-sast"], &[("SOURCE_DATE_EPOCH", "951782400")]);
    assert_eq!(run.json()["scan"]["end_time"], "2000-02-29T00:00:00");
}

#[test]
fn several_reports_in_one_run() {
    let repository = Repository::with("auth0/tenant.yaml", WRONG).and("old.sarif", "what was there");
    let mut arguments = vec!["check", ".", "--format", "concise", "--output", "sarif=old.sarif"];
    let outputs: Vec<String> = FORMATS
        .iter()
        .filter(|format| !["sarif", "gitlab-sast"].contains(*format))
        .map(|format| format!("{format}=reports/{format}"))
        .collect();
    for output in &outputs {
        arguments.extend(["--output", output.as_str()]);
    }
    let run = repository.run(&arguments);
    assert_eq!(run.code, 1, "{}", run.err);
    assert_eq!(run.out, repository.run(&["check", "auth0", "--format", "concise"]).out);
    for format in FORMATS.iter().filter(|format| **format != "gitlab-sast") {
        let path = if *format == "sarif" { "old.sarif".to_owned() } else { format!("reports/{format}") };
        let alone = repository.run(&["check", "auth0", "--format", format]).out;
        let written = fs::read_to_string(repository.path(&path)).unwrap();
        let counted = |text: &str| {
            text.replace("3 files looked at", "1 file looked at").replace("\"files\":3", "\"files\":1")
        };
        assert_eq!(counted(&written), counted(&alone), "{format}");
    }
    assert_eq!(
        fs::read_dir(repository.path("reports")).unwrap().count(),
        outputs.len(),
        "nothing else is left"
    );
}

#[test]
fn reports_are_no_client_definitions() {
    let repository = Repository::with("auth0/tenant.yaml", WRONG);
    let mut arguments = vec!["check".to_owned(), ".".to_owned()];
    for format in FORMATS {
        let ending = match *format {
            "junit" | "checkstyle" => "xml",
            "markdown" => "md",
            "html" => "html",
            "text" | "concise" | "summary" | "github" | "azure" => "txt",
            _ => "json",
        };
        arguments.extend(["--output".to_owned(), format!("{format}={format}.{ending}")]);
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    repository.run(&arguments);
    let report = repository.check(".");
    assert_eq!(report["summary"]["findings"]["error"], 1, "{report}");
    assert_eq!(report["summary"]["clients"], 1, "{report}");
    assert_eq!(report["problems"], serde_json::json!([]));
}

#[test]
fn a_report_that_cannot_be_written_is_said_first() {
    let repository = Repository::with("auth0/tenant.yaml", WRONG).and("folder/a", "");
    for (output, says) in [
        ("sarif=folder", "is a folder"),
        ("sarif=auth0/tenant.yaml/a", "cannot be written"),
        ("sarif=-", "`-` is no path"),
        ("sarif=", "a path is missing"),
        ("sarif", "say FORMAT=PATH"),
        ("sarf=a", "there is no format `sarf` (did you mean `sarif`?)"),
    ] {
        let run = repository.run(&["check", ".", "--output", output, "--output", "json=first.json"]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{output}: {}", run.out);
        assert!(run.err.contains(says), "{output}: {}", run.err);
        assert!(!repository.path("first.json").exists(), "{output}: nothing is written before all can be");
    }
    let run = repository.run(&["check", ".", "--output", "json=a", "--output", "sarif=./a"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("two reports cannot be one file"), "{}", run.err);
    let run = repository.run(&[
        "check",
        ".",
        "--format",
        "concise",
        "--output",
        "json=/dev/null",
        "--output",
        "sarif=/dev/null",
    ]);
    assert_eq!(run.code, 1, "{}", run.err);
}

#[test]
fn the_configuration_says_how_reports_are_written() {
    let config = "[output]\nformat = \"concise\"\nreports = { sarif = \"out.sarif\", junit = \"./out.xml\" }\n\
                  docs-url = \"https://rules.example.com/{rule}.html\"\n";
    let repository = Repository::with("auth0/tenant.yaml", WRONG).and("clientlint.toml", config);
    let run = repository.run(&["check", "auth0"]);
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(run.out.starts_with("auth0/tenant.yaml:6:"), "{}", run.out);
    let sarif: Json =
        serde_json::from_str(&fs::read_to_string(repository.path("out.sarif")).unwrap()).unwrap();
    let rule = &sarif["runs"][0]["tool"]["driver"]["rules"][0];
    assert_eq!(rule["helpUri"], "https://rules.example.com/public-client-symmetric-id-token.html");
    assert!(repository.path("out.xml").exists());
    let github = repository.run(&["check", "auth0", "--format", "github"]).out;
    assert!(
        github.contains("%0Ahttps://rules.example.com/public-client-symmetric-id-token.html\n"),
        "{github}"
    );
    // What the command line says stands in the place of the configuration.
    fs::remove_file(repository.path("out.xml")).unwrap();
    assert_eq!(repository.run(&["check", "auth0", "--output", "json=own.json"]).code, 1);
    assert!(!repository.path("out.xml").exists() && repository.path("own.json").exists());

    for (text, says) in [
        ("format = \"sarf\"", "`html` (did you mean `sarif`?)"),
        ("reports = { sarif = \"../out.sarif\" }", "must lie below the configuration's folder"),
        ("reports = { sarif = \"/tmp/out.sarif\" }", "must lie below the configuration's folder"),
        ("docs-url = \"javascript:alert(1)//{rule}\"", "must be an http(s) URL"),
        ("docs-url = \"https://rules.example.com/\"", "must be an http(s) URL that holds {rule}"),
    ] {
        let repository =
            Repository::with("tenant.yaml", WRONG).and("clientlint.toml", format!("[output]\n{text}\n"));
        let run = repository.run(&["check", "."]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{text}");
        assert!(run.err.contains(says) && run.err.contains("clientlint.toml"), "{text}: {}", run.err);
    }
}

#[cfg(unix)]
#[test]
fn reports_follow_links_but_not_out_of_the_repository() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let repository = Repository::with("tenant.yaml", WRONG).and("kept/real.json", "");
    fs::set_permissions(repository.path("kept/real.json"), fs::Permissions::from_mode(0o600)).unwrap();
    symlink("kept/real.json", repository.path("link.json")).unwrap();
    assert_eq!(repository.run(&["check", ".", "--output", "json=link.json"]).code, 1);
    assert!(fs::symlink_metadata(repository.path("link.json")).unwrap().is_symlink());
    let real = repository.path("kept/real.json");
    assert!(fs::read_to_string(&real).unwrap().starts_with("{\"version\":1"));
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o600);

    let outside = Repository::with("precious", "keep me");
    let config = "[output]\nreports = { json = \"link\" }\n";
    let repository = Repository::with("tenant.yaml", WRONG).and("clientlint.toml", config);
    symlink(outside.path("precious"), repository.path("link")).unwrap();
    let run = repository.run(&["check", "."]);
    assert_eq!(run.code, 2, "{}", run.err);
    assert_eq!(fs::read_to_string(outside.path("precious")).unwrap(), "keep me");

    let config = "[output]\nreports = { json = \"folder/new/a.json\" }\n";
    let repository = Repository::with("tenant.yaml", WRONG).and("clientlint.toml", config);
    symlink(outside.root(), repository.path("folder")).unwrap();
    let run = repository.run(&["check", "tenant.yaml"]);
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(!outside.path("new").exists());
}

#[test]
fn each_item_of_a_list_that_decides_is_told_to() {
    let client = "clients:\n- name: Web\n  app_type: regular_web\n  callbacks: [\"http://a.example.com\", \"http://b.example.com\"]\n";
    let report = Repository::with("tenant.yaml", client).check(".");
    let insecure = |finding: &&Json| finding["rule"] == "insecure-redirect-uri";
    let finding = report["findings"].as_array().unwrap().iter().find(insecure).unwrap();
    let related = finding["related"].as_array().unwrap();
    assert_eq!(related.len(), 1);
    assert_eq!(related[0]["message"], "sent in clear text");
    let client = "clients:\n- name: Web\n  app_type: spa\n  grant_types: [authorization_code, refresh_token]\n  refresh_token: {rotation_type: non-rotating}\n";
    let report = Repository::with("tenant.yaml", client).check(".");
    let messages = report.to_string();
    assert!(messages.contains("together with this one of grant_types"), "{messages}");
}
