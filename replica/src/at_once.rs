//! Work on several things at once, where there are threads.

/// Fewer things than this are not worth a thread.
#[cfg(not(target_arch = "wasm32"))]
const FEW: usize = 4;

/// Does the work for each, and answers in their order.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn map<T: Send, R: Send>(things: Vec<T>, work: impl Fn(T) -> R + Sync + Send) -> Vec<R> {
    use rayon::iter::{IntoParallelIterator, ParallelIterator};
    if things.len() < FEW { things.into_iter().map(work).collect() } else { things.into_par_iter().map(work).collect() }
}

/// Does the work for each, and answers in their order.
#[cfg(target_arch = "wasm32")]
pub(crate) fn map<T, R>(things: Vec<T>, work: impl Fn(T) -> R) -> Vec<R> {
    things.into_iter().map(work).collect()
}
