//! What an editor offers to do about findings.

/// The command that explains a rule.
pub(super) const EXPLAIN: &str = "clientlint.explain";

/// The kind of action that applies all safe fixes of a document.
pub(super) const FIX_ALL: &str = "source.fixAll.clientlint";
