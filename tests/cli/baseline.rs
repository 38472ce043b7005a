//! The baseline: what is known is not reported, what is new is, and the file says nothing that it should not.

use std::fs;

use serde_json::Value as Json;

use crate::support::{RIGHT, Repository, Run, WRONG, rules};

const FILE: &str = ".clientlint-baseline.json";
const RULE: &str = "public-client-symmetric-id-token";
const SECRET: &str = "kPq3wR7tYz1uXvB5nM9sDfGh2JkL4aQe";

/// Several clients with findings of several kinds.
const TENANT: &str = "clients:
  - name: Shop
    app_type: spa
    grant_types: [implicit, password]
    callbacks: ['http://shop.example.com/cb', 'http://pay.example.com/cb']
  - name: Desk
    app_type: regular_web
    token_endpoint_auth_method: client_secret_post
    client_secret: SECRET
    grant_types: [implicit]
    callbacks: ['http://desk.example.com/cb']
";

fn tenant() -> String {
    TENANT.replace("SECRET", SECRET)
}

fn write(repository: &Repository) -> Run {
    let run = repository.run(&["baseline", "write", "--today", "2026-05-02"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    run
}

fn text(repository: &Repository) -> String {
    fs::read_to_string(repository.path(FILE)).unwrap()
}

fn entries(repository: &Repository) -> Vec<Json> {
    let file: Json = serde_json::from_str(&text(repository)).unwrap();
    assert_eq!(file["clientlint-baseline"], 1);
    file["entries"].as_array().unwrap().clone()
}

#[test]
fn what_is_written_is_not_reported_and_what_is_new_is() {
    let repository = Repository::with("tenant.yaml", WRONG);
    assert_eq!(write(&repository).out, format!("{FILE}: 1 entry (1 new, 0 taken out)\n"));
    let run = repository.run(&["check", ".", "--format", "json"]);
    assert_eq!((run.code, run.json()["summary"]["baselined"].as_u64()), (0, Some(1)));
    let said = repository.run(&["check", "."]).out;
    assert!(said.contains("no findings\n1 baselined (oldest 2026-05-02)\n"), "{said}");
    repository.write("tenant.yaml", WRONG.replace("https://", "http://"));
    assert_eq!(rules(&repository.check(".")), ["insecure-redirect-uri"]);
    let all = repository.run(&["check", ".", "--no-baseline", "--format", "json"]).json();
    assert_eq!(rules(&all).len(), 2);
}

#[test]
fn the_file_is_sorted_has_a_line_for_each_entry_and_no_secret() {
    let repository = Repository::with("b.yaml", tenant()).and("a.yaml", WRONG);
    let run = write(&repository);
    assert!(run.err.contains("not put off: 1 finding of hardcoded-client-secret"), "{}", run.err);
    let found = entries(&repository);
    let key = |entry: &Json| {
        ["path", "client", "rule", "pointer"].map(|name| entry[name].as_str().unwrap().to_owned())
    };
    assert!(found.iter().map(key).is_sorted(), "{found:?}");
    let lines: Vec<String> = text(&repository).lines().map(str::to_owned).collect();
    assert_eq!(lines.iter().filter(|line| line.starts_with("    {\"fp\":\"v1:")).count(), found.len());
    let pointers: Vec<&str> = found.iter().filter_map(|entry| entry["pointer"].as_str()).collect();
    for one in ["/redirect_uris/{http://pay.example.com/cb}", "/redirect_uris/{http://shop.example.com/cb}"] {
        assert!(pointers.contains(&one), "{pointers:?}");
    }
    for part in SECRET.as_bytes().windows(6) {
        assert!(!text(&repository).contains(std::str::from_utf8(part).unwrap()));
    }
    assert_eq!(rules(&repository.check(".")), ["hardcoded-client-secret"], "a secret cannot wait");
    // Another secret, fifty lines more and another order change nothing in the file.
    let before = text(&repository);
    let changed = tenant().replace(SECRET, "Zx81bQ2mWv6Ht3Kc9Lr5Np0Sd7Fg4Jy8");
    let changed = changed.replace("[implicit, password]", "[password, implicit]");
    repository.write("b.yaml", format!("{}{changed}", "# a line\n".repeat(50)));
    write(&repository);
    assert_eq!(before, text(&repository));
}

#[test]
fn secrets_wait_where_the_configuration_lets_them() {
    let repository = Repository::with("tenant.yaml", tenant())
        .and("clientlint.toml", "[baseline]\nfile = \"known.json\"\nsecrets = true\n");
    assert_eq!(write(&repository).err, "");
    let known = fs::read_to_string(repository.path("known.json")).unwrap();
    assert!(known.contains("hardcoded-client-secret") && !known.contains(&SECRET[..6]));
    assert_eq!(rules(&repository.check(".")), [""; 0]);
}

#[test]
fn rules_that_may_not_be_silenced_are_refused() {
    let repository = Repository::with("tenant.yaml", WRONG);
    write(&repository);
    repository.write("clientlint.toml", format!("[rules.{RULE}]\nignorable = false\n"));
    assert_eq!(rules(&repository.check(".")), [RULE], "also where the file has them already");
    let run = write(&repository);
    assert!(run.err.contains(RULE), "{}", run.err);
    assert_eq!(entries(&repository), [Json::Null; 0]);
}

#[test]
fn the_configuration_of_each_file_counts() {
    let repository = Repository::with("a/tenant.yaml", WRONG)
        .and("b/tenant.yaml", WRONG)
        .and("b/clientlint.toml", format!("[rules.{RULE}]\nignorable = false\n"));
    let run = write(&repository);
    assert!(run.err.contains(&format!("not put off: 1 finding of {RULE}")), "{}", run.err);
    let report = repository.check(".");
    assert_eq!(rules(&report), [RULE]);
    assert_eq!(report["findings"][0]["location"]["path"], "b/tenant.yaml");
}

#[test]
fn a_run_that_is_less_strict_calls_nothing_stale() {
    let repository = Repository::with("tenant.yaml", WRONG.replace("Shop", "Default App"));
    let run = repository.run(&["baseline", "write", "--persona", "auditor"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(entries(&repository).len() > 1);
    assert_eq!(repository.check(".")["summary"]["stale-baseline"], 0);
    assert_eq!(repository.run(&["baseline", "prune", "--check"]).code, 0);
    repository.write("tenant.yaml", RIGHT);
    assert_eq!(repository.run(&["baseline", "prune", "--check", "--persona", "auditor"]).code, 1);
}

#[test]
fn items_are_known_one_by_one() {
    let (a, b) = ("http://a.example.com/cb", "http://b.example.com/cb");
    let list = |uris: &str| RIGHT.replace("[https://shop.example.com/cb]", uris);
    let repository = Repository::with("tenant.yaml", list(&format!("[{a}, {b}]")));
    write(&repository);
    assert_eq!(entries(&repository).len(), 2);
    repository.write("tenant.yaml", list(&format!("[{b}]")));
    assert_eq!(rules(&repository.check(".")), [""; 0]);
    repository.write("tenant.yaml", list(&format!("[{b}, http://c.example.com/cb]")));
    assert_eq!(rules(&repository.check(".")), ["insecure-redirect-uri"]);
}

#[test]
fn what_is_known_hides_no_item_of_another_case() {
    let list = |uris: &str| RIGHT.replace("[https://shop.example.com/cb]", uris);
    let repository = Repository::with("tenant.yaml", list("[\"//shop.example.com/cb\"]"));
    write(&repository);
    assert_eq!(rules(&repository.check(".")), [""; 0]);
    repository.write("tenant.yaml", list("[\"//shop.example.com/cb\", \"https://shop.example.com/cb#a\"]"));
    assert_eq!(rules(&repository.check(".")), ["malformed-redirect-uri"]);
    write(&repository);
    assert_eq!(entries(&repository).len(), 2);
    assert_eq!(rules(&repository.check(".")), [""; 0]);
}

#[test]
fn what_is_mended_is_stale_until_it_is_pruned() {
    let repository = Repository::with("tenant.yaml", WRONG).and("other.yaml", WRONG);
    write(&repository);
    repository.write("tenant.yaml", RIGHT);
    let said = repository.run(&["check", "."]).out;
    assert!(said.contains("stale baseline: 1 entry matches nothing any more"), "{said}");
    assert_eq!(repository.check(".")["summary"]["stale-baseline"], 1);
    assert_eq!(
        repository.check("other.yaml")["summary"]["stale-baseline"],
        0,
        "the other file was not looked at"
    );
    let before = text(&repository);
    let check = repository.run(&["baseline", "prune", "--check"]);
    assert_eq!((check.code, &text(&repository)), (1, &before));
    assert!(check.out.contains(&format!("matches nothing: tenant.yaml: {RULE} (Shop)")), "{}", check.out);
    assert_eq!(repository.run(&["baseline", "prune"]).code, 0);
    assert_eq!(entries(&repository).len(), 1);
    assert_eq!(repository.run(&["baseline", "prune", "--check"]).code, 0);
    // A rule that is off says nothing of its entries.
    repository.write("clientlint.toml", format!("[rules]\n{RULE} = \"off\"\n"));
    assert_eq!(repository.run(&["baseline", "prune", "--check"]).code, 0);
}

#[test]
fn files_that_move_take_their_entries_along() {
    let repository = Repository::with("tenant.yaml", WRONG);
    write(&repository);
    repository.write("copy.yaml", WRONG);
    assert_eq!(rules(&repository.check(".")), [RULE], "a second file is another one");
    fs::remove_file(repository.path("tenant.yaml")).unwrap();
    assert_eq!(rules(&repository.check(".")), [""; 0]);
    assert_eq!(repository.check(".")["summary"]["stale-baseline"], 0);
    assert_eq!(repository.run(&["baseline", "prune", "--check"]).code, 1);
    assert_eq!(repository.run(&["baseline", "prune"]).code, 0);
    let entry = &entries(&repository)[0];
    assert_eq!((entry["path"].as_str(), entry["since"].as_str()), (Some("copy.yaml"), Some("2026-05-02")));
    assert_eq!(rules(&repository.check(".")), [""; 0]);
}

#[test]
fn writing_again_keeps_days_and_what_was_not_looked_at() {
    let repository = Repository::with("a.yaml", WRONG).and("b.yaml", WRONG);
    write(&repository);
    repository.write("a.yaml", WRONG.replace("https://", "http://"));
    fs::write(repository.path("b.yaml"), RIGHT).unwrap();
    let run = repository.run(&["baseline", "write", "a.yaml", "--today", "2026-06-01"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let days: Vec<(String, String)> = entries(&repository)
        .iter()
        .map(|entry| {
            let text = |name: &str| entry[name].as_str().unwrap().to_owned();
            (format!("{} {}", text("path"), text("rule")), text("since"))
        })
        .collect();
    let day = |what: &str, day: &str| (what.to_owned(), day.to_owned());
    assert_eq!(
        days,
        [
            day("a.yaml insecure-redirect-uri", "2026-06-01"),
            day(&format!("a.yaml {RULE}"), "2026-05-02"),
            day(&format!("b.yaml {RULE}"), "2026-05-02"),
        ]
    );
}

#[test]
fn wrong_files_stop_the_run_at_their_place() {
    let repository = Repository::with("tenant.yaml", WRONG);
    write(&repository);
    let good = text(&repository);
    for (wrong, place) in [
        (good.replace("\"entries\": [", "\"entries\": [\n<<<<<<< HEAD"), ":5:"),
        (good.replace("baseline\": 1", "baseline\": 2"), ":2:"),
        (good.replace("v1:", "v1:0"), ":5:"),
        (good[..good.len() / 2].to_owned(), ":5:"),
        (String::new(), ":1:0:"),
    ] {
        repository.write(FILE, &wrong);
        for arguments in
            [&["check", "."][..], &["baseline", "write"], &["baseline", "prune"], &["baseline", "show"]]
        {
            let run = repository.run(arguments);
            assert_eq!(run.code, 2, "{arguments:?}: {}", run.out);
            assert!(run.err.starts_with(&format!("error: {FILE}{place}")), "{}", run.err);
        }
        assert_eq!(text(&repository), wrong, "a file that cannot be read is left alone");
    }
}

#[test]
fn a_baseline_that_is_named_must_be_there() {
    let repository = Repository::with("tenant.yaml", WRONG);
    let run = repository.run(&["check", ".", "--baseline", "none.json"]);
    assert_eq!(run.code, 2, "{}", run.err);
    assert_eq!(repository.run(&["baseline", "show"]).code, 2);
    assert_eq!(repository.run(&["baseline", "write", "--baseline", "known.json"]).code, 0);
    assert_eq!(repository.run(&["check", ".", "--baseline", "known.json"]).code, 0);
    let shown = repository.run(&["baseline", "show", "--baseline", "known.json"]).out;
    assert!(shown.contains(&format!("tenant.yaml: {RULE} (Shop)")), "{shown}");
    assert_eq!(repository.run(&["baseline", "write", "--today", "2026-02-30"]).code, 2);
    let empty = Repository::with("notes.yaml", "a: b\n");
    assert_eq!(empty.run(&["baseline", "write"]).code, 2, "nothing was found to put off");
}

#[cfg(unix)]
#[test]
fn it_is_written_whole_with_its_permissions_and_stays_in_the_repository() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let repository = Repository::with("tenant.yaml", WRONG).and(FILE, "");
    fs::remove_file(repository.path(FILE)).unwrap();
    write(&repository);
    fs::set_permissions(repository.path(FILE), fs::Permissions::from_mode(0o640)).unwrap();
    repository.write("tenant.yaml", WRONG.replace("https://", "http://"));
    write(&repository);
    assert_eq!(repository.path(FILE).metadata().unwrap().permissions().mode() & 0o777, 0o640);
    let names: Vec<String> = fs::read_dir(repository.root())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".tmp"))
        .collect();
    assert_eq!(names, [""; 0]);
    // A link within the repository is followed, one out of it is not.
    fs::create_dir(repository.path("kept")).unwrap();
    fs::rename(repository.path(FILE), repository.path("kept/known.json")).unwrap();
    symlink("kept/known.json", repository.path(FILE)).unwrap();
    repository.write("tenant.yaml", WRONG);
    write(&repository);
    assert!(repository.path(FILE).symlink_metadata().unwrap().is_symlink());
    assert_eq!(entries(&repository).len(), 1);
    let outside = Repository::with("known.json", text(&repository));
    fs::remove_file(repository.path(FILE)).unwrap();
    symlink(outside.path("known.json"), repository.path(FILE)).unwrap();
    let before = fs::read_to_string(outside.path("known.json")).unwrap();
    repository.write("tenant.yaml", WRONG.replace("https://", "http://"));
    let run = repository.run(&["baseline", "write"]);
    assert_eq!(run.code, 2, "{}", run.out);
    assert!(run.err.contains("out of the repository"), "{}", run.err);
    assert_eq!(fs::read_to_string(outside.path("known.json")).unwrap(), before);
}
