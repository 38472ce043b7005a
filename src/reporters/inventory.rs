//! The inventory of clients: as a table for people, in Markdown and as CSV, and as JSON version 1.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;

use super::json::{OneProblem, OneSkipped, problems, skipped};
use super::markdown::plain;
use super::{clipped, count, printable};
use crate::finding::ClientSummary;
use crate::lint::Report;

#[derive(Serialize)]
struct Inventory<'a> {
    version: u8,
    clients: Vec<OneClient<'a>>,
    problems: Vec<OneProblem<'a>>,
    skipped: Vec<OneSkipped<'a>>,
}

#[derive(Serialize)]
struct OneClient<'a> {
    path: &'a str,
    line: u32,
    name: Option<&'a str>,
    key: &'a str,
    provider: &'a str,
    kind: &'a str,
    application_type: Option<&'a str>,
    client_type: &'a str,
    client_type_because: &'a [Cow<'static, str>],
    client_profile: &'a str,
    party: &'a str,
    channel: &'a str,
    environment: Option<&'a str>,
    token_endpoint_auth_method: Option<&'a str>,
    grant_types: Option<&'a [String]>,
    id_token_signed_response_alg: Option<&'a str>,
    has_secret: &'a str,
    unresolved: &'a [&'static str],
}

/// Writes the inventory as JSON.
///
/// # Errors
///
/// The output cannot be written.
pub fn clients_json(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let inventory = Inventory {
        version: 1,
        clients: report.clients.iter().map(|client| one_client(client)).collect(),
        problems: problems(report),
        skipped: skipped(report),
    };
    serde_json::to_writer_pretty(&mut *out, &inventory)?;
    writeln!(out)
}

fn one_client(client: &ClientSummary) -> OneClient<'_> {
    OneClient {
        path: &client.path,
        line: client.line,
        name: client.name.as_deref(),
        key: &client.key,
        provider: &client.provider,
        kind: &client.shape,
        application_type: client.application_type.as_deref(),
        client_type: &client.client_type,
        client_type_because: &client.client_type_because,
        client_profile: &client.client_profile,
        party: &client.party,
        channel: &client.channel,
        environment: client.environment.as_deref(),
        token_endpoint_auth_method: client.token_endpoint_auth_method.as_deref(),
        grant_types: client.grant_types.as_deref(),
        id_token_signed_response_alg: client.id_token_signed_response_alg.as_deref(),
        has_secret: client.has_secret,
        unresolved: &client.unresolved,
    }
}

/// The columns of the inventory as a table that programs and people read.
const COLUMNS: [&str; 14] = [
    "name",
    "key",
    "provider",
    "kind",
    "application_type",
    "client_type",
    "party",
    "channel",
    "environment",
    "token_endpoint_auth_method",
    "grant_types",
    "id_token_signed_response_alg",
    "has_secret",
    "unresolved",
];

fn cells(client: &ClientSummary) -> [String; 14] {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    [
        text(&client.name),
        client.key.clone(),
        client.provider.clone(),
        client.shape.clone(),
        text(&client.application_type),
        client.client_type.clone(),
        client.party.clone(),
        client.channel.clone(),
        text(&client.environment),
        text(&client.token_endpoint_auth_method),
        client.grant_types.as_ref().map(|grants| grants.join(" ")).unwrap_or_default(),
        text(&client.id_token_signed_response_alg),
        client.has_secret.to_owned(),
        client.unresolved.join(" "),
    ]
}

/// Writes the inventory as CSV (RFC 4180).
///
/// # Errors
///
/// The output cannot be written.
pub fn clients_csv(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    write!(out, "path,line,{}\r\n", COLUMNS.join(","))?;
    for client in &report.clients {
        let cells = cells(client).map(|cell| field(&cell)).join(",");
        write!(out, "{},{},{cells}\r\n", field(&client.path), client.line)?;
    }
    Ok(())
}

/// A field of CSV. What a spreadsheet would take for a formula is made a text.
fn field(text: &str) -> String {
    let text = printable(text);
    let formula = text.starts_with(['=', '+', '-', '@', '\t']);
    let text = if formula { format!("'{text}") } else { text };
    if text.contains([',', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// Writes the inventory as a table in Markdown.
///
/// # Errors
///
/// The output cannot be written.
pub fn clients_markdown(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    writeln!(out, "| client | kind | application | type | because | party | channel | where |")?;
    writeln!(out, "|---|---|---|---|---|---|---|---|")?;
    for client in &report.clients {
        let cells = [
            client.title(),
            &client.shape,
            client.application_type.as_deref().unwrap_or("-"),
            &client.client_type,
            &client.client_type_because.join(", "),
            &client.party,
            &client.channel,
            &format!("{}:{}", client.path, client.line),
        ]
        .map(|cell| plain(&clipped(cell)));
        writeln!(out, "| {} |", cells.join(" | "))?;
    }
    writeln!(out, "\n{} in {}", count(report.clients.len(), "client"), count(report.documents, "file"))?;
    for skipped in &report.skipped {
        writeln!(out, "\nskipped: {} ({})", plain(&printable(&skipped.path)), skipped.reason)?;
    }
    for problem in &report.problems {
        let message = plain(&printable(&problem.message));
        writeln!(out, "\nnot read in full: {}: {message}", plain(&problem.location.to_string()))?;
    }
    Ok(())
}

/// Writes the inventory as a table.
///
/// # Errors
///
/// The output cannot be written.
pub fn clients_text(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let head =
        ["client", "kind", "application", "type", "because", "party", "channel", "where"].map(str::to_owned);
    let mut rows = vec![head];
    for client in &report.clients {
        rows.push([
            clipped(client.title()),
            client.shape.clone(),
            clipped(client.application_type.as_deref().unwrap_or("-")),
            client.client_type.clone(),
            clipped(&client.client_type_because.join(", ")),
            client.party.clone(),
            client.channel.clone(),
            format!("{}:{}", printable(&client.path), client.line),
        ]);
    }
    let mut widths = [0; 8];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count().min(44));
        }
    }
    for row in &rows {
        let mut line = String::new();
        for (width, cell) in widths.iter().zip(row) {
            line.push_str(cell);
            let padding = (width + 2).saturating_sub(cell.chars().count()).max(2);
            line.extend(std::iter::repeat_n(' ', padding));
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    writeln!(out, "\n{} in {}", count(report.clients.len(), "client"), count(report.documents, "file"))?;
    for skipped in &report.skipped {
        writeln!(out, "skipped: {} ({})", printable(&skipped.path), skipped.reason)?;
    }
    for problem in &report.problems {
        writeln!(out, "not read in full: {}: {}", problem.location, printable(&problem.message))?;
    }
    Ok(())
}
