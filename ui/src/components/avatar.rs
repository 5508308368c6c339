//! A person or shop as a small disc with a letter.

use yew::prelude::*;

/// Properties of [`Avatar`].
#[derive(Properties, PartialEq)]
pub struct AvatarProps {
    /// Whose.
    pub name: String,
}

/// The initial of a name. It only repeats the name beside it, so screen readers skip it.
#[component]
pub fn Avatar(props: &AvatarProps) -> Html {
    html! { <span class="avatar" aria-hidden="true">{ initial(&props.name) }</span> }
}

/// Two letters for Latin names; one for Arabic ones, whose letters would join into a word that means nothing. The
/// article is no part of a name's initial.
fn initial(name: &str) -> String {
    let mut words = name.split_whitespace();
    let Some(first) = words.next() else { return String::new() };
    let bare = first.strip_prefix("ال").filter(|rest| rest.chars().count() > 1).unwrap_or(first);
    let mut letters: String = bare.chars().take(1).collect();
    if letters.chars().all(|c| c.is_ascii_alphabetic())
        && let Some(second) = words.next().and_then(|w| w.chars().next())
        && second.is_ascii_alphabetic()
    {
        letters.push(second);
    }
    letters.to_uppercase()
}
