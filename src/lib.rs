//! clientlint
pub mod expression;
pub mod formats;
pub mod problem;
pub mod resolve;
pub mod source;
pub mod tree;
