//! What gives Terraform's variables their values.

use std::fmt;
use std::path::PathBuf;

/// Something that gives Terraform's variables their values.
#[derive(Clone)]
pub enum Given {
    /// A `.tfvars` file, from the root.
    File(PathBuf),
    /// A name and its value. Never shown: it may be a secret.
    Value(String, String),
}

impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Value(name, _) => f.debug_tuple("Value").field(name).finish_non_exhaustive(),
        }
    }
}
