//! How fast the formats are read.

use std::time::Instant;

use clientlint::source::{FileId, Source};

use crate::parse;

/// `cargo test --release --test formats -- --ignored --nocapture` prints megabytes per second.
#[test]
#[ignore = "measures"]
fn speed() {
    let clients = |client: &str| {
        (0..20_000).map(|number| client.replace("NUMBER", &number.to_string())).collect::<String>()
    };
    let yaml = "  - name: 'é App NUMBER'\n    app_type: regular_web\n    callbacks:\n      - https://NUMBER.example/callback\n      - http://localhost:3000\n    jwt_configuration: { alg: RS256, lifetime_in_seconds: 36000 }\n    oidc_conformant: true\n    grant_types:\n      - authorization_code\n      - refresh_token\n";
    let json = "{\"name\": \"é App NUMBER\", \"app_type\": \"regular_web\",\n  \"callbacks\": [\"https://NUMBER.example/callback\", \"http://localhost:3000\"],\n  \"jwt_configuration\": {\"alg\": \"RS256\", \"lifetime_in_seconds\": 36000},\n  \"oidc_conformant\": true, \"grant_types\": [\"authorization_code\", \"refresh_token\"]},\n";
    let toml = "[[clients]]\nname = 'é App NUMBER'\napp_type = 'regular_web'\ncallbacks = [\n  'https://NUMBER.example/callback',\n  'http://localhost:3000',\n]\njwt_configuration = { alg = 'RS256', lifetime_in_seconds = 36000 }\noidc_conformant = true\ngrant_types = ['authorization_code', 'refresh_token']\n";
    let marked = |client: &str| client.replace("regular_web", "##TYPE##").replace("localhost", "##HOST##");
    let texts = [
        ("json", format!("[{}]", clients(json))),
        ("json with markers", format!("[{}]", clients(&marked(json)))),
        ("yaml", format!("clients:\n{}", clients(yaml))),
        ("yaml with markers", format!("clients:\n{}", clients(&marked(yaml)))),
        ("toml", clients(toml)),
    ];
    for (name, text) in texts {
        let source = Source::new(FileId(0), format!("x.{}", &name[..4]), None, text);
        let best = (0..5).map(|_| {
            let started = Instant::now();
            let parsed = parse(&source);
            let taken = started.elapsed();
            assert!(parsed.problems.is_empty());
            taken
        });
        let seconds = best.min().unwrap().as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "a measurement")]
        let megabytes = source.text.len() as f64 / 1e6;
        println!("{name}: {megabytes:.1} MB, {:.0} MB/s", megabytes / seconds);
    }
}
