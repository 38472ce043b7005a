//! `[[ignore]]` in `clientlint.toml`: what it is for, and what is said of one that is wrong.

use crate::ignores::{Seen, TODAY};
use crate::support::Repository;

const JSON: &str = "{\n  \"name\": \"Shop\", \"app_type\": \"spa\", \"client_id\": \"shopid\",\n  \
    \"grant_types\": [\"authorization_code\", \"implicit\"],\n  \
    \"callbacks\": [\n    \"http://intra.example.com/cb?a=[b]\",\n    \"http://shop.example.com/cb\"\n  ]\n}\n";

const HTTP: &str = "insecure-redirect-uri";

/// Two clients of the Deploy CLI, and a configuration.
fn repository(config: &str) -> Repository {
    Repository::with("auth0/clients/Shop.json", JSON)
        .and("auth0/clients/Blog.json", JSON.replace("Shop", "Blog").replace("shopid", "blogid"))
        .and("clientlint.toml", config)
}

fn ignore(rule: &str, more: &str) -> String {
    format!("[[ignore]]\nrules = [\"{rule}\"]\nreason = \"sandbox\"\n{more}\n")
}

/// The files in which a rule is silenced with an `[[ignore]]`.
fn silenced(rule: &str, more: &str) -> String {
    let seen = Seen::of(&repository(&ignore(rule, more)), &[]);
    let files =
        seen.silenced().into_iter().map(|found| found.trim_start_matches("auth0/clients/").to_owned());
    files.map(|found| found.split(".json").next().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
}

#[test]
fn it_is_for_paths() {
    let rule = "implicit-grant";
    assert_eq!(silenced(rule, ""), "Blog Shop");
    assert_eq!(silenced(rule, "path = 'auth0/clients/Shop.json'"), "Shop");
    assert_eq!(silenced(rule, "path = 'auth0/**'"), "Blog Shop");
    assert_eq!(silenced(rule, "path = ['auth0/clients/S*', 'x']"), "Shop");
    assert_eq!(silenced(rule, "path = 'Shop.json'"), "", "paths are whole");
}

#[test]
fn it_is_for_clients_by_each_of_their_names() {
    let rule = "implicit-grant";
    for client in ["Shop", "shopid", "Sho*", "shop*", "S?op"] {
        assert_eq!(silenced(rule, &format!("client = '{client}'")), "Shop", "{client}");
    }
    assert_eq!(silenced(rule, "client = 'hop'"), "");
    let terraform = "resource \"auth0_client\" \"app\" {\n  for_each = toset([\"a\", \"b\"])\n  name = each.key\n  app_type = \"spa\"\n  grant_types = [\"implicit\"]\n}\n";
    for (client, count) in
        [("auth0_client.app", 2), ("auth0_client.app[\"b\"]", 1), ("auth0_client.*", 2), ("b", 1)]
    {
        let config = ignore(rule, &format!("client = '{client}'"));
        let seen = Seen::of(&Repository::with("main.tf", terraform).and("clientlint.toml", config), &[]);
        assert_eq!(seen.silenced().len(), count, "{client}: {:?}", seen.found());
    }
}

#[test]
fn it_is_for_what_decides() {
    let of = |pointer: &str| {
        let seen =
            Seen::of(&repository(&ignore(HTTP, &format!("client = 'Shop'\npointer = '{pointer}'"))), &[]);
        let lines = |all: Vec<String>| -> Vec<String> {
            let of_shop =
                all.into_iter().filter(|found| found.contains("Shop.json") && found.ends_with(HTTP));
            of_shop.map(|found| found.split([':', ' ']).nth(1).unwrap().to_owned()).collect()
        };
        (lines(seen.silenced()).join(" "), lines(seen.found()).join(" "))
    };
    let split = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    for all in ["/redirect_uris", "/redirect_uris/*", "/redirect_uris/{*}", "/callbacks/*", "/*", "/*/*"] {
        assert_eq!(of(all), split("5", ""), "{all}");
    }
    for first in [
        "/redirect_uris/{http://intra.example.com/cb?a=[b]}",
        "/callbacks/http://intra.example.com/*",
        "/redirect_uris/{http://intra*}",
    ] {
        assert_eq!(of(first), split("5", "6"), "{first}");
    }
    assert_eq!(of("/redirect_uris/{http://shop.example.com/cb}"), split("6", "5"));
    assert_eq!(of("/grant_types"), split("", "5"));
    assert_eq!(of(""), split("", "5"));
    // As a report writes what decided.
    let plain = Seen::of(&repository(""), &[]);
    let found =
        plain.json["findings"].as_array().unwrap().iter().find(|finding| finding["rule"] == HTTP).unwrap();
    assert_eq!(of(found["pointer"].as_str().unwrap()), split("5", ""));
}

#[test]
fn who_and_until_when_are_reported() {
    for until in ["2026-12-24", "\"2026-12-24\""] {
        let seen = Seen::of(
            &repository(&ignore(
                "implicit-grant",
                &format!("until = {until}\nby = 'iam-team'\nclient = 'Shop'"),
            )),
            &[],
        );
        let silenced = &seen.json["silenced"][0];
        assert_eq!((&silenced["by"], &silenced["author"]), (&"configuration".into(), &"iam-team".into()));
        assert_eq!((&silenced["until"], &silenced["reason"]), (&"2026-12-24".into(), &"sandbox".into()));
        assert_eq!(
            (&silenced["location"]["path"], &silenced["location"]["start"]["line"]),
            (&"clientlint.toml".into(), &1.into())
        );
    }
    let over = Seen::of(&repository(&ignore("implicit-grant", "until = 2026-11-21")), &[]);
    assert!(
        over.silenced().is_empty() && over.found().contains(&"clientlint.toml:1 expired-ignore".to_owned())
    );
}

#[test]
fn it_needs_a_reason_and_must_be_of_use() {
    let none = Seen::of(&repository("# ours\n[[ignore]]\nrules = ['implicit-grant']\n"), &[]);
    assert!(
        none.silenced().is_empty()
            && none.found().contains(&"clientlint.toml:2 ignore-without-reason".to_owned())
    );
    let config = ignore("wildcard-redirect-uri", "") + &ignore("implicit-grant", "client = 'Sohp'");
    let repository = repository(&config);
    let seen = Seen::of(&repository, &[]);
    let unused: Vec<&serde_json::Value> = seen.json["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["rule"] == "unused-ignore")
        .collect();
    let messages: Vec<&str> = unused.iter().map(|finding| finding["message"].as_str().unwrap()).collect();
    assert_eq!(
        messages,
        [
            "ignore of wildcard-redirect-uri silences nothing",
            "ignore of implicit-grant silences nothing; the nearest finding of that rule is at auth0/clients/Blog.json:3"
        ]
    );
    assert!(unused[0]["client"].is_null());
    let run = repository.run(&["check", ".", "--today", TODAY]);
    assert!(
        run.out.contains("─[clientlint.toml:1:1]") || run.out.contains("[clientlint.toml:1:1]"),
        "{}",
        run.out
    );
    // Where only a part is checked, nobody knows.
    let part = repository.run(&["check", "auth0/clients/Shop.json", "--format", "concise"]);
    assert!(!part.out.contains("unused-ignore"), "{}", part.out);
    let named = crate::ignores_in_configuration::repository(&ignore(
        "password-grant",
        "path = 'auth0/clients/Shop.json'",
    ));
    assert!(
        named.run(&["check", "auth0/clients/Shop.json", "--format", "concise"]).out.contains("unused-ignore")
    );
}

#[test]
fn it_is_for_all_projects_of_its_configuration() {
    let repository = Repository::with("a/main.tf", "resource \"auth0_client\" \"a\" {\n  name = \"A\"\n  app_type = \"spa\"\n  grant_types = [\"implicit\"]\n}\n")
        .and("b/tenant.yaml", "clients:\n  - name: B\n    app_type: spa\n    grant_types: [implicit]\n")
        .and("clientlint.toml", ignore("implicit-grant", "client = 'B'") + &ignore("implicit-grant", "path = 'a/*'"));
    let seen = Seen::of(&repository, &[]);
    assert_eq!(seen.silenced(), ["a/main.tf:4 implicit-grant", "b/tenant.yaml:4 implicit-grant"]);
    assert!(!seen.found().iter().any(|found| found.ends_with("unused-ignore")));
    // The one of a folder is not that of the folder beside it.
    let nested = repository.and("b/clientlint.toml", ignore("password-grant", ""));
    let seen = Seen::of(&nested, &[]);
    assert!(seen.found().contains(&"b/clientlint.toml:1 unused-ignore".to_owned()), "{:?}", seen.found());
    assert!(seen.found().contains(&"clientlint.toml:1 unused-ignore".to_owned()));
}

#[test]
fn a_wrong_one_stops_the_run_with_its_place() {
    for (text, place, hint) in [
        (ignore("implict-grant", ""), "2:10", "`implicit-grant`"),
        (ignore("implicit-grant", "pointer = '/grant_tipes'"), "4:11", "`grant_types`"),
        (ignore("implicit-grant", "pointer = 'grant_types'"), "4:11", "/attribute"),
        (ignore("implicit-grant", "until = 'soon'"), "4:9", "2030-12-31"),
        (ignore("implicit-grant", "path = 'a{'"), "4:8", "glob"),
        (ignore("implicit-grant", "file = 'a'"), "4:1", "unknown field `file`"),
        ("[[ignore]]\nrules = []\n".to_owned(), "1:3", "names the rules"),
        ("[[ignore]]\nreason = 'a'\n".to_owned(), "1:1", "missing field `rules`"),
        ("[ignores]\nmax-lifetime = 'long'\n".to_owned(), "2:16", "180d"),
        ("[ignores]\nrequire-reasons = true\n".to_owned(), "2:1", "`require-reason`"),
    ] {
        let run = repository(&text).run(&["check", "."]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{text}");
        assert!(run.err.starts_with(&format!("error: clientlint.toml:{place}: ")), "{text}\n{}", run.err);
        assert!(run.err.contains(hint), "{text}\n{}", run.err);
    }
}
