//! Bad input: it is named with its place, and nothing of its text comes out raw.

use std::fs;

use crate::support::{RIGHT, Repository, WRONG, problems, rules};

#[test]
fn nothing_written_is_nothing_found() {
    for text in ["", "\u{feff}", "\n\n", "\r\n", "# only a comment\n", "---\n", "null"] {
        for name in ["a.yaml", "a.json", "a.toml", "a.tf", "tenant.yaml", "clients/a.json"] {
            let repository = Repository::with(name, text);
            assert_eq!(repository.run(&["check", name]).code, 3, "{name}: {text:?}");
            assert_eq!(repository.run(&["check", "."]).code, 3, "{name}: {text:?}");
        }
    }
}

#[test]
fn a_byte_order_mark_and_crlf_move_no_line() {
    let report =
        Repository::with("tenant.yaml", format!("\u{feff}{}", WRONG.replace('\n', "\r\n"))).check(".");
    let start = &report["findings"][0]["location"]["start"];
    assert_eq!((&start["line"], &start["column"]), (&6.into(), &30.into()));
    assert_eq!(start["byte"], 146 + 3 + 5);
}

#[test]
fn bytes_that_are_no_utf_8_are_a_problem_in_a_definition_only() {
    let mut bytes = b"clients:\n  - app_type: spa\n    name: \"\xc3\xa9 ".to_vec();
    bytes.extend(b"\xff\"\n    callbacks: []\n");
    for path in [".", "tenant.yaml"] {
        let run = Repository::with("tenant.yaml", &bytes).run(&["check", path, "--format", "json"]);
        assert_eq!(run.code, 4);
        assert_eq!(problems(&run.json()), ["tenant.yaml:3:14 invalid-utf-8"]);
    }
    for path in [".", "photo.json"] {
        assert_eq!(
            Repository::with("photo.json", b"\xff\xd8\xff\xe0\x00\x10JFIF").run(&["check", path]).code,
            3
        );
    }
}

#[test]
fn utf_16_is_named_as_such() {
    let mut bytes = vec![0xff, 0xfe];
    bytes.extend(WRONG.encode_utf16().flat_map(u16::to_le_bytes));
    let run = Repository::with("tenant.yaml", &bytes).run(&["check", "."]);
    assert_eq!(run.code, 4);
    assert!(run.out.contains("UTF-16"), "{}", run.out);
}

#[test]
fn a_folder_may_be_called_as_a_file() {
    let repository = Repository::with("clients.yaml/tenant.yaml", WRONG).and("x.json/.keep", "");
    assert_eq!(repository.run(&["check", "."]).code, 1);
    assert_eq!(repository.run(&["check", "clients.yaml"]).code, 1);
    assert_eq!(repository.run(&["check", "x.json"]).code, 3);
}

#[test]
fn a_missing_path_is_named() {
    let run = Repository::new().run(&["check", "no/such.yaml"]);
    assert_eq!((run.code, run.err.as_str()), (2, "error: no/such.yaml: no such file or folder\n"));
}

#[cfg(unix)]
#[test]
fn links_in_a_circle_end() {
    use std::os::unix::fs::symlink;
    let repository = Repository::with("tenant.yaml", WRONG);
    symlink("b.yaml", repository.path("a.yaml")).unwrap();
    symlink("a.yaml", repository.path("b.yaml")).unwrap();
    symlink("..", repository.path("up")).unwrap();
    symlink(".", repository.path("self")).unwrap();
    for more in [&[][..], &["--no-gitignore"]] {
        let run = repository.run(&[&["check", ".", "--format", "json"], more].concat());
        assert_eq!(rules(&run.json()).len(), 1);
    }
    let run = repository.run(&["check", "a.yaml"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("a.yaml"), "{}", run.err);
}

#[cfg(unix)]
#[test]
fn what_never_ends_is_not_read_to_its_end() {
    use std::os::unix::fs::symlink;
    let repository =
        Repository::with("main.tf", "resource \"auth0_client\" \"a\" {\n  app_type = \"spa\"\n}\n");
    symlink("/dev/zero", repository.path("zero.tf")).unwrap();
    assert_eq!(repository.run(&["check", "main.tf"]).code, 0);
    assert_eq!(repository.run(&["check", "zero.tf"]).code, 4);
}

#[cfg(unix)]
#[test]
fn an_unreadable_file_is_a_problem() {
    use std::os::unix::fs::PermissionsExt as _;
    let repository = Repository::with("tenant.yaml", WRONG);
    let path = repository.path("tenant.yaml");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    // Who may read everything cannot be refused.
    if fs::read(&path).is_ok() {
        return;
    }
    let run = repository.run(&["check", ".", "--format", "json"]);
    assert_eq!(run.code, 4);
    assert_eq!(problems(&run.json()), ["tenant.yaml:1:1 unreadable"]);
}

#[test]
fn a_cut_client_is_named_with_its_place_and_without_its_text() {
    let text =
        "{\n  \"name\": \"Kiosk\",\n  \"app_type\": \"spa\",\n  \"callbacks\": [\"https://quux.example\"";
    let run = Repository::with("clients/a.json", text).run(&["check", ".", "--format", "json"]);
    assert_eq!(run.code, 4);
    assert_eq!(problems(&run.json()), ["clients/a.json:4:39 syntax-error"]);
    for format in ["text", "concise", "json"] {
        let run = Repository::with("clients/a.json", text).run(&["check", ".", "--format", format]);
        assert!(!run.out.contains("quux"), "{}", run.out);
        assert!(run.out.contains("expected `,` or `]`"), "{}", run.out);
    }
}

/// What a broken file does not say may stand in the part that cannot be read.
#[test]
fn nothing_is_concluded_from_absence_in_a_broken_file() {
    let text = "clients:\n  - name: Shop\n    app_type: spa\n    x: `\n    jwt_configuration: {alg: RS256}\n    grant_types: []\n";
    for (name, text) in [
        ("tenant.yaml", text),
        ("clients/a.json", "{\"name\": \"Shop\", \"app_type\": \"spa\", \"callbacks\": ["),
    ] {
        let report = Repository::with(name, text).check(".");
        assert_eq!(rules(&report), [""; 0]);
        assert_eq!(report["problems"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn a_key_written_twice_is_said_and_the_rest_is_judged() {
    let json =
        r#"{"name": "Shop", "app_type": "spa", "app_type": "native", "jwt_configuration": {"alg": "HS256"}}"#;
    for (name, text) in
        [("clients/a.json", json.to_owned()), ("tenant.yaml", format!("{WRONG}    app_type: native\n"))]
    {
        let run = Repository::with(name, text).run(&["check", ".", "--format", "json"]);
        assert_eq!(run.code, 4, "{name}");
        let report = run.json();
        assert_eq!(report["problems"][0]["code"], "duplicate-key", "{name}");
        assert!(rules(&report).contains(&"public-client-symmetric-id-token"), "{name}");
    }
}

/// Names, keys, values and paths with what moves a cursor or turns text around.
const RAW: [char; 5] = ['\u{1b}', '\u{202e}', '\u{7}', '\u{2066}', '\u{85}'];

#[test]
fn no_text_of_a_document_steers_the_terminal() {
    let nasty = r"\u001b[2J\u202eevil\u0007\nnext\u2066\u0085";
    let raw = "\u{1b}[2J\u{202e}evil\u{2066}";
    let json = format!(
        r#"{{"name": "Shop {nasty}", "app_type": "spa", "callbacks": ["http://{nasty}.example.com/"],
        "grant_types": ["{nasty}", "implicit"], "jwt_configuration": {{"alg": "HS256"}}, "{nasty}": 1}}"#
    );
    let yaml = format!(
        "# {raw}\n{RIGHT}  - name: \"{nasty}\" # {raw}\n    app_type: \"{nasty}\"\n    callbacks: [\"*\"]\n"
    );
    let tf = format!(
        "# {raw}\nresource \"auth0_client\" \"a\" {{ # {raw}\n  app_type = \"spa\" // {raw}\n  grant_types = [\"implicit\"] # {raw}\n}}\n",
    );
    let repository = Repository::with("clients/a.json", json).and("tenant.yaml", yaml).and("main.tf", tf);
    #[cfg(unix)]
    let repository = repository.and(&format!("{}\n/tenant.yaml", raw.replace('/', "")), WRONG);
    for arguments in [
        &["check", "."][..],
        &["check", ".", "--format", "concise"],
        &["clients", "."],
        &["check", ".", "--persona", "auditor"],
        &["check", "\u{1b}[2Jmissing"],
    ] {
        let run = repository.run(arguments);
        for character in RAW {
            assert!(!run.out.contains(character), "{arguments:?} {character:?} in\n{}", run.out);
            assert!(!run.err.contains(character), "{arguments:?} {character:?} in\n{}", run.err);
        }
        assert!(!run.out.contains("\nnext"), "{}", run.out);
    }
    assert!(repository.run(&["check", "."]).out.contains("\\u{1b}[2J"));
    let report = repository.check(".");
    let names: Vec<&str> =
        report["findings"].as_array().unwrap().iter().filter_map(|f| f["client"]["name"].as_str()).collect();
    assert!(names.contains(&"Shop \u{1b}[2J\u{202e}evil\u{7}\nnext\u{2066}\u{85}"), "{names:?}");
}

#[test]
fn a_name_without_end_is_clipped_for_people_only() {
    let name = "n".repeat(100_000);
    let repository = Repository::with("tenant.yaml", WRONG.replace("Shop", &name));
    for arguments in [&["check", "."][..], &["check", ".", "--format", "concise"], &["clients", "."]] {
        let run = repository.run(arguments);
        assert!(run.out.len() < 10_000, "{arguments:?}: {}", run.out.len());
    }
    assert_eq!(repository.clients(".")["clients"][0]["name"], name);
}
