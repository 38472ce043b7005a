//! `--since`: only what is new since a commit, with real repositories of git.

use std::collections::BTreeMap;
use std::fs;
use std::time::SystemTime;

use serde_json::Value as Json;

use crate::support::{RIGHT, Repository, Run, WRONG, rules};

const RULE: &str = "public-client-symmetric-id-token";

fn since(repository: &Repository, reference: &str) -> Run {
    repository.run(&["check", ".", "--since", reference, "--format", "json"])
}

/// What is reported since `main`, as `path rule`.
fn new(repository: &Repository) -> Vec<String> {
    found(&since(repository, "main").json())
}

fn found(report: &Json) -> Vec<String> {
    let one = |finding: &Json| {
        format!("{} {}", finding["location"]["path"].as_str().unwrap(), finding["rule"].as_str().unwrap())
    };
    report["findings"].as_array().unwrap().iter().map(one).collect()
}

/// A repository with a commit on `main`, and another branch checked out.
fn branched(files: &[(&str, &str)]) -> Option<Repository> {
    let mut repository = Repository::new();
    for (path, text) in files {
        repository = repository.and(path, text);
    }
    let repository = repository.committed()?;
    repository.git(&["checkout", "-q", "-b", "work"]);
    Some(repository)
}

#[test]
fn what_was_there_is_not_reported_wherever_it_stands_now() {
    let Some(repository) = branched(&[("tenant.yaml", WRONG)]) else { return };
    assert_eq!(rules(&repository.check(".")), [RULE]);
    let run = since(&repository, "main");
    assert_eq!((run.code, run.json()["summary"]["not-new"].as_u64()), (0, Some(1)));
    repository.write("tenant.yaml", format!("{}{WRONG}", "# a line\n".repeat(50)));
    assert_eq!(new(&repository), [""; 0]);
    let text = repository.run(&["check", ".", "--since", "main"]).out;
    assert!(text.contains("no findings\n1 not new since main\n"), "{text}");
}

#[test]
fn the_work_tree_is_the_new_side() {
    let Some(repository) = branched(&[("tenant.yaml", RIGHT)]) else { return };
    repository.write("tenant.yaml", WRONG);
    let wanted = [format!("tenant.yaml {RULE}"), "tenant.yaml signing-algorithm-weakened".to_owned()];
    assert_eq!(new(&repository), wanted, "changed");
    repository.git(&["add", "-A"]);
    assert_eq!(new(&repository), wanted, "staged");
    repository.commit();
    assert_eq!(new(&repository), wanted, "committed");
    assert_eq!(since(&repository, "main").code, 1);
    assert_eq!(found(&since(&repository, "HEAD").json()), [""; 0]);
}

#[test]
fn it_is_the_merge_base_that_counts() {
    let Some(repository) = branched(&[("tenant.yaml", WRONG)]) else { return };
    repository.git(&["checkout", "-q", "main"]);
    repository.write("tenant.yaml", RIGHT);
    repository.commit();
    repository.git(&["checkout", "-q", "work"]);
    assert_eq!(new(&repository), [""; 0], "main has mended it since; it was there when the branch began");
}

#[test]
fn nothing_in_the_repository_changes() {
    let Some(repository) = branched(&[("tenant.yaml", WRONG), ("other.txt", "a")]) else { return };
    repository.write("tenant.yaml", RIGHT);
    repository.write("new.yaml", WRONG);
    let times = || -> BTreeMap<String, SystemTime> {
        let mut all = BTreeMap::new();
        let mut folders = vec![repository.root().to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                all.insert(path.display().to_string(), path.metadata().unwrap().modified().unwrap());
                if path.is_dir() {
                    folders.push(path);
                }
            }
        }
        all
    };
    let status = repository.git(&["--no-optional-locks", "status", "--porcelain"]);
    let before = times();
    assert_eq!(since(&repository, "main").code, 1);
    assert_eq!(before, times());
    assert_eq!(status, repository.git(&["--no-optional-locks", "status", "--porcelain"]));
}

#[test]
fn new_deleted_and_renamed_files() {
    let other = WRONG.replace("Shop", "Desk");
    let Some(repository) = branched(&[("a/tenant.yaml", WRONG), ("b/tenant.yaml", &other)]) else { return };
    repository.write("c/new.yaml", WRONG);
    assert_eq!(
        new(&repository),
        [format!("c/new.yaml {RULE}")],
        "the same client in another file is another one"
    );
    fs::remove_file(repository.path("b/tenant.yaml")).unwrap();
    assert_eq!(new(&repository), [format!("c/new.yaml {RULE}")]);
    fs::remove_file(repository.path("a/tenant.yaml")).unwrap();
    assert_eq!(new(&repository), [""; 0], "the file was renamed");
    let moved = repository.run(&["check", "c/new.yaml", "--since", "main", "--format", "json"]);
    assert_eq!(found(&moved.json()), [""; 0], "also where the file alone is asked for");
    repository.write("d/new.yaml", WRONG);
    assert_eq!(new(&repository).len(), 2, "nobody knows which of the two it was");
}

#[test]
fn another_name_with_the_same_identifier_is_the_same_client() {
    let with_id = WRONG.replace("name: Shop", "name: Shop\n    client_id: kQ3vTn8sExampleExample0000000001");
    let Some(repository) = branched(&[("tenant.yaml", &with_id)]) else { return };
    repository
        .write("tenant.yaml", with_id.replace("Shop", "Store").replace("app_type: spa", "app_type: native"));
    assert_eq!(new(&repository), ["tenant.yaml application-type-changed"]);
    repository.write("tenant.yaml", WRONG.replace("Shop", "Store"));
    assert_eq!(new(&repository), [format!("tenant.yaml {RULE}")]);
}

#[test]
fn items_of_lists_are_compared_one_by_one() {
    let list = |uris: &str| RIGHT.replace("[https://shop.example.com/cb]", uris);
    let (a, b) = ("http://a.example.com/cb", "http://b.example.com/cb");
    let Some(repository) = branched(&[("tenant.yaml", &list(&format!("[{a}, https://x.example.com]")))])
    else {
        return;
    };
    repository.write("tenant.yaml", list(&format!("[{a}, {b}]")));
    let run = since(&repository, "main").json();
    assert_eq!(found(&run), ["tenant.yaml insecure-redirect-uri"]);
    let finding = &run["findings"][0];
    assert_eq!(finding["pointer"], format!("/redirect_uris/{{{b}}}"));
    assert_eq!(finding["message"], format!("redirect URI {b} is not https"));
    assert!(
        finding["location"]["start"]["column"].as_u64().unwrap() > 40,
        "it points at the new one: {finding}"
    );
    repository.commit();
    repository.git(&["branch", "-f", "both"]);
    repository.write("tenant.yaml", list(&format!("[{b}]")));
    assert_eq!(found(&since(&repository, "both").json()), [""; 0], "one of two was removed");
}

#[test]
fn the_same_commit_has_nothing_new() {
    let acme = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/acme");
    let default = "resource \"auth0_client\" \"shop\" {\n  name     = \"Shop\"\n  app_type = \"spa\"\n}\n";
    let mut repository = Repository::with("default/main.tf", default);
    for entry in
        walkdir::WalkDir::new(&acme).into_iter().flatten().filter(|entry| entry.file_type().is_file())
    {
        let path = entry.path().strip_prefix(&acme).unwrap().display().to_string();
        repository = repository.and(&path, fs::read(entry.path()).unwrap());
    }
    let Some(repository) = repository.committed() else { return };
    for persona in ["regular", "auditor"] {
        let arguments = ["check", ".", "--since", "HEAD", "--format", "json", "--persona", persona];
        let report = repository.run(&arguments).json();
        assert_eq!(found(&report), [""; 0], "{persona}");
        assert!(report["summary"]["not-new"].as_u64().unwrap() > 10);
    }
}

#[test]
fn what_becomes_worse_is_new() {
    let rule = "summary: s\nseverity: warning\nwhy: w\ninstead: i\nmessage: m\ncases:\n\
        - when: { is_first_party: { const: false }, grant_types: { any: { const: implicit } } }\n  severity: error\n\
        - when: { grant_types: { any: { const: implicit } } }\n";
    let doubtful = RIGHT.replace("[authorization_code]", "[implicit]");
    let config = "rule-folders = ['ours']\nselect = ['own']\n";
    let third = doubtful.replace("is_first_party: true", "is_first_party: false");
    let files = [("tenant.yaml", doubtful.as_str()), ("clientlint.toml", config), ("ours/own.yaml", rule)];
    let Some(repository) = branched(&files) else { return };
    assert_eq!(new(&repository), [""; 0]);
    repository.write("tenant.yaml", &third);
    let report = since(&repository, "main").json();
    assert_eq!(found(&report), ["tenant.yaml own"]);
    assert_eq!(report["findings"][0]["severity"], "error");
    repository.commit();
    repository.git(&["branch", "-f", "main"]);
    repository.write("tenant.yaml", &doubtful);
    assert_eq!(found(&since(&repository, "main").json()), [""; 0], "less bad than before");
}

#[test]
fn secrets_change_nothing() {
    let with =
        |secret: &str| WRONG.replace("name: Shop", &format!("name: Shop\n    client_secret: {secret}"));
    let Some(repository) = branched(&[("tenant.yaml", &with("kPq3-wR7_tYz1uXvB5nM9sDfGh2JkL4a"))]) else {
        return;
    };
    repository.write("tenant.yaml", with("9sDfGh2JkL4akPq3-wR7_tYz1uXvB5nM"));
    assert_eq!(new(&repository), [""; 0]);
}

const TERRAFORM: &str = r#"
variable "party" { default = false }
resource "auth0_client" "shop" {
  name           = "Shop"
  app_type       = "regular_web"
  is_first_party = var.party
  grant_types    = ["authorization_code"]
}
"#;

#[test]
fn several_projects_and_modules_of_terraform() {
    let module = TERRAFORM.replace("variable \"party\" { default = false }", "variable \"party\" {}");
    let caller = "module \"app\" {\n  source = \"../modules/app\"\n  party  = false\n}\n";
    let Some(repository) = branched(&[
        ("infra/main.tf", TERRAFORM),
        ("live/main.tf", caller),
        ("modules/app/main.tf", &module),
        ("tenant.yaml", RIGHT),
    ]) else {
        return;
    };
    assert_eq!(new(&repository), [""; 0]);
    repository.write("live/main.tf", caller.replace("= false", "= true"));
    let promoted = |path: &str| format!("{path} first-party-promotion");
    assert_eq!(new(&repository), [promoted("modules/app/main.tf")], "by the argument of the module");
    repository.write("infra/main.tf", "\n");
    repository.write("infra/clients.tf", TERRAFORM.replace("= false", "= true"));
    let found = new(&repository);
    assert!(found.contains(&promoted("infra/clients.tf")), "in another file of the same folder: {found:?}");
    let unchanged = repository.run(&["check", ".", "--since", "main", "--changed-only", "--format", "json"]);
    let report = unchanged.json();
    assert_eq!(report["summary"]["clients"], 2, "the projects in which something changed");
}

#[test]
fn what_has_not_changed_is_left_out() {
    let other = WRONG.replace("Shop", "Desk");
    let Some(repository) = branched(&[("a.yaml", WRONG), ("b.yaml", &other)]) else { return };
    repository.write("a.yaml", RIGHT);
    let clients = |arguments: &[&str]| {
        let base = ["check", ".", "--format", "json", "--since", "main"];
        repository.run(&[&base[..], arguments].concat()).json()["summary"]["clients"].as_u64().unwrap()
    };
    assert_eq!((clients(&[]), clients(&["--changed-only"])), (2, 1));
    repository.commit();
    let nothing = repository.run(&["check", ".", "--since", "HEAD", "--changed-only"]);
    assert_eq!(nothing.code, 0, "nothing has changed, which is no mistake: {}", nothing.out);
    let alone = repository.run(&["check", ".", "--changed-only"]);
    assert_eq!(alone.code, 2, "{}", alone.err);
}

#[test]
fn from_a_folder_and_through_a_pipe() {
    let Some(repository) = branched(&[("a/b/tenant.yaml", WRONG), ("x.yaml", RIGHT)]) else { return };
    let run = repository.run_below("a/b", &["check", "--since", "main", "--format", "json"]);
    assert_eq!((run.code, found(&run.json())), (0, Vec::new()));
    let arguments = ["check", "-", "--stdin-filename", "x.yaml", "--since", "main", "--format", "json"];
    let piped = repository.pipe(&arguments, WRONG);
    assert_eq!(rules(&piped.json()), [RULE, "signing-algorithm-weakened"]);
    let unnamed = repository.pipe(&["check", "-", "--since", "main"], WRONG);
    assert_eq!(unnamed.code, 2, "{}", unnamed.err);
}

#[test]
fn references_that_cannot_be_compared_with_say_why() {
    let Some(repository) = branched(&[("tenant.yaml", WRONG)]) else { return };
    let said = |reference: &str| {
        let run = since(&repository, reference);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{reference}: {}", run.err);
        run.err
    };
    assert!(said("nowhere").contains("git knows no commit `nowhere`"));
    assert!(said("origin/main").contains("git fetch origin main"));
    for reference in ["--help", "-p", "", "main\nother", "HEAD:tenant.yaml", "main..work"] {
        assert!(said(reference).starts_with("error: "), "{reference}");
    }
    repository.git(&["checkout", "-q", "--orphan", "alone"]);
    repository.write("a.txt", "a");
    repository.commit();
    assert!(said("main").contains("no history in common"));
    let plain = Repository::with("tenant.yaml", WRONG);
    assert_eq!(since(&plain, "main").code, 2, "an empty .git is no repository");
}

#[test]
fn a_shallow_clone_says_what_to_fetch() {
    let Some(repository) = branched(&[("tenant.yaml", WRONG)]) else { return };
    repository.write("a.txt", "a");
    repository.commit();
    repository.git(&["checkout", "-q", "main"]);
    repository.write("b.txt", "b");
    repository.commit();
    let origin = format!("file://{}", repository.root().display());
    let clone = Repository::new();
    fs::remove_dir(clone.path(".git")).unwrap();
    clone.git(&["clone", "-q", "--depth", "1", "--no-single-branch", &origin, "."]);
    clone.git(&["checkout", "-q", "work"]);
    let run = since(&clone, "origin/main");
    assert_eq!(run.code, 2);
    assert!(run.err.contains("shallow") && run.err.contains("git fetch --unshallow"), "{}", run.err);
    clone.git(&["fetch", "-q", "--unshallow"]);
    assert_eq!(found(&since(&clone, "origin/main").json()), [""; 0]);
}

#[cfg(unix)]
#[test]
fn links_and_submodules_are_left_alone() {
    let Some(repository) = branched(&[("tenant.yaml", RIGHT)]) else { return };
    let outside = Repository::with("tenant.yaml", WRONG);
    std::os::unix::fs::symlink(outside.path("tenant.yaml"), repository.path("link.yaml")).unwrap();
    let Some(inner) = Repository::with("tenant.yaml", WRONG).committed() else { return };
    let address = inner.root().display().to_string();
    repository.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &address, "inner"]);
    repository.commit();
    assert_eq!(since(&repository, "HEAD").code, 1, "what a submodule holds has no history here");
    assert_eq!(
        found(&repository.run(&["check", "tenant.yaml", "--since", "HEAD", "--format", "json"]).json()),
        [""; 0]
    );
}

#[cfg(unix)]
#[test]
fn git_runs_nothing_and_heeds_no_variable() {
    use std::os::unix::fs::PermissionsExt as _;

    let Some(repository) = branched(&[("tenant.yaml", WRONG)]) else { return };
    repository.write("run.sh", "#!/bin/sh\ntouch \"$(dirname \"$0\")/ran\"\n");
    fs::set_permissions(repository.path("run.sh"), fs::Permissions::from_mode(0o755)).unwrap();
    let script = repository.path("run.sh").display().to_string();
    for key in ["core.pager", "core.fsmonitor", "core.sshCommand", "diff.external", "filter.x.smudge"] {
        repository.git(&["config", key, &script]);
    }
    repository.write(".gitattributes", "* filter=x\n");
    assert_eq!(found(&since(&repository, "main").json()), [""; 0]);
    assert!(!repository.path("ran").exists());
}
