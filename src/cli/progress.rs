//! A bar on standard error, for people who wait.

use std::io::{self, IsTerminal as _};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Runs that end sooner show nothing.
const PATIENCE: Duration = Duration::from_millis(500);

/// How far the analysis is.
pub(super) struct Progress {
    start: Instant,
    steps: AtomicU64,
    total: u64,
    /// Whether somebody sees it.
    seen: bool,
    bar: OnceLock<ProgressBar>,
}

impl Progress {
    /// For so many files, each of which takes two steps.
    pub(super) fn new(files: usize) -> Self {
        let dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
        let seen = io::stderr().is_terminal() && !dumb && std::env::var_os("CI").is_none();
        let total = u64::try_from(files * 2).unwrap_or(u64::MAX);
        Self { start: Instant::now(), steps: AtomicU64::new(0), total, seen, bar: OnceLock::new() }
    }

    /// One step more.
    pub(super) fn step(&self) {
        if !self.seen {
            return;
        }
        let done = self.steps.fetch_add(1, Ordering::Relaxed) + 1;
        // The clock is looked at now and then only.
        if self.bar.get().is_none() && (!done.is_multiple_of(64) || self.start.elapsed() < PATIENCE) {
            return;
        }
        self.bar.get_or_init(|| bar(self.total)).set_position(done);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}

fn bar(total: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("checking [{bar:30}] {percent}%") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}
