//! What tells one finding from another over time: a hash that holds no line number, no text of a message and nothing
//! that comes from a secret.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use crate::finding::{ClientSummary, Finding, Problem, Subject};

/// The fingerprint of a finding: `v1:` and 32 hexadecimal digits over the rule, the client's file and key, and what
/// decided. Items of lists count by value, so that their order does not matter.
pub fn of(rule: &str, client: &ClientSummary, subject: &Subject) -> String {
    let mut parts = vec![rule, &client.path, client.kind, &client.key, subject.attribute.unwrap_or("")];
    parts.extend(subject.items.iter().map(String::as_str));
    hash(&parts)
}

/// The fingerprint of a problem, by its number among those of the same kind in its file: what was expected where may
/// change with each edit.
pub(crate) fn of_problem(problem: &Problem, number: usize) -> String {
    hash(&["problem", problem.code, &problem.location.path, &number.to_string()])
}

/// Makes the fingerprints of findings that are equal in all of this distinct: by their number among their equals.
/// The findings are in the order of the report.
pub(crate) fn distinguish(mut findings: Vec<&mut Finding>) {
    let mut seen: HashMap<&str, u32> = HashMap::with_capacity(findings.len());
    let mut again: Vec<(usize, String)> = Vec::new();
    for (at, finding) in findings.iter().enumerate() {
        let number = seen.entry(&finding.fingerprint).or_default();
        *number += 1;
        if *number > 1 {
            again.push((at, hash(&[&finding.fingerprint, &number.to_string()])));
        }
    }
    for (at, fingerprint) in again {
        findings[at].fingerprint = fingerprint;
    }
}

/// Fingerprints of each item that decided, where items did, else of the finding as a whole: beside each item, and
/// distinct over all findings, which are in the order of the report. What is known item by item stays known where
/// another item comes or goes.
pub fn parts<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<Vec<(Subject, String)>> {
    let mut seen: HashMap<String, u32> = HashMap::new();
    let mut one = |finding: &Finding, items: Vec<String>| {
        let subject = Subject { attribute: finding.subject.attribute, items };
        let client = finding.client.as_deref();
        let print =
            client.map_or_else(|| finding.fingerprint.clone(), |client| of(&finding.rule, client, &subject));
        let number = seen.entry(print.clone()).or_default();
        *number += 1;
        let print = if *number > 1 { hash(&[&print, &number.to_string()]) } else { print };
        (subject, print)
    };
    let each = |finding: &Finding| {
        if finding.subject.items.is_empty() {
            return vec![one(finding, Vec::new())];
        }
        finding.subject.items.iter().map(|item| one(finding, vec![item.clone()])).collect()
    };
    findings.map(each).collect()
}

/// Whether a text is a fingerprint.
pub fn is_fingerprint(text: &str) -> bool {
    let digits = text.strip_prefix("v1:").unwrap_or_default();
    digits.len() == 32 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// A hash over texts, each with its length, so that nothing can move from one to the next.
fn hash(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.len().to_le_bytes());
        hasher.update(part);
    }
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
    let mut text = String::with_capacity(3 + 32);
    text.push_str("v1:");
    for byte in &hasher.finalize()[..16] {
        text.extend([digit(byte >> 4), digit(byte & 15)]);
    }
    text
}
