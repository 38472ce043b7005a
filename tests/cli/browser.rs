//! The HTML report in a real browser, where `scripts/install-report-tools` and `scripts/install-chromium` have run.
//! `PICTURES=folder cargo test --test cli browser` leaves pictures of it to look at.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::specimens::hostile;
use crate::support::{DOUBTFUL, Repository};

fn browser() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome"];
    std::env::split_paths(&path)
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .find(|path| path.exists())
}

fn look_at(repository: &Repository, arguments: &[&str], pictures: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let modules = root.join("target/report-tools/node_modules");
    let (Some(browser), true) = (browser(), modules.join("playwright-core").exists()) else {
        let needed = std::env::var_os("CLIENTLINT_NEED_TOOLS").is_some();
        assert!(!needed, "no browser: run scripts/install-chromium and scripts/install-report-tools");
        return;
    };
    let run = repository.run(arguments);
    let report = repository.path("report.html");
    fs::write(&report, &run.out).unwrap();
    let pictures = std::env::var_os("PICTURES").map(|folder| {
        let folder = root.join(folder).join(pictures);
        fs::create_dir_all(&folder).unwrap();
        folder
    });
    let pictures = pictures.unwrap_or_default();
    let mut said = String::new();
    // A browser that dies or hangs on a busy machine says nothing about the page: it is asked again.
    for _ in 0..3 {
        let output = Command::new("node")
            .arg(root.join("tests/cli/page.mjs"))
            .args([&modules, &browser, &report, &pictures])
            .output()
            .unwrap();
        if output.status.success() {
            return;
        }
        said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!said.contains("AssertionError"), "{said}");
    }
    panic!("{said}");
}

#[test]
fn the_page_of_hostile_files_works_in_a_browser() {
    look_at(&hostile().and("b.yaml", DOUBTFUL), &["check", ".", "--format", "html"], "hostile");
}

#[test]
fn the_page_of_a_realistic_repository_works_in_a_browser() {
    let acme = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/acme");
    look_at(&Repository::new(), &["check", acme.to_str().unwrap(), "--format", "html"], "acme");
}
