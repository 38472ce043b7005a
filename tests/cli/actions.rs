//! PKCE in Auth0: a post-login Action of the project refuses logins without it, or none does.

use serde_json::{Value as Json, json};

use super::support::{RIGHT, Repository};

const RULE: &str = "pkce-not-enforced";

/// What is found for those who like it strict, as `path:line message`.
fn found(repository: &Repository, path: &str, persona: &str) -> Vec<String> {
    let run = repository.run(&["check", path, "--persona", persona, "--select", RULE, "--format", "json"]);
    let report = run.json();
    let one = |finding: &Json| {
        let at = &finding["location"];
        let text = |value: &Json| value.as_str().unwrap().to_owned();
        format!("{}:{} {}", text(&at["path"]), at["start"]["line"], text(&finding["message"]))
    };
    report["findings"].as_array().unwrap().iter().map(one).collect()
}

fn project(actions: &str) -> Repository {
    Repository::with("auth0/tenant.yaml", format!("{RIGHT}{actions}"))
}

const ENFORCE: &str = "actions:
  - name: Enforce
    code: ./actions/Enforce/code.js
    supported_triggers: [{id: post-login, version: v3}]
  - name: Other
    code: ./actions/Other/code.js
    supported_triggers: [{id: pre-user-registration, version: v2}]
";

const NONE: &str = "auth0/tenant.yaml:10 no post-login Action refuses logins without a code_challenge";

#[test]
fn an_action_that_refuses_is_what_it_takes() {
    let refuses = "exports.onExecutePostLogin = async (event, api) => {
  if (!event.request.query.code_challenge) api.access.deny('PKCE is required'); // see http://wiki.example.com
};";
    let repository = project(ENFORCE).and("auth0/actions/Enforce/code.js", refuses);
    assert!(found(&repository, ".", "pedantic").is_empty());
    let repository =
        repository.and("auth0/actions/Enforce/code.js", refuses.replace("api.access.deny", "console.log"));
    let looks = ["auth0/tenant.yaml:11 the Action looks at code_challenge and refuses nothing"];
    assert_eq!(found(&repository, ".", "pedantic"), looks);
    assert_eq!(found(&repository, "auth0/tenant.yaml", "pedantic"), looks);
    assert!(found(&repository, ".", "regular").is_empty());
    let commented = format!("/* {refuses} */\n// code_challenge: api.access.deny()\n");
    let repository = repository.and("auth0/actions/Enforce/code.js", commented);
    assert_eq!(found(&repository, ".", "pedantic"), [NONE]);
}

#[test]
fn what_is_not_known_of_actions_is_not_judged() {
    // Nothing is said of Actions; the file of code is missing; one that runs is declared elsewhere; a marker.
    let bound = format!("{ENFORCE}triggers:\n  post-login:\n    - action_name: Elsewhere\n");
    for actions in ["", ENFORCE, bound.as_str(), "actions: @@ACTIONS@@\n"] {
        let repository = project(actions).and("auth0/actions/Else/code.js", "");
        assert!(found(&repository, ".", "auditor").is_empty(), "{actions}");
    }
    for (actions, expected) in [
        ("actions: []\n", &[NONE][..]),
        (
            "actions:\n  - name: A\n    deployed: false\n    code: code_challenge api.access.deny\n    supported_triggers: [{id: post-login}]\n",
            &[NONE],
        ),
        (
            "actions:\n  - name: A\n    code: code_challenge api.access.deny\n    supported_triggers: [{id: post-login}]\n",
            &[],
        ),
        (
            "actions:\n  - name: A\n    code: code_challenge api.access.deny\n    supported_triggers: [{id: post-login}]\ntriggers: {post-login: []}\n",
            &[NONE],
        ),
    ] {
        assert_eq!(found(&project(actions), ".", "pedantic"), expected, "{actions}");
    }
    // Strict third-party clients must use PKCE in any case.
    let strict =
        RIGHT.replace("is_first_party: true", "is_first_party: false\n    third_party_security_mode: strict");
    let repository = Repository::with("tenant.yaml", format!("{strict}actions: []\n"));
    assert!(found(&repository, ".", "pedantic").is_empty());
}

#[test]
fn folders_hold_actions_too() {
    let client = json!({"name": "Shop", "app_type": "spa", "grant_types": ["authorization_code"]});
    let action = json!({"name": "Enforce", "code": "./actions/Enforce/code.js", "deployed": true,
        "supported_triggers": [{"id": "post-login", "version": "v3"}]});
    let repository = Repository::with("auth0/clients/Shop.json", client.to_string())
        .and("auth0/actions/Enforce.json", action.to_string())
        .and("auth0/actions/Enforce/code.js", "exports.onExecutePostLogin = async () => {};")
        .and("auth0/triggers/triggers.json", json!({"post-login": [{"action_name": "Enforce"}]}).to_string());
    let expected =
        ["auth0/actions/Enforce.json:1 no post-login Action refuses logins without a code_challenge"];
    assert_eq!(found(&repository, ".", "pedantic"), expected);
    assert_eq!(found(&repository, "auth0/clients/Shop.json", "pedantic"), expected);
    let repository =
        repository.and("auth0/actions/Enforce/code.js", "if (!code_challenge) { api.access.deny('no'); }");
    assert!(found(&repository, ".", "pedantic").is_empty());
}
