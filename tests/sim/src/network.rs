//! What can happen to one request and its answer.

use crate::server::Server;
use maydan_core::ErrorCode;
use maydan_core::sync::digest;
use maydan_sync_server::Caller;

/// A fault of the network, or of something on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The request never arrives.
    DropRequest,
    /// The server did it; the answer never arrives.
    DropAnswer,
    /// The request arrives twice.
    Duplicate,
    /// The request arrives, and once more when others have come after it.
    Reorder,
    /// The request is cut off on its way.
    TruncateRequest,
    /// The answer is cut off on its way.
    TruncateAnswer,
    /// A byte of the request is changed.
    CorruptRequest,
    /// A byte of the answer is changed.
    CorruptAnswer,
    /// The token is refused once.
    Unauthorised,
    /// Something on the way forbids it.
    Forbidden,
    /// It is said to be in conflict.
    Conflict,
    /// It is said to be too large.
    TooLarge,
    /// Too many ask.
    TooMany,
    /// A proxy says that the server is in trouble.
    BadGateway,
    /// A captive portal answers with a page of its own.
    Portal,
}

/// All of them.
pub const FAULTS: &[Fault] = &[
    Fault::DropRequest,
    Fault::DropAnswer,
    Fault::Duplicate,
    Fault::Reorder,
    Fault::TruncateRequest,
    Fault::TruncateAnswer,
    Fault::CorruptRequest,
    Fault::CorruptAnswer,
    Fault::Unauthorised,
    Fault::Forbidden,
    Fault::Conflict,
    Fault::TooLarge,
    Fault::TooMany,
    Fault::BadGateway,
    Fault::Portal,
];

/// Why no answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unanswered {
    /// As the HTTP side of a device would call it.
    pub code: ErrorCode,
    /// The server said how long to wait, milliseconds.
    pub retry_after: Option<u64>,
}

impl From<ErrorCode> for Unanswered {
    fn from(code: ErrorCode) -> Self {
        Self { code, retry_after: None }
    }
}

/// A request that is still on its way, to arrive late.
#[derive(Debug, Clone)]
pub struct Late {
    caller: Caller,
    path: &'static str,
    body: Vec<u8>,
}

/// Carries a request, with what happens to it.
pub fn carry(
    server: &mut Server,
    late: &mut Vec<Late>,
    (caller, path, body): (Caller, &'static str, &[u8]),
    fault: Option<Fault>,
    random: &mut fastrand::Rng,
) -> Result<Vec<u8>, Unanswered> {
    let ask = |server: &mut Server, body: &[u8]| server.answer(caller, path, body).map_err(|e| Unanswered::from(seen_by_device(e.code)));
    if server.has_wire()
        && let Some(after) = breaks_after(fault, random)
    {
        return server.answer_until(caller, path, body, Some(after)).map_err(|e| Unanswered::from(seen_by_device(e.code)));
    }
    match fault {
        None => ask(server, body),
        Some(Fault::DropRequest) => Err(ErrorCode::Offline.into()),
        Some(Fault::DropAnswer) => {
            drop(ask(server, body));
            Err(ErrorCode::Offline.into())
        }
        Some(Fault::Duplicate) => {
            drop(ask(server, body));
            ask(server, body)
        }
        Some(Fault::Reorder) => {
            late.push(Late { caller, path, body: body.to_vec() });
            ask(server, body)
        }
        Some(Fault::TruncateRequest) => ask(server, &body[..random.usize(0..body.len())]),
        Some(Fault::TruncateAnswer) => {
            let answer = ask(server, body)?;
            // A body that is shorter than was announced is no answer.
            drop(answer);
            Err(ErrorCode::Offline.into())
        }
        Some(Fault::CorruptRequest) => {
            let changed = corrupt(body, random);
            digest::check(&digest::digest(body), &changed).map_err(|e| Unanswered::from(e.code))?;
            ask(server, &changed)
        }
        Some(Fault::CorruptAnswer) => {
            let answer = ask(server, body)?;
            let changed = corrupt(&answer, random);
            digest::check(&digest::digest(&answer), &changed).map_err(|_| Unanswered::from(ErrorCode::NotAMaydanServer))?;
            Ok(changed)
        }
        Some(Fault::Unauthorised) => Err(ErrorCode::SignInNeeded.into()),
        Some(Fault::Forbidden) => Err(ErrorCode::Forbidden.into()),
        Some(Fault::Conflict) => Err(ErrorCode::EpochChanged.into()),
        Some(Fault::TooLarge) => Err(ErrorCode::TooLarge.into()),
        Some(Fault::TooMany) => Err(Unanswered { code: ErrorCode::TooManyAttempts, retry_after: Some(random.u64(0..60_000)) }),
        Some(Fault::BadGateway) => Err(ErrorCode::ServerFailed.into()),
        Some(Fault::Portal) => Err(ErrorCode::NotAMaydanServer.into()),
    }
}

/// After how many of its steps a real network breaks, for it to look like a fault.
fn breaks_after(fault: Option<Fault>, random: &mut fastrand::Rng) -> Option<u32> {
    match fault? {
        Fault::DropRequest => Some(0),
        // A connection is made, a request comes in pieces, and so does the answer.
        Fault::TruncateRequest | Fault::DropAnswer | Fault::TruncateAnswer => Some(random.u32(1..40)),
        _ => None,
    }
}

/// Lets a late request arrive.
pub fn arrive_late(server: &mut Server, late: &mut Vec<Late>, random: &mut fastrand::Rng) {
    if !late.is_empty() {
        let Late { caller, path, body } = late.swap_remove(random.usize(0..late.len()));
        drop(server.answer(caller, path, &body));
    }
}

/// What went wrong inside is for the server's log: devices are told only that it failed.
fn seen_by_device(code: ErrorCode) -> ErrorCode {
    match code {
        ErrorCode::Internal | ErrorCode::DiskFailed | ErrorCode::NotADatabase => ErrorCode::ServerFailed,
        other => other,
    }
}

fn corrupt(body: &[u8], random: &mut fastrand::Rng) -> Vec<u8> {
    let mut body = body.to_vec();
    if !body.is_empty() {
        let at = random.usize(0..body.len());
        body[at] ^= random.u8(1..=255);
    }
    body
}
