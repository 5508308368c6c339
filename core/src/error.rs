//! One error type, with a code that crosses every boundary.
//!
//! Invariant: user interfaces and clients match [`ErrorCode`], never text. The message is for people who debug: it
//! says what was attempted and how to fix it, in lower case.

use serde::{Deserialize, Serialize};

/// Result of everything in Maydan that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, as a closed list that goes over the wire and that the locales translate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorCode {
    /// The request is not of the form that the command or endpoint takes.
    BadRequest,
    /// A value does not fit its field.
    InvalidValue,
    /// A required field is empty.
    Required,
    /// No such record, or none that this user may see.
    NotFound,
    /// The kind of record is not known here.
    UnknownKind,
    /// The field is not declared, or not editable by this command.
    UnknownField,
    /// The role does not allow this.
    Forbidden,
    /// Not signed in, or the session ended.
    SignInNeeded,
    /// The device or the person was cut off: what was not sent yet may be handed over, and nothing else.
    CutOff,
    /// Wrong user name or password.
    WrongCredentials,
    /// Too many attempts; wait.
    TooManyAttempts,
    /// The step is not possible in the present state (for example submitting before checking out).
    WrongState,
    /// The record was erased for good: nothing of it is taken or kept.
    Erased,
    /// The change, page or file is damaged.
    Corrupt,
    /// Larger than the limit for it.
    TooLarge,
    /// The device's change refers to one that the server does not have.
    MissingDependency,
    /// The same actor and sequence number came with other content.
    DuplicateSequence,
    /// The record's history was shortened: the change is of before that, and is done again on what stands there now.
    StaleGeneration,
    /// The actor belongs to another device.
    ForeignActor,
    /// The server was restored: cursors of another epoch.
    EpochChanged,
    /// The feed no longer goes back to the cursor: begin it again.
    MustRefetch,
    /// No answer from the server.
    Offline,
    /// Something answered that is not a Maydan server (a captive portal, a proxy).
    NotAMaydanServer,
    /// The server could not do it now; try again.
    ServerFailed,
    /// The disk has no room for this.
    DiskFull,
    /// The disk could not be read or written.
    DiskFailed,
    /// The data file is not a Maydan database.
    NotADatabase,
    /// Another process works on the same data.
    InUse,
    /// This platform can't do that.
    Unsupported,
    /// Location was refused or not found.
    NoLocation,
    /// Something that should not happen; also a code of a newer version, on its way to an older one.
    #[serde(other)]
    Internal,
}

/// An error: a code for programs, a message for whoever debugs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// What went wrong.
    pub code: ErrorCode,
    /// What was attempted and how to fix it.
    pub message: String,
}

impl Error {
    /// An error with its message.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// Shorthand for [`ErrorCode::BadRequest`].
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::BadRequest, message)
    }

    /// Shorthand for [`ErrorCode::Corrupt`].
    pub fn corrupt(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Corrupt, message)
    }

    /// Shorthand for [`ErrorCode::Internal`].
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Internal, message)
    }
}

impl From<automerge::AutomergeError> for Error {
    fn from(e: automerge::AutomergeError) -> Self {
        Self::corrupt(format!("the document refused the change: {e}"))
    }
}

impl From<serde_json::Error> for Error {
    fn from(e: serde_json::Error) -> Self {
        Self::bad_request(format!("not the expected JSON: {e}"))
    }
}
