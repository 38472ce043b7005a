//! The clients: what each is, and which of its values cannot be known.

use maud::{Markup, html};

use super::super::{clipped, printable};
use super::{Page, marks};
use crate::finding::ClientSummary;

pub(super) fn section(page: &Page<'_>) -> Markup {
    html! {
        section #clients {
            h2 { "Clients" }
            @if page.clients().is_empty() {
                p.nothing { "No client was found." }
            } @else {
                div.cards {
                    @for (number, (client, counts)) in page.clients().iter().enumerate() {
                        (card(number, client, *counts))
                    }
                }
            }
        }
    }
}

fn card(number: usize, client: &ClientSummary, counts: [usize; 3]) -> Markup {
    let facts = [
        ("Application", client.application_type.clone()),
        ("Type", Some(because(client))),
        ("Party", Some(client.party.clone())),
        ("Channel", Some(client.channel.clone())),
        ("Environment", client.environment.clone()),
        ("Authentication", client.token_endpoint_auth_method.clone()),
        ("Grants", client.grant_types.as_ref().map(|grants| grants.join(", "))),
        ("ID token", client.id_token_signed_response_alg.clone()),
        ("Secret", Some(secret(client).to_owned())),
    ];
    html! {
        article.client id={ "c" (number) } tabindex="-1" {
            h3 { (clipped(client.title())) span.marks { (marks(counts)) } }
            p.at {
                code { (printable(&client.path)) ":" (client.line) }
                span { (client.shape) }
            }
            dl {
                @for (name, value) in facts {
                    @if let Some(value) = value.filter(|value| !value.is_empty()) {
                        dt { (name) }
                        dd { (clipped(&value)) }
                    }
                }
                @if !client.unresolved.is_empty() {
                    dt.open { "Not known" }
                    dd.open {
                        @for (number, attribute) in client.unresolved.iter().enumerate() {
                            @if number > 0 { ", " }
                            code { (attribute) }
                        }
                    }
                }
            }
            @if counts.iter().sum::<usize>() > 0 {
                a.findings href="#findings" data-client=(number) { "Show its findings" }
            }
        }
    }
}

fn because(client: &ClientSummary) -> String {
    match client.client_type_because.as_slice() {
        [] => client.client_type.clone(),
        reasons => format!("{}: {}", client.client_type, reasons.join(", ")),
    }
}

fn secret(client: &ClientSummary) -> &'static str {
    match client.has_secret {
        "literal" => "written in the file",
        "reference" => "referred to",
        "unknown" => "not known",
        _ => "",
    }
}
