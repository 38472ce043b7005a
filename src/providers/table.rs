//! Provider tables as they are written: shapes, attributes, values, defaults.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

use super::join::is_join;
use super::spelling::{Own, Spelling};
use crate::vocabulary::{Attribute, Kind};

/// What a provider's file says.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Table {
    /// Texts of which one stands in each of its documents: what a file is searched for before it is parsed.
    #[serde(default)]
    pub probe: Vec<String>,
    /// More of the kind, which say nothing of clients by themselves: they stand in other documents as well.
    #[serde(default)]
    pub hints: Vec<String>,
    /// Texts of which one alone tells that a text is of this provider, even if it cannot be read.
    #[serde(default)]
    pub tells: Vec<String>,
    /// Named lists of keys, to which tests and lists of secrets refer by `=name`.
    #[serde(default)]
    pub words: BTreeMap<String, Vec<String>>,
    /// Forms of documents, tried in this order.
    #[serde(default)]
    pub shapes: Vec<Shape>,
    /// Where attributes stand in an object of each kind: one path, or several of which the first that is there counts.
    #[serde(default)]
    pub attributes: BTreeMap<String, BTreeMap<String, OneOrMore>>,
    /// Attributes that are lists, of which the field holds one item.
    #[serde(default)]
    pub single: Vec<String>,
    /// Attributes that list which fields of an object are written, by kind of object: the paths of these fields.
    #[serde(default)]
    pub written: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    /// Values of attributes in the vocabulary's words: attribute, native value, value.
    #[serde(default)]
    pub values: BTreeMap<String, BTreeMap<String, String>>,
    /// What the platform's words for kinds of applications mean.
    #[serde(default)]
    pub application_types: BTreeMap<String, ApplicationType>,
    /// What the platform fills in. The first row that fits and sets an attribute counts.
    #[serde(default)]
    pub defaults: Vec<Default>,
    /// Names of clients that come with the tenant.
    #[serde(default)]
    pub furniture: Vec<String>,
    /// What fields may hold: kind of object, path, values.
    #[serde(default)]
    pub enums: BTreeMap<String, BTreeMap<String, Allowed>>,
    /// Fields that have another name today.
    #[serde(default)]
    pub deprecated: Vec<Deprecated>,
    /// Fields with secrets, by kind of object, beside the client secret: paths, keys in which `*` stands for anything, and
    /// named lists of these.
    #[serde(default)]
    pub secrets: BTreeMap<String, Vec<String>>,
}

/// The shape of Terraform's configuration, whoever's resources it holds.
pub const CONFIGURATION: &str = "terraform";
/// The shape of plans.
pub const PLAN: &str = "terraform-plan";
/// The shape of states.
pub const STATE: &str = "terraform-state";

/// A form of documents.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Shape {
    /// Its id, which is also what `--kind` names.
    pub id: String,
    /// Syntaxes in which it is written; `terraform` and `tfvars` for what stands in files of Terraform as they are
    /// written, the second for files of values that no configuration beside them takes.
    pub syntax: Vec<String>,
    /// Folders of which one must hold the file.
    #[serde(default)]
    pub folders: Vec<String>,
    /// Names of which the file must have one.
    #[serde(default)]
    pub names: Vec<String>,
    /// Texts of which one must stand in the file: to look for them takes less than to look at all that it holds.
    #[serde(default)]
    pub mentions: Vec<String>,
    /// What the document must be.
    #[serde(default)]
    pub document: Test,
    /// Where objects stand in it.
    #[serde(default)]
    pub objects: Vec<ObjectsAt>,
    /// Where parts of objects stand that `join` puts into these.
    #[serde(default)]
    pub parts: Vec<ObjectsAt>,
    /// Where attributes stand, by kind of object, where it is not where the table says: in the form's own spelling.
    #[serde(default)]
    pub attributes: BTreeMap<String, BTreeMap<String, OneOrMore>>,
    /// What the form's own words mean: path of the field in the table, native word, the table's word.
    #[serde(default)]
    pub values: BTreeMap<String, BTreeMap<String, String>>,
    /// Fields, by their paths in the table, whose words are written in camelCase.
    #[serde(default)]
    pub camel_values: Vec<String>,
    /// Terraform resource types, and the kinds of objects that they are: in shapes that are called as below.
    #[serde(default)]
    pub resources: BTreeMap<String, String>,
    /// Those of which a resource changes an object that is there anyway.
    #[serde(default)]
    pub partial_resources: Vec<String>,
    /// What the absence of an attribute means.
    #[serde(default)]
    pub delivery: Delivery,
    /// How what is delivered in this form is created.
    pub channel: Option<String>,
    /// How keys are spelt, if not as in the table.
    #[serde(default)]
    pub spelling: Spelling,
    /// Whether `"true"` is as good as `true`, as in Terraform and what is built on it.
    #[serde(default)]
    pub typed_by_text: bool,
    /// With which function resources are joined before their attributes are read.
    pub join: Option<String>,
    /// The type of the clients of which it is the configuration, where its form tells.
    pub client_type: Option<String>,
    /// Whether each list of a file holds names of its own: environments, tenants, answers of a recording.
    #[serde(default)]
    pub lists_apart: bool,
    /// Whether it is taken only when `--kind` names it.
    #[serde(default)]
    pub only_by_name: bool,
    #[serde(skip)]
    pub(super) own: Own,
}

impl Shape {
    /// Checks its words. What they mean nothing to would be found nowhere, without a word.
    pub(super) fn check(&self) -> Result<(), String> {
        let objects = self.objects.iter().map(|objects| &objects.kind);
        for kind in objects.chain(self.resources.values()) {
            Kind::named(kind).ok_or_else(|| format!("`{kind}` is no kind"))?;
        }
        let forms = [CONFIGURATION, PLAN, STATE];
        if !self.resources.is_empty() && !forms.contains(&self.id.as_str()) {
            return Err(format!("`resources` are for shapes that are called {}", forms.join(", ")));
        }
        match self.join.as_deref().filter(|join| !is_join(join)) {
            Some(join) => Err(format!("there is no join `{join}`")),
            None => Ok(()),
        }
    }
}

/// What the absence of an attribute means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, std::default::Default)]
#[serde(rename_all = "kebab-case")]
pub enum Delivery {
    /// The platform's default when the object is created.
    #[default]
    DesiredState,
    /// The object that is there already does not have it, or the platform does not return it.
    Dump,
    /// It was not asked.
    Partial,
}

impl Delivery {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::DesiredState => "desired-state",
            Self::Dump => "dump",
            Self::Partial => "partial",
        }
    }
}

/// Objects of a document.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ObjectsAt {
    /// What they are.
    pub kind: String,
    /// Where they stand: keys with dots between; `[]` for each item of a list, `{}` for each value of a map,
    /// `**` for anything at any depth; empty for the document itself.
    pub at: String,
    /// Whether they are lists of variables, each of which is read as a map of names and values.
    #[serde(default)]
    pub variables: bool,
    /// Where in the object its attributes stand, if not in itself: of several places, the first with an attribute.
    #[serde(default)]
    pub within: OneOrMore,
    /// Where in the object stands what others call it, if it stands under no key.
    #[serde(default)]
    pub key: String,
    /// What each must be.
    #[serde(default)]
    pub when: Test,
    /// What shows that only a part of the object is written: a patch, a change of what is there.
    #[serde(default)]
    pub partial: Vec<Test>,
}

/// What a map must be.
#[derive(Clone, Debug, Deserialize, std::default::Default)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Test {
    /// Paths that it must have.
    #[serde(default)]
    pub has: Vec<String>,
    /// Keys, or paths with dots, that it must not have.
    #[serde(default)]
    pub lacks: Vec<String>,
    /// Keys of which it must have some: `*` stands for anything.
    #[serde(default)]
    pub any: Vec<String>,
    /// Those of `any` with a `*`.
    #[serde(skip)]
    pub(super) any_like: Vec<String>,
    /// How many of `any`; 1 unless it says otherwise.
    pub at_least: Option<usize>,
    /// Keys of which it must have one as well.
    #[serde(default)]
    pub also: Vec<String>,
    /// Keys beside which it may have no others.
    #[serde(default)]
    pub only: Vec<String>,
    /// Paths whose text must match: `*` stands for anything.
    #[serde(default)]
    pub matches: BTreeMap<String, OneOrMore>,
    /// Paths whose text must not match, if there is one: `*` stands for anything.
    #[serde(default)]
    pub unlike: BTreeMap<String, OneOrMore>,
    /// Texts of which one must stand under some key: `*` stands for anything.
    #[serde(default)]
    pub holds: Vec<String>,
    /// Paths of lists that must be there and hold none of these texts.
    #[serde(default)]
    pub without: BTreeMap<String, OneOrMore>,
    /// How much must speak for it beside the names of its keys: see `plausible.rs`.
    #[serde(default)]
    pub plausible: usize,
}

/// What the platform fills in.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Default {
    #[serde(default)]
    pub(super) on: Option<String>,
    #[serde(default)]
    pub(super) when: BTreeMap<String, OneOrMore>,
    pub(super) set: BTreeMap<String, Json>,
    /// Which platform fills it in, and when: shown with findings that rest on it.
    pub(super) says: String,
}

/// What a platform's word for a kind of application means.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ApplicationType {
    /// `public` or `confidential`; none where it says nothing.
    pub client_type: Option<String>,
    /// The profile.
    pub profile: Option<String>,
    /// Whether the type is only likely.
    #[serde(default)]
    pub likely: bool,
}

/// What a field may hold, as of the day that the table's file names.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Allowed {
    /// The values.
    pub values: Vec<String>,
    /// What people write, and what they mean by it.
    #[serde(default)]
    pub meant: BTreeMap<String, String>,
}

/// A field that has another name today.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Deprecated {
    /// The kind of object.
    pub kind: String,
    /// The shapes in which the old name is old.
    pub shapes: Vec<String>,
    /// The old name.
    pub field: String,
    /// The new one.
    pub replacement: String,
    /// Terraform: it counts where the configuration takes no version of the provider before this one.
    pub since: Option<[u64; 2]>,
}

/// One text or several.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
#[serde(untagged)]
pub enum OneOrMore {
    /// One.
    One(String),
    /// Several.
    More(Vec<String>),
}

impl std::default::Default for OneOrMore {
    fn default() -> Self {
        Self::More(Vec::new())
    }
}

impl Shape {
    /// The form of an organisation's own files, in which clients stand at a path.
    pub fn in_house(at: &str, channel: Option<String>) -> Self {
        Self {
            id: "in-house".to_owned(),
            syntax: ["yaml", "json", "toml"].map(str::to_owned).to_vec(),
            folders: Vec::new(),
            names: Vec::new(),
            mentions: Vec::new(),
            document: Test::default(),
            objects: vec![ObjectsAt {
                variables: false,
                kind: Kind::Client.name().to_owned(),
                at: at.to_owned(),
                within: OneOrMore::default(),
                key: String::new(),
                when: Test::default(),
                partial: Vec::new(),
            }],
            parts: Vec::new(),
            attributes: BTreeMap::new(),
            values: BTreeMap::new(),
            camel_values: Vec::new(),
            resources: BTreeMap::new(),
            partial_resources: Vec::new(),
            delivery: Delivery::DesiredState,
            channel,
            spelling: Spelling::AsWritten,
            typed_by_text: false,
            join: None,
            client_type: None,
            lists_apart: at == "**",
            only_by_name: false,
            own: Own::default(),
        }
    }
}

impl Table {
    /// Whether an attribute is a list of which the field holds one item.
    pub(super) fn is_single(&self, attribute: Attribute) -> bool {
        self.single.iter().any(|single| single == attribute.name())
    }
}

impl OneOrMore {
    /// All of them.
    pub fn each(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::More(more) => more,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Shape;

    #[test]
    fn what_would_be_found_nowhere_is_said() {
        let check = |json: &str| serde_json::from_str::<Shape>(json).unwrap().check();
        assert_eq!(
            check(r#"{"id": "terraform", "syntax": ["hcl"], "resources": {"idp_app": "client"}}"#),
            Ok(())
        );
        for (wrong, says) in [
            (
                r#""id": "idp-hcl", "resources": {"idp_app": "client"}"#,
                "called terraform, terraform-plan, terraform-state",
            ),
            (r#""id": "terraform", "resources": {"idp_app": "cleint"}"#, "`cleint` is no kind"),
            (r#""id": "a", "objects": [{"kind": "cleint", "at": ""}]"#, "`cleint` is no kind"),
            (r#""id": "a", "join": "auth0-credential""#, "no join `auth0-credential`"),
        ] {
            let said = check(&format!("{{\"syntax\": [\"hcl\"], {wrong}}}")).unwrap_err();
            assert!(said.contains(says), "{said}");
        }
    }
}
