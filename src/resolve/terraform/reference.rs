//! References from one resource to another.

use std::rc::Rc;

use super::scope::{Key, Scope, World};
use super::value::{Data, Field, ResourceValue, Val};
use crate::source::Place;
use crate::tree::{Reference, Unknown};

impl<'a> World<'a> {
    /// `kind.name`: a resource of this module, or all its instances.
    pub(super) fn resource(&self, scope: &Scope<'a>, kind: &str, name: &str, place: Place) -> Val {
        let instance = &scope.instance;
        let address = format!("{}{kind}.{name}", instance.prefix);
        let at = instance.module.by_name.get(&(kind, name)).copied();
        let block = at.and_then(|at| instance.module.resources.get(at));
        let value = |key: &Key, each: Option<(&'static str, Val)>| {
            let address = format!("{address}{}", key.suffix());
            let several = matches!(key, Key::Unknown);
            let resource = ResourceValue { address, instance: instance.number, block: at, each, several };
            Val::new(Data::Resource(Rc::new(resource)), place)
        };
        let Some(block) = block else { return value(&Key::None, None) };
        let by_key = block.body.get("for_each").is_some();
        if !by_key && block.body.get("count").is_none() {
            return value(&Key::None, None);
        }
        self.once(instance, format!("resource.{kind}.{name}"), place, || {
            let mut items = Vec::new();
            for (key, each) in self.expand(&block.body, &Scope::new(Rc::clone(instance))).0 {
                match &key {
                    Key::Unknown => return value(&key, each),
                    Key::Name(own) => {
                        items.push(Field {
                            key: Rc::clone(own),
                            place,
                            value: value(&key, each),
                            maybe: false,
                        });
                    }
                    _ => {
                        items.push(Field { key: Rc::from(""), place, value: value(&key, each), maybe: false })
                    }
                }
            }
            if by_key {
                Val::map(items, false, place)
            } else {
                Val::list(items.into_iter().map(|field| field.value).collect(), place)
            }
        })
    }

    /// An attribute of a resource: what is written where that is known, else a reference.
    pub(super) fn resource_attribute(&self, resource: &ResourceValue, name: &str, place: Place) -> Val {
        let address = resource.address.clone();
        let reference = Unknown {
            text: format!("{address}.{name}"),
            many: false,
            reference: Some(Box::new(Reference { address, attribute: name.to_owned() })),
        };
        let reference = Val::new(Data::Unknown(Rc::new(reference)), place);
        let Some(instance) = self.instance_at(resource.instance) else { return reference };
        let block = resource.block.and_then(|at| instance.module.resources.get(at));
        let Some(written) = block.and_then(|block| block.body.get(name)) else { return reference };
        let value = self.once(&instance, format!("{}.{name}", resource.address), place, || {
            let mut scope = Scope::new(Rc::clone(&instance));
            if let Some((word, value)) = &resource.each {
                scope = scope.with(*word, value.clone());
            }
            self.evaluate(written, &scope)
        });
        // A nested block is a list of objects to those who refer to it.
        let refers = matches!(&value.data, Data::Unknown(unknown) if unknown.reference.is_some());
        match &value.data {
            Data::Map(_) | Data::Null => reference,
            _ if value.is_known() || refers => value,
            _ => reference,
        }
    }
}
