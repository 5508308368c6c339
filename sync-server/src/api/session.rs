//! Signing in, and who is calling.

use super::body::Json;
use super::failure::Failure;
use super::{Api, blocking};
use crate::auth;
use crate::company::Caller;
use axum::extract::{FromRequestParts, State};
use axum::http::header;
use axum::http::request::Parts;
use maydan_core::sync::wire::{RefreshRequest, SignInRequest, Tokens};
use maydan_core::{Error, ErrorCode};

/// Longest login and password that are looked at.
const MOST_LOGIN: usize = 200;
const MOST_PASSWORD: usize = 1_000;
/// Longest wait for one's turn.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

pub(super) async fn sign_in(State(api): State<Api>, Json(request): Json<SignInRequest>) -> Result<Json<Tokens>, Failure> {
    let login = request.login.trim().to_owned();
    if login.len() > MOST_LOGIN || request.password.len() > MOST_PASSWORD {
        return Err(Error::new(ErrorCode::WrongCredentials, "wrong login or password").into());
    }
    if let Err(seconds) = api.throttle.attempt(&login, api.company.now()) {
        let error = Error::new(ErrorCode::TooManyAttempts, format!("too many attempts: wait {seconds} seconds"));
        return Err(Failure::retry_after(error, seconds));
    }
    // Checking a password takes much memory and time on purpose: only a few at once, so that syncing goes on.
    let turn = tokio::time::timeout(PATIENCE, api.hashing.clone().acquire_owned()).await;
    let Ok(Ok(turn)) = turn else {
        let error = Error::new(ErrorCode::ServerFailed, "too many people sign in at once: try again");
        return Err(Failure::retry_after(error, PATIENCE.as_secs()));
    };
    let answer = blocking(move || {
        let answer = api.company.sign_in(&login, &request.password, request.device);
        drop(turn);
        if !answer.as_ref().is_err_and(|e| e.code == ErrorCode::WrongCredentials) {
            api.throttle.succeeded(&login);
        }
        let (tokens, caller) = answer?;
        with_access(&api, tokens, caller)
    })
    .await?;
    Ok(Json(answer))
}

pub(super) async fn refresh(State(api): State<Api>, Json(request): Json<RefreshRequest>) -> Result<Json<Tokens>, Failure> {
    let answer = blocking(move || {
        let (tokens, caller) = api.company.refresh(&request.refresh, request.device)?;
        with_access(&api, tokens, caller)
    })
    .await?;
    Ok(Json(answer))
}

fn with_access(api: &Api, tokens: Tokens, caller: Caller) -> maydan_core::Result<Tokens> {
    let until = api.company.now().plus(api.config.access_minutes * 60_000);
    Ok(Tokens { access: auth::mint(api.company.secret(), caller, until)?, ..tokens })
}

impl FromRequestParts<Api> for Caller {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Failure> {
        let token = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|v| v.to_str().ok())
            .and_then(|v| v.strip_prefix("Bearer "))
            .ok_or_else(|| Error::new(ErrorCode::SignInNeeded, "an access token is needed: sign in"))?;
        Ok(auth::verify(api.company.secret(), token, api.company.now())?)
    }
}
