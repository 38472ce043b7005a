//! The overview: how many clients are public or confidential, and of the first or a third party.

use maud::{Markup, html};

use super::super::clipped;
use super::{Page, marks};

/// So many clients of a cell are named in sight.
const NAMED: usize = 6;

const TYPES: [(&str, &str, &str); 3] = [
    ("public", "Public", "cannot keep a secret"),
    ("confidential", "Confidential", "can keep a secret"),
    ("unknown", "Unknown", "cannot be told"),
];

const PARTIES: [(&str, &str, &str); 3] = [
    ("first", "First-party", "the organisation's own"),
    ("third", "Third-party", "of somebody else"),
    ("unknown", "Unknown party", "cannot be told"),
];

pub(super) fn section(page: &Page<'_>) -> Markup {
    let used = |party: &str| page.clients().iter().any(|(client, _)| client.party == party);
    let parties: Vec<_> = PARTIES.iter().filter(|(party, ..)| *party != "unknown" || used(party)).collect();
    let typed = |kind: &str| page.clients().iter().any(|(client, _)| client.client_type == kind);
    let types: Vec<_> = TYPES.iter().filter(|(kind, ..)| *kind != "unknown" || typed(kind)).collect();
    html! {
        section #matrix {
            h2 { "Clients by type and party" }
            div.wide {
                table.matrix {
                    thead {
                        tr {
                            td {}
                            @for (_, name, means) in &parties { th scope="col" { (name) small { (means) } } }
                        }
                    }
                    tbody {
                        @for (kind, name, means) in &types {
                            tr {
                                th scope="row" { (name) small { (means) } }
                                @for (party, heading, _) in &parties { (cell(page, kind, party, heading)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn cell(page: &Page<'_>, kind: &str, party: &str, heading: &str) -> Markup {
    let mut here: Vec<_> = page
        .clients()
        .iter()
        .enumerate()
        .filter(|(_, (client, _))| client.client_type == kind && client.party == party)
        .collect();
    // Those that need a look come first.
    here.sort_by_key(|(_, (_, [infos, warnings, errors]))| std::cmp::Reverse([errors, warnings, infos]));
    let worst = here.iter().fold([0; 3], |worst: [usize; 3], (_, (_, counts))| {
        [worst[0] + counts[0], worst[1] + counts[1], worst[2] + counts[2]]
    });
    let chips = |range: &[(usize, &(&crate::finding::ClientSummary, [usize; 3]))]| {
        html! {
            ul.chips {
                @for (number, (client, counts)) in range {
                    li { a.chip href={ "#c" (number) } { span { (clipped(client.title())) } (marks(*counts)) } }
                }
            }
        }
    };
    let level = ["info", "warning", "error"].into_iter().zip(worst).rev().find(|(_, number)| *number > 0);
    html! {
        td.(level.map_or("quiet", |(level, _)| level)).empty[here.is_empty()] data-label=(heading) {
            b { (here.len()) }
            @if !here.is_empty() {
                (chips(&here[..here.len().min(NAMED)]))
            }
            @if here.len() > NAMED {
                details { summary { (here.len() - NAMED) " more" } (chips(&here[NAMED..])) }
            }
        }
    }
}
