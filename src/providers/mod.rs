//! Providers: by which shapes their documents are recognised, and where each attribute stands in them. A provider
//! is a table; no code of this folder knows one by name, except for `join.rs` and the type of resource that it tells
//! `owners.rs`.

mod backwards;
mod inspect;
mod join;
mod neutral;
mod normalise;
mod owners;
mod paths;
mod placeholders;
mod plausible;
mod provider;
mod recognise;
mod spelling;
mod table;

pub use backwards::{Field, put_at};
pub use join::{Resource, is_part, join_documents, join_resources, joined};
pub use neutral::{definitions as neutral_definitions, former as neutral_former};
pub use normalise::{Found, definition};
pub use provider::{DefaultRow, Provider, builtin};
pub use recognise::{Object, Recognised, like, recognise, recognise_resource};
pub use table::{CONFIGURATION, Delivery, OneOrMore, PLAN, STATE, Shape, Table};
