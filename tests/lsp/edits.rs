//! Texts that change in any way: both sides keep the same one, and what is found stays with it.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use crate::editor::{Editor, address, offset};
use crate::{NASTY, assert_same, folder, steps};

#[test]
fn what_was_found_stays_with_its_text_while_it_is_broken() {
    for utf8 in [true, false] {
        let (_folder, folder) = folder();
        let uri = address(&folder.join("tenant.yaml"));
        let mut editor = Editor::start(utf8, false, json!({}));
        editor.open(&uri, NASTY);
        let marked = |editor: &mut Editor| -> Vec<(String, String)> {
            let found = editor.diagnostics(&uri);
            let text = editor.text(&uri);
            let at = |position: &Json| offset(text, position, utf8);
            let known = found.iter().filter(|one| one["data"].is_string());
            known
                .map(|one| {
                    let range = &one["range"];
                    (one["code"].to_string(), text[at(&range["start"])..at(&range["end"])].to_owned())
                })
                .collect()
        };
        let good = marked(&mut editor);
        assert!(good.len() > 3);
        // Broken at the end, and then changed above, beside and below what was found.
        let end = editor.text(&uri).len();
        editor.edit(&uri, end, end, "  - [\r\n");
        assert_eq!(marked(&mut editor), good);
        editor.edit(&uri, 0, 0, "# 🎵\r\n# two lines more\r\n");
        assert_eq!(marked(&mut editor), good);
        editor.replace(&uri, "# two lines more\r\n", "");
        editor.replace(&uri, "app_type: ", "app_type: # 🎵🎵\r\n      ");
        editor.replace(&uri, "callbacks: [", "callbacks:    [");
        let above = editor.text(&uri).find("  - name: Portal").unwrap();
        editor.edit(&uri, above, above, "\r\n\r\n");
        let now = marked(&mut editor);
        assert_eq!(now, good);
        // All within one message.
        let (version, text) = (1000, editor.text(&uri).to_owned());
        let at = |what: &str| editor.position(&uri, text.find(what).unwrap());
        let changes = json!([
            {"range": {"start": at("# 🎵"), "end": at("# 🎵")}, "text": "\r\n"},
            {"range": {"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 0}}, "text": ""},
        ]);
        editor.tell(
            "textDocument/didChange",
            json!({"textDocument": {"uri": uri, "version": version}, "contentChanges": changes}),
        );
        assert_eq!(marked(&mut editor), good);
        editor.stop();
    }
}

/// Small numbers that look like chance, the same in each run.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit.max(1) as u64).unwrap()
    }
}

const PARTS: &[&str] = &[
    "🎵",
    "é",
    "\r\n",
    "\n",
    "\r",
    " ",
    "  ",
    "- ",
    ": ",
    "[",
    "]",
    "{",
    "}",
    "'",
    "\"",
    "#",
    "&a ",
    "*a",
    "spa",
    "HS256",
    "http://a.example.com/cb",
    "\n  - name: X\n    app_type: spa\n",
    "grant_types: [implicit]",
    "\t",
    "|",
    "",
    "",
    "",
];

#[test]
fn any_sequence_of_edits_leaves_both_sides_with_the_same_text_in_utf8() {
    fuzz(true);
}

#[test]
fn any_sequence_of_edits_leaves_both_sides_with_the_same_text_in_utf16() {
    fuzz(false);
}

/// Edits a text in one step after the other, and compares now and then.
fn fuzz(utf8: bool) {
    let steps = steps();
    let (_folder, folder) = folder();
    let path = folder.join("tenant.yaml");
    let uri = address(&path);
    let mut chance = Chance(0x2545_f491_4f6c_dd1d + u64::from(utf8));
    let mut editor = Editor::start(utf8, false, json!({"debounce": 10000}));
    editor.open(&uri, NASTY);
    for step in 0..steps {
        if step % 150 == 149 {
            let end = editor.text(&uri).len();
            editor.edit(&uri, 0, end, NASTY);
        } else {
            edit(&mut editor, &uri, &mut chance);
        }
        if step % 10 == 0 {
            assert_same(&mut editor, &path, utf8);
        }
        editor.transcript.clear();
    }
    assert_eq!(editor.stop(), 0);
}

/// Edits a text somewhere.
fn edit(editor: &mut Editor, uri: &str, chance: &mut Chance) {
    let text = editor.text(uri).to_owned();
    let mut boundaries: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    boundaries.push(text.len());
    // There is no position between the two characters that end a line.
    boundaries.retain(|at| !(text[..*at].ends_with('\r') && text[*at..].starts_with('\n')));
    let from = chance.below(boundaries.len());
    let to = (from + chance.below(6)).min(boundaries.len() - 1);
    editor.edit(uri, boundaries[from], boundaries[to], PARTS[chance.below(PARTS.len())]);
}

const CLIENTS: usize = 40;

/// A document of many clients with what refers to them.
fn tenant() -> String {
    let mut text = "tenant:\n  friendly_name: Acme 🎵\nclients:\n".to_owned();
    for number in 0..CLIENTS {
        let kind = ["spa", "regular_web", "native", "non_interactive"][number % 4];
        let alg = ["RS256", "HS256"][number % 2];
        let third = if number % 9 == 0 { "\n    is_first_party: false" } else { "" };
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "  - name: App {number}\n    app_type: {kind}{third}\n    callbacks:\n      - \
             'http://app-{number}.example.com/cb'\n      - 'https://app-{number}.example.com/cb'\n    \
             jwt_configuration: {{ alg: {alg} }}\n    grant_types: [authorization_code, implicit]\n"
        );
        // Some are one client, some share a secret.
        match number % 8 {
            3 => text.push_str("    client_id: id-1\n"),
            6 => text.push_str("    client_secret: Zx9Qw8Er7Ty6Ui5Op4As3Df2Gh1\n"),
            _ => {}
        }
    }
    text.push_str("resourceServers:\n  - name: API\n    identifier: https://api.example.com\n    scopes:\n      - value: read\n");
    text.push_str("clientGrants:\n  - client_id: App 3\n    audience: https://api.example.com\n    scope: [read, write]\n");
    text.push_str(
        "connections:\n  - name: con\n    strategy: google-oauth2\n    enabled_clients: [App 9, Nobody]\n",
    );
    text
}

#[test]
fn a_large_document_that_is_edited_here_and_there_is_what_the_analysis_says() {
    let (_folder, folder) = folder();
    let path = folder.join("tenant.yaml");
    let uri = address(&path);
    for (crlf, seed) in [(false, 0x2545_f491), (true, 0x9e37_79b9)] {
        let text = if crlf { tenant().replace('\n', "\r\n") } else { tenant() };
        let mut chance = Chance(seed);
        let mut editor = Editor::start(!crlf, false, json!({"debounce": 10000}));
        editor.open(&uri, &text);
        for step in 0..steps() / 25 {
            match step % 5 {
                // A name that others have or name, a value, a client more or less.
                0 => {
                    let (one, other) = (chance.below(CLIENTS), chance.below(CLIENTS));
                    let name = format!("name: App {one}\n");
                    if editor.text(&uri).contains(&name) {
                        editor.replace(&uri, &name, &format!("name: App {other}\n"));
                    }
                }
                1 => editor.replace(&uri, "alg: HS256", "alg: RS256"),
                2 => editor.replace(&uri, "'http://", "'https://"),
                3 => editor.replace(&uri, "app_type: native", "client_secret: x\n    app_type: spa"),
                _ => edit(&mut editor, &uri, &mut chance),
            }
            assert_same(&mut editor, &path, !crlf);
            if step % 10 == 9 {
                let end = editor.text(&uri).len();
                editor.edit(&uri, 0, end, &text);
            }
            editor.transcript.clear();
        }
        editor.stop();
    }
}
