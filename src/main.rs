//! The program `clientlint`.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use clap::Parser;
use clientlint::cli::{self, Cli};

/// Parsing and judging make many small objects: this allocator takes a third less time than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Exit code for an error of the program itself.
const INTERNAL: u8 = 70;

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        // The payload of a panic may hold text of a document, and that a secret: only its place is told.
        let place =
            panic.location().map_or(String::new(), |place| format!(" at {}:{}", place.file(), place.line()));
        let _ = writeln!(
            io::stderr(),
            "clientlint {}: internal error{place}; please report it",
            env!("CARGO_PKG_VERSION")
        );
    }));
    let run = || {
        let cli = Cli::parse();
        let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
        cli::run(&cli, &mut out, &mut io::stderr())
    };
    match std::panic::catch_unwind(run) {
        Ok(Ok(code)) => ExitCode::from(code),
        Ok(Err(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Ok(Err(_)) | Err(_) => ExitCode::from(INTERNAL),
    }
}
