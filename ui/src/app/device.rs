//! Follows the device: who is signed in and where sync stands, for every screen inside.
//!
//! Invariant: until the device has said who is signed in, neither the sign-in form nor anybody's data is shown.

use super::screen;
use super::shell::Shell;
use crate::backend;
use crate::components::ErrorBox;
use crate::pages::{SignInPage, ensure_recording};
use crate::prefs::{forget, store, stored};
use crate::route::Route;
use maydan_core::Error;
use maydan_core::command::{Event, GetSession, GetSyncStatus, Session, SyncStatus};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::Switch;

type SharedSession = Rc<Session>;
type SharedSyncStatus = Rc<SyncStatus>;

/// Remembers that somebody was signed in here, so that the frame of the app stands before the device has answered.
const EXPECTED: &str = "maydan.signed_in";

/// The contexts of session and sync, and the app or the sign-in form inside.
#[component]
pub fn Device() -> Html {
    let session = use_state_eq(|| None::<SharedSession>);
    let status = use_state_eq(SharedSyncStatus::default);
    let failure = use_state_eq(|| None::<Error>);
    {
        let (session, status, failure) = (session.setter(), status.setter(), failure.setter());
        use_effect_with((), move |_| {
            // An answer that was on its way while an event came is older than the event.
            let told = Rc::new(Cell::new((false, false)));
            let subscription = backend::listen(Callback::from({
                let (session, status, told) = (session.clone(), status.clone(), told.clone());
                move |event: Event| match event {
                    Event::Session(now) => {
                        told.set((true, told.get().1));
                        learn(&session, now);
                    }
                    Event::Sync(now) => {
                        told.set((told.get().0, true));
                        status.set(Rc::new(now));
                    }
                    Event::Changed { .. } => {}
                }
            }));
            spawn_local(async move {
                let asked = async {
                    backend::start().await?;
                    let now = backend::call(GetSession {}).await?;
                    if !told.get().0 {
                        learn(&session, now);
                    }
                    let now = backend::call(GetSyncStatus {}).await?;
                    if !told.get().1 {
                        status.set(Rc::new(now));
                    }
                    Ok(())
                };
                if let Err(error) = asked.await {
                    failure.set(Some(error));
                }
            });
            move || drop(subscription)
        });
    }
    let signed_in = session.as_ref().is_some_and(|s| s.user.is_some());
    // A shift that was under way when the app closed goes on.
    use_effect_with(signed_in, |signed_in| {
        if *signed_in {
            ensure_recording();
        }
    });
    let inside = match (&*session, &*failure) {
        (Some(session), _) if session.user.is_none() => html! { <SignInPage /> },
        (Some(_), _) => html! { <Shell><Switch<Route> render={screen} /></Shell> },
        (None, Some(error)) => html! { <ErrorBox error={error.clone()} retry={Callback::from(|()| reload())} /> },
        (None, None) if stored(EXPECTED).is_some() => html! { <Shell /> },
        (None, None) => Html::default(),
    };
    let known = (*session).clone().unwrap_or_default();
    html! {
        <ContextProvider<SharedSession> context={known}>
            <ContextProvider<SharedSyncStatus> context={(*status).clone()}>
                { inside }
            </ContextProvider<SharedSyncStatus>>
        </ContextProvider<SharedSession>>
    }
}

fn learn(session: &UseStateSetter<Option<SharedSession>>, now: Session) {
    if now.user.is_some() {
        let _ = store(EXPECTED, "1");
    } else {
        forget(EXPECTED);
    }
    session.set(Some(Rc::new(now)));
}

/// A host that did not start is started anew with the page.
fn reload() {
    let _ = gloo::utils::window().location().reload();
}
