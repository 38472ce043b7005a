//! What is kept of one analysis for the next: what it says of an edited text is what is said of that text alone.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use clientlint::config::Config;
use clientlint::lint::{Job, Parses, Report, lint};
use clientlint::rule::Persona;

use crate::edits::Chance;
use crate::{input, steps};

/// A tenant whose clients say something of each other, and are spoken of.
fn tenant() -> String {
    let mut text = "tenant:\n  friendly_name: Acme\nclients:\n".to_owned();
    for number in 0..24 {
        let kind = ["spa", "regular_web", "native", "non_interactive"][number % 4];
        let alg = ["RS256", "HS256"][number % 2];
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "  - name: App {number}\n    app_type: {kind}\n    callbacks:\n      - 'http://app-{number}.example.com/cb'\n      \
             - 'https://app-{number}.example.com/cb'\n    jwt_configuration: {{ alg: {alg} }}\n    grant_types: \
             [authorization_code, implicit]\n"
        );
        match number % 6 {
            0 => text.push_str("    client_id: id-1\n"),
            1 => text.push_str("    client_secret: Zx9Qw8Er7Ty6Ui5Op4As3Df2Gh1\n"),
            2 => text.push_str("    is_first_party: false\n"),
            _ => {}
        }
    }
    text.push_str("resourceServers:\n");
    for number in 0..4 {
        let _ = write!(
            text,
            "  - name: API {number}\n    identifier: https://api-{number}.example.com\n    \
             signing_alg: HS256\n    scopes:\n      - value: read\n"
        );
    }
    text.push_str("clientGrants:\n");
    for number in 0..8 {
        let _ = write!(
            text,
            "  - client_id: App {number}\n    audience: https://api-{}.example.com\n    scope: [read, write]\n",
            number % 5
        );
    }
    text.push_str("connections:\n");
    for number in 0..4 {
        let _ = write!(
            text,
            "  - name: con-{number}\n    strategy: google-oauth2\n    enabled_clients: [App {number}, App 2, Nobody]\n"
        );
    }
    text
}

/// Lists of clients of somebody's own, each with names of its own.
fn environments() -> String {
    let mut text = "owner: acme\n".to_owned();
    for environment in ["staging", "production", "sandbox"] {
        let _ = writeln!(text, "{environment}:");
        for number in 0..6 {
            let _ = write!(
                text,
                "  - name: App {number}\n    app_type: {}\n    oidc_conformant: true\n    grant_types: [authorization_code, \
                 implicit]\n    callbacks:\n      - http://{environment}-{number}.example.com/cb\n",
                ["spa", "native"][number % 2]
            );
        }
    }
    text
}

const LINES: &[&str] = &[
    "    # clientlint: ignore[implicit-grant]: still needed",
    "    # clientlint: channel=dashboard",
    "    # nothing",
    "    is_first_party: false",
    "    client_secret: Zx9Qw8Er7Ty6Ui5Op4As3Df2Gh1",
    "    client_id: id-1",
    "    client_id: id-2",
    "    description: &anchor text",
    "    description: '##MARKER##'",
    "    description: |\n      several\n      lines",
    "  - name: App 3\n    app_type: spa",
    "",
];

const WORDS: &[(&str, &str)] = &[
    ("app_type: spa", "app_type: native"),
    ("app_type: native", "app_type: spa"),
    ("HS256", "RS256"),
    ("'http:", "'https:"),
    ("is_first_party: false", "is_first_party: true"),
    ("App 2", "App 1"),
    ("App 4", "App 5"),
    ("read", "write"),
    ("api-1", "api-2"),
    ("id-1", "id-2"),
    ("example.com", "example.co"),
    ("channel=dashboard", "channel=management-api"),
    ("- name", "-   name"),
    ("implicit]", "implicit"),
];

/// Changes a text somewhere, as somebody does who works on it.
fn edit(text: &mut String, chance: &mut Chance) {
    let lines: Vec<usize> =
        std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let line = lines[chance.below(lines.len() - 1)];
    let item = |from: usize| text[from..].find("\n  - ").map_or(text.len(), |at| from + at + 1);
    match chance.below(8) {
        // An item more, or less.
        0 => {
            let (start, to) = (item(line), item(lines[chance.below(lines.len() - 1)]));
            let copy = text[start..item(start.min(text.len() - 1))].to_owned();
            text.insert_str(to, &copy);
        }
        1 => {
            let start = item(line);
            let end = item(start.min(text.len() - 1));
            text.replace_range(start..end, "");
        }
        // A line more, or less.
        2 | 3 => text.insert_str(line, &format!("{}\n", LINES[chance.below(LINES.len())])),
        4 => {
            let end = text[line..].find('\n').map_or(text.len(), |at| line + at + 1);
            text.replace_range(line..end, "");
        }
        _ => {
            let (from, to) = WORDS[chance.below(WORDS.len())];
            let places: Vec<usize> = text.match_indices(from).map(|(at, _)| at).collect();
            if !places.is_empty() {
                let at = places[chance.below(places.len())];
                text.replace_range(at..at + from.len(), to);
            }
        }
    }
}

fn report(text: &str, config: &Arc<Config>, parses: Option<&Parses>) -> Report {
    let application =
        "{\"domain\": \"acme.eu.auth0.com\", \"clientId\": \"id-1\", \"clientSecret\": \"Zx9Qw8Er7Ty6\"}";
    let inputs = [("/repo/auth_config.json", application), ("/repo/tenant.yaml", text)];
    let inputs = inputs.map(|(path, text)| input(Path::new(path), text));
    lint(inputs.into(), &Job { parses, reach: true, ..Job::new(&|_| config.clone()) })
}

/// How many clients of a report are those of another one, not only equal to them.
fn shared(one: &Report, other: &Report) -> usize {
    let is_in_other = |client: &&Arc<_>| other.clients.iter().any(|known| Arc::ptr_eq(known, client));
    one.clients.iter().filter(is_in_other).count()
}

#[test]
fn what_is_kept_changes_nothing_that_is_said() {
    let regular = Arc::new(Config::builtin().unwrap());
    let mut auditor = Config::builtin().unwrap();
    auditor.settings.persona = Persona::Auditor;
    let auditor = Arc::new(auditor);
    let mut kept = 0;
    for (number, whole) in [tenant(), environments(), tenant().replace('\n', "\r\n")].into_iter().enumerate()
    {
        let mut chance = Chance(0x2545_f491_4f6c_dd1d + number as u64);
        let (parses, mut text) = (Parses::default(), whole.clone());
        let mut before = Report::default();
        for step in 0..steps() / 5 {
            if step % 8 == 7 {
                text.clone_from(&whole);
            }
            // Sometimes several at once.
            (0..=chance.below(6) / 4).for_each(|_| edit(&mut text, &mut chance));
            let config = if step % 40 > 36 { &auditor } else { &regular };
            let again = report(&text, config, Some(&parses));
            assert_eq!(format!("{again:#?}"), format!("{:#?}", report(&text, config, None)), "{text}");
            kept += shared(&again, &before);
            before = again;
        }
    }
    assert!(kept > steps(), "{kept}");
}

/// What is kept where one thing in a text is replaced.
fn kept(text: &str, from: &str, to: &str) -> (usize, Report) {
    let config = Arc::new(Config::builtin().unwrap());
    let parses = Parses::default();
    let before = report(text, &config, Some(&parses));
    let text = text.replacen(from, to, 1);
    let again = report(&text, &config, Some(&parses));
    assert_eq!(format!("{again:#?}"), format!("{:#?}", report(&text, &config, None)));
    (shared(&again, &before), again)
}

#[test]
fn clients_are_kept_but_those_that_are_edited_and_those_of_which_others_say_something_new() {
    let (text, all) = (tenant(), 24);
    assert_eq!(kept(&text, "http://app-5.", "http://app-6.").0, all - 1);
    // The two that are called alike.
    let (number, report) = kept(&text, "name: App 15\n", "name: App 17\n");
    assert_eq!(number, all - 2);
    assert!(report.findings.iter().any(|finding| &*finding.rule == "duplicate-client"));
    // The two that are granted an API.
    assert_eq!(kept(&text, "client_id: App 5\n", "client_id: App 9\n").0, all - 2);
    // Other lines, others places.
    let (number, _) = kept(&text, "    app_type: native\n", "    app_type: native\n    # a line\n");
    assert_eq!(number, 2);
}

/// What is found in one state of a text after the other; each is `from` in the state before replaced by `to`.
fn states(text: &str, edits: &[(&str, &str)]) -> Report {
    let config = Arc::new(Config::builtin().unwrap());
    let (parses, mut text) = (Parses::default(), text.to_owned());
    let mut last = report(&text, &config, Some(&parses));
    for (from, to) in edits {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
        last = report(&text, &config, Some(&parses));
        assert_eq!(format!("{last:#?}"), format!("{:#?}", report(&text, &config, None)), "{to}");
    }
    last
}

#[test]
fn names_are_those_of_their_list_wherever_that_stands_now() {
    // What follows on the edited list moves; of two clients there one is made again.
    let (a, b) = ("http://staging-2.example.com/cb", "http://staging-2.example.com/callback");
    let report = states(&environments(), &[(a, b), ("production-1", "production-one")]);
    assert!(!report.findings.iter().any(|finding| &*finding.rule == "duplicate-client"));
    let named = "production-3.example.com/cb\n  - name: App 4";
    let alike = "production-3.example.com/cb\n  - name: App 1";
    let report = states(&environments(), &[(a, b), (named, alike), ("production-4", "production-four")]);
    let twins = report.findings.iter().filter(|finding| &*finding.rule == "duplicate-client");
    assert_eq!(twins.count(), 2);
}

#[test]
fn what_points_into_another_file_points_to_where_that_stands_now() {
    let text = format!("# one two\n{}", tenant());
    // A line more, and all bytes below where they were.
    let report = states(&text, &[("# one two\n", "# one\n#wo\n")]);
    let of_application = |path: &str| path.ends_with("auth_config.json");
    let points = report.findings.iter().filter(|finding| of_application(&finding.location.path));
    assert!(
        points.flat_map(|finding| &finding.related).any(|related| !of_application(&related.location.path))
    );
}

#[test]
fn lines_are_counted_anew_also_where_all_bytes_stay_where_they_were() {
    let (was, is) = ("false\n  - name: App 3\n", "true\n\n  - name: App 3\n");
    assert_eq!(was.len(), is.len());
    states(&tenant(), &[(was, is)]);
}

#[test]
fn comments_that_silence_are_heard_in_what_is_not_edited() {
    let ignored = "    # clientlint: ignore[implicit-grant]: still needed\n    grant_types";
    let text = tenant().replace("HS256 }\n    grant_types", &format!("HS256 }}\n{ignored}"));
    let report = states(&text, &[("http://app-5.", "http://app-6."), ("http://app-6.", "http://app-16.")]);
    assert!(report.silenced.len() > 3);
    let report = states(
        &text,
        &[("http://app-5.", "http://app-6."), (": still needed", ""), ("http://app-7.", "http://app-8.")],
    );
    assert!(report.silenced.len() > 3);
}
