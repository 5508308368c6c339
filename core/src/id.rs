//! Identities. Each is its own type, so that a scope can't be passed for a record.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The id's 16 bytes.
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// Reads an id from 16 bytes.
            ///
            /// # Errors
            /// [`ErrorCode::Corrupt`](crate::ErrorCode::Corrupt) when there are not 16.
            pub fn from_slice(bytes: &[u8]) -> crate::Result<Self> {
                Uuid::from_slice(bytes)
                    .map(Self)
                    .map_err(|_| crate::Error::corrupt(concat!("a ", stringify!($name), " has 16 bytes")))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = crate::Error;
            fn from_str(s: &str) -> crate::Result<Self> {
                Uuid::from_str(s)
                    .map(Self)
                    .map_err(|_| crate::Error::bad_request(format!("not an id: {s:?}")))
            }
        }
    };
}

id! {
    /// A record, and the document behind it. A user's id is the id of her user record.
    RecordId
}
id! {
    /// Who may see a record: a territory's id, a user's id (her own things), or [`ScopeId::COMPANY`].
    ScopeId
}
id! {
    /// An installation of the app.
    DeviceId
}

impl ScopeId {
    /// What everybody in the company may see: territories, people.
    pub const COMPANY: Self = Self(Uuid::from_u128(1));
    /// Where the server keeps the ids of what was erased for good. Nobody reads there.
    pub const ERASED: Self = Self(Uuid::from_u128(2));
}

impl From<RecordId> for ScopeId {
    /// A territory or a user, seen as the scope that it names.
    fn from(id: RecordId) -> Self {
        Self(id.0)
    }
}

/// The writer of changes: one per installation and database incarnation, so that a restored or cloned database
/// can't reuse a sequence number with other content.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Actor(pub Uuid);

impl Actor {
    /// Writes the genesis of every document; never a person.
    pub const GENESIS: Self = Self(Uuid::nil());

    /// The same actor as Automerge names it.
    pub fn automerge(self) -> automerge::ActorId {
        automerge::ActorId::from(self.0.into_bytes())
    }

    /// The same, as it writes in a document of a generation: it counts from 1 again there.
    pub fn automerge_in(self, generation: u64) -> automerge::ActorId {
        if generation == 0 {
            return self.automerge();
        }
        let mut bytes = generation.to_be_bytes().to_vec();
        bytes.extend(self.0.into_bytes());
        automerge::ActorId::from(bytes)
    }
}

/// The generation in which a writer writes. Names that no app of ours gives fold to the first.
pub(crate) fn generation_of(actor: &automerge::ActorId) -> u64 {
    let own = without_branch(actor.to_bytes());
    match own.len().checked_sub(ACTOR_BYTES).and_then(|length| own.get(..length)) {
        Some(generation) => generation.try_into().map_or(0, u64::from_be_bytes),
        None => 0,
    }
}

/// The name of the actor itself, behind what Automerge puts before that of a branch.
fn without_branch(name: &[u8]) -> &[u8] {
    if name.len() <= ACTOR_BYTES {
        return name;
    }
    // A generation never begins so: that would be the year 40,000.
    let Some(leveled) = name.strip_prefix(&BRANCH_MAGIC) else { return name };
    let level = leveled.iter().take(MAX_LEVEL_BYTES - 1).take_while(|byte| **byte & 0x80 != 0).count() + 1;
    leveled.get(level..).unwrap_or_default()
}

impl From<&automerge::ActorId> for Actor {
    /// The installation behind an actor: an edit at old heads is written under a branch, whose name ends with the actor's, and
    /// in a later generation of a document that stands before it. Actors of other forms can't come from an app of ours; they
    /// fold to the genesis actor, which may not push.
    fn from(actor: &automerge::ActorId) -> Self {
        let own = without_branch(actor.to_bytes());
        let own = match own.len() {
            IN_GENERATION_BYTES => &own[IN_GENERATION_BYTES - ACTOR_BYTES..],
            _ => own,
        };
        Self(Uuid::from_slice(own).unwrap_or(Uuid::nil()))
    }
}

/// How Automerge begins the name of a branch of an actor (its `CONCURRENCY_MAGIC_BYTES`).
const BRANCH_MAGIC: [u8; 4] = [0x13, 0xb2, 0x23, 0x09];
/// Behind that stands a level, as LEB128.
const MAX_LEVEL_BYTES: usize = 10;
/// An actor.
const ACTOR_BYTES: usize = 16;
/// A generation, and an actor.
const IN_GENERATION_BYTES: usize = 8 + ACTOR_BYTES;

impl fmt::Debug for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Actor({})", self.0.simple())
    }
}
