//! The territories that this device knows.

use super::{use_query, use_session};
use maydan_core::command::{Level, ListRecords, MAX_PAGE};
use maydan_core::{ScopeId, Value};
use yew::prelude::*;

/// A territory, as this person has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Territory {
    /// The scope of what lies in it.
    pub scope: ScopeId,
    /// Its name.
    pub name: String,
    /// How much of it is granted to this person.
    pub level: Option<Level>,
}

impl Territory {
    /// Whether this person writes there.
    pub fn is_writable(&self) -> bool {
        self.level >= Some(Level::Write)
    }

    /// As one of several to choose from.
    pub fn option(&self) -> (AttrValue, String) {
        (AttrValue::from(self.scope.to_string()), self.name.clone())
    }
}

/// All territories, by name; `None` until they are here.
#[hook]
pub fn use_territories() -> Option<Vec<Territory>> {
    let session = use_session();
    let listed = use_query(Some(ListRecords { kind: "territory".to_owned(), limit: MAX_PAGE, ..ListRecords::default() }), &["territory"]);
    let level = |scope: ScopeId| session.user.as_ref()?.grants.iter().find(|grant| grant.scope == scope).map(|grant| grant.level);
    listed.data.as_ref().map(|page| {
        page.lines
            .iter()
            .map(|line| {
                let scope = ScopeId::from(line.id);
                Territory { scope, name: line.row.get("name").and_then(Value::as_text).unwrap_or_default().to_owned(), level: level(scope) }
            })
            .collect()
    })
}
