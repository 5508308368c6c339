//! Versions of the app: what each knows of kinds and fields. Half the fleet may be a version ahead of the others, and of the
//! server.

use maydan_core::record::ScopeRule;
use maydan_core::{Field, FieldType, Kind, Registry};

/// A version of the app, and of the server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edition {
    /// What there is.
    #[default]
    Present,
    /// The next one: notes have a summary, which is a text of its own, and a mood; and there are offers.
    Next,
}

/// The kind that only the next version knows.
const OFFER: &str = "offer";

impl Edition {
    /// The kinds that it knows.
    pub fn registry(self) -> Registry {
        let present = Registry::maydan();
        let note = Kind::clone(present.get("note").expect("notes are known"));
        match self {
            Self::Present => present,
            Self::Next => {
                let note = Kind { version: 2, ..note }
                    .field(Field::new("summary", FieldType::Prose).with("search").since(2))
                    .field(Field::new("mood", FieldType::Line).since(2));
                let offer = Kind::new(OFFER, ScopeRule::Parent("customer".into()))
                    .field(Field::new("customer", FieldType::Link("customer".into())).with("required"))
                    .field(Field::new("title", FieldType::Line).with("required").with("search"));
                present.with(note).with(offer)
            }
        }
    }

    /// Whether it knows a kind.
    pub fn knows(self, kind: &str) -> bool {
        kind != OFFER || self == Self::Next
    }
}
