//! The web edition's device: a module worker with the replica and the sync loop inside.
//!
//! Invariant: every request gets exactly one answer. What is asked before the worker is ready waits; when the worker
//! can't start, everything that waits and everything asked later is answered with the reason.

use super::tauri::{get, object};
use super::{host_error, json_text, publish};
use futures::channel::oneshot;
use maydan_core::{Error, ErrorCode, Result};
use std::cell::RefCell;
use std::collections::BTreeMap;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

type Reply = oneshot::Sender<Result<String>>;

/// The worker as this side knows it.
#[derive(Default)]
struct Channel {
    worker: Option<Worker>,
    state: State,
    next: u32,
    /// Requests without an answer yet, in the order in which they were asked.
    waiting: BTreeMap<u32, (JsValue, Reply)>,
    /// The build for which a worker was sent away last; a second time for the same would be two builds quarrelling.
    renewed_for: Option<String>,
}

#[derive(Default)]
enum State {
    #[default]
    Starting,
    Ready,
    Failed(Error),
}

thread_local! {
    static CHANNEL: RefCell<Channel> = RefCell::new(Channel::default());
}

/// Starts the worker.
pub fn start() {
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let worker = match Worker::new_with_options("./worker.js", &options) {
        Ok(worker) => worker,
        Err(e) => {
            fail(&Error::new(ErrorCode::Unsupported, format!("this browser starts no module worker: {e:?}")));
            return;
        }
    };
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(|event: MessageEvent| receive(&event.data()));
    let on_error = Closure::<dyn FnMut(JsValue)>::new(|_: JsValue| {
        fail(&Error::internal("the worker stopped; reload the page"));
    });
    worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    // Both live as long as the page.
    on_message.forget();
    on_error.forget();
    CHANNEL.with(|channel| channel.borrow_mut().worker = Some(worker));
}

/// Calls a command; body and answer are JSON.
pub async fn call(name: &str, body: &str) -> Result<String> {
    let (reply, answer) = oneshot::channel();
    CHANNEL.with(|channel| channel.borrow_mut().send(name, body, reply));
    answer.await.unwrap_or_else(|_| Err(Error::internal("the worker dropped the request")))
}

impl Channel {
    fn send(&mut self, name: &str, body: &str, reply: Reply) {
        if let State::Failed(error) = &self.state {
            let _ = reply.send(Err(error.clone()));
            return;
        }
        let id = self.next;
        self.next = self.next.wrapping_add(1);
        let message = object(&[("id", JsValue::from(id)), ("name", JsValue::from_str(name)), ("body", JsValue::from_str(body))]);
        if let (State::Ready, Some(worker)) = (&self.state, &self.worker) {
            post(worker, &message);
        }
        self.waiting.insert(id, (message, reply));
    }

    fn ready(&mut self) {
        if matches!(self.state, State::Ready) {
            return;
        }
        self.state = State::Ready;
        let Some(worker) = &self.worker else { return };
        for (message, _) in self.waiting.values() {
            post(worker, message);
        }
    }

    /// Ends the worker: another tab runs a newer build, and the next worker is of that one too.
    fn retire(&mut self, build: String) -> bool {
        if self.renewed_for.as_ref() == Some(&build) {
            return false;
        }
        self.renewed_for = Some(build);
        self.state = State::Starting;
        if let Some(worker) = self.worker.take() {
            worker.terminate();
        }
        true
    }
}

fn post(worker: &Worker, message: &JsValue) {
    // Strings and a number are always clonable.
    let _ = worker.post_message(message);
}

fn receive(message: &JsValue) {
    let event = get(message, "event");
    if !event.is_undefined() {
        publish(&json_text(&event));
        return;
    }
    let fatal = get(message, "fatal");
    if !fatal.is_undefined() {
        fail(&host_error(&fatal));
        return;
    }
    if let Some(build) = get(message, "retire").as_string() {
        // What was asked and is not answered yet is asked again of the next worker.
        if CHANNEL.with(|channel| channel.borrow_mut().retire(build)) {
            start();
        }
        return;
    }
    if !get(message, "ready").is_undefined() {
        CHANNEL.with(|channel| channel.borrow_mut().ready());
        return;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the ids are ours, from a u32")]
    let Some(id) = get(message, "id").as_f64().map(|id| id as u32) else { return };
    let reply = CHANNEL.with(|channel| channel.borrow_mut().waiting.remove(&id));
    let Some((_, reply)) = reply else { return };
    let error = get(message, "error");
    let answer = if error.is_undefined() { Ok(json_text(&get(message, "ok"))) } else { Err(host_error(&error)) };
    // Whoever asked may be gone from the screen.
    let _ = reply.send(answer);
}

/// Answers everything that waits with `error`, and everything that comes later.
fn fail(error: &Error) {
    let waiting = CHANNEL.with(|channel| {
        let mut channel = channel.borrow_mut();
        channel.state = State::Failed(error.clone());
        std::mem::take(&mut channel.waiting)
    });
    for (_, reply) in waiting.into_values() {
        let _ = reply.send(Err(error.clone()));
    }
}
