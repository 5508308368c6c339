//! Group commit: who writes while others wait takes their work along into one transaction.
//!
//! Each waits for the one writer as before; whoever gets it does everything that has gathered meanwhile. A hundred devices
//! that push at once cost a few flushes of the disk instead of a hundred, and one alone waits for nobody.

use super::{Store, Tx, is_fatal};
use maydan_core::{Error, Result};
use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Jobs done in one transaction at most.
const MOST: usize = 64;

/// A job: does its work in the transaction it is given, and answers whoever waits once that is on the disk.
trait Job<C>: Send {
    /// Does the work.
    fn run(&mut self, context: &mut C, tx: &mut dyn Tx) -> Result<()>;
    /// Tells the outcome: `Ok` once it is on the disk.
    fn answer(self: Box<Self>, outcome: Result<()>);
}

struct Waiting<F, T> {
    work: Option<F>,
    done: Option<T>,
    answer: SyncSender<Result<T>>,
}

impl<C, T: Send, F: FnOnce(&mut C, &mut dyn Tx) -> Result<T> + Send> Job<C> for Waiting<F, T> {
    fn run(&mut self, context: &mut C, tx: &mut dyn Tx) -> Result<()> {
        if let Some(work) = self.work.take() {
            self.done = Some(work(context, tx)?);
        }
        Ok(())
    }

    fn answer(self: Box<Self>, outcome: Result<()>) {
        let Self { done, answer, .. } = *self;
        // Nobody may wait any more: the request was given up.
        drop(answer.send(outcome.and_then(|()| done.ok_or_else(|| Error::internal("the work was not done")))));
    }
}

/// What surrounds the jobs of a transaction: `C` is made at its beginning, kept at its end.
pub(crate) trait Frame<C>: Send + Sync {
    /// Prepares a transaction.
    fn begin(&self, tx: &mut dyn Tx) -> Result<C>;
    /// Writes what a job left in the context, right after it.
    fn end(&self, context: &mut C, tx: &mut dyn Tx) -> Result<()>;
    /// It is on the disk.
    fn committed(&self, context: C);
}

/// Jobs that wait for the writer.
pub(crate) struct Group<C> {
    queue: Mutex<VecDeque<Box<dyn Job<C>>>>,
    turn: Mutex<()>,
}

impl<C> Default for Group<C> {
    fn default() -> Self {
        Self { queue: Mutex::default(), turn: Mutex::default() }
    }
}

impl<C: Clone> Group<C> {
    /// Does a job, with whatever else waits, and answers once it is on the disk. A job that fails leaves nothing behind
    /// and harms no other; when the disk fails, all of them fail.
    pub fn run<T: Send + 'static>(
        &self,
        store: &dyn Store,
        frame: &dyn Frame<C>,
        work: impl FnOnce(&mut C, &mut dyn Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (answer, answered): (_, Receiver<Result<T>>) = sync_channel(1);
        self.queue().push_back(Box::new(Waiting { work: Some(work), done: None, answer }));
        let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            // Whoever had the turn before may have done it already.
            if let Ok(answer) = answered.try_recv() {
                return answer;
            }
            let jobs: Vec<_> = {
                let mut queue = self.queue();
                let most = queue.len().min(MOST);
                queue.drain(..most).collect()
            };
            if jobs.is_empty() {
                // A panic in a job of the same transaction took it along.
                drop(turn);
                return Err(Error::internal("the transaction ended in a panic"));
            }
            perform(store, frame, jobs);
        }
    }

    fn queue(&self) -> MutexGuard<'_, VecDeque<Box<dyn Job<C>>>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many wait.
    #[cfg(test)]
    pub fn waiting(&self) -> usize {
        self.queue().len()
    }
}

fn perform<C: Clone>(store: &dyn Store, frame: &dyn Frame<C>, mut jobs: Vec<Box<dyn Job<C>>>) {
    let mut refused: Vec<Option<Error>> = Vec::new();
    let mut left = None;
    let committed = store.write(&mut |tx| {
        let mut context = frame.begin(tx)?;
        let alone = jobs.len() == 1;
        for job in &mut jobs {
            let before = context.clone();
            // Each leaves what it has shown to whoever asked: an answer never names what is not written.
            let mut perform = |tx: &mut dyn Tx| job.run(&mut context, tx).and_then(|()| frame.end(&mut context, tx));
            let done = if alone { perform(tx) } else { part(tx, perform) };
            match done {
                Err(e) if alone || is_fatal(&e) => return Err(e),
                Err(e) => {
                    context = before;
                    refused.push(Some(e));
                }
                Ok(()) => refused.push(None),
            }
        }
        left = Some(context);
        Ok(())
    });
    if let (Ok(()), Some(context)) = (&committed, left) {
        frame.committed(context);
    }
    let mut refused = refused.into_iter();
    for job in jobs {
        let own = refused.next().flatten();
        job.answer(match (&committed, own) {
            (Err(e), _) => Err(e.clone()),
            (Ok(()), Some(e)) => Err(e),
            (Ok(()), None) => Ok(()),
        });
    }
}

/// Runs a part that may fail by itself: then nothing of it stays, and the rest goes on.
fn part<T>(tx: &mut dyn Tx, work: impl FnOnce(&mut dyn Tx) -> Result<T>) -> Result<T> {
    tx.script("SAVEPOINT part")?;
    let done = work(tx);
    tx.script(if done.is_ok() { "RELEASE SAVEPOINT part" } else { "ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part" })?;
    done
}
