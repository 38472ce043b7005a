//! What stopped an analysis: a text that cannot be read as what it claims to be.

use crate::source::Place;

/// Something that could not be analysed. Its message never quotes the document, since a quoted line may hold
/// a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What kind of problem.
    pub code: Code,
    /// Where it stands.
    pub place: Place,
    /// What was expected, in a few words, lower case, without text of the document.
    pub message: String,
}

/// Kinds of problems. Their names are part of the public interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// The text is not of its syntax.
    Syntax,
    /// A key stands twice in one map.
    DuplicateKey,
    /// Nesting, aliases or size go beyond what is read.
    Limit,
    /// The bytes are not UTF-8.
    Encoding,
    /// The file cannot be read.
    Unreadable,
    /// It is of a version that is not read.
    Version,
}

impl Code {
    /// The name under which it is reported.
    pub fn name(self) -> &'static str {
        match self {
            Self::Syntax => "syntax-error",
            Self::DuplicateKey => "duplicate-key",
            Self::Limit => "limit-exceeded",
            Self::Encoding => "invalid-utf-8",
            Self::Unreadable => "unreadable",
            Self::Version => "unsupported-version",
        }
    }
}
