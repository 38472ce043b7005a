//! Comments that silence findings, in each syntax and across the files of a project.

use std::fs;
use std::path::Path;

use serde_json::Value as Json;

use crate::ignores::{Seen, TODAY};
use crate::support::Repository;

const GRANT: &str = "implicit-grant";

const TERRAFORM: &str = "resource \"auth0_client\" \"shop\" {
  name            = \"Shop\"
  app_type        = \"spa\"
  oidc_conformant = true
  grant_types     = [\"authorization_code\", \"implicit\"]
  callbacks = [
    \"http://intra.example.com/cb\",
    \"https://shop.example.com/cb\",
  ]
  jwt_configuration {
    alg = \"HS256\"
  }
}
";

fn terraform(text: &str) -> Seen {
    Seen::of(&Repository::with("main.tf", text), &[])
}

fn above(text: &str, start: &str, comment: &str) -> String {
    let line = text.lines().find(|line| line.trim_start().starts_with(start)).unwrap();
    let indentation = &line[..line.len() - line.trim_start().len()];
    text.replacen(line, &format!("{indentation}{comment}\n{line}"), 1)
}

fn behind(text: &str, start: &str, comment: &str) -> String {
    let line = text.lines().find(|line| line.trim_start().starts_with(start)).unwrap();
    text.replacen(line, &format!("{line} {comment}"), 1)
}

#[test]
fn each_sign_of_terraform_starts_a_comment() {
    for comment in ["# X", "// X", "/* X */", "/*\n X\n*/", "/* more\n * X */"] {
        let comment = comment.replace('X', "clientlint: ignore[implicit-grant]: sandbox");
        let seen = terraform(&above(TERRAFORM, "resource", &comment));
        assert_eq!(seen.silenced().len(), 1, "{comment}: {:?}", seen.found());
        assert!(
            !seen.found().iter().any(|found| found.ends_with("-ignore")),
            "{comment}: {:?}",
            seen.found()
        );
        assert_eq!(seen.json["silenced"][0]["reason"], "sandbox", "{comment}");
    }
}

#[test]
fn blocks_attributes_and_items_of_terraform_are_covered() {
    let rule = "public-client-symmetric-id-token";
    let ignore = |id: &str| format!("# clientlint: ignore[{id}]: sandbox");
    for (text, id) in [
        (behind(TERRAFORM, "resource", &ignore(rule)), rule),
        (above(TERRAFORM, "jwt_configuration", &ignore(rule)), rule),
        (behind(TERRAFORM, "jwt_configuration", &ignore(rule)), rule),
        (above(TERRAFORM, "alg", &ignore(rule)), rule),
        (behind(TERRAFORM, "alg", &ignore(rule)), rule),
        (behind(TERRAFORM, "grant_types", &ignore(GRANT)), GRANT),
        (above(TERRAFORM, "callbacks", &ignore("insecure-redirect-uri")), "insecure-redirect-uri"),
        (behind(TERRAFORM, "callbacks", &ignore("insecure-redirect-uri")), "insecure-redirect-uri"),
        (above(TERRAFORM, "\"http:", &ignore("insecure-redirect-uri")), "insecure-redirect-uri"),
        (behind(TERRAFORM, "\"http:", &ignore("insecure-redirect-uri")), "insecure-redirect-uri"),
    ] {
        let seen = terraform(&text);
        assert!(seen.silenced()[..].iter().any(|found| found.ends_with(id)), "{text}{:?}", seen.found());
        assert!(
            !seen.found().iter().any(|found| found.ends_with(id) || found.ends_with("unused-ignore")),
            "{text}"
        );
    }
    let beside = terraform(&above(TERRAFORM, "\"https:", &ignore("insecure-redirect-uri")));
    assert!(
        beside.silenced().is_empty() && beside.message("unused-ignore").contains("above"),
        "{:?}",
        beside.found()
    );
    let closing = terraform(&behind(TERRAFORM, "]", &ignore("insecure-redirect-uri")));
    assert!(closing.message("unused-ignore").contains("nothing starts on its line"));
}

#[test]
fn a_client_is_covered_wherever_its_values_stand() {
    let main = "# clientlint: ignore[implicit-grant]: sandbox
resource \"auth0_client\" \"shop\" {
  name        = \"Shop\"
  app_type    = \"spa\"
  grant_types = var.grants
}
";
    let variables = "variable \"grants\" {\n  default = [\"implicit\"]\n}\n";
    let seen = Seen::of(&Repository::with("main.tf", main).and("variables.tf", variables), &[]);
    assert_eq!(seen.silenced().len(), 1, "{:?}", seen.found());
    // A comment where the value is written covers those that use it.
    let plain = main.split_once('\n').unwrap().1;
    let noted = above(variables, "default", "# clientlint: ignore[implicit-grant]: sandbox");
    let seen = Seen::of(&Repository::with("main.tf", plain).and("variables.tf", &noted), &[]);
    assert_eq!(seen.silenced().len(), 1, "{:?}", seen.found());
    assert_eq!(seen.json["silenced"][0]["location"]["path"], "variables.tf");
    // Nobody may say that it is in vain where only one file of the project is checked.
    let repository = Repository::with("main.tf", plain.replace("var.grants", "[\"implicit\"]"))
        .and("variables.tf", &noted);
    let part = repository.run(&["check", "variables.tf", "--format", "json", "--allow-empty"]).json();
    assert_eq!(part["findings"], Json::Array(Vec::new()));
    assert!(Seen::of(&repository, &[]).found().contains(&"variables.tf:2 unused-ignore".to_owned()));
}

#[test]
fn instances_and_joined_resources_are_covered() {
    let each = above(TERRAFORM, "resource", "# clientlint: ignore[implicit-grant]: sandbox")
        .replace("  name            = \"Shop\"\n", "  for_each = toset([\"a\", \"b\"])\n  name = each.key\n");
    let seen = terraform(&each);
    assert_eq!(
        seen.silenced().iter().filter(|found| found.ends_with(GRANT)).count(),
        2,
        "{:?}",
        seen.found()
    );
    let joined = "resource \"auth0_client\" \"shop\" {
  name     = \"Shop\"
  app_type = \"spa\"
}
resource \"auth0_client_credentials\" \"shop\" {
  client_id             = auth0_client.shop.id
  authentication_method = \"client_secret_post\"
}
";
    let rule = "public-client-with-secret";
    assert!(terraform(joined).found().iter().any(|found| found.ends_with(rule)));
    for start in ["resource \"auth0_client\" ", "resource \"auth0_client_credentials\" "] {
        let seen = terraform(&above(joined, start, &format!("# clientlint: ignore[{rule}]: sandbox")));
        assert!(seen.silenced().iter().any(|found| found.ends_with(rule)), "{start}: {:?}", seen.found());
        assert!(
            !seen.found().iter().any(|found| found.ends_with(rule) || found.ends_with("unused-ignore")),
            "{start}"
        );
    }
}

#[test]
fn a_module_is_covered_where_its_value_is_written() {
    let caller = "module \"shop\" {\n  source = \"./app\"\n  grants = [\"implicit\"]\n}\nmodule \"blog\" {\n  source = \"./app\"\n  grants = [\"implicit\"]\n}\n";
    let module = "variable \"grants\" {}\nresource \"auth0_client\" \"this\" {\n  name = \"App\"\n  app_type = \"spa\"\n  grant_types = var.grants\n}\n";
    let noted = behind(caller, "grants", "# clientlint: ignore[implicit-grant]: sandbox");
    let seen = Seen::of(&Repository::with("main.tf", noted).and("app/main.tf", module), &[]);
    assert_eq!(seen.silenced().len(), 1, "only the one call: {:?}", seen.found());
    assert!(seen.found().contains(&"app/main.tf:5 implicit-grant".to_owned()), "{:?}", seen.found());
}

const TOML: &str = "[[apps]]
name = \"Shop\"
app_type = \"spa\"
grant_types = [\"implicit\"]

[[apps]]
name = \"Blog\"
app_type = \"spa\"
grant_types = [
  \"implicit\",
]
[apps.jwt_configuration]
alg = \"HS256\"
";

#[test]
fn tables_of_toml_are_covered_one_by_one() {
    let toml = |text: &str| Seen::of(&Repository::with("apps.toml", text), &[]);
    let all = toml(TOML).found();
    assert_eq!(all.iter().filter(|found| found.ends_with(GRANT)).count(), 2, "{all:?}");
    let comment = "# clientlint: ignore[implicit-grant]: sandbox";
    for text in [
        TOML.replacen("[[apps]]", &format!("{comment}\n[[apps]]"), 1),
        TOML.replacen("[[apps]]", &format!("[[apps]] {comment}"), 1),
        TOML.replace("\n\n[[apps]]", &format!("\n\n{comment}\n[[apps]]")),
        TOML.replace("\n\n[[apps]]", &format!("\n\n[[apps]] {comment}")),
        TOML.replacen("grant_types", &format!("{comment}\ngrant_types"), 1),
        TOML.replace("  \"implicit\",", &format!("  \"implicit\", {comment}")),
    ] {
        let seen = toml(&text);
        assert_eq!(seen.silenced().len(), 1, "{text}{:?}", seen.found());
        assert_eq!(seen.found().iter().filter(|found| found.ends_with(GRANT)).count(), 1, "{text}");
    }
    let rule = "public-client-symmetric-id-token";
    let table =
        TOML.replace("[apps.jwt", &format!("# clientlint: ignore[{rule}, {GRANT}]: sandbox\n[apps.jwt"));
    let seen = toml(&table);
    assert!(seen.silences(14, rule) && seen.silenced().len() == 1, "only the table: {:?}", seen.found());
}

#[test]
fn properties_and_property_lists_have_comments_too() {
    let env = "VITE_AUTH0_CLIENT_ID=abcdefghijklmnopqrstuvwxyz123456\nVITE_AUTH0_DOMAIN=acme.eu.auth0.com\n\
        # clientlint: ignore[public-client-with-secret]: a demo that is gone next week\n\
        VITE_AUTH0_CLIENT_SECRET=vR7xQmT4bZ8sLw1YcH6pNd3GjU0aEoXi5V2kFy9BvR7xQmT4bZ8sLw1YcH6pNd3G\n";
    let seen = Seen::of(&Repository::with(".env", env), &[]);
    assert!(seen.silences(4, "public-client-with-secret"), "{:?}", seen.found());
    let plist = "<plist><dict>\n<key>ClientId</key><string>abcdefghijklmnopqrstuvwxyz123456</string>\n\
        <key>Domain</key><string>acme.eu.auth0.com</string>\n\
        <!-- clientlint: ignore[public-client-with-secret]: a demo that is gone next week -->\n\
        <key>ClientSecret</key><string>vR7xQmT4bZ8sLw1YcH6pNd3GjU0aEoXi5V2kFy9BvR7xQmT4bZ8sLw1YcH6pNd3G</string>\n</dict></plist>\n";
    let seen = Seen::of(&Repository::with("Auth0.plist", plist), &[]);
    let plain = Seen::of(&Repository::with("Auth0.plist", plist.replace("clientlint:", "")), &[]);
    let wrong = plain.found().iter().filter(|found| found.ends_with("public-client-with-secret")).count();
    assert_eq!(seen.silenced().len(), wrong, "{:?} {:?}", plain.found(), seen.found());
}

#[test]
fn in_terraform_json_the_member_for_comments_covers_its_object() {
    let with = |member: &str| {
        format!(
            "{{\"resource\": {{\"auth0_client\": {{\"shop\": {{\n{member}\"name\": \"Shop\", \"app_type\": \"spa\",\n\
            \"grant_types\": [\"implicit\"]}}, \"blog\": {{\"name\": \"Blog\", \"app_type\": \"spa\", \"grant_types\": [\"implicit\"]}}}}}}}}\n"
        )
    };
    let comment = "clientlint: ignore[implicit-grant]: sandbox";
    for member in [format!("\"//\": \"{comment}\","), format!("\"//\": [\"more\", \"{comment}\"],")] {
        let seen = Seen::of(&Repository::with("main.tf.json", with(&member)), &[]);
        assert_eq!(seen.silenced(), ["main.tf.json:3 implicit-grant"], "{:?}", seen.found());
        assert!(!seen.found().iter().any(|found| found.ends_with("misplaced-ignore")), "{:?}", seen.found());
        assert_eq!(
            seen.found().iter().filter(|found| found.ends_with(GRANT)).count(),
            1,
            "the other object is not covered"
        );
    }
    let elsewhere = with(&format!("\"description\": \"{comment}\","));
    assert!(Seen::of(&Repository::with("main.tf.json", elsewhere), &[]).says(2, "misplaced-ignore"));
}

#[test]
fn in_other_json_it_is_not_obeyed() {
    let client = "{\n  \"//\": \"clientlint: ignore[implicit-grant]: sandbox\",\n  \"name\": \"Shop\", \"app_type\": \"spa\",\n  \
        \"grant_types\": [\"implicit\"]\n}\n";
    let deployed = Seen::of(&Repository::with("auth0/clients/Shop.json", client), &[]);
    assert!(
        deployed.says(2, "comment-key-breaks-deploy") && deployed.says(4, GRANT),
        "{:?}",
        deployed.found()
    );
    assert!(!deployed.says(2, "misplaced-ignore"));
    assert_eq!(deployed.run.code, 1, "an error");
    let answer = client.replace("\"name\"", "\"client_id\": \"abc\", \"name\"");
    let answer = Seen::of(&Repository::with("answer.json", answer), &["--kind", "management-api"]);
    assert!(answer.says(2, "misplaced-ignore"), "{:?}", answer.found());
}

#[test]
fn comments_of_json_are_obeyed_where_there_are_some() {
    let text = "{\n  \"name\": \"Shop\", \"app_type\": \"spa\", \"callbacks\": [],\n  // clientlint: ignore[implicit-grant]: sandbox\n  \"grant_types\": [\"implicit\"]\n}\n";
    for text in
        [text.to_owned(), text.replace("// clientlint", "/* clientlint").replace("sandbox", "sandbox */")]
    {
        let seen = Seen::of(&Repository::with("tenant.json", format!("{{\"clients\": [{text}]}}")), &[]);
        assert_eq!(seen.silenced().len(), 1, "{:?}", seen.found());
        assert!(!seen.says(4, GRANT));
    }
}

/// The words that the page names as no reasons are none, and reports say so.
#[test]
fn the_page_names_what_is_no_reason() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ignores.md")).unwrap();
    let from = page.find("These alone do not").unwrap();
    let said = &page[from..from + page[from..].find("With more").unwrap()];
    let words: Vec<&str> = said.split('`').skip(1).step_by(2).chain(["false positive"]).collect();
    assert!(words.contains(&"legacy") && words.contains(&"because"), "{words:?}");
    let example = page[from..].split('`').find(|text| text.starts_with("legacy ")).unwrap();
    for reason in words.iter().chain([&example]) {
        let text = format!(
            "clients:\n  - name: Shop\n    app_type: spa\n    callbacks: []\n    grant_types: [implicit] # clientlint: ignore[implicit-grant]: {reason}\n"
        );
        let seen = Seen::of(&Repository::with("tenant.yaml", text), &[]);
        let refused = seen.says(5, "ignore-without-reason");
        assert_eq!(refused, *reason != example, "{reason}: {:?}", seen.found());
        assert_eq!(refused, seen.run.out.contains("such words alone do not tell why the finding stays"));
    }
}

#[test]
fn a_reason_shows_no_secret() {
    let secret = "vR7xQmT4bZ8sLw1YcH6pNd3GjU0aEoXi5V2kFy9B";
    let text = format!(
        "clients:\n  - name: Shop\n    app_type: spa\n    client_secret: {secret} # clientlint: ignore[public-client-with-secret, {secret}]: {secret} is old\n    \
         callbacks: [https://a.example.com/cb]\n    grant_types: [implicit] # clientlint: ignore[implicit-grant]: client_secret: k3y0987 is known\n"
    );
    let repository = Repository::with("tenant.yaml", text).and(
        "clientlint.toml",
        format!("[[ignore]]\nrules = [\"password-grant\"]\nreason = \"{secret}\"\nby = \"{secret}\"\n"),
    );
    for words in [
        &["--format", "json"][..],
        &["--format", "concise"],
        &["--format", "text"],
        &["--no-ignores", "--format", "json"],
    ] {
        let run = repository.run(&[&["check", ".", "--today", TODAY][..], words].concat());
        for part in [secret, &secret[..6], "k3y0987"] {
            assert!(!run.out.contains(part) && !run.err.contains(part), "{words:?}: {}", run.out);
        }
    }
    let seen = Seen::of(&repository, &[]);
    assert_eq!(seen.json["silenced"][0]["reason"], "[redacted] is old");
    assert_eq!(seen.json["silenced"].as_array().unwrap().len(), 2);
}

/// Ignores in a file of Acme for each of its findings, one by one: each silences its finding and nothing else.
#[test]
fn an_ignore_for_each_finding_of_a_repository_silences_that_one() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/acme");
    let copy = || {
        let repository = Repository::new();
        for entry in
            walkdir::WalkDir::new(&folder).into_iter().flatten().filter(|entry| entry.file_type().is_file())
        {
            let to = repository.path(entry.path().strip_prefix(&folder).unwrap().to_str().unwrap());
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(entry.path(), to).unwrap();
        }
        repository
    };
    let key = |finding: &Json| (finding["fingerprint"].clone(), finding["rule"].clone());
    let plain = Seen::of(&copy(), &[]);
    let all = plain.json["findings"].as_array().unwrap();
    assert_eq!(all.len(), 16);
    let mut in_comments = 0;
    for finding in all {
        let repository = copy();
        let (rule, path) = (finding["rule"].as_str().unwrap(), finding["location"]["path"].as_str().unwrap());
        let line = usize::try_from(finding["location"]["start"]["line"].as_u64().unwrap()).unwrap();
        let file = repository.path(path);
        let text = fs::read_to_string(&file).unwrap();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        if path.ends_with(".json") {
            let config = repository.path("clientlint.toml");
            let known = fs::read_to_string(&config).unwrap_or_default();
            let client = finding["client"]["key"].as_str().unwrap();
            let ignore = format!(
                "{known}\n[[ignore]]\nrules = [\"{rule}\"]\npath = \"{path}\"\nclient = '{client}'\nreason = \"sandbox\"\n"
            );
            fs::write(config, ignore).unwrap();
        } else {
            lines[line - 1] = format!("{} # clientlint: ignore[{rule}]: sandbox", lines[line - 1]);
            fs::write(&file, lines.join("\n") + "\n").unwrap();
            in_comments += 1;
        }
        let seen = Seen::of(&repository, &[]);
        let silenced = seen.json["silenced"].as_array().unwrap();
        assert_eq!(silenced.len(), 1, "{rule} in {path}:{line}: {:?}", seen.found());
        assert_eq!(key(&silenced[0]["finding"]), key(finding));
        let rest: Vec<_> = seen.json["findings"].as_array().unwrap().iter().map(key).collect();
        let others: Vec<_> = all.iter().filter(|other| key(other) != key(finding)).map(key).collect();
        assert_eq!(rest, others, "{rule} in {path}:{line}");
        let off = Seen::of(&repository, &["--disable", rule]);
        assert!(!off.found().iter().any(|found| found.ends_with("-ignore")), "{rule}: {:?}", off.found());
    }
    assert!(in_comments > 8);
}

#[test]
fn the_examples_of_the_page_on_ignores_are_understood() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ignores.md")).unwrap();
    let example = |language: &str| {
        page.split(&format!("```{language}\n")).nth(1).unwrap().split("```").next().unwrap().to_owned()
    };
    let yaml = Seen::of(&Repository::with("tenant.yaml", example("yaml")), &[]);
    let hcl = Seen::of(&Repository::with("main.tf", example("terraform")), &[]);
    for (seen, count) in [(yaml, 2), (hcl, 2)] {
        assert_eq!(seen.silenced().len(), count, "{:?} {:?}", seen.found(), seen.silenced());
        let wrong = |found: &String| found.ends_with("-ignore") && !found.ends_with("unused-ignore");
        assert!(
            !seen.found().iter().any(|found| wrong(found) || found.ends_with("directive")),
            "{:?}",
            seen.found()
        );
    }
}
