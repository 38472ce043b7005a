//! The whole program: options and files in, exit code and text out.

#![allow(unreachable_pub, clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod applications;
mod canary;
mod config;
mod documents;
mod exit;
mod fingerprints;
mod ignores;
mod ignores_in_configuration;
mod ignores_in_formats;
mod large;
mod nasty;
mod rule_files;
mod stdin;
mod support;
mod walking;
