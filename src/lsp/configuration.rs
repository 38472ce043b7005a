//! `clientlint.toml` in an editor: what is wrong with it, as it stands in the buffer.

use lsp_types::{Diagnostic, DiagnosticSeverity, NumberOrString};

use super::diagnostics::SOURCE;
use super::documents::Document;
use crate::config::{Access, Config, NAMES, Sources};
use crate::discover;

/// Whether a document is a configuration, by its name.
pub(super) fn is_configuration(document: &Document) -> bool {
    document.path.file_name().is_some_and(|name| NAMES.iter().any(|known| name == *known))
}

/// What is wrong with a configuration; nothing where the document is none.
pub(super) fn diagnostics(document: &Document) -> Vec<Diagnostic> {
    if !is_configuration(document) {
        return Vec::new();
    }
    let access = Access {
        text: &|path| discover::try_text(path).map_err(|unread| unread.to_string()),
        rules: &discover::rule_files,
        is_file: &discover::is_file,
        show: &|path| discover::Base::of(path).show(path),
    };
    let file = Some((document.path.as_path(), document.text.as_str()));
    let Err(error) = Config::new(&Sources { file, ..Sources::default() }, &access) else { return Vec::new() };
    // `path:line:column: message`; of another file only its text tells where.
    let shown = discover::Base::of(&document.path).show(&document.path);
    let (whole, own) = (error.to_string(), error.path == shown);
    let line = whole
        .strip_prefix(&error.path)
        .and_then(|rest| rest.strip_prefix(':'))
        .and_then(|rest| rest.split(':').next())
        .and_then(|line| line.trim().parse::<usize>().ok())
        .filter(|_| own);
    let line = document.text.line(line.map_or(0, |line| line.saturating_sub(1)));
    vec![Diagnostic {
        range: document.text.range(line),
        severity: Some(DiagnosticSeverity::ERROR),
        code: Some(NumberOrString::String("configuration".to_owned())),
        source: Some(SOURCE.to_owned()),
        message: if own { error.message } else { whole },
        ..Diagnostic::default()
    }]
}
