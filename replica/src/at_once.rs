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

/// The same, while whoever asks does something else.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn map_beside<T: Send, R: Send>(things: Vec<T>, work: impl Fn(T) -> R + Sync + Send, meanwhile: impl FnOnce()) -> Vec<R> {
    let mut done = Vec::new();
    if things.len() < FEW {
        meanwhile();
        return map(things, work);
    }
    rayon::in_place_scope(|scope| {
        scope.spawn(|_| done = map(things, work));
        meanwhile();
    });
    done
}

/// Does the work for each, and answers in their order.
#[cfg(target_arch = "wasm32")]
pub(crate) fn map<T, R>(things: Vec<T>, work: impl Fn(T) -> R) -> Vec<R> {
    things.into_iter().map(work).collect()
}

/// The same, after something else.
#[cfg(target_arch = "wasm32")]
pub(crate) fn map_beside<T, R>(things: Vec<T>, work: impl Fn(T) -> R, meanwhile: impl FnOnce()) -> Vec<R> {
    meanwhile();
    map(things, work)
}
