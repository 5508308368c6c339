//! Waiting, on both hosts.

/// Waits.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) async fn sleep(ms: u64) {
    tokio::time::sleep(std::time::Duration::from_millis(ms)).await;
}

/// Waits.
#[cfg(target_arch = "wasm32")]
pub(crate) async fn sleep(ms: u64) {
    gloo_timers::future::TimeoutFuture::new(u32::try_from(ms).unwrap_or(u32::MAX)).await;
}
