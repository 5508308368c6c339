//! Signing in: the one screen that needs the server. Afterwards the device works without it.

use crate::backend::{call, is_web};
use crate::components::{Button, ButtonKind, ErrorBox, Field, Icon, IconView, TextInput};
use crate::hooks::{use_i18n, use_session};
use crate::i18n::Arg;
use crate::prefs::{Language, Prefs, use_prefs};
use gloo::events::EventListener;
use maydan_core::Error;
use maydan_core::command::{CutOff, Session, SignIn};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// The sign-in page. When it succeeds, the session's event takes the person into the app.
#[component]
pub fn SignInPage() -> Html {
    let i18n = use_i18n();
    let session = use_session();
    let online = use_online();
    let server = use_field();
    let login = use_field();
    let password = use_field();
    let error = use_state(|| None::<Error>);
    let trying = use_state(|| false);
    // What was used last stands in a field until the person types there.
    let address = (*server).clone().unwrap_or_else(|| first_address(&session));
    let name = (*login).clone().unwrap_or_else(|| session.login.clone().unwrap_or_default());
    let secret = (*password).clone().unwrap_or_default();
    let ready = !address.trim().is_empty() && !name.trim().is_empty() && !secret.is_empty() && !*trying;

    let submit = {
        let request = SignIn { server: full_address(&address), login: name.trim().to_owned(), password: secret.clone() };
        let (error, trying) = (error.clone(), trying.clone());
        Callback::from(move |()| {
            if !ready || *trying {
                return;
            }
            trying.set(true);
            error.set(None);
            let (request, error, trying) = (request.clone(), error.clone(), trying.clone());
            spawn_local(async move {
                if let Err(refused) = call(request).await {
                    error.set(Some(refused));
                }
                trying.set(false);
            });
        })
    };
    let typed = |field: &UseStateHandle<Option<String>>| {
        let field = field.clone();
        Callback::from(move |text: String| field.set(Some(text)))
    };
    let known = session.login.is_some();
    html! {
        <main class="p1-sign-in">
            <div class="p1-sign-in-card">
                <header class="p1-sign-in-head">
                    <h1 class="p1-sign-in-title">{ i18n.t("page-sign-in-title") }</h1>
                    <LanguageSwitch />
                </header>
                if let Some(cut_off) = session.cut_off {
                    <CutOffNotice {cut_off} />
                } else {
                    <p class="muted">{ i18n.t("page-sign-in-text") }</p>
                }
                if !online {
                    <p class="p1-banner p1-banner-warn" role="status" data-testid="sign-in-offline">
                        <IconView icon={Icon::Offline} /><span>{ i18n.t("page-sign-in-offline") }</span>
                    </p>
                }
                <Field label={i18n.t("page-sign-in-server")} hint={i18n.t("page-sign-in-server-hint")}>
                    <TextInput value={address} oninput={typed(&server)} onenter={submit.clone()} input_type="url" dir="ltr" testid="sign-in-server" />
                </Field>
                <Field label={i18n.t("page-sign-in-login")}>
                    <TextInput value={name} oninput={typed(&login)} onenter={submit.clone()} dir="ltr" autofocus={!known} testid="sign-in-login" />
                </Field>
                <Field label={i18n.t("page-sign-in-password")}>
                    <TextInput
                        value={secret}
                        oninput={typed(&password)}
                        onenter={submit.clone()}
                        input_type="password"
                        dir="ltr"
                        autofocus={known}
                        testid="sign-in-password"
                    />
                </Field>
                if let Some(error) = &*error {
                    <ErrorBox error={error.clone()} />
                }
                <Button
                    label={i18n.t(if *trying { "page-sign-in-trying" } else { "page-sign-in-submit" })}
                    kind={ButtonKind::Primary}
                    wide={true}
                    disabled={!ready}
                    onclick={submit}
                    testid="sign-in-submit"
                />
            </div>
        </main>
    }
}

/// What became of the work on this device, for whoever finds herself signed out.
#[component]
fn CutOffNotice(props: &CutOffProps) -> Html {
    let i18n = use_i18n();
    let count = u32::try_from(props.cut_off.handed_over).unwrap_or(u32::MAX);
    html! {
        <section class="p1-banner p1-banner-warn" role="status" data-testid="sign-in-cut-off">
            <h2 class="p1-banner-title"><IconView icon={Icon::Warning} />{ i18n.t("page-sign-in-cut-off") }</h2>
            <p>{ i18n.ta("page-sign-in-cut-off-text", &[("when", Arg::from(i18n.datetime(props.cut_off.at)))]) }</p>
            <p data-testid="sign-in-handed-over">{ i18n.ta("page-sign-in-cut-off-handed", &[("count", Arg::from(count))]) }</p>
            <p>{ i18n.t("page-sign-in-cut-off-next") }</p>
        </section>
    }
}

/// Properties of [`CutOffNotice`].
#[derive(Properties, PartialEq)]
struct CutOffProps {
    /// What is known of it.
    cut_off: CutOff,
}

/// A field that was not touched yet is `None`.
#[hook]
fn use_field() -> UseStateHandle<Option<String>> {
    use_state(|| None)
}

/// Whether the platform believes that there is a network.
#[hook]
fn use_online() -> bool {
    let online = use_state_eq(|| gloo::utils::window().navigator().on_line());
    {
        let online = online.clone();
        use_effect_with((), move |()| {
            let window = gloo::utils::window();
            let follow = move || {
                let online = online.clone();
                move |_: &Event| online.set(gloo::utils::window().navigator().on_line())
            };
            let listeners = [EventListener::new(&window, "online", follow()), EventListener::new(&window, "offline", follow())];
            move || drop(listeners)
        });
    }
    *online
}

/// The server used last; else where this page comes from; else the beginning of an address.
fn first_address(session: &Session) -> String {
    let origin = || if is_web() { gloo::utils::window().location().origin().ok() } else { None };
    session.server.clone().or_else(origin).unwrap_or_else(|| "https://".to_owned())
}

/// What was typed, as an address: people leave out the scheme and add a slash.
fn full_address(typed: &str) -> String {
    let typed = typed.trim().trim_end_matches('/');
    if typed.contains("://") { typed.to_owned() } else { format!("https://{typed}") }
}

/// Changes to the other language, for a person who can't read this one.
#[component]
fn LanguageSwitch() -> Html {
    let i18n = use_i18n();
    let prefs = use_prefs();
    let other = match prefs.now.language {
        Language::Ar => Language::En,
        Language::En => Language::Ar,
    };
    let onclick = Callback::from(move |()| prefs.set(Prefs { language: other, ..prefs.now }));
    html! { <Button label={i18n.t("page-sign-in-other-language")} kind={ButtonKind::Quiet} {onclick} testid="sign-in-language" /> }
}
