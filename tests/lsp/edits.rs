//! Texts that change in any way: both sides keep the same one, and what is found stays with it.

use serde_json::{Value as Json, json};

use crate::editor::{Editor, address, offset};
use crate::{NASTY, assert_same, folder};

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
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit.max(1) as u64).unwrap()
    }
}

/// The memory of this process in kilobytes, where the system says.
fn memory() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[test]
fn any_sequence_of_edits_leaves_both_sides_with_the_same_text() {
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
    // `CLIENTLINT_STEPS=10000` for a long run.
    let steps = std::env::var("CLIENTLINT_STEPS").ok().and_then(|steps| steps.parse().ok()).unwrap_or(2000);
    let (_folder, folder) = folder();
    for utf8 in [true, false] {
        let path = folder.join("tenant.yaml");
        let uri = address(&path);
        let mut chance = Chance(0x2545_f491_4f6c_dd1d + u64::from(utf8));
        let mut editor = Editor::start(utf8, false, json!({"debounce": 10000}));
        editor.open(&uri, NASTY);
        let mut half = None;
        for step in 0..steps / 2 {
            let text = editor.text(&uri).to_owned();
            let mut boundaries: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            boundaries.push(text.len());
            // There is no position between the two characters that end a line.
            boundaries.retain(|at| !(text[..*at].ends_with('\r') && text[*at..].starts_with('\n')));
            let from = chance.below(boundaries.len());
            let to = (from + chance.below(6)).min(boundaries.len() - 1);
            editor.edit(&uri, boundaries[from], boundaries[to], PARTS[chance.below(PARTS.len())]);
            if step % 150 == 149 {
                let end = editor.text(&uri).len();
                editor.edit(&uri, 0, end, NASTY);
            }
            if step % 10 == 0 {
                assert_same(&mut editor, &path, utf8);
            }
            editor.transcript.clear();
            if step == steps / 4 {
                half = memory();
            }
        }
        if let (Some(half), Some(end)) = (half, memory()) {
            assert!(end < half + 64_000, "grew from {half} kB to {end} kB");
        }
        assert_eq!(editor.stop(), 0);
    }
}
