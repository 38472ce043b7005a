//! HCL as Terraform and OpenTofu write it, in the shape of Terraform's JSON syntax.
//!
//! A block becomes an entry under its keyword with one map per label around its body. Literals become values at
//! once; everything else stays an expression for `resolve`.

mod expression;
mod recovery;
mod template;

use hcl_edit::Span as _;
use hcl_edit::structure::{Block, BlockLabel, Body, Structure};

use super::comments::directives;
use super::{Format, Parsed};
use crate::problem::{Code, Problem};
use crate::source::{Place, Source};
use crate::tree::{Entry, Node, Value};

/// HashiCorp's configuration language.
pub struct Hcl;

impl Format for Hcl {
    fn name(&self) -> &'static str {
        "hcl"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["tf", "tofu", "tfvars", "hcl"]
    }

    fn parse(&self, source: &Source) -> Parsed {
        let mut parsed = Parsed::default();
        let whole = source.place(0..source.text.len());
        let entries = recovery::parse(source, &mut parsed.problems);
        if !entries.is_empty() {
            parsed.documents.push(Node::new(whole, Value::Map(entries)));
        }
        parsed.comments = directives(source, &parsed.documents, &["#", "//", "/*"]);
        parsed
    }
}

/// Reads a text of Terraform's JSON syntax as the template that it is. Where it cannot be read so, it is text.
/// Offsets within a JSON string are not those of the template, so every part stands at the string's place.
pub fn template_in_json(text: &str, place: Place) -> Node {
    if !text.contains("${") && !text.contains("%{") {
        return Node::new(place, Value::Text(text.to_owned()));
    }
    let Ok(template) = hcl_edit::parser::parse_template(text) else {
        return Node::new(place, Value::Text(text.to_owned()));
    };
    let mut value = template::from_text(&template, text, place);
    expression::move_to(&mut value, place);
    value
}

/// Reads a text as one expression: a `--var` of a complex type, a type written in JSON. Every part stands at
/// `place`.
pub fn expression_in_text(text: &str, place: Place) -> Option<Node> {
    let parsed = hcl_edit::parser::parse_expr(text.trim()).ok()?;
    let source = Source::new(place.file, "", None, text.trim().to_owned());
    let mut node = Reader { source: &source, base: 0 }.expression(&parsed, 0);
    expression::move_to(&mut node, place);
    Some(node)
}

/// Turns hcl-edit's tree into ours.
struct Reader<'a> {
    source: &'a Source,
    /// Offset in the source of the first byte that was parsed.
    base: usize,
}

impl Reader<'_> {
    fn place(&self, span: Option<std::ops::Range<usize>>) -> Place {
        let span = span.unwrap_or(0..0);
        self.source.place(span.start + self.base..span.end + self.base)
    }

    fn body(&self, body: &Body) -> Vec<Entry> {
        body.iter()
            .map(|structure| match structure {
                Structure::Attribute(attribute) => Entry {
                    // From the source: a repeated one was parsed under another name.
                    key: self.source.slice(self.place(attribute.key.span()).span).to_owned(),
                    key_place: self.place(attribute.key.span()),
                    value: self.expression(&attribute.value, 0),
                },
                Structure::Block(block) => self.block(block),
            })
            .collect()
    }

    fn block(&self, block: &Block) -> Entry {
        // A block on one line has no span of its own body, and within one line no span of an attribute either:
        // the block's span serves.
        let place = self.block_place(block);
        let mut value = Node::new(place, Value::Map(self.body(&block.body)));
        for label in block.labels.iter().rev() {
            let key_place = self.place(match label {
                BlockLabel::Ident(label) => label.span(),
                BlockLabel::String(label) => label.span(),
            });
            let entry = Entry { key: label.as_str().to_owned(), key_place, value };
            value = Node::new(place, Value::Map(vec![entry]));
        }
        Entry { key: block.ident.as_str().to_owned(), key_place: self.place(block.ident.span()), value }
    }

    fn block_place(&self, block: &Block) -> Place {
        self.place(block.span().or_else(|| block.ident.span()))
    }
}

/// The problem of a text that hcl-edit rejects, without any of the document's text.
fn problem(error: &hcl_edit::parser::Error, source: &Source, base: usize) -> Problem {
    let message = error.message();
    let offset = base + error.location().offset();
    let end = source.text.get(offset..).and_then(|rest| rest.chars().next()).map_or(offset, |first| {
        if first == '\n' || first == '\r' { offset } else { offset + first.len_utf8() }
    });
    let code = if message.contains("at most ") {
        Code::Limit
    } else if message.contains("redefined") {
        Code::DuplicateKey
    } else {
        Code::Syntax
    };
    // The parser's messages name what it expected, never what it read; its line context is not used.
    Problem { code, place: source.place(offset..end), message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;
    use crate::tree::expression::{Expression, Part};

    fn read(text: &str) -> (Source, Parsed) {
        let source = Source::new(FileId(0), "main.tf", None, text.to_owned());
        let parsed = Hcl.parse(&source);
        (source, parsed)
    }

    fn at<'n>(node: &'n Node, path: &[&str]) -> &'n Node {
        path.iter().fold(node, |node, key| node.get(key).unwrap_or_else(|| panic!("no {key}")))
    }

    #[test]
    fn blocks_take_the_shape_of_json_and_keep_their_places() {
        let text = "# é\nresource \"auth0_client\" \"x\" {\n  name = \"é\"\n  jwt_configuration { alg = \"HS256\" }\n  a = [1, { \"k\" = true }]\n}\n";
        let (source, parsed) = read(text);
        assert_eq!(parsed.problems, []);
        let root = &parsed.documents[0];
        let slice = |place: Place| source.slice(place.span);
        let body = at(root, &["resource", "auth0_client", "x"]);
        assert!(slice(body.place).starts_with("resource \"auth0_client\""));
        assert!(slice(body.place).ends_with("]\n}"));
        let label = at(root, &["resource", "auth0_client"]).entry("x").unwrap();
        assert_eq!(slice(label.key_place), "\"x\"");
        assert_eq!(slice(body.entry("name").unwrap().key_place), "name");
        assert_eq!(slice(at(body, &["name"]).place), "\"é\"");
        let block = at(body, &["jwt_configuration"]);
        assert_eq!(slice(block.place), "jwt_configuration { alg = \"HS256\" }");
        assert_eq!(slice(block.entry("alg").unwrap().key_place), "alg");
        assert_eq!(slice(at(block, &["alg"]).place), "\"HS256\"");
        let object = &at(body, &["a"]).items()[1];
        assert_eq!(slice(object.place), "{ \"k\" = true }");
        assert_eq!(slice(object.entry("k").unwrap().key_place), "\"k\"");
    }

    #[test]
    fn every_part_of_an_expression_has_its_place() {
        let (source, parsed) = read("a = concat(var.x[0].y, [\"${local.z}/b\"])\n");
        let Value::Expression(expression) = &at(&parsed.documents[0], &["a"]).value else { panic!() };
        let Expression::Call(call) = expression.as_ref() else { panic!() };
        let slice = |node: &Node| source.slice(node.place.span).to_owned();
        assert_eq!(slice(&call.arguments[0]), "var.x[0].y");
        let Value::Expression(outer) = &call.arguments[0].value else { panic!() };
        let Expression::Attribute(of, name) = outer.as_ref() else { panic!() };
        assert_eq!((slice(of).as_str(), name.as_str()), ("var.x[0]", "y"));
        let template = &call.arguments[1].items()[0];
        assert_eq!(slice(template), "\"${local.z}/b\"");
        let Value::Expression(expression) = &template.value else { panic!() };
        let Expression::Template(parts) = expression.as_ref() else { panic!() };
        assert!(matches!(parts.as_slice(), [Part::Value(_), Part::Text(text)] if text == "/b"));
        let Part::Value(value) = &parts[0] else { panic!() };
        assert_eq!(slice(value), "local.z");
    }

    #[test]
    fn heredocs_keep_what_terraform_keeps() {
        let (_, parsed) =
            read("a = <<-EOT\n    x\n\n      ${1}y $${z}\n    EOT\nb = <<EOT\nraw \\n\nEOT\nc = <<E\nE\n");
        let root = &parsed.documents[0];
        assert_eq!(at(root, &["b"]).text(), Some("raw \\n\n"));
        assert_eq!(at(root, &["c"]).text(), Some(""));
        let Value::Expression(expression) = &at(root, &["a"]).value else { panic!() };
        let Expression::Template(parts) = expression.as_ref() else { panic!() };
        assert!(matches!(&parts[0], Part::Text(text) if text == "x\n\n  "));
        assert!(matches!(&parts[2], Part::Text(text) if text == "y ${z}\n"));
    }

    #[test]
    fn a_repeated_key_is_no_reason_to_lose_the_rest() {
        let (source, parsed) = read("locals {\n  a = { x = 1, \"x\" = 2, y = 3 }\n  b = 1\n  b = 2\n}\n");
        let locals = at(&parsed.documents[0], &["locals"]);
        assert_eq!(at(locals, &["a"]).entries().len(), 3);
        assert!(matches!(&at(locals, &["a", "x"]).value, Value::Number(number) if number == "2"));
        assert_eq!(parsed.problems.len(), 1);
        assert_eq!(parsed.problems[0].code, Code::DuplicateKey);
        assert_eq!(source.position(parsed.problems[0].place.span.start).line, 4);
    }

    #[test]
    fn a_broken_block_is_one_problem_with_its_place() {
        let (source, parsed) = read(
            "resource \"a\" \"b\" {\n  x = 1\n}\nresource \"a\" \"bad\" {\n  secret = \"s3cret\n}\n\nlocals {\n  y = 2\n}\n",
        );
        assert_eq!(parsed.documents[0].entries().len(), 2);
        assert_eq!(parsed.problems.len(), 1);
        let problem = &parsed.problems[0];
        assert_eq!((problem.code, source.position(problem.place.span.start).line), (Code::Syntax, 5));
        assert!(!problem.message.contains("s3cret"));
    }

    #[test]
    fn depth_is_bounded() {
        for (open, close) in
            [("[", "]"), ("(", ")"), ("{a=", "}"), ("\"${", "}\""), ("!", ""), ("f(", ")"), ("-", "")]
        {
            let text = format!("a = {}1{}\n", open.repeat(100_000), close.repeat(100_000));
            let (_, parsed) = read(&text);
            assert_eq!(parsed.problems.len(), 1, "{open}");
        }
        for tail in [".a", "[0]", "[*]", ".*", "[*].a", ".*.a[0]"] {
            let (_, parsed) = read(&format!("a = x{}\n", tail.repeat(20_000)));
            assert_eq!(parsed.problems, [], "{tail}");
        }
        let (_, parsed) = read(&format!("a = 1{}\n", " + 1".repeat(100_000)));
        assert_eq!(parsed.problems[0].code, Code::Limit);
        let (_, parsed) = read(&"b {\n".repeat(100_000));
        assert_eq!(parsed.problems.len(), 1);
    }

    #[test]
    fn empty_texts_and_line_endings_are_fine() {
        assert!(read("").1.documents.is_empty());
        assert!(read("# nothing\r\n").1.documents.is_empty());
        let (_, parsed) = read("a {\r\n  b = 1 // c\r\n  c = {\r\n    d = 2\r\n  }\r\n}");
        assert_eq!(parsed.problems, []);
        assert!(at(&parsed.documents[0], &["a", "c", "d"]).text().is_none());
    }

    #[test]
    fn comments_that_speak_to_us_are_found() {
        let (source, parsed) =
            read("# clientlint: ignore[x]\na = 1 // clientlint: channel=y\r\nb = \"clientlint: no\"\n");
        let found: Vec<&str> = parsed.comments.iter().map(|span| source.slice(*span)).collect();
        assert_eq!(found, ["# clientlint: ignore[x]", "// clientlint: channel=y"]);
    }
}
