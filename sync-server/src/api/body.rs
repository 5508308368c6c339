//! Bodies from outside: size, compression, form — in this order, each with its limit.

use super::failure::Failure;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use flate2::read::GzDecoder;
use maydan_core::sync::digest::{DIGEST_HEADER, check, digest};
use maydan_core::sync::wire::{MAX_BODY_BYTES, MEDIA_TYPE};
use maydan_core::{Error, ErrorCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::Read;

/// A JSON body.
pub(crate) struct Json<T>(pub T);

/// A MessagePack body with named fields.
pub(crate) struct MsgPack<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Failure;
    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let bytes = bytes(request, state).await?;
        serde_json::from_slice(&bytes).map(Self).map_err(|e| Failure::from(Error::from(e)))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for MsgPack<T> {
    type Rejection = Failure;
    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let bytes = bytes(request, state).await?;
        // The decoder bounds its depth; lengths are bounded by the body.
        rmp_serde::from_slice(&bytes)
            .map(Self)
            .map_err(|e| Error::bad_request(format!("the body is not the MessagePack that this endpoint takes: {e}")).into())
    }
}

impl<T: Serialize> IntoResponse for MsgPack<T> {
    fn into_response(self) -> Response {
        answer(MEDIA_TYPE, rmp_serde::to_vec_named(&self.0))
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        answer("application/json", serde_json::to_vec(&self.0))
    }
}

fn answer(media: &'static str, written: Result<Vec<u8>, impl std::fmt::Display>) -> Response {
    match written {
        Ok(bytes) => ([(header::CONTENT_TYPE.as_str(), media), (DIGEST_HEADER, &digest(&bytes))], bytes).into_response(),
        Err(e) => Failure::from(Error::internal(format!("an answer could not be written: {e}"))).into_response(),
    }
}

/// The body as it was before compression.
async fn bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Vec<u8>, Failure> {
    let said = request.headers().get(DIGEST_HEADER).map(|value| value.to_str().unwrap_or_default().to_owned());
    let body = unpacked(request, state).await?;
    said.map_or(Ok(()), |said| check(&said, &body))?;
    Ok(body)
}

async fn unpacked<S: Send + Sync>(request: Request, state: &S) -> Result<Vec<u8>, Failure> {
    let zipped = is_gzip(request.headers())?;
    let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
        let code =
            if rejection.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE { ErrorCode::TooLarge } else { ErrorCode::BadRequest };
        Error::new(code, format!("the body could not be read (at most {MAX_BODY_BYTES} bytes): {rejection}"))
    })?;
    if !zipped {
        return Ok(bytes.to_vec());
    }
    let limit = u64::try_from(MAX_BODY_BYTES).unwrap_or(u64::MAX);
    let mut out = Vec::new();
    GzDecoder::new(bytes.as_ref())
        .take(limit + 1)
        .read_to_end(&mut out)
        .map_err(|_| Error::corrupt("the body says that it is gzip and is not, or it was cut off"))?;
    if out.len() > MAX_BODY_BYTES {
        return Err(Error::new(ErrorCode::TooLarge, format!("a body unpacks to at most {MAX_BODY_BYTES} bytes")).into());
    }
    Ok(out)
}

fn is_gzip(headers: &HeaderMap) -> Result<bool, Failure> {
    match headers.get(header::CONTENT_ENCODING).map(axum::http::HeaderValue::as_bytes) {
        None | Some(b"identity") => Ok(false),
        Some(b"gzip") => Ok(true),
        Some(_) => Err(Error::bad_request("a body is plain or gzip").into()),
    }
}
