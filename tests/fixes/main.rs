//! Fixes: what they mend is mended, nothing else changes, and a second run finds nothing to do.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod corpus;
mod pairs;
mod recipes;
mod support;
