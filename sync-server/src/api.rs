//! The HTTP side: thin. Decoding, limits, tokens; everything else is the company's.

mod body;
mod failure;
mod poke;
mod session;
mod sync;
mod throttle;

use crate::company::Company;
use crate::config::Config;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use failure::Failure;
use maydan_core::sync::wire::MAX_BODY_BYTES;
use maydan_core::{Error, ErrorCode};
use std::sync::Arc;
use tokio::sync::Semaphore;
use tower_http::compression::CompressionLayer;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::trace::TraceLayer;

/// What every handler has.
#[derive(Clone)]
pub(crate) struct Api {
    pub company: Company,
    pub config: Arc<Config>,
    pub throttle: Arc<throttle::Throttle>,
    /// Turns for checking passwords.
    pub hashing: Arc<Semaphore>,
}

impl Api {
    pub fn new(company: Company, config: Config) -> Self {
        let hashing = Arc::new(Semaphore::new(PASSWORDS_AT_ONCE));
        Self { company, config: Arc::new(config), throttle: Arc::default(), hashing }
    }
}

/// Passwords checked at once.
const PASSWORDS_AT_ONCE: usize = 2;

/// Runs database work off the async threads.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> maydan_core::Result<T> + Send + 'static) -> Result<T, Failure> {
    match tokio::task::spawn_blocking(work).await {
        Ok(answer) => answer.map_err(Failure::from),
        Err(_) => Err(Error::internal("the work ended in a panic").into()),
    }
}

/// Nothing but our own files may run, from nowhere else; no page may frame us.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
     style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; \
     manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// What a server answers, for whoever brings connections of his own.
pub fn routes(company: Company, config: Config) -> Router {
    router(Api::new(company, config))
}

/// All routes.
pub(crate) fn router(api: Api) -> Router {
    let v1 = Router::new()
        .route("/sign-in", post(session::sign_in))
        .route("/refresh", post(session::refresh))
        .route("/hello", post(sync::hello))
        .route("/push", post(sync::push))
        .route("/pull", post(sync::pull))
        .route("/hand-over", post(sync::hand_over))
        .route("/blob/put", post(sync::put_blob))
        .route("/blob/get", post(sync::get_blob))
        .route("/poke", get(poke::poke))
        .fallback(|| async { Failure::from(Error::new(ErrorCode::NotFound, "there is no such endpoint")) })
        .method_not_allowed_fallback(|| async { Failure::from(Error::bad_request("this endpoint takes another method")) })
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(SetResponseHeaderLayer::overriding(header::CACHE_CONTROL, HeaderValue::from_static("no-store")));
    let mut router = Router::new().nest("/v1", v1).route("/healthz", get(|| async { "ok" })).route("/readyz", get(ready));
    if let Some(web) = &api.config.web {
        // The service worker keeps its own versioned cache; everything else asks whether its copy is still good.
        let files = ServeDir::new(web).append_index_html_on_directories(true).precompressed_br();
        router = router.fallback_service(
            tower::ServiceBuilder::new()
                .layer(SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static("no-cache")))
                .service(files),
        );
    }
    let fixed = |name: HeaderName, value: &'static str| SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value));
    router
        .layer(CompressionLayer::new())
        .layer(fixed(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
        .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(fixed(header::REFERRER_POLICY, "no-referrer"))
        .layer(fixed(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"))
        .layer(fixed(HeaderName::from_static("permissions-policy"), "geolocation=(self), camera=(self), microphone=(self)"))
        .layer(TraceLayer::new_for_http())
        .with_state(api)
}

/// Ready when the database answers.
async fn ready(axum::extract::State(api): axum::extract::State<Api>) -> Result<impl IntoResponse, Failure> {
    blocking(move || api.company.head()).await?;
    Ok("ready")
}
