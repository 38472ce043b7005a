//! The whole program: options and files in, exit code and text out.

mod canary;
mod config;
mod exit;
mod large;
mod nasty;
mod stdin;
mod support;
mod walking;
