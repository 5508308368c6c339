//! What stands in the place of an answer that is not here yet.

use crate::components::{ErrorBox, Skeleton};
use crate::hooks::Query;
use yew::prelude::*;

/// A skeleton once an answer takes long, the error if there is one, and nothing before that: most answers come at once.
pub fn waiting<T>(query: &Query<T>, lines: u32) -> Html {
    match &query.error {
        Some(error) => html! { <ErrorBox error={error.clone()} /> },
        None if query.loading => html! { <Skeleton {lines} /> },
        None => Html::default(),
    }
}
