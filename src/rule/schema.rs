//! The test of one value: a JSON Schema, extended to values of which parts are unknown. The only file that knows
//! the `jsonschema` crate, whose interface changes often.

use std::sync::OnceLock;

use jsonschema::{PatternOptions, Validator};
use serde_json::{Map, Value as Json};

use super::Truth;
use super::comparison::Comparison;
use crate::client::{Datum, Fact};
use crate::uri::{Name, Part, Uri};

/// A schema. What combines schemas is judged here, since it must carry what is unknown; keywords that look at one
/// known value are left to the `jsonschema` crate.
#[derive(Debug)]
pub(super) enum Schema {
    /// Keywords on one known value.
    Value(Leaf),
    /// `properties` and `required`.
    Properties(Vec<Property>),
    /// `allOf`, and several keywords side by side.
    All(Vec<Schema>),
    /// `anyOf`.
    Any(Vec<Schema>),
    /// `not`.
    Not(Box<Schema>),
}

/// What is asked of a property.
#[derive(Debug)]
pub(super) struct Property {
    name: String,
    /// The part of a URI that is called so.
    part: Option<Name>,
    /// Whether it must be there.
    required: bool,
    /// What holds for it where it is there.
    schema: Option<Schema>,
}

/// Keywords that look at one known value.
///
/// Those that compare are judged by [`Comparison`]; the `jsonschema` crate, which takes milliseconds for its first schema,
/// judges the others and is not started before one of these is needed. A test holds both to the same answers.
#[derive(Debug)]
pub(super) struct Leaf {
    comparisons: Vec<Comparison>,
    schema: Option<Json>,
    validator: OnceLock<Validator>,
}

/// Something that a schema can look at.
#[derive(Clone, Copy)]
pub(super) enum Subject<'a> {
    /// A datum.
    Datum(&'a Datum),
    /// A part of a URI.
    Part(&'a Part),
    /// The text of a URI.
    Text(&'a str),
    /// A number that was counted.
    Count(u64),
}

impl Schema {
    /// Reads a schema.
    ///
    /// # Errors
    ///
    /// Says which keyword is wrong and why.
    pub(super) fn new(schema: &Map<String, Json>) -> Result<Self, String> {
        let mut all = Vec::new();
        let mut leaf = Map::new();
        let mut properties: Vec<Property> = Vec::new();
        for (keyword, value) in schema {
            match keyword.as_str() {
                "properties" => {
                    for (name, schema) in map(value)? {
                        Property::among(&mut properties, name).schema = Some(Self::new(map(schema)?)?);
                    }
                }
                "required" => {
                    for name in list(value)?.iter().filter_map(Json::as_str) {
                        Property::among(&mut properties, name).required = true;
                    }
                }
                "not" => all.push(Self::Not(Box::new(Self::new(map(value)?)?))),
                "anyOf" => all.push(Self::Any(Self::each(value)?)),
                "allOf" => all.extend(Self::each(value)?),
                _ => drop(leaf.insert(keyword.clone(), value.clone())),
            }
        }
        // In the order of their cost, since one that fails spares the others.
        if !properties.is_empty() {
            all.insert(0, Self::Properties(properties));
        }
        if !leaf.is_empty() {
            all.insert(0, Self::Value(Leaf::new(leaf)?));
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Self::All(all) })
    }

    fn each(value: &Json) -> Result<Vec<Self>, String> {
        list(value)?.iter().map(|schema| Self::new(map(schema)?)).collect()
    }

    /// Compiles every part, which is otherwise done when it is first needed.
    ///
    /// # Errors
    ///
    /// Says what the `jsonschema` crate refuses.
    pub(super) fn compile(&self) -> Result<(), String> {
        match self {
            Self::Value(leaf) => {
                leaf.comparisons.iter().try_for_each(Comparison::compile)?;
                leaf.schema.as_ref().map_or(Ok(()), |schema| build(schema).map(drop))
            }
            Self::Properties(properties) => {
                properties.iter().filter_map(|property| property.schema.as_ref()).try_for_each(Self::compile)
            }
            Self::All(schemas) | Self::Any(schemas) => schemas.iter().try_for_each(Self::compile),
            Self::Not(schema) => schema.compile(),
        }
    }

    /// Whether something satisfies it.
    pub(super) fn holds(&self, subject: Subject<'_>) -> Truth {
        match self {
            Self::Value(leaf) => leaf.holds(subject),
            Self::Properties(properties) => {
                Truth::all(properties.iter().map(|property| property.holds(subject)))
            }
            Self::All(schemas) => Truth::all(schemas.iter().map(|schema| schema.holds(subject))),
            Self::Any(schemas) => Truth::any(schemas.iter().map(|schema| schema.holds(subject))),
            Self::Not(schema) => schema.holds(subject).negate(),
        }
    }
}

impl Property {
    /// What is asked of the property of a name, to be added to.
    fn among<'a>(properties: &'a mut Vec<Self>, name: &str) -> &'a mut Self {
        let at = properties.iter().position(|property| property.name == name).unwrap_or_else(|| {
            properties.push(Self {
                name: name.to_owned(),
                part: Name::of(name),
                required: false,
                schema: None,
            });
            properties.len() - 1
        });
        &mut properties[at]
    }

    fn holds(&self, subject: Subject<'_>) -> Truth {
        match subject {
            Subject::Datum(Datum::Uri(uri)) => self.holds_for_uri(uri),
            Subject::Datum(Datum::Map(entries)) => {
                let fact = entries.iter().find(|(name, _)| *name == self.name).map(|(_, fact)| fact);
                fact.map_or(Truth::from(!self.required), |fact: &Fact| {
                    self.holds_for(Subject::Datum(&fact.datum))
                })
            }
            Subject::Datum(Datum::Unknown(_)) | Subject::Part(Part::Unknown) => Truth::Unknown,
            _ => Truth::from(!self.required),
        }
    }

    fn holds_for_uri(&self, uri: &Uri) -> Truth {
        let truth = match (self.part, uri.text()) {
            (Some(Name::Uri), Some(text)) => self.holds_for(Subject::Text(text)),
            (name, text) => match name.and_then(|name| uri.part(name)) {
                Some(part) => self.holds_for(Subject::Part(&part)),
                None if !self.required => Truth::True,
                // Which parts it has cannot be known where not even its scheme is.
                None if text.is_none() && uri.part(Name::Scheme).as_deref() == Some(&Part::Unknown) => {
                    Truth::Unknown
                }
                None if uri.is_unknown() => Truth::Unknown,
                None => Truth::False,
            },
        };
        if self.required && uri.is_unknown() { Truth::all([Truth::Unknown, truth]) } else { truth }
    }

    /// Whether the property, which is there, is as it must be.
    fn holds_for(&self, subject: Subject<'_>) -> Truth {
        self.schema.as_ref().map_or(Truth::True, |schema| schema.holds(subject))
    }
}

impl Leaf {
    fn new(keywords: Map<String, Json>) -> Result<Self, String> {
        let mut comparisons = Vec::new();
        let mut rest = Map::new();
        for (keyword, value) in keywords {
            match Comparison::new(&keyword, &value)? {
                Some(comparison) => comparisons.push(comparison),
                None => drop(rest.insert(keyword, value)),
            }
        }
        let schema = (!rest.is_empty()).then_some(Json::Object(rest));
        Ok(Self { comparisons, schema, validator: OnceLock::new() })
    }

    fn holds(&self, subject: Subject<'_>) -> Truth {
        if subject.is_unknown() {
            return Truth::Unknown;
        }
        if let Some(text) = subject.text() {
            let compared = |comparison: &Comparison| comparison.holds_for_text(text);
            if !self.comparisons.iter().all(compared) {
                return Truth::False;
            }
            if self.schema.is_none() {
                return Truth::True;
            }
        }
        if let (Some(flag), None) = (subject.flag(), &self.schema) {
            let compared = |comparison: &Comparison| comparison.holds_for_flag(flag);
            return Truth::from(self.comparisons.iter().all(compared));
        }
        let Some(value) = subject.json() else { return Truth::Unknown };
        let compared = self.comparisons.iter().all(|comparison| comparison.holds(&value));
        let validated = || self.schema.as_ref().is_none_or(|schema| self.validator(schema).is_valid(&value));
        Truth::from(compared && validated())
    }

    fn validator(&self, schema: &Json) -> &Validator {
        // Loaded rules have been compiled once before; a schema that fails all the same matches nothing.
        self.validator.get_or_init(|| build(schema).unwrap_or_else(|_| never()))
    }
}

/// A validator that nothing satisfies, made without anything that can fail.
fn never() -> Validator {
    jsonschema::options().build(&Json::Bool(false)).unwrap_or_else(|_| unreachable!("`false` is a schema"))
}

fn build(schema: &Json) -> Result<Validator, String> {
    jsonschema::draft202012::options()
        .with_pattern_options(PatternOptions::regex())
        .build(schema)
        .map_err(|error| error.masked().to_string())
}

/// A validator for whole documents such as rule files.
///
/// # Errors
///
/// Says what is wrong with the schema.
pub(super) fn document_validator(schema: &Json) -> Result<Validator, String> {
    build(schema)
}

impl Subject<'_> {
    fn is_unknown(self) -> bool {
        matches!(self, Self::Datum(Datum::Unknown(_) | Datum::Pattern(_)) | Self::Part(Part::Unknown))
    }

    /// Its text, if it is text.
    fn text(&self) -> Option<&str> {
        match self {
            Self::Datum(Datum::Text(text)) => Some(text),
            Self::Datum(Datum::Secret(class)) => Some(class.name()),
            Self::Part(Part::Text(text)) => Some(text),
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Its value, if it is a flag.
    fn flag(&self) -> Option<bool> {
        match self {
            Self::Datum(Datum::Flag(flag)) | Self::Part(Part::Flag(flag)) => Some(*flag),
            _ => None,
        }
    }

    fn json(self) -> Option<Json> {
        match self {
            Self::Datum(datum) => datum.json(),
            Self::Part(Part::Unknown) => None,
            Self::Part(part) => Some(part.json()),
            Self::Text(text) => Some(Json::from(text)),
            Self::Count(count) => Some(Json::from(count)),
        }
    }
}

fn map(value: &Json) -> Result<&Map<String, Json>, String> {
    value.as_object().ok_or_else(|| "a schema is a map of keywords".to_owned())
}

fn list(value: &Json) -> Result<&Vec<Json>, String> {
    value.as_array().ok_or_else(|| "expected a list".to_owned())
}

/// Every violation of a document: JSON Pointer and message.
pub(super) fn violations(validator: &Validator, document: &Json) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for error in validator.iter_errors(document) {
        flatten(&error, &mut found);
    }
    found
}

/// An error and, for `anyOf` and `oneOf`, what failed inside of it.
fn flatten(error: &jsonschema::ValidationError<'_>, found: &mut Vec<(String, String)>) {
    use jsonschema::error::ValidationErrorKind as Kind;
    found.push((error.instance_path().to_string(), error.to_string()));
    if let Kind::AnyOf { context } | Kind::OneOfNotValid { context } = error.kind() {
        for inner in context.iter().flatten() {
            flatten(inner, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn comparisons_agree_with_the_jsonschema_crate() {
        let values = [
            json!("a"),
            json!("é"),
            json!("b*"),
            json!("code id_token"),
            json!("a\n"),
            json!("\u{2028}"),
            json!(""),
            json!("5"),
            json!(5),
            json!(5.0),
            json!(5.5),
            json!(-1),
            json!(true),
            json!(["a"]),
        ];
        let schemas = [
            json!({ "const": "a" }),
            json!({ "const": 5 }),
            json!({ "const": true }),
            json!({ "enum": ["a", 5.5, true] }),
            json!({ "type": "string" }),
            json!({ "type": "number" }),
            json!({ "type": "integer" }),
            json!({ "type": "array" }),
            json!({ "minimum": 5 }),
            json!({ "exclusiveMinimum": 5 }),
            json!({ "maximum": 5 }),
            json!({ "exclusiveMaximum": 5, "type": "number" }),
            json!({ "enum": ["a"], "pattern": "^a$" }),
            json!({ "pattern": "^a$" }),
            json!({ "pattern": "(^| )(id_)?token( |$)" }),
            json!({ "pattern": "[^a-c5]" }),
            json!({ "pattern": "[^]a]|[]a]" }),
            json!({ "pattern": "\\*|\\." }),
            json!({ "pattern": "^." }),
            json!({ "pattern": "^\\w+$" }),
            json!({ "pattern": "a{2}|[[a]]|(?i)A" }),
        ];
        for schema in &schemas {
            let own = Schema::new(schema.as_object().unwrap()).unwrap();
            let theirs = build(schema).unwrap();
            for value in &values {
                let datum = match value {
                    serde_json::Value::String(text) => Datum::Text(text.clone()),
                    serde_json::Value::Bool(flag) => Datum::Flag(*flag),
                    serde_json::Value::Number(number) => Datum::Number(number.to_string()),
                    _ => Datum::List(Vec::new()),
                };
                let value = datum.json().unwrap();
                let expected = Truth::from(theirs.is_valid(&value));
                assert_eq!(own.holds(Subject::Datum(&datum)), expected, "{schema} {value}");
            }
        }
    }
}
