//! The kinds that this installation knows.

use super::kind::{Derive, Field, FieldType, Kind, ScopeRule};
use crate::{Error, ErrorCode, Result};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Raised whenever [`crate::text::fold`] or a projection rule changes: every projection is then rebuilt.
pub const FOLD_VERSION: u16 = 1;

/// All known kinds by name. Kinds that companies add are the same structures, added at run time.
#[derive(Debug, Clone)]
pub struct Registry {
    kinds: BTreeMap<String, Arc<Kind>>,
    /// Names, in the order in which a new device needs their records.
    order: Vec<String>,
}

impl Registry {
    /// The kinds that come with Maydan.
    pub fn maydan() -> Self {
        Self::declared().deriving("visit", crate::domain::visit::derive).deriving("trip", crate::domain::trip::derive)
    }

    /// The same without what computes derived fields: for screens, which show rows and never read a document.
    ///
    /// First syncs bring records in this order: those that others name come before those, and what fills the disk comes last.
    pub fn declared() -> Self {
        Self { kinds: BTreeMap::new(), order: Vec::new() }
            .with(super::user::kind())
            .with(super::territory::kind())
            .with(super::customer::kind())
            .with(super::task::kind())
            .with(super::visit::kind())
            .with(super::note::kind())
            .with(super::attachment::kind())
            .with(super::trip::kind())
    }

    /// Says what computes the derived fields of a kind.
    fn deriving(mut self, name: &str, derive: Derive) -> Self {
        if let Some(kind) = self.kinds.get_mut(name) {
            Arc::make_mut(kind).derive = Some(derive);
        }
        self
    }

    /// Adds a kind.
    #[must_use]
    pub fn with(mut self, kind: Kind) -> Self {
        if !self.kinds.contains_key(kind.name.as_ref()) {
            self.order.push(kind.name.clone().into_owned());
        }
        self.kinds.insert(kind.name.clone().into_owned(), Arc::new(kind));
        self
    }

    /// Whether records of some kind follow those of this one.
    pub fn is_followed(&self, kind: &str) -> bool {
        let leads = |field: &Field| matches!(&field.ty, FieldType::Link(to) if to == kind);
        self.kinds.values().any(|follower| {
            matches!(&follower.scope, ScopeRule::Parent(name) if follower.fields.iter().any(|field| field.name == *name && leads(field)))
        })
    }

    /// The kind of that name.
    ///
    /// # Errors
    /// [`ErrorCode::UnknownKind`].
    pub fn get(&self, name: &str) -> Result<&Arc<Kind>> {
        self.kinds.get(name).ok_or_else(|| Error::new(ErrorCode::UnknownKind, format!("no kind of record is called {name:?} here")))
    }

    /// The names of all kinds, in the order in which a new device needs their records.
    pub fn in_order(&self) -> impl Iterator<Item = &str> {
        self.order.iter().map(String::as_str)
    }

    /// All kinds, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Kind>> {
        self.kinds.values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{FieldType, ScopeRule};

    #[test]
    fn names_are_fit_for_tables_and_locale_keys() {
        for kind in Registry::maydan().iter() {
            let names = std::iter::once(&kind.name).chain(kind.fields.iter().map(|f| &f.name));
            for name in names {
                assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{name}");
            }
        }
    }

    #[test]
    fn whatever_is_derived_is_computed() {
        for kind in Registry::maydan().iter() {
            let derived = kind.fields.iter().any(|f| matches!(f.ty, FieldType::Derived(_)));
            assert_eq!(derived, kind.derive.is_some(), "{}", kind.name);
        }
    }

    #[test]
    fn a_scope_that_follows_a_parent_names_a_required_link() {
        for kind in Registry::maydan().iter() {
            if let ScopeRule::Parent(field) = &kind.scope {
                let field = kind.get(field).expect("the parent field is declared");
                assert!(field.required && matches!(field.ty, FieldType::Link(_)), "{} {}", kind.name, field.name);
            }
        }
    }
}
