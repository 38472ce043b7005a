//! `init`, and what the program tells of itself and of a run.

use std::fs;

use crate::support::{RIGHT, Repository, WRONG};

#[test]
fn a_first_configuration_fits_the_repository() {
    let repository = Repository::with("auth0/prod/tenant.yaml", WRONG)
        .and("auth0/dev/tenant.yaml", WRONG)
        .and("partners/apps.yaml", WRONG.replacen("clients:", "apps:", 1));
    let run = repository.run(&["init"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.starts_with("wrote clientlint.toml (3 clients found in 3 files)\n"), "{}", run.out);
    for word in [".pre-commit-config.yaml", "- id: clientlint\n", "id: clientlint-fix", ".github/workflows"] {
        assert!(run.out.contains(word), "{word}: {}", run.out);
    }
    let text = fs::read_to_string(repository.path("clientlint.toml")).unwrap();
    for line in [
        "# [env.prod]\n# match = [\"auth0/prod/**\"]\n",
        "# [env.dev]\n# match = [\"auth0/dev/**\"]\n",
        "# management-api = [\"auth0/dev/**\", \"auth0/prod/**\"]\n",
        "# dashboard = [\"partners/**\"]\n",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    // As it is and with everything that it proposes it is right.
    assert_eq!(repository.run(&["config", "validate"]).code, 0);
    let is_setting = |line: &str| {
        let line = line.trim_start_matches("# ");
        line.starts_with('[') || line.split_once(" = ").is_some_and(|(key, _)| !key.contains(' '))
    };
    let proposed: Vec<&str> =
        text.lines().filter(|line| is_setting(line)).map(|line| line.trim_start_matches("# ")).collect();
    assert!(proposed.len() > 20, "{text}");
    fs::write(repository.path("clientlint.toml"), proposed.join("\n")).unwrap();
    let run = repository.run(&["config", "validate"]);
    assert_eq!(run.code, 0, "{}\n{}", run.err, proposed.join("\n"));
}

#[test]
fn nothing_is_replaced_unasked() {
    let repository = Repository::with("tenant.yaml", RIGHT)
        .and(".clientlint.toml", "persona = \"auditor\"\n")
        .and(".pre-commit-config.yaml", "repos: []\n");
    let read = |path: &str| fs::read_to_string(repository.path(path)).unwrap();
    let run = repository.run(&["init", "--hook"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(run.err.contains(".clientlint.toml is there already; --force replaces it"), "{}", run.err);
    assert_eq!(read(".clientlint.toml"), "persona = \"auditor\"\n");
    let run = repository.run(&["init", "--force", "--hook", "--ci", "github"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(read(".clientlint.toml").contains("[gate]"));
    assert!(!repository.path("clientlint.toml").exists());
    // What is not clientlint's alone stays.
    assert_eq!(read(".pre-commit-config.yaml"), "repos: []\n");
    assert!(
        run.out.contains(".pre-commit-config.yaml is there already and stays as it is. Add to it:"),
        "{}",
        run.out
    );
    assert!(read(".github/workflows/clientlint.yml").contains("clientlint"));
    for ci in ["gitlab", "azure"] {
        assert_eq!(repository.run(&["init", "--force", "--ci", ci]).code, 0);
    }
    assert!(
        read(".gitlab-ci.yml").contains("clientlint") && read("azure-pipelines.yml").contains("clientlint")
    );
}

#[test]
fn a_run_tells_why_files_are_taken() {
    let repository = Repository::with("auth0/tenant.yaml", RIGHT)
        .and("old/tenant.yaml", RIGHT)
        .and("package.json", "{\"name\": \"shop\"}")
        .and(
            "chart/templates/a.yaml",
            "clients:\n  - name: {{ .Values.name }}\n    app_type: spa\n    callbacks: []\n",
        )
        .and("broken.yaml", "clients:\n  - name: a\n    app_type: spa\n   callbacks: [\n")
        .and("clientlint.toml", "[files]\nexclude = [\"old/**\"]\n");
    let plain = repository.run(&["check", ".", "--format", "json"]);
    let run = repository.run(&["check", ".", "-vv", "--stats", "--format", "json"]);
    assert_eq!((run.code, &run.out), (plain.code, &plain.out), "what is told goes to standard error");
    assert_eq!(plain.err, "");
    for line in [
        "auth0/tenant.yaml: 1 client (deploy-yaml)\n",
        "old/tenant.yaml: left out by files.include or files.exclude\n",
        "package.json: not read: holds none of the words that client definitions have\n",
        "chart/templates/a.yaml: skipped: a template that must be rendered first\n",
        "broken.yaml: 1 client (deploy-yaml); could not be analysed in full\n",
        " files looked at, ",
        "; ",
    ] {
        assert!(run.err.contains(line), "{line}: {}", run.err);
    }
    let clients = repository.run(&["clients", ".", "--verbose"]);
    assert!(clients.err.contains("auth0/tenant.yaml: 1 client (deploy-yaml)\n"), "{}", clients.err);
}

#[test]
fn the_findings_can_stand_alone() {
    let repository = Repository::with("tenant.yaml", WRONG);
    let (loud, quiet) = (repository.run(&["check", "."]), repository.run(&["check", ".", "-q"]));
    assert_eq!(loud.code, quiet.code);
    assert!(loud.out.starts_with(&quiet.out) && !quiet.out.contains("failed:"), "{}", quiet.out);
    let clean = Repository::with("tenant.yaml", RIGHT).run(&["check", ".", "--quiet"]);
    assert_eq!((clean.code, clean.out.as_str(), clean.err.as_str()), (0, "", ""));
}

#[test]
fn links_lead_to_the_standard() {
    let repository = Repository::with("tenant.yaml", WRONG);
    let run = repository.run(&["check", ".", "--links", "always"]);
    assert!(run.out.contains("\u{1b}]8;;https://www.rfc-editor.org/rfc/rfc"), "{}", run.out);
    for arguments in [&["check", "."][..], &["check", ".", "--links", "never", "--color", "always"]] {
        assert!(!repository.run(arguments).out.contains("\u{1b}]8"), "{arguments:?}");
    }
}

#[test]
fn the_program_describes_itself() {
    let repository = Repository::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = repository.run(&["completions", shell]);
        assert!(run.code == 0 && run.out.contains("fail-on"), "{shell}");
    }
    let run = repository.run(&["man", "manual"]);
    assert_eq!(run.code, 0, "{}", run.err);
    for name in ["clientlint", "clientlint-check", "clientlint-config-show"] {
        let page = fs::read_to_string(repository.path(&format!("manual/{name}.1"))).unwrap();
        assert!(page.contains(".SH NAME"), "{name}: {page}");
    }
    let version = repository.run(&["version", "--json"]).json();
    assert_eq!(version["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(repository.run(&["version"]).out, format!("clientlint {}\n", env!("CARGO_PKG_VERSION")));
}
