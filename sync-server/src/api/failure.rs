//! Errors as HTTP answers: a status for proxies, typed JSON for clients.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maydan_core::{Error, ErrorCode};

/// An error on its way out.
#[derive(Debug)]
pub(crate) struct Failure {
    error: Error,
    retry_after_seconds: Option<u64>,
}

impl Failure {
    /// The client should wait before it asks again.
    pub fn retry_after(error: Error, seconds: u64) -> Self {
        Self { error, retry_after_seconds: Some(seconds) }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, retry_after_seconds: None }
    }
}

fn status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::SignInNeeded | ErrorCode::WrongCredentials => StatusCode::UNAUTHORIZED,
        ErrorCode::Forbidden | ErrorCode::ForeignActor | ErrorCode::CutOff => StatusCode::FORBIDDEN,
        ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::Erased => StatusCode::GONE,
        ErrorCode::EpochChanged
        | ErrorCode::MustRefetch
        | ErrorCode::WrongState
        | ErrorCode::DuplicateSequence
        | ErrorCode::StaleGeneration => StatusCode::CONFLICT,
        ErrorCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::TooManyAttempts => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::Unsupported => StatusCode::UPGRADE_REQUIRED,
        ErrorCode::DiskFull => StatusCode::INSUFFICIENT_STORAGE,
        ErrorCode::Internal | ErrorCode::DiskFailed | ErrorCode::NotADatabase => StatusCode::INTERNAL_SERVER_ERROR,
        ErrorCode::ServerFailed => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_REQUEST,
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = status(self.error.code);
        let error = if status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(error = %self.error, "a request failed");
            // What went wrong inside is for the log.
            Error::new(ErrorCode::ServerFailed, "the server could not do this: try again, and tell its operator if it goes on")
        } else {
            self.error
        };
        let mut response = (status, axum::Json(error)).into_response();
        if let Some(seconds) = self.retry_after_seconds {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
