//! Files before and after, side by side: `fixtures/fixes/CASE/before` and `after`. `UPDATE=1` writes what comes out.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use clientlint::discover::Input;
use clientlint::mend::text_of;
use clientlint::rule::Persona;

use crate::support::{config, input, mend_all};

fn read(folder: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for entry in walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap) {
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
            files.insert(path, fs::read_to_string(entry.path()).unwrap());
        }
    }
    files
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/fixes");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

fn mended(files: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let inputs: Vec<Input> = files.iter().map(|(path, text)| input(path, text)).collect();
    let mended = mend_all(&config(Persona::Regular), &inputs).inputs;
    mended.iter().map(|input| (input.shown.clone(), text_of(input).unwrap().to_owned())).collect()
}

#[test]
fn files_come_out_as_they_should() {
    assert!(!cases().is_empty());
    for case in cases() {
        let after = mended(&read(&case.join("before")));
        if std::env::var_os("UPDATE").is_some() {
            for (path, text) in &after {
                let path = case.join("after").join(path);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
        }
        let expected = read(&case.join("after"));
        for (path, text) in &after {
            let wanted = expected.get(path).map_or("", String::as_str);
            assert!(text == wanted, "{}: {path} comes out as\n{text}", case.display());
        }
    }
}

#[test]
fn line_breaks_and_byte_order_marks_stay() {
    for case in cases() {
        let before = read(&case.join("before"));
        let crlf = |text: &String| format!("\u{feff}{}", text.replace('\n', "\r\n"));
        let changed: BTreeMap<_, _> = before.iter().map(|(path, text)| (path.clone(), crlf(text))).collect();
        let expected: BTreeMap<_, _> =
            mended(&before).iter().map(|(path, text)| (path.clone(), crlf(text))).collect();
        for (path, text) in mended(&changed) {
            assert!(text == expected[&path], "{}: {path} comes out as\n{text}", case.display());
        }
    }
}
