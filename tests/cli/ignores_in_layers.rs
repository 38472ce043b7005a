//! Ignores of several configurations: those of files on which others build, of policies and beside overrides.

use crate::ignores::Seen;
use crate::support::{Repository, Run};

const CLIENT: &str =
    "clients:\n  - name: Shop\n    app_type: spa\n    grant_types: [authorization_code, implicit]\n";

fn ignore(rule: &str, more: &str) -> String {
    format!("[[ignore]]\nrules = [\"{rule}\"]\nreason = \"known for long\"\n{more}\n")
}

/// Two folders with a configuration each, which build on one file.
fn repository(base: &str, first: &str, second: &str) -> Repository {
    let extends = |text: &str| format!("extends = ['../shared.toml']\n{text}");
    Repository::with("a/tenant.yaml", CLIENT)
        .and("b/tenant.yaml", CLIENT.replace("Shop", "Blog").replace(", implicit", ""))
        .and("shared.toml", format!("# ours\n\n{base}"))
        .and("a/clientlint.toml", extends(first))
        .and("b/clientlint.toml", extends(second))
}

fn about_ignores(seen: &Seen) -> Vec<String> {
    seen.found().into_iter().filter(|found| found.contains(".toml:")).collect()
}

#[test]
fn those_of_a_base_count_and_are_found_in_it() {
    let seen = Seen::of(&repository(&ignore("implicit-grant", "until = 2026-12-24"), "", ""), &[]);
    assert_eq!(seen.silenced(), ["a/tenant.yaml:4 implicit-grant"]);
    let location = &seen.json["silenced"][0]["location"];
    assert_eq!((&location["path"], &location["start"]["line"]), (&"shared.toml".into(), &3.into()));
    assert!(about_ignores(&seen).is_empty(), "what one configuration uses is of use: {:?}", seen.found());
}

#[test]
fn what_is_wrong_in_a_base_is_said_once_and_there() {
    let over = ignore("implicit-grant", "until = 2026-11-21");
    let base = over
        + &ignore("wildcard-redirect-uri", "")
        + &ignore("password-grant", "reason = ''").replace("reason = \"known for long\"\n", "");
    let own = ignore("password-grant", "");
    let repository = repository(&base, &own, "");
    let seen = Seen::of(&repository, &[]);
    assert_eq!(
        about_ignores(&seen),
        [
            "a/clientlint.toml:2 unused-ignore",
            "shared.toml:3 expired-ignore",
            "shared.toml:7 unused-ignore",
            "shared.toml:11 ignore-without-reason",
        ]
    );
    // The text shows the lines of the file that holds them.
    let run = repository.run(&["check", ".", "--today", crate::ignores::TODAY]);
    assert!(
        run.out.contains("[shared.toml:7:1]") && run.out.contains("wildcard-redirect-uri"),
        "{}",
        run.out
    );
    // Where a part is checked, others may have a use for what stands in the base.
    let part = repository.run(&["check", "a", "--format", "concise", "--today", crate::ignores::TODAY]);
    let unused: Vec<&str> = part.out.lines().filter(|line| line.contains("unused-ignore")).collect();
    assert_eq!(unused.len(), 1, "{}", part.out);
    assert!(unused[0].starts_with("a/clientlint.toml:2:"), "{}", part.out);
}

#[test]
fn a_wrong_one_of_a_base_is_found_in_it() {
    let run = repository(&ignore("implict-grant", ""), "", "").run(&["check", "."]);
    assert_eq!(run.code, 2);
    assert!(run.err.starts_with("error: shared.toml:4:10: "), "{}", run.err);
    let run = repository("", "", "").run(&["check", ".", "--set", "ignore=[{rules=['implicit-grant']}]"]);
    assert!(run.code == 2 && run.err.contains("`ignore` is for files"), "{}", run.err);
}

#[test]
fn the_last_word_on_ignores_counts() {
    let bare = ignore("implicit-grant", "").replace("reason = \"known for long\"\n", "");
    let lax = "[ignores]\nrequire-reason = false\n";
    let silenced = |base: &str, own: &str, more: &[&str]| {
        Seen::of(&repository(&format!("{base}{bare}"), own, ""), more).silenced().len()
    };
    assert_eq!(silenced("", "", &[]), 0);
    assert_eq!(silenced(lax, "", &[]), 1);
    assert_eq!(silenced(lax, "[ignores]\nmin-reason-len = 3\n", &[]), 1, "keys are merged one by one");
    assert_eq!(silenced(lax, "[ignores]\nrequire-reason = true\n", &[]), 0);
    assert_eq!(silenced(lax, "", &["--set", "ignores.require-reason=true"]), 0);
    let fixed = "[rules]\nimplicit-grant = {ignorable = false}\n";
    let free = "[rules]\nimplicit-grant = {ignorable = true}\n";
    assert_eq!(silenced(&format!("{fixed}{lax}"), "", &[]), 0);
    assert_eq!(silenced(&format!("{fixed}{lax}"), free, &[]), 1);
    let tag = "[rules]\n\"tag:grants\" = {ignorable = false}\n";
    assert_eq!(silenced(&format!("{tag}{lax}"), "", &[]), 0);
    assert_eq!(silenced(&format!("{tag}{lax}"), free, &[]), 1, "what is said of a rule wins over its tag");
}

#[test]
fn how_unused_ones_are_taken_is_the_rules_own_setting_first() {
    let severity = |text: &str| {
        let seen = Seen::of(&repository(&ignore("password-grant", ""), text, text), &[]);
        let all = seen.json["findings"].as_array().unwrap();
        let found = all.iter().find(|finding| finding["rule"] == "unused-ignore");
        found.map_or("none".to_owned(), |finding| finding["severity"].as_str().unwrap().to_owned())
    };
    assert_eq!(severity(""), "info");
    assert_eq!(severity("[ignores]\nreport-unused = 'error'\n"), "error");
    assert_eq!(severity("[ignores]\nreport-unused = 'off'\n"), "none");
    assert_eq!(severity("[ignores]\nreport-unused = 'off'\n[rules]\nunused-ignore = 'warning'\n"), "warning");
}

#[test]
fn a_policy_makes_rules_that_nothing_ignores() {
    let comment =
        CLIENT.replace("    grant", "    # clientlint: ignore[implicit-grant]: known for long\n    grant");
    let free = "[rules]\nimplicit-grant = {ignorable = true}\n".to_owned() + &ignore("implicit-grant", "");
    let repository = Repository::with("tenant.yaml", comment)
        .and("clientlint.toml", free)
        .and("policy.toml", "[rules]\nimplicit-grant = { ignorable = false }\n")
        .and("tag.toml", "[rules.'tag:grants']\nignorable = false\n")
        .and("loose.toml", "[rules]\nimplicit-grant = { ignorable = true }\n")
        .and("own.toml", ignore("implicit-grant", ""));
    assert_eq!(Seen::of(&repository, &[]).silenced(), ["tenant.yaml:5 implicit-grant"]);
    for policy in ["policy.toml", "tag.toml"] {
        let seen = Seen::of(&repository, &["--policy", policy]);
        assert!(seen.silenced().is_empty());
        let found = seen.found();
        assert!(found.contains(&"tenant.yaml:5 implicit-grant".to_owned()), "{found:?}");
        for place in ["tenant.yaml:4", "clientlint.toml:3"] {
            assert!(found.contains(&format!("{place} forbidden-ignore")), "{found:?}");
        }
    }
    let shown = repository.run(&["config", "show", "--policy", "policy.toml"]).out;
    let line = shown.lines().find(|line| line.contains("rules.implicit-grant.ignorable")).unwrap();
    assert!(line.contains("= false") && line.ends_with("# policy policy.toml:2"), "{line}");
    let refused = |run: Run| run.code == 2 && run.err.contains("a policy can only tighten");
    assert!(refused(repository.run(&["check", ".", "--policy", "loose.toml"])));
    assert!(refused(repository.run(&["check", ".", "--policy", "own.toml"])));
}

#[test]
fn overrides_count_beside_ignores() {
    // Somewhere the rule is off: there its ignores are asked for by nobody, and in vain for a reason.
    let text =
        CLIENT.replace("    grant", "    # clientlint: ignore[implicit-grant]: known for long\n    grant");
    let off = "[[override]]\nclient = 'Shop'\nrules = { implicit-grant = 'off' }\n";
    let seen = Seen::of(&Repository::with("tenant.yaml", &text).and("clientlint.toml", off), &[]);
    assert!(!seen.found().iter().any(|found| found.contains("-ignore") || found.contains("implicit")));
    let info = off.replace("'off'", "'info'");
    let seen = Seen::of(&Repository::with("tenant.yaml", &text).and("clientlint.toml", info), &[]);
    assert_eq!(seen.json["silenced"][0]["finding"]["severity"], "info", "as it would be reported there");
    // What is said of ignores can be different somewhere too.
    let wrong = text.replace(": known for long", "");
    let lax = "[[override]]\npath = 'old/**'\nrules = { ignore-without-reason = 'off' }\n";
    let repository = Repository::with("old/tenant.yaml", &wrong)
        .and("new/tenant.yaml", &wrong)
        .and("clientlint.toml", lax);
    let found = Seen::of(&repository, &[]).found();
    let of_ignores: Vec<&String> = found.iter().filter(|found| found.ends_with("without-reason")).collect();
    assert_eq!(of_ignores, ["new/tenant.yaml:4 ignore-without-reason"]);
}

#[test]
fn what_is_ignored_is_not_mended() {
    let text = "clients:
  - name: Shop
    app_type: regular_web
    callbacks:
      # clientlint: ignore[insecure-redirect-uri]: internal, RISK-88
      - http://intra.example.com/cb
      - http://shop.example.com/cb
    # clientlint: ignore[public-client-symmetric-id-token, symmetric-id-token-signature]: known for long
    jwt_configuration: {alg: HS256}
";
    let plain =
        text.lines().filter(|line| !line.contains('#')).fold(String::new(), |all, line| all + line + "\n");
    let mended = |text: &str| {
        let repository = Repository::with("tenant.yaml", text);
        repository.run(&["fix", ".", "--unsafe"]);
        std::fs::read_to_string(repository.path("tenant.yaml")).unwrap()
    };
    assert!(
        mended(&plain).contains("https://intra") && mended(&plain).contains("https://shop"),
        "{}",
        mended(&plain)
    );
    let mended = mended(text);
    assert!(mended.contains("- http://intra") && mended.contains("- https://shop"), "{mended}");
}

#[test]
fn ignores_hold_in_each_environment() {
    let tenant = "clients:
  - name: Shop
    app_type: regular_web
    callbacks:
      # clientlint: ignore[insecure-redirect-uri]: internal, RISK-88
      - \"http://intra.##DOMAIN##/cb\"
      - \"http://shop.##DOMAIN##/cb\"
    # clientlint: ignore[wildcard-redirect-uri]: of no use anywhere
    allowed_logout_urls: [\"https://##DOMAIN##/out\"]
";
    let mapping =
        |domain: &str| format!("{{\"AUTH0_KEYWORD_REPLACE_MAPPINGS\": {{\"DOMAIN\": \"{domain}\"}}}}\n");
    let repository = Repository::with("tenant.yaml", tenant)
        .and("config-dev.json", mapping("dev.example.com"))
        .and("config-prod.json", mapping("example.com"));
    let seen =
        Seen::of(&repository, &["--select", "insecure-redirect-uri,unused-ignore,wildcard-redirect-uri"]);
    assert_eq!(seen.silenced(), ["tenant.yaml:6 insecure-redirect-uri"; 2]);
    let environments: Vec<&str> = seen.json["silenced"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["finding"]["environments"][0]["name"].as_str().unwrap())
        .collect();
    assert_eq!(environments, ["dev", "prod"]);
    let http = "tenant.yaml:7 insecure-redirect-uri";
    assert_eq!(seen.found(), [http, http, "tenant.yaml:8 unused-ignore"]);
}

#[test]
fn what_is_new_is_heard_with_its_ignores() {
    let text = |comment: &str, more: &str| {
        format!(
            "clients:\n  - name: Shop\n    app_type: regular_web\n    callbacks:\n{comment}      - http://a.example.com/cb\n{more}    \
             # clientlint: ignore[wildcard-redirect-uri]: of no use\n    allowed_logout_urls: [https://shop.example.com/]\n"
        )
    };
    let comment = "      # clientlint: ignore[insecure-redirect-uri]: internal, RISK-88\n";
    let more = "      - http://b.example.com/cb\n";
    let rules = ["--since", "main", "--select", "insecure-redirect-uri,unused-ignore,wildcard-redirect-uri"];
    let seen = |before: &str, today: &str| {
        let repository = Repository::with("tenant.yaml", before).committed()?;
        repository.write("tenant.yaml", today);
        let seen = Seen::of(&repository, &rules);
        let by = |by: &str| {
            let all = seen.json["silenced"].as_array().unwrap().iter();
            all.filter(|one| one["by"] == by)
                .map(|one| one["finding"]["message"].to_string())
                .collect::<Vec<_>>()
        };
        Some((seen.found(), by("comment").len(), by("before").len()))
    };
    let http = |line: u32| format!("tenant.yaml:{line} insecure-redirect-uri");
    let Some(first) = seen(&text("", ""), &text(comment, more)) else { return };
    // What was there is ignored from now on, which is no use in vain; the useless one was useless before.
    assert_eq!(first, (vec![http(7)], 0, 1));
    // What is ignored then and now leaves what is new.
    assert_eq!(seen(&text(comment, ""), &text(comment, more)).unwrap(), (vec![http(7)], 1, 1));
    // Who takes an ignore away is told what it had silenced.
    assert_eq!(seen(&text(comment, ""), &text("", "")).unwrap(), (vec![http(5)], 0, 1));
    // What is new and ignored does not bring up what is old.
    let (_, old) = (comment, "      - http://0.example.com/cb\n");
    let before = text("", "");
    let today = before.replace("callbacks:\n", &format!("callbacks:\n{comment}{old}"));
    assert_eq!(seen(&before, &today).unwrap(), (Vec::new(), 1, 2));
    let nothing = Repository::with("tenant.yaml", text(comment, "")).committed().unwrap();
    let run = nothing.run(&["check", ".", "--format", "concise", "--since", "main", "--changed-only"]);
    assert!(!run.out.contains("-ignore"), "{}", run.out);
}
