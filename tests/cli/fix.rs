//! `clientlint fix`: what it writes, what it says, and what it leaves alone.

use std::fs;

use crate::support::{DOUBTFUL, RIGHT, Repository, WRONG, rules};

const SECRET: &str = "kJ8sLw1YcH6pNd3GjU0aEoXi5V2kFy9BvR7xQmT4bZ";

fn read(repository: &Repository, path: &str) -> String {
    fs::read_to_string(repository.path(path)).unwrap()
}

#[test]
fn unsafe_fixes_are_applied_when_asked_for() {
    let repository = Repository::with("tenant.yaml", WRONG);
    let run = repository.run(&["fix", ".", "--no-config"]);
    assert_eq!(run.code, 1, "{}", run.out);
    assert!(run.out.contains("error[public-client-symmetric-id-token]"), "{}", run.out);
    assert!(run.out.contains("fixable"), "{}", run.out);
    assert_eq!(read(&repository, "tenant.yaml"), WRONG);

    let run = repository.run(&["fix", ".", "--unsafe"]);
    assert_eq!(run.code, 0, "{}", run.out);
    assert!(run.out.contains("tenant.yaml: "), "{}", run.out);
    assert!(run.out.contains("public-client-symmetric-id-token: Sign with RS256"), "{}", run.out);
    assert!(read(&repository, "tenant.yaml").contains("    jwt_configuration: {alg: RS256}\n"));

    let before = read(&repository, "tenant.yaml");
    let run = repository.run(&["fix", ".", "--unsafe"]);
    assert_eq!((run.code, read(&repository, "tenant.yaml")), (0, before), "{}", run.out);
}

#[test]
fn safe_fixes_are_applied_without_being_asked_for_and_left_by_only_unsafe() {
    let text =
        RIGHT.replace("grant_types: [authorization_code]", "grant_types: [authorization_code, implicit]");
    let text =
        text + "    refresh_token:\n      rotation_type: rotating\n      expiration_type: non-expiring\n";
    let repository = Repository::with("tenant.yaml", &text);
    let run = repository.run(&["fix", "."]);
    assert!(run.out.contains("inconsistent-refresh-token-settings"), "{}", run.out);
    assert_eq!(read(&repository, "tenant.yaml"), text.replace("non-expiring", "expiring"));

    let repository = Repository::with("tenant.yaml", &text);
    repository.run(&["fix", ".", "--only-unsafe"]);
    assert_eq!(read(&repository, "tenant.yaml"), text.replace(", implicit]", "]"));
    assert_eq!(repository.run(&["fix", ".", "--only-unsafe", "--unsafe"]).code, 2);
}

#[test]
fn a_rule_can_be_named() {
    let both = WRONG.replace("[authorization_code]", "[authorization_code, implicit]");
    let repository = Repository::with("tenant.yaml", &both);
    let run = repository.run(&["fix", "tenant.yaml", "--unsafe", "--rule", "implicit-grant"]);
    assert_eq!(run.code, 0, "{}", run.out);
    assert_eq!(read(&repository, "tenant.yaml"), WRONG);
    assert_eq!(repository.run(&["fix", ".", "--rule", "no-such-rule"]).code, 2);
}

#[test]
fn a_diff_of_what_lies_in_no_repository_can_be_applied() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tenant.yaml");
    fs::write(&file, WRONG).unwrap();
    let run = Repository::new().run(&["fix", file.to_str().unwrap(), "--unsafe", "--diff"]);
    assert_eq!(run.code, 1, "{}", run.err);
    let headers: Vec<&str> = run.out.lines().filter(|line| line.starts_with(['-', '+'])).take(2).collect();
    let path = file.to_str().unwrap().trim_start_matches('/').replace('\\', "/");
    assert_eq!(headers, [format!("--- a/{path}"), format!("+++ b/{path}")]);
}

#[test]
fn a_diff_writes_nothing_and_shows_no_secret() {
    let text =
        WRONG.replace("    app_type: spa\n", &format!("    app_type: spa\n    client_secret: {SECRET}\n"));
    let repository = Repository::with("tenant.yaml", &text);
    let run = repository.run(&["fix", ".", "--unsafe", "--diff"]);
    assert_eq!(run.code, 1);
    assert!(run.out.starts_with("--- a/tenant.yaml\n+++ b/tenant.yaml\n@@ "), "{}", run.out);
    assert!(run.out.contains("-    jwt_configuration: {alg: HS256}\n+    jwt_configuration: {alg: RS256}\n"));
    assert!(run.out.contains("-    client_secret: [redacted]\n"), "{}", run.out);
    assert!(!SECRET.as_bytes().windows(6).any(|part| run.out.contains(std::str::from_utf8(part).unwrap())));
    assert_eq!(read(&repository, "tenant.yaml"), text);
    assert_eq!(repository.run(&["fix", ".", "--diff"]).code, 0, "nothing is safe to mend");

    let clean = Repository::with("tenant.yaml", RIGHT).run(&["fix", ".", "--unsafe", "--diff"]);
    assert_eq!((clean.code, clean.out.as_str()), (0, ""));
}

#[test]
fn standard_input_comes_out_mended() {
    let repository = Repository::new();
    let run = repository.pipe(&["fix", "-", "--unsafe", "--stdin-filename", "tenant.yaml"], DOUBTFUL);
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(run.out, DOUBTFUL.replace("implicit", "authorization_code"));
    assert!(run.err.contains("implicit-grant"), "{}", run.err);
    let run = repository.pipe(&["fix", "-", "--unsafe", "--stdin-filename", "tenant.yaml"], RIGHT);
    assert_eq!((run.code, run.out.as_str()), (0, RIGHT));
    let broken = format!("{WRONG}  - name: [\n");
    let run = repository.pipe(&["fix", "-", "--unsafe", "--stdin-filename", "tenant.yaml"], &broken);
    assert_eq!((run.code, run.out), (4, broken));
}

#[test]
fn what_cannot_be_read_in_full_is_not_touched() {
    let text = format!("{WRONG}  - name: [\n");
    let repository = Repository::with("tenant.yaml", &text).and("other/tenant.yaml", WRONG);
    let run = repository.run(&["fix", ".", "--unsafe"]);
    assert_eq!(run.code, 4, "{}", run.out);
    assert_eq!(read(&repository, "tenant.yaml"), text);
    assert!(read(&repository, "other/tenant.yaml").contains("RS256"));
}

#[test]
fn only_what_was_asked_for_is_changed() {
    let repository = Repository::with("main.tf", "resource \"auth0_client\" \"a\" {\n  name            = \"A\"\n  app_type        = \"spa\"\n  is_first_party  = true\n  oidc_conformant = true\n  callbacks       = [\"https://a.example.com/cb\"]\n  grant_types     = local.grants\n\n  jwt_configuration {\n    alg = \"RS256\"\n  }\n}\n")
        .and("locals.tf", "locals {\n  grants = [\"authorization_code\", \"implicit\"]\n}\n");
    let report = repository.check(".");
    let fix = &report["findings"][0]["fixes"][0];
    assert_eq!(rules(&report), ["implicit-grant"]);
    assert!(fix["title"].as_str().unwrap().ends_with(", in locals.tf:2"), "{fix}");
    assert_eq!(fix["edits"][0]["path"], "locals.tf");
    let run = repository.run(&["fix", "main.tf", "--unsafe"]);
    assert!(run.out.contains("implicit-grant"), "{}", run.out);
    assert!(read(&repository, "locals.tf").contains("implicit"));
    repository.run(&["fix", ".", "--unsafe"]);
    assert_eq!(read(&repository, "locals.tf"), "locals {\n  grants = [\"authorization_code\"]\n}\n");
}

#[test]
fn reports_say_what_can_be_mended() {
    let repository = Repository::with("tenant.yaml", WRONG);
    let report = repository.check(".");
    assert_eq!(report["summary"]["fixable"]["unsafe"], 1, "{report}");
    let finding = &report["findings"][0];
    let edit = &finding["fixes"][0]["edits"][0];
    let (start, end) = (edit["start-byte"].as_u64().unwrap(), edit["end-byte"].as_u64().unwrap());
    assert_eq!(&WRONG[usize::try_from(start).unwrap()..usize::try_from(end).unwrap()], "HS256");
    assert_eq!((edit["path"].as_str(), edit["new-text"].as_str()), (Some("tenant.yaml"), Some("RS256")));
    assert_eq!(
        (&finding["fixes"][0]["safety"], &finding["fix-safety"]),
        (&"unsafe".into(), &"unsafe".into())
    );
    let run = repository.run(&["check", "."]);
    let hint = "(clientlint fix --unsafe --rule public-client-symmetric-id-token)";
    assert!(run.out.split_whitespace().collect::<Vec<_>>().join(" ").contains(hint), "{}", run.out);
    assert!(run.out.contains("1 fixable: clientlint fix --unsafe\n"), "{}", run.out);

    // What an alias borrows is not mended, and no report says that it could be.
    let lent = WRONG.replace("{alg: HS256}", "&signed {alg: HS256}");
    let lent = format!("{lent}  - name: Two\n    jwt_configuration: *signed\n");
    let repository = Repository::with("tenant.yaml", lent);
    let report = repository.check(".");
    assert_eq!(report["findings"][0]["fixes"].as_array().unwrap().len(), 0, "{report}");
    assert!(!repository.run(&["check", "."]).out.contains("--rule public-client-symmetric-id-token"));
}

#[test]
fn copies_of_what_is_there_are_not_mended() {
    let dump = r#"{"clients": [{"name": "A", "client_id": "x", "app_type": "spa", "tenant": "t", "global": false, "callbacks": ["https://a.example.com/cb"], "grant_types": ["authorization_code", "implicit"], "oidc_conformant": true, "is_first_party": true, "sso_disabled": false, "jwt_configuration": {"alg": "RS256"}}], "total": 1, "start": 0, "limit": 50}"#;
    let repository = Repository::with("dump.json", dump);
    assert_eq!(rules(&repository.check(".")), ["implicit-grant"]);
    repository.run(&["fix", ".", "--unsafe"]);
    assert_eq!(read(&repository, "dump.json"), dump);
}

/// A client with an ignore that is of use, one that is not, and one that has ended.
const IGNORED: &str = "clients:
  # clientlint: ignore[public-client-symmetric-id-token, password-grant]: until the move, SEC-1
  - name: Shop
    app_type: spa
    oidc_conformant: true
    is_first_party: true
    token_endpoint_auth_method: none
    # clientlint: ignore[implicit-grant] until 2020-01-01: the old login, SEC-2
    grant_types: [authorization_code] # clientlint: ignore[legacy-grant]: gone, SEC-3
    jwt_configuration: {alg: HS256}
    callbacks: [https://shop.example.com/cb]
";

#[test]
fn ignores_that_silence_nothing_go() {
    let safe = IGNORED.replace(", password-grant]", "]");
    let safe = safe.replace(" # clientlint: ignore[legacy-grant]: gone, SEC-3", "");
    let repository = Repository::with("tenant.yaml", IGNORED);
    let run = repository.run(&["fix", "."]);
    assert_eq!(read(&repository, "tenant.yaml"), safe, "{}", run.out);
    assert!(run.out.contains("  unused-ignore: Remove the ignore\n"), "{}", run.out);
    // What it was for is worth a look, so that the one that has ended goes only when asked for.
    assert_eq!(rules(&repository.check(".")), ["expired-ignore"]);
    repository.run(&["fix", ".", "--unsafe"]);
    let ended = "    # clientlint: ignore[implicit-grant] until 2020-01-01: the old login, SEC-2\n";
    assert_eq!(read(&repository, "tenant.yaml"), safe.replace(ended, ""));
    // Named alone it does the same, although no other rule is mended then.
    let repository = Repository::with("tenant.yaml", IGNORED.replace("[authorization_code]", "[implicit]"));
    let run = repository.run(&["fix", ".", "--unsafe", "--rule", "unused-ignore"]);
    assert_eq!(
        read(&repository, "tenant.yaml"),
        safe.replace("[authorization_code]", "[implicit]"),
        "{}",
        run.out
    );
}

#[test]
fn an_ignore_that_may_stand_in_the_wrong_place_is_left_to_somebody() {
    let text = WRONG.replace(
        "    app_type",
        "    # clientlint: ignore[public-client-symmetric-id-token]: SEC-1\n    app_type",
    );
    let repository = Repository::with("tenant.yaml", &text);
    repository.run(&["fix", "."]);
    assert_eq!(read(&repository, "tenant.yaml"), text);
    let report = repository.check(".");
    let unused = report["findings"].as_array().unwrap().iter().find(|found| found["rule"] == "unused-ignore");
    assert_eq!(unused.unwrap()["fix-safety"], "unsafe");
}

#[cfg(unix)]
mod files {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn permissions_stay_and_nothing_is_left_behind() {
        let repository = Repository::with("tenant.yaml", WRONG);
        let path = repository.path("tenant.yaml");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        repository.run(&["fix", ".", "--unsafe"]);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        let names: Vec<_> =
            fs::read_dir(repository.root()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names.len(), 2, "{names:?}");
    }

    #[test]
    fn a_link_out_of_the_repository_is_not_followed() {
        let outside = Repository::with("tenant.yaml", WRONG);
        let repository = Repository::with("real/tenant.yaml", WRONG);
        symlink(outside.path("tenant.yaml"), repository.path("tenant.yaml")).unwrap();
        symlink(repository.path("real/tenant.yaml"), repository.path("inside.yaml")).unwrap();
        let run = repository.run(&["fix", "tenant.yaml", "--unsafe"]);
        assert_eq!(run.code, 4, "{}", run.out);
        assert!(run.out.contains("tenant.yaml: not written: it is a link that leads out"), "{}", run.out);
        assert_eq!(read(&outside, "tenant.yaml"), WRONG);
        let run = repository.run(&["fix", "inside.yaml", "--unsafe"]);
        assert_eq!(run.code, 0, "{}", run.out);
        assert!(read(&repository, "real/tenant.yaml").contains("RS256"));
        assert!(fs::symlink_metadata(repository.path("inside.yaml")).unwrap().file_type().is_symlink());
    }

    #[test]
    fn a_file_that_may_not_be_written_is_left_and_named() {
        let repository = Repository::with("tenant.yaml", WRONG);
        let path = repository.path("tenant.yaml");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o440)).unwrap();
        let run = repository.run(&["fix", ".", "--unsafe"]);
        assert_eq!(run.code, 4, "{}", run.out);
        assert!(run.out.contains("tenant.yaml: not written: it is read-only"), "{}", run.out);
        assert_eq!(read(&repository, "tenant.yaml"), WRONG);
    }
}
