//! What Terraform marks as sensitive in the plans and states that it writes as JSON.

use crate::tree::{Node, Value};

/// The values of a plan or state that are marked as sensitive; none in any other document.
pub fn values(document: &Node) -> Vec<&Node> {
    let mut found = Vec::new();
    for item in items(document, "resource_changes") {
        changes(item.get("change"), &mut found);
    }
    for item in items(document, "resources") {
        for instance in items(item, "instances") {
            let Some(attributes) = instance.get("attributes") else { continue };
            let paths = items(instance, "sensitive_attributes").iter();
            found.extend(paths.filter_map(|path| at_path(attributes, path)));
        }
    }
    outputs(document, &mut found);
    for entry in document.get("output_changes").map(Node::entries).unwrap_or_default() {
        changes(Some(&entry.value), &mut found);
    }
    let prior = document.get("prior_state").and_then(|state| state.get("values"));
    for values in [document.get("planned_values"), document.get("values"), prior].into_iter().flatten() {
        outputs(values, &mut found);
        let mut modules: Vec<&Node> = values.get("root_module").into_iter().collect();
        while let Some(module) = modules.pop() {
            for item in items(module, "resources") {
                marked(item.get("values"), item.get("sensitive_values"), &mut found);
            }
            modules.extend(items(module, "child_modules"));
        }
    }
    found
}

fn items<'a>(node: &'a Node, key: &str) -> &'a [Node] {
    node.get(key).map(Node::items).unwrap_or_default()
}

fn changes<'a>(change: Option<&'a Node>, found: &mut Vec<&'a Node>) {
    for (value, marks) in [("before", "before_sensitive"), ("after", "after_sensitive")] {
        marked(
            change.and_then(|change| change.get(value)),
            change.and_then(|change| change.get(marks)),
            found,
        );
    }
}

fn outputs<'a>(values: &'a Node, found: &mut Vec<&'a Node>) {
    for output in values.get("outputs").map(Node::entries).unwrap_or_default() {
        marked(output.value.get("value"), output.value.get("sensitive"), found);
    }
}

/// Adds the parts of a value that are `true` in the map of marks.
fn marked<'a>(value: Option<&'a Node>, marks: Option<&'a Node>, found: &mut Vec<&'a Node>) {
    let (Some(value), Some(marks)) = (value, marks) else { return };
    match &marks.value {
        Value::Bool(true) => found.push(value),
        Value::Map(entries) => {
            entries.iter().for_each(|mark| marked(value.get(&mark.key), Some(&mark.value), found));
        }
        Value::List(marks) => {
            value.items().iter().zip(marks).for_each(|(item, mark)| marked(Some(item), Some(mark), found));
        }
        _ => {}
    }
}

/// The value at a path as state files write it: `[{"type": "get_attr", "value": "client_secret"}]`.
fn at_path<'a>(attributes: &'a Node, path: &Node) -> Option<&'a Node> {
    path.items().iter().try_fold(attributes, |node, step| {
        let at = step.get("value")?;
        match &at.get("value").unwrap_or(at).value {
            Value::Text(key) => node.get(key),
            Value::Number(index) => node.items().get(index.parse::<usize>().ok()?),
            _ => None,
        }
    })
}
