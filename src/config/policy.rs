//! A policy: what holds whatever a configuration or an option says. It can only tighten.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::layer::{ConfigError, Layer};
use super::written::FailOn;
use super::{Config, named_rules};
use crate::finding::{Confidence, Gate};
use crate::rule::{Persona, Rule, Severity};

/// What a policy asks for at least.
#[derive(Debug, Default)]
pub(super) struct Policy {
    persona: Option<Persona>,
    /// The severity from which a run fails at the latest, and where that is set.
    fail_on: Option<(Severity, String)>,
    fail_on_confidence: Option<Confidence>,
    min_severity: Option<Severity>,
    min_confidence: Option<Confidence>,
    /// Rules that are on, and the severity that they have at least; `None` for their own.
    pub(super) floors: BTreeMap<String, Option<Severity>>,
    /// The most that options of rules may be: rule, option, number.
    limits: BTreeMap<String, Map<String, Json>>,
}

impl Policy {
    /// The policy that a file states.
    ///
    /// # Errors
    ///
    /// Names what is not for a policy.
    pub(super) fn of(layer: &Layer) -> Result<Self, ConfigError> {
        for leaf in layer.leaves() {
            let path: Vec<&str> = leaf.path.iter().map(String::as_str).collect();
            let tightens = match path.as_slice() {
                ["required-version" | "persona"] | ["gate", _] => true,
                ["rules", _] | ["rules", _, "severity"] => leaf.value != "off",
                ["rules", _, "ignorable"] => leaf.value == false,
                ["rules", _, "options", option] => option.starts_with("max-") && leaf.value.is_number(),
                _ => false,
            };
            // `never` as a gate asks for nothing.
            if !tightens || path == ["gate", "fail-on"] && leaf.value == "never" {
                let key = path.join(".");
                return Err(layer.error_at(
                    leaf.at,
                    format!(
                        "a policy can only tighten, which `{key}` does not with this value: it may set persona, gate.*, \
                         severities of rules other than off, ignorable = false of rules, and options of rules that start with max-"
                    ),
                ));
            }
        }
        let written = &layer.written;
        let mut policy = Self {
            persona: written.persona,
            fail_on: written.gate.fail_on.and_then(FailOn::severity).map(|severity| {
                (severity, format!("gate.fail-on in {}", layer.origin_of(&["gate", "fail-on"])))
            }),
            fail_on_confidence: written.gate.fail_on_confidence,
            min_severity: written.gate.min_severity,
            min_confidence: written.gate.min_confidence,
            ..Self::default()
        };
        for (id, setting) in &written.rules {
            if let Some(level) = setting.level() {
                policy.floors.insert(id.clone(), level.severity());
            }
            if let Some(options) = setting.options().filter(|options| !options.is_empty()) {
                policy.limits.insert(id.clone(), options.clone());
            }
        }
        Ok(policy)
    }

    /// Turns tags into the rules that have them.
    pub(super) fn name_rules(&mut self, rules: &[Arc<Rule>]) {
        let mut floors: BTreeMap<String, Option<Severity>> = BTreeMap::new();
        for (name, floor) in &self.floors {
            for id in named_rules(rules, std::slice::from_ref(name)) {
                let known = floors.entry(id).or_insert(*floor);
                *known = (*known).max(*floor);
            }
        }
        self.floors = floors;
    }

    /// Whether it limits options, for which the rules' own values must be known.
    pub(super) fn has_limits(&self) -> bool {
        !self.limits.is_empty()
    }

    /// Lowers the options of a rule to what the policy allows. `own` are the rules as they are by themselves.
    pub(super) fn limit(&self, id: &str, options: &mut Map<String, Json>, own: &[Arc<Rule>]) {
        let own = own.iter().find(|rule| rule.id == id);
        for (name, most) in self.limits.get(id).into_iter().flatten() {
            let default = own.and_then(|rule| rule.text.options.get(name)?.get("default"));
            let set = options.get(name).or(default).and_then(Json::as_f64);
            if set.is_none_or(|set| most.as_f64().is_some_and(|most| most < set)) {
                options.insert(name.clone(), most.clone());
            }
        }
    }

    /// A gate that lets through no more than the policy does.
    pub(super) fn tighten_gate(&self, gate: &mut Gate) {
        if let Some((severity, from)) = &self.fail_on
            && gate.fail_on.is_none_or(|set| *severity < set)
        {
            gate.fail_on = Some(*severity);
            gate.from = from.as_str().into();
        }
        if let Some(confidence) = self.fail_on_confidence {
            gate.confidence = gate.confidence.min(confidence);
        }
    }
}

impl Config {
    /// Applies the policy, after everything else that is said.
    pub fn tighten(&mut self) {
        let Some(policy) = &self.policy else { return };
        if let Some(persona) = policy.persona {
            self.settings.persona = self.settings.persona.max(persona);
        }
        self.settings.floors.clone_from(&policy.floors);
        policy.tighten_gate(Arc::make_mut(&mut self.gate));
        if let Some(severity) = policy.min_severity {
            self.min_severity = self.min_severity.min(severity);
        }
        if let Some(confidence) = policy.min_confidence {
            self.min_confidence = self.min_confidence.min(confidence);
        }
    }
}
