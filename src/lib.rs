//! Static analysis of the OAuth and OpenID Connect client definitions that teams keep in repositories.
//!
//! ```text
//! discover -> formats -> resolve -> providers -> infer -> check -> reporters
//!  Source      Node       Node      Definition   facts   Finding   text
//! ```
//!
//! A module imports only from the stages before it. [`lint`](lint::lint) is the one way through; the command line and
//! editors call it alike.

pub mod addresses;
pub mod baseline;
pub mod check;
pub mod cli;
pub mod client;
pub mod config;
pub mod configs;
pub mod day;
pub mod declared;
pub mod defaults;
pub mod discover;
pub mod earlier;
pub mod examples;
pub mod explain;
pub mod finding;
pub mod fingerprint;
pub mod fix;
pub mod formats;
pub mod former;
pub mod git;
mod host;
pub mod infer;
pub mod init;
pub mod inputs;
pub mod link;
pub mod lint;
pub mod lsp;
pub mod masked;
pub mod mend;
pub mod output;
pub mod page;
pub mod problem;
pub mod project;
pub mod providers;
pub mod redaction;
pub mod render;
pub mod report_format;
pub mod reporters;
pub mod resolve;
pub mod rule;
pub mod secret;
pub mod sensitive;
pub mod silence;
pub mod source;
pub mod suggest;
pub mod tree;
pub mod uri;
pub mod vocabulary;
pub mod write;
