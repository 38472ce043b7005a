//! Comments that silence findings: what they cover, and what is said of those that are wrong.

use serde_json::Value as Json;

use crate::support::{Repository, Run};

/// The day of the runs.
pub(crate) const TODAY: &str = "2026-11-22";

const HEAD: &str = "clients:\n";

/// A client with an insecure callback, an implicit grant and a wrong signature.
const SHOP: &str = "  - name: Shop
    app_type: spa
    oidc_conformant: true
    is_first_party: true
    token_endpoint_auth_method: none
    grant_types: [authorization_code, implicit]
    jwt_configuration: {alg: HS256}
    callbacks:
      - http://intra.example.com/cb
      - http://shop.example.com/cb
";

const ALG: &str = "public-client-symmetric-id-token";
const HTTP: &str = "insecure-redirect-uri";
const GRANT: &str = "implicit-grant";

/// A run over a repository, as `path:line rule` of what is reported and of what is silenced.
pub(crate) struct Seen {
    pub(crate) run: Run,
    pub(crate) json: Json,
}

impl Seen {
    pub(crate) fn of(repository: &Repository, more: &[&str]) -> Self {
        let words = [&["check", ".", "--format", "json", "--today", TODAY], more].concat();
        let run = repository.run(&words);
        Self { json: run.json(), run }
    }

    pub(crate) fn yaml(text: &str) -> Self {
        Self::of(&Repository::with("tenant.yaml", text), &[])
    }

    fn line(finding: &Json) -> String {
        let at = &finding["location"];
        let path = at["path"].as_str().unwrap();
        format!("{path}:{} {}", at["start"]["line"], finding["rule"].as_str().unwrap())
    }

    pub(crate) fn found(&self) -> Vec<String> {
        self.json["findings"].as_array().unwrap().iter().map(Self::line).collect()
    }

    pub(crate) fn silenced(&self) -> Vec<String> {
        let all = self.json["silenced"].as_array().unwrap();
        all.iter().map(|silenced| Self::line(&silenced["finding"])).collect()
    }

    /// Whether a rule speaks in a line.
    pub(crate) fn says(&self, line: u32, rule: &str) -> bool {
        self.found().iter().any(|found| found.ends_with(&format!(":{line} {rule}")))
    }

    pub(crate) fn silences(&self, line: u32, rule: &str) -> bool {
        self.silenced().iter().any(|found| found.ends_with(&format!(":{line} {rule}")))
    }

    /// What a rule says first.
    pub(crate) fn message(&self, rule: &str) -> &str {
        let findings = self.json["findings"].as_array().unwrap();
        let found = findings.iter().find(|finding| finding["rule"] == rule);
        found.unwrap_or_else(|| panic!("no {rule} in {:?}", self.found()))["message"].as_str().unwrap()
    }
}

/// The Deploy CLI's file with a line put in above the given one, counted from 1.
fn with_line(number: usize, line: &str) -> String {
    let text = format!("{HEAD}{SHOP}");
    let mut lines: Vec<&str> = text.lines().collect();
    lines.insert(number - 1, line);
    lines.join("\n") + "\n"
}

/// The same with something put behind a line.
fn with_end(number: usize, end: &str) -> String {
    let text = format!("{HEAD}{SHOP}");
    let line = |(at, line): (usize, &str)| {
        if at + 1 == number { format!("{line} {end}\n") } else { format!("{line}\n") }
    };
    text.lines().enumerate().map(line).collect()
}

#[test]
fn without_ignores_everything_is_reported() {
    let seen = Seen::yaml(&format!("{HEAD}{SHOP}"));
    assert!(seen.says(7, GRANT) && seen.says(8, ALG) && seen.says(10, HTTP), "{:?}", seen.found());
    assert_eq!(seen.json["silenced"], Json::Array(Vec::new()));
    assert_eq!(seen.json["summary"]["suppressed"], 0);
}

#[test]
fn a_comment_on_a_line_of_its_own_covers_the_next_node_at_the_same_indentation() {
    let client = Seen::yaml(&with_line(2, &format!("  # clientlint: ignore[{ALG}, {HTTP}]: sandbox")));
    assert!(
        client.silences(9, ALG) && client.silences(11, HTTP),
        "a client and all in it: {:?}",
        client.found()
    );
    assert!(client.says(8, GRANT), "and no other rule");
    let key = Seen::yaml(&with_line(8, &format!("    # clientlint: ignore[{ALG}, {GRANT}]: sandbox")));
    assert!(key.silences(9, ALG), "a key and its value");
    assert!(key.says(7, GRANT), "what stands above is not covered");
    assert!(
        key.message("unused-ignore").ends_with("1 line above, in line 7"),
        "{}",
        key.message("unused-ignore")
    );
    let all = Seen::yaml(&with_line(1, &format!("# clientlint: ignore[{GRANT}]: sandbox")));
    assert!(all.silences(8, GRANT), "the whole list");
    // Blank lines and other comments may stand between.
    let apart =
        Seen::yaml(&with_line(8, &format!("    # clientlint: ignore[{ALG}]: sandbox\n\n    # more\n")));
    assert!(apart.silences(12, ALG), "{:?}", apart.found());
}

#[test]
fn a_comment_at_another_indentation_covers_nothing_and_says_so() {
    for indentation in ["", "      "] {
        let seen = Seen::yaml(&with_line(8, &format!("{indentation}# clientlint: ignore[{ALG}]: sandbox")));
        assert!(seen.says(9, ALG));
        let message = seen.message("unused-ignore");
        assert!(message.contains("same indentation") && message.contains("line 9"), "{message}");
        assert!(message.contains("the nearest finding of that rule is 1 line below, in line 9"), "{message}");
    }
    let end = Seen::yaml(&format!("{HEAD}{SHOP}    # clientlint: ignore[{ALG}]: sandbox\n"));
    assert!(end.message("unused-ignore").contains("nothing follows"), "{}", end.message("unused-ignore"));
    let other = Seen::yaml(&format!("{HEAD}{SHOP}  # clientlint: ignore[{ALG}]: sandbox\nroles: []\n"));
    assert!(other.message("unused-ignore").contains("same indentation"));
}

#[test]
fn a_comment_at_the_end_of_a_line_covers_the_node_that_starts_there() {
    let value = Seen::yaml(&with_end(8, &format!("# clientlint: ignore[{ALG}, {GRANT}]: sandbox")));
    assert!(value.silences(8, ALG) && value.says(7, GRANT));
    let key = Seen::yaml(&with_end(9, &format!("# clientlint: ignore[{HTTP}]: intranet")));
    assert!(key.silences(10, HTTP), "a key and all items below it: {:?}", key.found());
    assert!(!key.found().iter().any(|found| found.ends_with(HTTP)));
    let client = Seen::yaml(&with_end(2, &format!("# clientlint: ignore[{ALG}]: sandbox")));
    assert!(client.silences(8, ALG), "a client in its first line");
    let dash = format!(
        "{HEAD}{}",
        SHOP.replace("  - name", "  - # clientlint: ignore[implicit-grant]: sandbox\n    name")
    );
    assert!(Seen::yaml(&dash).silences(8, GRANT), "and at its dash");
}

#[test]
fn an_ignored_item_leaves_the_others() {
    let seen = Seen::yaml(&with_end(10, &format!("# clientlint: ignore[{HTTP}]: intranet")));
    assert!(seen.silences(10, HTTP) && seen.says(11, HTTP), "{:?} {:?}", seen.found(), seen.silenced());
    let message = seen.message(HTTP);
    assert!(message.contains("shop.example.com") && !message.contains("intra"), "{message}");
    let silenced = seen.json["silenced"][0]["finding"]["message"].as_str().unwrap();
    assert!(silenced.contains("intra") && !silenced.contains("shop.example.com"), "{silenced}");
    let both = with_end(10, &format!("# clientlint: ignore[{HTTP}]: intranet")).replace(
        "      - http://shop",
        &format!("      # clientlint: ignore[{HTTP}]: soon gone\n      - http://shop"),
    );
    let both = Seen::yaml(&both);
    assert!(!both.found().iter().any(|found| found.ends_with(HTTP)), "{:?}", both.found());
    assert!(
        !both.found().iter().any(|found| found.ends_with("unused-ignore")),
        "both are needed: {:?}",
        both.found()
    );
}

/// What one case of a rule says must not hide the next one where somebody ignores the first.
#[test]
fn an_ignored_case_leaves_the_next_one() {
    let text = format!("{HEAD}  - name: Shop\n    app_type: regular_web\n    callbacks: [https://shop.example.com/cb]\n    \
        jwt_configuration: {{alg: RS256, lifetime_in_seconds: 90000}} # clientlint: ignore[long-token-lifetime]: batch jobs\n    \
        refresh_token: {{rotation_type: rotating, token_lifetime: 90000000}}\n").replace("regular_web", "spa");
    let run = Seen::of(&Repository::with("tenant.yaml", text), &["--persona", "pedantic"]);
    assert!(run.silences(5, "long-token-lifetime"), "{:?} {:?}", run.found(), run.silenced());
    assert!(run.says(6, "long-token-lifetime"), "{:?}", run.found());
}

#[test]
fn a_reason_is_required() {
    for reason in ["", ":", ": todo", ": <reason>", ": False positive.", ": ..."] {
        let seen = Seen::yaml(&with_end(8, &format!("# clientlint: ignore[{ALG}]{reason}")));
        assert!(seen.says(8, ALG) && seen.says(8, "ignore-without-reason"), "{reason}: {:?}", seen.found());
        assert!(!seen.says(8, "unused-ignore"));
    }
    let short =
        Repository::with("tenant.yaml", with_end(8, &format!("# clientlint: ignore[{ALG}]: sandbox")))
            .and("clientlint.toml", "[ignores]\nmin-reason-len = 10\n");
    let short = Seen::of(&short, &[]);
    assert!(short.says(8, ALG) && short.message("ignore-without-reason").contains("10 characters"));
    let none = Repository::with("tenant.yaml", with_end(8, &format!("# clientlint: ignore[{ALG}]")))
        .and("clientlint.toml", "[ignores]\nrequire-reason = false\n");
    assert!(Seen::of(&none, &[]).silences(8, ALG));
}

#[test]
fn an_ignore_holds_to_the_end_of_its_last_day() {
    let text = with_end(8, &format!("# clientlint: ignore[{ALG}] until {TODAY}: sandbox"));
    let repository = Repository::with("tenant.yaml", text);
    let last = Seen::of(&repository, &[]);
    assert!(last.silences(8, ALG));
    assert_eq!(last.json["silenced"][0]["until"], TODAY);
    let run = repository.run(&["check", ".", "--format", "json", "--today", "2026-11-23"]);
    let after = Seen { json: run.json(), run };
    assert!(after.says(8, ALG));
    assert_eq!(after.message("expired-ignore"), format!("ignore of {ALG} ended on {TODAY}"));
    // Of builds that are to be repeated.
    let at = |seconds: &str| {
        repository.run_in(&["check", ".", "--format", "concise"], &[("SOURCE_DATE_EPOCH", seconds)])
    };
    assert!(!at("1795391999").out.contains("expired-ignore"), "{}", at("1795391999").out);
    assert!(at("1795392000").out.contains("expired-ignore"));
    assert_eq!(at("soon").code, 2);
    assert_eq!(repository.run(&["check", ".", "--today", "2026-02-30"]).code, 2);
}

#[test]
fn a_lifetime_can_be_limited() {
    for (until, message) in
        [("", "without an end within 30 days"), (" until 2026-12-31", "for more than 30 days")]
    {
        let repository = Repository::with(
            "tenant.yaml",
            with_end(8, &format!("# clientlint: ignore[{ALG}]{until}: sandbox")),
        )
        .and("clientlint.toml", "[ignores]\nmax-lifetime = \"30d\"\n");
        let seen = Seen::of(&repository, &[]);
        assert!(
            seen.says(8, ALG) && seen.message("forbidden-ignore").contains(message),
            "{:?}",
            seen.found()
        );
    }
    let near = Repository::with(
        "tenant.yaml",
        with_end(8, &format!("# clientlint: ignore[{ALG}] until 2026-12-20: sandbox")),
    )
    .and("clientlint.toml", "[ignores]\nmax-lifetime = \"30d\"\n");
    assert!(Seen::of(&near, &[]).silences(8, ALG));
}

#[test]
fn an_unknown_rule_is_named_with_the_one_that_is_meant() {
    let seen = Seen::yaml(&with_end(7, "# clientlint: ignore[implict-grant, implicit-grant]: sandbox"));
    assert_eq!(
        seen.message("unknown-ignore-rule"),
        "there is no rule implict-grant (did you mean `implicit-grant`?)"
    );
    assert!(seen.silences(7, GRANT), "the others are obeyed");
}

#[test]
fn a_rule_can_be_made_unignorable() {
    let repository =
        Repository::with("tenant.yaml", with_end(8, &format!("# clientlint: ignore[{ALG}]: sandbox"))).and(
            "clientlint.toml",
            format!(
                "[rules.{ALG}]\nignorable = false\n[[ignore]]\nrules = [\"{ALG}\"]\nreason = \"sandbox\"\n"
            ),
        );
    let seen = Seen::of(&repository, &[]);
    assert!(seen.says(8, ALG) && seen.silenced().is_empty());
    let forbidden: Vec<String> =
        seen.found().into_iter().filter(|found| found.ends_with("forbidden-ignore")).collect();
    assert_eq!(forbidden, ["clientlint.toml:3 forbidden-ignore", "tenant.yaml:8 forbidden-ignore"]);
    let of_ignores = Seen::yaml(&with_end(8, "# clientlint: ignore[unused-ignore]: sandbox"));
    assert!(of_ignores.says(8, "forbidden-ignore"), "what is said of ignores cannot be ignored");
}

#[test]
fn a_file_is_ignored_only_where_that_is_allowed() {
    let text = with_line(1, &format!("# clientlint: ignore-file[{ALG}, {GRANT}]: sandbox"));
    let repository = Repository::with("tenant.yaml", &text);
    let seen = Seen::of(&repository, &[]);
    assert!(seen.says(9, ALG) && seen.message("forbidden-ignore").contains("allow-file-level"));
    let seen = Seen::of(&repository.and("clientlint.toml", "[ignores]\nallow-file-level = true\n"), &[]);
    assert!(
        seen.silences(9, ALG)
            && seen.silences(8, GRANT)
            && !seen.found().iter().any(|f| f.ends_with("-ignore"))
    );
}

#[test]
fn nothing_that_was_meant_as_an_ignore_is_passed_over() {
    for comment in [
        "clientlint: ignor[implicit-grant]: sandbox",
        "clientlint: ignore: sandbox",
        "clientlint: ignore[*]: sandbox",
        "clientlint: ignore[implicit-grant: sandbox",
        "clientlint ignore[implicit-grant]: sandbox",
        "Clientlint: ignore[implicit-grant]: sandbox",
        "clientlint: ignore[implicit-grant] until soon: sandbox",
        "clientlint: ignore[implicit-grant] sandbox",
        "clientlint: disable",
    ] {
        let seen = Seen::yaml(&with_end(7, &format!("# {comment}")));
        assert!(seen.says(7, GRANT) && seen.says(7, "malformed-directive"), "{comment}: {:?}", seen.found());
    }
    let foreign =
        Seen::yaml(&with_end(7, "# checkov:skip=implicit-grant:sandbox zizmor: ignore[implicit-grant]"));
    assert!(foreign.says(7, GRANT) && !foreign.found().iter().any(|found| found.ends_with("directive")));
}

#[test]
fn a_marker_inside_a_value_is_not_obeyed_and_gets_a_hint() {
    for description in [
        format!("    description: \"# clientlint: ignore[{GRANT}]: no\""),
        format!("    description: |\n      # clientlint: ignore[{GRANT}]: no"),
        format!("    description: 'clientlint: ignore[{GRANT}]: no'"),
    ] {
        let seen = Seen::yaml(&with_line(3, &description));
        assert!(seen.found().iter().any(|found| found.ends_with(GRANT)));
        assert!(seen.silenced().is_empty() && seen.message("misplaced-ignore").contains("inside a value"));
    }
}

#[test]
fn other_documents_are_none_of_our_business() {
    let text =
        "kind: Deployment\nspec: 1 # clientlint: ignor[x]\nimage: a # clientlint: ignore[implicit-grant]\n";
    let seen =
        Seen::of(&Repository::with("tenant.yaml", format!("{HEAD}{SHOP}")).and("deploy.yaml", text), &[]);
    assert!(!seen.found().iter().any(|found| found.starts_with("deploy.yaml")), "{:?}", seen.found());
}

#[test]
fn no_ignores_shows_everything() {
    let text = with_end(10, &format!("# clientlint: ignore[{HTTP}]: intranet"));
    let repository = Repository::with("tenant.yaml", text).and(
        "clientlint.toml",
        format!("[[ignore]]\nrules = [\"{ALG}\", \"{GRANT}\"]\nreason = \"sandbox\"\n"),
    );
    let all = Seen::of(&repository, &["--no-ignores"]);
    let plain = Seen::yaml(&format!("{HEAD}{SHOP}"));
    assert_eq!((all.found(), all.silenced()), (plain.found(), Vec::new()));
    assert_eq!(all.run.code, 1);
}

#[test]
fn what_is_silenced_does_not_fail_the_run_and_is_counted() {
    let text =
        with_line(2, &format!("  # clientlint: ignore[{ALG}, {HTTP}, {GRANT}] until 2026-12-01: sandbox"));
    let repository = Repository::with("tenant.yaml", text);
    let run = repository.run(&["check", ".", "--today", TODAY]);
    assert_eq!(run.code, 0, "{}", run.out);
    let line = "3 ignored with a reason (3 expire within 30 days, the first in 9 days: tenant.yaml:2)\n";
    assert!(run.out.contains(line), "{}", run.out);
    assert!(!run.out.contains("sandbox"), "the text shows them nowhere else");
    let seen = Seen::of(&repository, &[]);
    assert_eq!(seen.json["summary"]["suppressed"], 3);
    assert_eq!(seen.json["summary"]["findings"]["error"], 0);
    let first = &seen.json["silenced"][0];
    assert_eq!(
        (&first["by"], &first["reason"], &first["until"]),
        (&"comment".into(), &"sandbox".into(), &"2026-12-01".into())
    );
    assert_eq!(
        (&first["location"]["path"], &first["location"]["start"]["line"]),
        (&"tenant.yaml".into(), &2.into())
    );
    let later = repository.run(&["check", ".", "--today", "2026-01-01"]);
    assert!(later.out.contains("\n3 ignored with a reason\n"), "{}", later.out);
}

#[test]
fn an_ignore_is_in_vain_only_if_everything_was_looked_at() {
    let text = with_end(3, "# clientlint: ignore[password-grant]: sandbox");
    let repository = Repository::with("tenant.yaml", &text);
    assert!(Seen::of(&repository, &[]).says(3, "unused-ignore"));
    for off in [&["--disable", "password-grant"][..], &["--select", "implicit-grant,unused-ignore"]] {
        assert!(!Seen::of(&repository, off).says(3, "unused-ignore"), "{off:?}");
    }
    // What is for another persona is silenced all the same, and counted with neither.
    let strict = with_end(
        8,
        "# clientlint: ignore[refresh-token-not-rotating, sender-constraining-not-required]: later on",
    );
    let strict = Repository::with("tenant.yaml", strict.replace("implicit]", "refresh_token]"));
    let seen = Seen::of(&strict, &["--persona", "auditor"]);
    let pedantic: Vec<String> =
        seen.found().into_iter().filter(|found| found.contains("tenant.yaml:2 ")).collect();
    assert!(!pedantic.is_empty(), "{:?}", seen.found());
    let ids: Vec<&str> = pedantic.iter().map(|found| found.split(' ').nth(1).unwrap()).collect();
    let named = with_line(2, &format!("  # clientlint: ignore[{}]: later on", ids.join(", ")))
        .replace("implicit]", "refresh_token]");
    let named = Repository::with("tenant.yaml", named);
    assert!(!Seen::of(&named, &[]).found().iter().any(|found| found.ends_with("unused-ignore")), "{ids:?}");
    let auditor = Seen::of(&named, &["--persona", "auditor"]);
    assert!(ids.iter().all(|id| auditor.silences(3, id)), "{ids:?} {:?}", auditor.silenced());
    let broken = Repository::with("tenant.yaml", format!("{text}\n  - [\n"));
    assert!(!broken.run(&["check", ".", "--format", "concise"]).out.contains("unused-ignore"));
    let severity = Repository::with("tenant.yaml", &text)
        .and("clientlint.toml", "[ignores]\nreport-unused = \"error\"\n");
    assert_eq!(Seen::of(&severity, &["--select", "unused-ignore,password-grant"]).run.code, 1);
    let off =
        Repository::with("tenant.yaml", &text).and("clientlint.toml", "[ignores]\nreport-unused = \"off\"\n");
    assert!(!Seen::of(&off, &[]).says(3, "unused-ignore"));
}

#[test]
fn line_ends_byte_order_marks_and_names_as_keys_change_nothing() {
    let text = "apps:\n  # clientlint: ignore[implicit-grant]: sandbox\n  shop:\n    app_type: spa\n    grant_types: [implicit]\n    \
        callbacks: [https://a.example.com/cb]\n  blog: # clientlint: ignore[implicit-grant]: sandbox\n    app_type: spa\n    \
        grant_types: [implicit]\n    callbacks: [https://b.example.com/cb]\n";
    for text in [text.to_owned(), text.replace('\n', "\r\n"), format!("\u{feff}{text}")] {
        let seen = Seen::of(&Repository::with("apps.yaml", &text), &[]);
        assert!(seen.silences(5, GRANT) && seen.silences(9, GRANT), "{:?}", seen.found());
        assert_eq!(seen.json["silenced"][0]["reason"], "sandbox");
        assert!(!seen.found().iter().any(|found| found.ends_with("-ignore")));
    }
    let config = format!("\u{feff}# ours\r\n[[ignore]]\r\nrules = [\"{ALG}\"]\r\nreason = \"sandbox\"\r\n");
    let seen = Seen::of(
        &Repository::with("tenant.yaml", format!("{HEAD}{SHOP}")).and("clientlint.toml", config),
        &[],
    );
    let at = &seen.json["silenced"][0]["location"]["start"];
    assert_eq!((&at["line"], &at["column"]), (&2.into(), &1.into()));
}
