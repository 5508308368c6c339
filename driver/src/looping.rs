//! The loop: asks the state machine what comes next, does it, tells it what happened.

use crate::Platform;
use crate::app::{App, lock};
use crate::http::{Answering, Failure, Heard, Pokes, Remote};
use crate::timer::sleep;
use futures_util::future::{Either, select};
use futures_util::{FutureExt, StreamExt, pin_mut};
use maydan_core::sync::client::{Client, FIRST_WAIT_MS, Seen, Step};
use maydan_core::sync::wire::{RefreshRequest, Tokens};
use maydan_core::{Error, ErrorCode};
use maydan_replica::{Outgoing, Replica};
use std::sync::Arc;

/// Without any poke, a round at least this often, milliseconds.
const LONG_REST_MS: u64 = 5 * 60 * 1000;
/// The same where no poke can come.
const SHORT_REST_MS: u64 = 30 * 1000;
/// How long the stream of pokes may take to begin.
const POKE_PATIENCE_MS: u64 = 20 * 1000;
/// The server says something at least every 25 seconds; a stream that is silent for longer than this is dead.
const SILENCE_MS: u64 = 70 * 1000;

/// What the loop knows of the server: the way there, the stream of pokes, where its log stood by its last answer.
#[derive(Default)]
struct News {
    /// Kept with its address, so that the requests of a round share their connections.
    remote: Option<(String, Remote)>,
    pokes: Option<Pokes>,
    known: u64,
    /// A request that was sent before its turn, and its answer to come.
    ahead: Option<(Arc<Outgoing>, Answering)>,
}

impl<P: Platform> App<P> {
    /// Runs for ever. One device runs one loop.
    pub async fn run(&self) {
        let mut client = Client::new();
        let mut news = News::default();
        let mut step = Step::Hello;
        let mut session = self.sign_ins();
        loop {
            if lock(&self.replica).is_none() {
                (client, news) = (Client::new(), News::default());
                self.wake.notified().await;
                step = Step::Hello;
                continue;
            }
            if session != self.sign_ins() {
                // Somebody signed in: another person, or the same one with new tokens.
                session = self.sign_ins();
                (client, news, step) = (Client::new(), News::default(), Step::Hello);
            }
            self.show(&client, step);
            let seen = match step {
                Step::Hello | Step::Push | Step::Pull | Step::HandOver | Step::Transfer => {
                    outcome(self.exchange(step, session, &mut news).await)
                }
                Step::Refresh => outcome(self.refresh(session, &mut news).await),
                Step::Wipe => match self.wipe(session) {
                    // Nobody is signed in any more: the session is another one.
                    Ok(true) => continue,
                    Ok(false) => Seen::HandedOver { pending: true, transfers: false },
                    Err(e) => outcome(Err(e.into())),
                },
                Step::Rest => self.rest(&mut news).await,
                Step::Wait(ms) => {
                    news.pokes = None;
                    let timer = sleep(self.jittered(ms)).fuse();
                    // What is written meanwhile waits with the rest: the server asked for time, or is not there.
                    let urgent = self.urgent.notified().fuse();
                    pin_mut!(timer, urgent);
                    select(timer, urgent).await;
                    Seen::Wake
                }
                Step::AwaitSignIn => {
                    self.wake.notified().await;
                    Seen::Wake
                }
            };
            if let Seen::Failed { code, .. } = seen {
                tracing::debug!(?step, ?code, "a step of the round failed");
                lock(&self.progress).last_error = Some(code);
                // It may be the connection itself.
                news.remote = None;
            }
            step = client.step(seen);
        }
    }

    /// Puts the state of the loop where the chip sees it.
    fn show(&self, client: &Client, step: Step) {
        let now = self.platform.host().now();
        {
            let mut progress = lock(&self.progress);
            progress.busy = matches!(step, Step::Push | Step::Pull);
            progress.sign_in_needed = client.needs_sign_in();
            progress.outdated = client.is_outdated();
            progress.next_try = match step {
                Step::Wait(ms) => Some(now.plus(i64::try_from(ms).unwrap_or(i64::MAX))),
                _ => None,
            };
            if matches!(step, Step::Wait(_)) && progress.first_failure.is_none() {
                progress.first_failure = Some(now);
            }
            progress.offline_since = if client.is_offline() { progress.first_failure } else { None };
            if matches!(step, Step::Push | Step::Pull | Step::Rest) {
                progress.first_failure = None;
                progress.last_error = None;
            }
            match step {
                Step::Hello => progress.begins(),
                Step::Rest => progress.rests(now),
                _ => {}
            }
        }
        self.publish();
    }

    fn sign_ins(&self) -> u64 {
        lock(&self.progress).sign_ins
    }

    /// Takes an answer in, unless somebody else has signed in since it was asked for.
    fn with_session<T>(&self, session: u64, work: impl FnOnce(&mut Replica) -> maydan_core::Result<T>) -> Result<T, Failure> {
        Ok(self.with_replica(|replica| {
            if self.sign_ins() == session {
                work(replica)
            } else {
                Err(Error::new(ErrorCode::Offline, "the answer was for another session"))
            }
        })?)
    }

    fn remote(&self, news: &mut News) -> Result<Remote, Failure> {
        let server = lock(&self.profile).server.clone().unwrap_or_default();
        match &news.remote {
            Some((known, remote)) if *known == server => Ok(remote.clone()),
            _ => {
                let remote = Remote::new(&server)?;
                news.remote = Some((server, remote.clone()));
                Ok(remote)
            }
        }
    }

    fn token(&self) -> Result<String, Failure> {
        // Without a token the answer is the same as with an old one: refresh it.
        Ok(lock(&self.access).clone().ok_or_else(|| Error::new(ErrorCode::SignInNeeded, "there is no access token yet"))?)
    }

    /// Sends what a step sends, and takes the answer in.
    async fn exchange(&self, step: Step, session: u64, news: &mut News) -> Result<Seen, Failure> {
        let (remote, token) = (self.remote(news)?, self.token()?);
        let Some(asked) = self.with_replica(|r| r.ask(step))?.map(Arc::new) else {
            // What was to be sent went by another way.
            return Ok(Seen::Pushed { pending: false, hello_needed: false, transfers: false });
        };
        let answered = match news.ahead.take() {
            Some((ahead, answering)) if ahead.is_as(&asked) => answering.await,
            _ => remote.send(&token, asked.clone()).await,
        };
        let answer = match answered {
            Ok(answer) => answer,
            Err(failure) => {
                let taken = self.with_session(session, |r| r.take_refusal(&asked, &failure.error))?;
                return taken.map(|taken| taken.seen).ok_or(failure);
            }
        };
        if let Some(next) = self.with_replica(|r| r.ask_ahead(&answer))?.map(Arc::new) {
            // The server works on the next page while this one is stored.
            news.ahead = Some((next.clone(), remote.send_ahead(&token, next)));
        }
        let taken = while_others_go_on(|| self.with_session(session, |r| r.take(&asked, answer)))?;
        news.known = taken.head.unwrap_or(news.known);
        if let Some(count) = taken.received_at_first {
            let mut progress = lock(&self.progress);
            progress.receiving = Some(progress.receiving.unwrap_or(0).saturating_add(count));
        }
        Ok(taken.seen)
    }

    async fn refresh(&self, session: u64, news: &mut News) -> Result<Seen, Failure> {
        let device = lock(&self.profile).device;
        let refresh = self.platform.load_secret("refresh")?;
        let refresh = refresh.ok_or_else(|| Error::new(ErrorCode::SignInNeeded, "there is no session to renew"))?;
        let request = RefreshRequest { refresh, device };
        let tokens: Tokens = self.remote(news)?.json("refresh", None, &request).await?;
        self.with_session(session, |_| self.platform.store_secret("refresh", Some(&tokens.refresh)))?;
        *lock(&self.access) = Some(tokens.access);
        Ok(Seen::Authorised)
    }

    /// Waits for work: here, at the server, or by the clock.
    async fn rest(&self, news: &mut News) -> Seen {
        if let Err(e) = while_others_go_on(|| self.with_replica(Replica::rest)) {
            tracing::warn!(error = %e, "the log stays as it is");
        }
        if news.pokes.is_none() {
            let opening = self.pokes(self.remote(news));
            let patience = sleep(POKE_PATIENCE_MS);
            let wake = self.wake.notified();
            pin_mut!(opening, patience, wake);
            let opened = match select(opening, select(patience, wake)).await {
                Either::Left((opened, _)) => opened,
                // Something on the way keeps the stream to itself.
                Either::Right((Either::Left(_), _)) => Err(Error::new(ErrorCode::Unsupported, "no stream came").into()),
                Either::Right((Either::Right(_), _)) => return Seen::Wake,
            };
            news.pokes = match opened {
                Ok(pokes) => Some(pokes),
                Err(f) if matches!(f.error.code, ErrorCode::Offline | ErrorCode::ServerFailed | ErrorCode::SignInNeeded) => {
                    return outcome(Err(f));
                }
                // Something on the way does not let streams through: ask now and then instead.
                Err(_) => None,
            };
        }
        let rest = if news.pokes.is_some() { LONG_REST_MS } else { SHORT_REST_MS };
        loop {
            let heard = {
                let timer = sleep(self.jittered(rest));
                let wake = self.wake.notified();
                let silence = sleep(SILENCE_MS);
                let poke = next(&mut news.pokes);
                pin_mut!(timer, wake, poke, silence);
                match select(select(timer, wake), select(poke, silence)).await {
                    Either::Left(_) => return Seen::Wake,
                    Either::Right((Either::Left((heard, _)), _)) => heard,
                    // A network that is gone without a word: the stream is dead and does not say so.
                    Either::Right((Either::Right(_), _)) => None,
                }
            };
            match heard {
                Some(Heard::Alive) => {}
                Some(Heard::News(newest)) if newest == news.known => {}
                Some(Heard::News(_)) => return Seen::Wake,
                None => {
                    // The stream ended: the server went away or restarted. A round will tell, but not at once for everybody.
                    news.pokes = None;
                    sleep(self.jittered(FIRST_WAIT_MS)).await;
                    return Seen::Wake;
                }
            }
        }
    }

    async fn pokes(&self, remote: Result<Remote, Failure>) -> Result<Pokes, Failure> {
        remote?.pokes(&self.token()?).await
    }

    /// Between half and one and a half times as long, so that a fleet does not come back all at once.
    fn jittered(&self, ms: u64) -> u64 {
        let mut random = [0; 2];
        self.platform.host().fill_random(&mut random);
        ms / 2 + ms * u64::from(u16::from_le_bytes(random)) / u64::from(u16::MAX)
    }
}

async fn next(pokes: &mut Option<Pokes>) -> Option<Heard> {
    match pokes {
        Some(stream) => stream.next().await,
        None => std::future::pending().await,
    }
}

/// Works for longer than others should wait: what this thread was to do next is left to another one.
fn while_others_go_on<T>(work: impl FnOnce() -> T) -> T {
    #[cfg(not(target_arch = "wasm32"))]
    if tokio::runtime::Handle::current().runtime_flavor() == tokio::runtime::RuntimeFlavor::MultiThread {
        return tokio::task::block_in_place(work);
    }
    work()
}

fn outcome(result: Result<Seen, Failure>) -> Seen {
    result.unwrap_or_else(|f| {
        tracing::debug!(error = %f.error, "a request failed");
        Seen::Failed { code: f.error.code, retry_after: f.retry_after }
    })
}
