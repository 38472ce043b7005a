//! Conditions of rules, in three-valued logic: what is unknown never holds, and never counts as absent.

use std::collections::HashSet;

use serde_json::{Map, Value as Json};

use super::schema::{Schema, Subject};
use crate::client::{Datum, Definition, Fact, Known};
use crate::vocabulary::{Attribute, Attributes};

/// What a condition of a rule says of a definition.
#[derive(Debug)]
pub enum Condition {
    /// Each holds. Without any it holds always.
    All(Vec<Condition>),
    /// At least one holds.
    Any(Vec<Condition>),
    /// It is known not to hold.
    Not(Box<Condition>),
    /// It held before, as far as that is known.
    Before(Box<Condition>),
    /// A test of an attribute.
    Is {
        /// The attribute.
        attribute: Attribute,
        /// Whether the platform's default stands in for what is not written.
        effective: bool,
        /// The test.
        test: Test,
    },
}

/// A test of what is known of an attribute.
#[derive(Debug)]
#[expect(private_interfaces, reason = "how a value is judged is the affair of schema.rs")]
pub enum Test {
    /// Whether it is not written.
    Absent(bool),
    /// The value satisfies a schema.
    Value(Schema),
    /// Some known item does.
    AnyItem(Schema),
    /// The list is known, has items, and each does.
    AllItems(Schema),
    /// The list is known and no item does.
    NoItem(Schema),
    /// The number of items does.
    Count(Schema),
}

/// Whether something holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not.
    False,
    /// It cannot be known.
    Unknown,
}

/// A fact that made a condition hold.
#[derive(Clone, Copy, Debug)]
pub struct Match<'a> {
    /// The attribute that was tested.
    pub attribute: Attribute,
    /// What decided: the value, or one of its items. `None` where nothing being written decided.
    pub fact: Option<&'a Fact>,
}

/// What decides, as it is gathered.
#[derive(Debug, Default)]
pub struct Matches<'a> {
    /// The facts that made conditions hold, in order of writing.
    pub found: Vec<Match<'a>>,
    /// What may not decide: a test of one of these does not hold, and neither does what it would exclude.
    pub without: Without<'a>,
}

/// Facts that may not decide.
#[derive(Debug, Default)]
pub struct Without<'a> {
    facts: Vec<&'a Fact>,
    /// Where they are: lists may be long.
    addresses: HashSet<usize>,
}

impl<'a> Without<'a> {
    /// These facts.
    pub fn of(facts: &[&'a Fact]) -> Self {
        let mut without = Self::default();
        without.add(facts);
        without
    }

    /// The facts, in the order in which they were added.
    pub fn facts(&self) -> &[&'a Fact] {
        &self.facts
    }

    /// Adds some.
    pub fn add(&mut self, facts: &[&'a Fact]) {
        self.facts.extend(facts);
        self.addresses.extend(facts.iter().map(|fact| std::ptr::from_ref(*fact).addr()));
    }

    /// Leaves so many of those that were added first.
    pub fn keep(&mut self, count: usize) {
        for fact in self.facts.drain(count..) {
            self.addresses.remove(&std::ptr::from_ref(fact).addr());
        }
    }

    fn has(&self, fact: &Fact) -> bool {
        !self.facts.is_empty() && self.addresses.contains(&std::ptr::from_ref(fact).addr())
    }
}

impl Condition {
    /// Reads a condition.
    ///
    /// # Errors
    ///
    /// Says what is wrong, and with which word.
    pub(super) fn new(map: &Map<String, Json>, effective: bool) -> Result<Self, String> {
        let mut all = Vec::new();
        for (word, value) in map {
            all.push(match word.as_str() {
                "all-of" => Self::All(Self::each(value, effective)?),
                "any-of" => Self::Any(Self::each(value, effective)?),
                "not" => Self::Not(Box::new(Self::new(as_map(value)?, effective)?)),
                "before" => Self::Before(Box::new(Self::new(as_map(value)?, effective)?)),
                "effective" => Self::new(as_map(value)?, true)?,
                name => {
                    let attribute =
                        Attribute::named(name).ok_or_else(|| format!("`{name}` is no attribute"))?;
                    let test = Test::new(as_map(value)?).map_err(|error| format!("`{name}`: {error}"))?;
                    Self::Is { attribute, effective, test }
                }
            });
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Self::All(all) })
    }

    fn each(value: &Json, effective: bool) -> Result<Vec<Self>, String> {
        let list = value.as_array().ok_or("expected a list of conditions")?;
        list.iter().map(|condition| Self::new(as_map(condition)?, effective)).collect()
    }

    /// Whether it holds for a definition. If it does, what decided is added to `matches`, in order of writing.
    pub fn holds<'a>(&self, definition: &'a Definition, matches: &mut Matches<'a>) -> Truth {
        let before = matches.found.len();
        let truth = match self {
            Self::All(conditions) => {
                let mut truth = Truth::True;
                for condition in conditions {
                    match condition.holds(definition, matches) {
                        Truth::False => {
                            truth = Truth::False;
                            break;
                        }
                        Truth::Unknown => truth = Truth::Unknown,
                        Truth::True => {}
                    }
                }
                truth
            }
            Self::Any(conditions) => {
                let mut truth = Truth::False;
                for condition in conditions {
                    match condition.holds(definition, matches) {
                        Truth::True => {
                            truth = Truth::True;
                            break;
                        }
                        Truth::Unknown => truth = Truth::Unknown,
                        Truth::False => {}
                    }
                }
                truth
            }
            Self::Not(condition) => {
                let without = std::mem::take(&mut matches.without);
                let truth = condition.holds(definition, matches).negate();
                matches.without = without;
                // What would have made the inner condition hold explains nothing.
                matches.found.truncate(before);
                truth
            }
            // What was has no place in the texts of today.
            Self::Before(condition) => definition
                .before
                .as_deref()
                .map_or(Truth::Unknown, |before| condition.holds(before, &mut Matches::default())),
            Self::Is { attribute, effective, test } => {
                let known =
                    if *effective { definition.effective(*attribute) } else { definition.known(*attribute) };
                test.holds(*attribute, known, matches)
            }
        };
        if truth != Truth::True {
            matches.found.truncate(before);
        }
        truth
    }

    /// The attributes without which it cannot hold.
    pub(super) fn needs(&self) -> Attributes {
        match self {
            Self::All(all) => all.iter().map(Self::needs).fold(Attributes::default(), |a, b| a.joined(&b)),
            Self::Any(any) => any.iter().map(Self::needs).reduce(|a, b| a.common(&b)).unwrap_or_default(),
            Self::Not(_) | Self::Before(_) | Self::Is { test: Test::Absent(true), .. } => {
                Attributes::default()
            }
            Self::Is { attribute, .. } => Attributes::from_iter([*attribute]),
        }
    }

    /// Compiles every schema in it.
    ///
    /// # Errors
    ///
    /// Says which schema is refused, and why.
    pub(super) fn compile(&self) -> Result<(), String> {
        match self {
            Self::All(conditions) | Self::Any(conditions) => conditions.iter().try_for_each(Self::compile),
            Self::Not(condition) | Self::Before(condition) => condition.compile(),
            Self::Is { test, attribute, .. } => test
                .schema()
                .map_or(Ok(()), Schema::compile)
                .map_err(|error| format!("`{}`: {error}", attribute.name())),
        }
    }

    /// Calls a function with every attribute that is tested.
    pub fn each_attribute(&self, call: &mut dyn FnMut(Attribute)) {
        match self {
            Self::All(conditions) | Self::Any(conditions) => {
                conditions.iter().for_each(|condition| condition.each_attribute(call));
            }
            Self::Not(condition) | Self::Before(condition) => condition.each_attribute(call),
            Self::Is { attribute, .. } => call(*attribute),
        }
    }
}

impl Test {
    fn new(map: &Map<String, Json>) -> Result<Self, String> {
        let quantifier = |word: &str| map.get(word);
        Ok(if let Some(absent) = quantifier("absent") {
            Self::Absent(absent.as_bool().ok_or("`absent` is true or false")?)
        } else if let Some(schema) = quantifier("any") {
            Self::AnyItem(Schema::new(as_map(schema)?)?)
        } else if let Some(schema) = quantifier("all") {
            Self::AllItems(Schema::new(as_map(schema)?)?)
        } else if let Some(schema) = quantifier("none") {
            Self::NoItem(Schema::new(as_map(schema)?)?)
        } else if let Some(schema) = quantifier("count") {
            Self::Count(Schema::new(as_map(schema)?)?)
        } else {
            Self::Value(Schema::new(map)?)
        })
    }

    fn schema(&self) -> Option<&Schema> {
        match self {
            Self::Absent(_) => None,
            Self::Value(schema)
            | Self::AnyItem(schema)
            | Self::AllItems(schema)
            | Self::NoItem(schema)
            | Self::Count(schema) => Some(schema),
        }
    }

    fn holds<'a>(&self, attribute: Attribute, known: Known<'a>, matches: &mut Matches<'a>) -> Truth {
        let fact = match known {
            Known::NotAsked => return Truth::Unknown,
            Known::Absent => {
                let truth = Truth::from(matches!(self, Self::Absent(true)));
                if truth == Truth::True {
                    matches.found.push(Match { attribute, fact: None });
                }
                return truth;
            }
            Known::Fact(fact) if matches.without.has(fact) => return Truth::False,
            Known::Fact(fact) => fact,
        };
        let whole = |truth: Truth, matches: &mut Matches<'a>| {
            if truth == Truth::True {
                matches.found.push(Match { attribute, fact: Some(fact) });
            }
            truth
        };
        let open = fact.datum.is_unknown();
        match self {
            // `var.x` may be null and `##X##` empty, which is the same as not written.
            Self::Absent(_) if open => Truth::Unknown,
            Self::Absent(absent) => whole(Truth::from(!absent), matches),
            Self::Value(schema) => whole(schema.holds(Subject::Datum(&fact.datum)), matches),
            _ if open => Truth::Unknown,
            Self::AnyItem(schema) => {
                let mut truth = Truth::False;
                for item in items(fact) {
                    if matches.without.has(item) {
                        continue;
                    }
                    match schema.holds(Subject::Datum(&item.datum)) {
                        Truth::True => {
                            matches.found.push(Match { attribute, fact: Some(item) });
                            truth = Truth::True;
                        }
                        Truth::Unknown if truth == Truth::False => truth = Truth::Unknown,
                        _ => {}
                    }
                }
                truth
            }
            Self::AllItems(schema) => {
                let some = Truth::from(!items(fact).is_empty());
                let each = items(fact).iter().map(|item| schema.holds(Subject::Datum(&item.datum)));
                whole(Truth::all([some].into_iter().chain(each)), matches)
            }
            Self::NoItem(schema) => {
                let each = items(fact).iter().map(|item| schema.holds(Subject::Datum(&item.datum)));
                whole(Truth::any(each).negate(), matches)
            }
            Self::Count(schema) => {
                if items(fact)
                    .iter()
                    .any(|item| matches!(&item.datum, Datum::Unknown(unknown) if unknown.many))
                {
                    return Truth::Unknown;
                }
                let count = items(fact).len() as u64;
                whole(schema.holds(Subject::Count(count)), matches)
            }
        }
    }
}

/// The items of a list. A value that is no list counts as a list of one, as the platforms read it.
fn items(fact: &Fact) -> &[Fact] {
    match &fact.datum {
        Datum::List(items) => items,
        _ => std::slice::from_ref(fact),
    }
}

impl Truth {
    /// Whether each holds.
    pub fn all(truths: impl IntoIterator<Item = Self>) -> Self {
        let mut all = Self::True;
        for truth in truths {
            match truth {
                Self::False => return Self::False,
                Self::Unknown => all = Self::Unknown,
                Self::True => {}
            }
        }
        all
    }

    /// Whether at least one holds.
    pub fn any(truths: impl IntoIterator<Item = Self>) -> Self {
        Self::all(truths.into_iter().map(Self::negate)).negate()
    }

    /// The opposite; what is unknown stays unknown.
    #[must_use]
    pub fn negate(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
        }
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }
}

fn as_map(value: &Json) -> Result<&Map<String, Json>, String> {
    value.as_object().ok_or_else(|| "expected a map".to_owned())
}
