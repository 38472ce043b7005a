//! A policy can only tighten, whatever the configuration below it says.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value as Json;

use crate::support::{Repository, WRONG};

/// Files with something to report of many kinds.
fn repository() -> Repository {
    let tenant = "clients:
  - name: Shop
    app_type: spa
    token_endpoint_auth_method: none
    grant_types: [authorization_code, implicit, password]
    jwt_configuration: {alg: HS256, lifetime_in_seconds: 40000}
    callbacks: [http://shop.example.com/cb, https://*.example.com/cb]
    refresh_token: {rotation_type: rotating, expiration_type: expiring, leeway: 45, token_lifetime: 9000000}
  - name: Partner
    app_type: native
    is_first_party: false
    grant_types: [password]
    callbacks: [shop:/cb]
resourceServers:
  - name: Orders
    identifier: https://orders.example.com
    token_lifetime: 90000
";
    Repository::with("auth0/tenant.yaml", tenant).and("dev/tenant.yaml", tenant)
}

/// What a run gives: for each place and rule the severity, and whether it fails.
fn outcome(repository: &Repository, arguments: &[&str]) -> (BTreeMap<String, u8>, bool) {
    let run = repository.run(&[&["check", ".", "--format", "json"], arguments].concat());
    assert!(run.code < 2, "{arguments:?}: {}", run.err);
    let report = run.json();
    let one = |finding: &Json| {
        let severity =
            ["info", "warning", "error"].iter().position(|word| finding["severity"] == *word).unwrap();
        (format!("{} {}", finding["rule"], finding["location"]), u8::try_from(severity).unwrap())
    };
    (report["findings"].as_array().unwrap().iter().map(one).collect(), run.code == 1)
}

/// Numbers that look random and are the same in each run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }

    fn flag(&mut self) -> bool {
        self.below(2) == 0
    }
}

const RULES: &[&str] = &[
    "implicit-grant",
    "password-grant",
    "public-client-password-grant",
    "third-party-password-grant",
    "public-client-symmetric-id-token",
    "insecure-redirect-uri",
    "wildcard-redirect-uri",
    "long-token-lifetime",
    "access-token-lifetime-excessive",
    "refresh-token-leeway-too-long",
    "private-use-scheme-not-reverse-domain",
];

/// Some configuration.
fn configuration(chance: &mut Chance) -> String {
    let level = |chance: &mut Chance| chance.of(&["off", "info", "warning", "error", "default"]);
    let mut text = String::new();
    let mut line = |line: String| {
        text.push_str(&line);
        text.push('\n');
    };
    if chance.flag() {
        line(format!("persona = \"{}\"", chance.of(&["regular", "pedantic", "auditor"])));
    }
    if chance.below(3) == 0 {
        line(format!("disable = [\"{}\", \"tag:grants\"]", chance.of(RULES)));
    }
    if chance.below(4) == 0 {
        line(format!("select = [\"{}\"]", chance.of(RULES)));
    }
    if chance.below(4) == 0 {
        line("profile = \"oauth21\"".to_owned());
    }
    line(format!("[gate]\nfail-on = \"{}\"", chance.of(&["never", "error", "warning", "info"])));
    line(format!("min-severity = \"{}\"", chance.of(&["error", "warning", "info"])));
    line(format!("min-confidence = \"{}\"", chance.of(&["medium", "high"])));
    line(format!("fail-on-confidence = \"{}\"", chance.of(&["medium", "high"])));
    line("[rules]".to_owned());
    for rule in RULES.iter().filter(|rule| !rule.contains("leeway")) {
        if chance.flag() {
            line(format!("{rule} = \"{}\"", level(chance)));
        }
    }
    if chance.flag() {
        line(format!(
            "[rules.refresh-token-leeway-too-long]\noptions = {{ max-leeway = {} }}",
            chance.below(90)
        ));
    }
    for _ in 0..chance.below(3) {
        line(format!("[[override]]\npath = \"{}\"", chance.of(&["**", "dev/**", "auth0/**"])));
        line(format!("rules = {{ {} = \"{}\" }}", chance.of(RULES), level(chance)));
        line(format!("gate = {{ fail-on = \"{}\" }}", chance.of(&["never", "error", "info"])));
    }
    text
}

/// Some policy.
fn policy(chance: &mut Chance) -> String {
    let mut text = String::new();
    if chance.flag() {
        text.push_str("persona = \"pedantic\"\n");
    }
    text.push_str("[gate]\n");
    for (key, words) in [
        ("fail-on", &["error", "warning", "info"][..]),
        ("min-severity", &["error", "warning", "info"]),
        ("min-confidence", &["medium", "high"]),
        ("fail-on-confidence", &["medium", "high"]),
    ] {
        if chance.flag() {
            writeln!(text, "{key} = \"{}\"", chance.of(words)).unwrap();
        }
    }
    text.push_str("[rules]\n");
    for rule in RULES.iter().filter(|rule| !rule.contains("leeway")) {
        if chance.below(3) == 0 {
            writeln!(text, "{rule} = \"{}\"", chance.of(&["info", "warning", "error", "default"])).unwrap();
        }
    }
    if chance.flag() {
        let most = chance.below(90);
        writeln!(text, "[rules.refresh-token-leeway-too-long.options]\nmax-leeway = {most}").unwrap();
    }
    text
}

#[test]
fn a_policy_can_only_tighten() {
    let mut chance = Chance(2026);
    let (mut added, mut raised, mut failed) = (0, 0, 0);
    for _ in 0..60 {
        let (config, policy) = (configuration(&mut chance), policy(&mut chance));
        let repository = repository().and("clientlint.toml", &config).and("policy.toml", &policy);
        let options: &[&str] = match chance.below(4) {
            0 => &["--fail-on", "never", "--disable", "implicit-grant,password-grant"],
            1 => &["--persona", "regular", "--min-severity", "error"],
            _ => &[],
        };
        let (before, failed_before) = outcome(&repository, options);
        let (after, fails) = outcome(&repository, &[options, &["--policy", "policy.toml"]].concat());
        for (finding, severity) in &before {
            // A general rule that has a floor may speak in the place of a specific one that weighs less.
            let kept = after.get(finding).is_some_and(|now| now >= severity);
            assert!(kept, "{finding} is lost or weighs less\n{config}\n---\n{policy}");
        }
        assert!(fails || !failed_before, "no longer fails\n{config}\n---\n{policy}");
        added += usize::from(after.len() > before.len());
        raised += usize::from(
            after.iter().any(|(finding, now)| before.get(finding).is_some_and(|then| then < now)),
        );
        failed += usize::from(fails && !failed_before);
    }
    // The policies did something.
    assert!(added > 10 && raised > 3 && failed > 3, "{added} {raised} {failed}");
}

#[test]
fn a_policy_wins_over_every_way_to_turn_a_rule_off() {
    let rule = "public-client-symmetric-id-token";
    let policy = format!("[gate]\nfail-on = \"warning\"\n[rules]\n{rule} = \"error\"\n");
    for (config, options) in [
        (format!("[rules]\n{rule} = \"off\"\n"), &[][..]),
        (format!("disable = [\"{rule}\"]\n"), &[]),
        ("select = [\"implicit-grant\"]\n".to_owned(), &[]),
        (
            format!(
                "[[override]]\npath = \"**\"\nrules = {{ {rule} = \"off\" }}\ngate = {{ fail-on = \"never\" }}\n"
            ),
            &[],
        ),
        (String::new(), &["--disable", rule]),
        (String::new(), &["--select", "implicit-grant"]),
        (String::new(), &["--fail-on", "never"]),
        (String::new(), &["--no-config"]),
    ] {
        let repository = Repository::with("tenant.yaml", WRONG)
            .and("clientlint.toml", &config)
            .and("policy.toml", &policy);
        let run = repository.run(&[&["check", ".", "--policy", "policy.toml"], options].concat());
        assert_eq!(run.code, 1, "{config} {options:?}\n{}", run.out);
        assert!(run.out.contains(rule), "{config} {options:?}\n{}", run.out);
        assert!(run.out.contains("failed: findings at or above"), "{}", run.out);
    }
}

#[test]
fn what_a_policy_cannot_say_is_refused() {
    for (policy, said) in [
        ("disable = []\n", "1:1: a policy can only tighten, which `disable` does not"),
        (
            "[rules]\nimplicit-grant = \"off\"\n",
            "2:1: a policy can only tighten, which `rules.implicit-grant` does not",
        ),
        ("[gate]\nfail-on = \"never\"\n", "2:1: a policy can only tighten, which `gate.fail-on` does not"),
        ("[files]\nexclude = []\n", "2:1: a policy can only tighten, which `files.exclude` does not"),
        ("extends = [\"x.toml\"]\n", "1:1: a policy can only tighten, which `extends` does not"),
        ("[[override]]\npath = \"a\"\n", "1:3: a policy can only tighten, which `override` does not"),
        (
            "[rules.private-use-scheme-not-reverse-domain.options]\nallowed-schemes = []\n",
            "2:1: a policy can only tighten",
        ),
        (
            "[rules]\nimplicit-grnat = \"error\"\n",
            "2:1: there is no rule `implicit-grnat` (did you mean `implicit-grant`?)",
        ),
        (
            "[rules.long-token-lifetime.options]\nmax-idel = 1\n",
            "2:1: rule `long-token-lifetime` has no option `max-idel` (did you mean `max-idle`?)",
        ),
        ("[gate]\nfail-onn = \"error\"\n", "2:1: unknown field `fail-onn`"),
    ] {
        let repository = Repository::with("tenant.yaml", WRONG).and("policy.toml", policy);
        let run = repository.run(&["check", ".", "--policy", "policy.toml"]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{policy}");
        assert!(run.err.starts_with(&format!("error: policy.toml:{said}")), "{policy}\n{}", run.err);
    }
    let run = Repository::with("tenant.yaml", WRONG).run(&["check", ".", "--policy", "none.toml"]);
    assert_eq!(run.code, 2);
}
