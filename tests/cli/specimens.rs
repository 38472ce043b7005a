//! Repositories of which every format is to give a report: nothing, one finding, many, and what cannot be read.

use std::fmt::Write as _;

use crate::support::{Repository, WRONG};

/// The formats of `check`.
pub const FORMATS: &[&str] = &[
    "text",
    "concise",
    "summary",
    "json",
    "jsonl",
    "sarif",
    "github",
    "gitlab",
    "gitlab-sast",
    "azure",
    "junit",
    "checkstyle",
    "rdjson",
    "markdown",
    "html",
];

/// A name that means something in every format.
pub const HOSTILE: &str = r#"</script><img src=x onerror=alert(1)> | `x` [l](https://evil.example/) @team %0A, a;b] \
 ##vso[task.complete result=Succeeded] ::stop-commands::x ]]> &amp; "q" 'a' {0} \e[2J \u202e"#;

pub fn hostile() -> Repository {
    let name = HOSTILE.replace('"', "\\\"").replace(" \\\n", "\\\n");
    let name = name.replace("\\\n", " ");
    let named = |name: &str| {
        format!(
            "clients:\n  - name: \"{name}\"\n    app_type: spa\n    token_endpoint_auth_method: none\n    grant_types: \
             [implicit, password]\n    jwt_configuration: {{alg: HS256}}\n    client_secret: \"##SECRET##\"\n    \
             callbacks: [\"http://b\u{fc}cher.example.com/cb\"]\n"
        )
    };
    Repository::with("auth0/50% of, us: a;b]/tenant.yaml", named(&name))
        .and("clients/shop.json", r#"{"name": "Shop", "app_type": "spa", "grant_types": ["implicit"], "callbacks": ["#)
        .and("helm/app.yaml", "clients:\n  {{- range .a }}\n  - name: x\n    app_type: spa\n    grant_types: []\n  {{- end }}\n")
}

/// So many clients, each with one finding that is an error.
pub fn many(number: usize) -> Repository {
    let one = WRONG.strip_prefix("clients:\n").unwrap();
    let mut text = "clients:\n".to_owned();
    for number in 0..number {
        let _ = write!(text, "{}", one.replace("Shop", &format!("Shop {number}")));
    }
    Repository::with("tenant.yaml", text)
}
