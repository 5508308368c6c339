//! Accepting what devices send. Order per item: form → actor → hash → dependencies → right to write → rules → insert.

use super::people::{grants, is_persons_actor, owns_actor};
use super::{Caller, Store, begin, feed, storage};
use maydan_core::command::Grant;
use maydan_core::document::{Hash, RootWrite, decode_change, genesis};
use maydan_core::domain::visit::{Event, Step};
use maydan_core::permit::{self, Action};
use maydan_core::record::ScopeRule;
use maydan_core::sync::wire::{Item, MAX_PUSH_ITEMS, Outcome, Push, PushAnswer};
use maydan_core::{Actor, Error, ErrorCode, FieldType, RecordId, Result, ScopeId};
use rusqlite::Connection;

impl Store {
    /// Takes in a push: one transaction, one outcome per item.
    ///
    /// # Errors
    /// [`ErrorCode::TooLarge`] for more items than a push may have, [`ErrorCode::ForeignActor`].
    pub(crate) fn push(&self, caller: Caller, push: &Push) -> Result<PushAnswer> {
        if push.items.len() > MAX_PUSH_ITEMS {
            return Err(Error::new(ErrorCode::TooLarge, format!("a push has at most {MAX_PUSH_ITEMS} items")));
        }
        let mut db = self.writer();
        let tx = begin(&mut db)?;
        if !owns_actor(&tx, caller, push.actor)? {
            return Err(Error::new(ErrorCode::ForeignActor, "this actor was not announced by this device: say hello first"));
        }
        let grants = grants(&tx, caller.user)?;
        let mut outcomes = Vec::with_capacity(push.items.len());
        for item in &push.items {
            outcomes.push(match self.accept(&tx, caller, push.actor, &grants, item) {
                Ok(outcome) => outcome,
                // The disk's own failures end the push; whatever is wrong with an item is its own outcome.
                Err(e) if matches!(e.code, ErrorCode::DiskFull | ErrorCode::Internal | ErrorCode::NotADatabase) => return Err(e),
                Err(e) => Outcome::Rejected { code: e.code, message: e.message },
            });
        }
        tx.commit().map_err(storage)?;
        Ok(PushAnswer { epoch: self.epoch(), outcomes })
    }

    fn accept(&self, db: &Connection, caller: Caller, actor: Actor, grants: &[Grant], item: &Item) -> Result<Outcome> {
        match item {
            Item::Open { doc, kind, parent, scope } => self.open_doc(db, caller, grants, *doc, kind, *parent, *scope),
            Item::Change { doc, bytes } => self.change(db, caller, actor, grants, *doc, bytes),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of the item")]
    fn open_doc(
        &self,
        db: &Connection,
        caller: Caller,
        grants: &[Grant],
        id: RecordId,
        kind: &str,
        parent: Option<RecordId>,
        scope: ScopeId,
    ) -> Result<Outcome> {
        if let Some(existing) = feed::doc(db, id)? {
            permit::check(grants, existing.scope, Action::Read)?;
            return if existing.kind == kind {
                Ok(Outcome::Duplicate)
            } else {
                Err(Error::new(ErrorCode::BadRequest, format!("{id} is a {} already", existing.kind)))
            };
        }
        let scope = match &self.registry().get(kind)?.scope {
            ScopeRule::Company => ScopeId::COMPANY,
            ScopeRule::Own => ScopeId::from(caller.user),
            ScopeRule::Territory => scope,
            ScopeRule::Parent(field) => {
                let parent = parent.ok_or_else(|| Error::new(ErrorCode::Required, format!("a {kind} follows its {field}")))?;
                let found = feed::doc(db, parent)?;
                found.ok_or_else(|| Error::new(ErrorCode::NotFound, format!("the {field} {parent} is not here yet")))?.scope
            }
        };
        permit::check(grants, scope, Action::Write)?;
        let (_, seq) = feed::open(db, id, kind, scope, parent)?;
        Ok(Outcome::Accepted { seq })
    }

    fn change(&self, db: &Connection, caller: Caller, actor: Actor, grants: &[Grant], id: RecordId, bytes: &[u8]) -> Result<Outcome> {
        let change = decode_change(bytes)?;
        // Her own other devices' work she may bring: a broken phone's file of unsent work, a copied database's queue.
        if change.actor() != actor && !is_persons_actor(db, caller.user, change.actor())? {
            return Err(Error::new(ErrorCode::ForeignActor, "the change was written under somebody else's actor"));
        }
        let doc = feed::doc(db, id)?.ok_or_else(|| Error::new(ErrorCode::NotFound, format!("the document {id} is not here")))?;
        if feed::has_change(db, doc.n, &change.hash())? {
            return Ok(Outcome::Duplicate);
        }
        let last = feed::last_sequence(db, doc.n, &change)?;
        if change.sequence() <= last {
            return Err(Error::new(ErrorCode::DuplicateSequence, "the actor's sequence number came before with other content"));
        }
        // Automerge takes a gap for a broken invariant and panics: no reader must ever be sent one.
        if change.sequence() > last + 1 {
            return Err(Error::new(ErrorCode::MissingDependency, "the actor's changes before this one are not here: send them first"));
        }
        let kind = self.registry().get(&doc.kind)?;
        let genesis = genesis::hashes(kind, id)?;
        for dependency in change.dependencies() {
            if !genesis.contains(&dependency) && !feed::has_change(db, doc.n, &dependency)? {
                return Err(missing(&dependency));
            }
        }
        permit::check(grants, doc.scope, Action::Write)?;
        for field in kind.fields.iter().filter(|f| matches!(f.ty, FieldType::Events)) {
            check_steps(caller, grants, doc.scope, &format!("{}/", field.name), &change.root_writes())?;
        }
        let seq = feed::append(db, &doc, &change, caller)?;
        Ok(Outcome::Accepted { seq })
    }

    /// Moves a record, and whatever follows it, into another scope.
    pub fn rescope(&self, id: RecordId, to: ScopeId) -> Result<()> {
        let mut db = self.writer();
        let tx = begin(&mut db)?;
        let doc = feed::doc(&tx, id)?.ok_or_else(|| Error::new(ErrorCode::NotFound, "no such record"))?;
        let children: Vec<Vec<u8>> = tx
            .prepare("SELECT id FROM doc WHERE parent = ?1")
            .and_then(|mut s| s.query_map([id.as_bytes()], |r| r.get(0))?.collect())
            .map_err(storage)?;
        feed::rescope(&tx, &doc, to)?;
        for child in children {
            if let Some(child) = feed::doc(&tx, RecordId::from_slice(&child)?)? {
                feed::rescope(&tx, &child, to)?;
            }
        }
        tx.commit().map_err(storage)
    }
}

fn missing(hash: &Hash) -> Error {
    Error::new(ErrorCode::MissingDependency, format!("the change was made on {hash:?}, which is not here: send that first"))
}

/// Steps of a visit are signed with the sender's own name, and approving needs the right to approve, by whatever client.
fn check_steps(caller: Caller, grants: &[Grant], scope: ScopeId, prefix: &str, writes: &[RootWrite]) -> Result<()> {
    for RootWrite { key, text, overwrites } in writes.iter().filter(|w| w.key.starts_with(prefix)) {
        if *overwrites {
            return Err(Error::new(ErrorCode::Forbidden, "a step that was taken is never changed"));
        }
        let event: Event = text
            .as_deref()
            .and_then(|t| serde_json::from_str(t).ok())
            .ok_or_else(|| Error::new(ErrorCode::InvalidValue, format!("{key} is no step of a visit")))?;
        if event.by != caller.user {
            return Err(Error::new(ErrorCode::Forbidden, "a step is signed by whoever takes it"));
        }
        if matches!(event.step, Step::Approved { .. } | Step::Returned { .. }) {
            permit::check(grants, scope, Action::Approve)?;
        }
    }
    Ok(())
}
