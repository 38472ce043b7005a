//! The whole program: options and files in, exit code and text out.

#![allow(unreachable_pub, clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod actions;
mod answers;
mod applications;
mod baseline;
mod browser;
mod canary;
mod config;
mod config_layers;
mod config_show;
mod consumers;
mod conveniences;
mod declared;
mod documents;
mod exclusions;
mod exit;
mod fingerprints;
mod fix;
mod forms;
mod ignores;
mod ignores_in_configuration;
mod ignores_in_formats;
mod ignores_in_layers;
mod large;
mod mappings;
mod nasty;
mod overrides;
mod policy;
mod reach;
mod references;
mod reports;
mod rule_files;
mod schemas;
mod silenced;
mod since;
mod specimens;
mod stdin;
mod suggestions;
mod support;
mod terraform;
mod terraform_projects;
mod types;
mod walking;
