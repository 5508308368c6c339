//! The phone's receiver, through the app's geolocation plugin. Only Android and iOS have it: on a desktop the plugin
//! answers zeros.

use super::{FRESH_MS, TIMEOUT_MS, no_location, read};
use crate::backend::tauri::{self, get, object};
use js_sys::Array;
use maydan_core::Result;
use maydan_core::domain::geo::Fix;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use yew::Callback;

/// Whether the app runs on a phone.
pub fn present() -> bool {
    let agent = gloo::utils::window().navigator().user_agent().unwrap_or_default();
    tauri::present() && ["Android", "iPhone", "iPad"].iter().any(|phone| agent.contains(phone))
}

/// Asks for one position.
pub async fn locate() -> Result<Fix> {
    permit().await?;
    let position = invoke("get_current_position", &[("options", options())]).await?;
    read(&position)
}

/// Positions as they come.
pub struct Watch {
    stopped: Rc<Cell<bool>>,
    channel: Option<JsValue>,
}

impl Watch {
    /// Watches; a refusal reaches `on_fix` too.
    pub fn new(on_fix: Callback<Result<Fix>>) -> Self {
        let stopped = Rc::new(Cell::new(false));
        let channel = {
            let (stopped, on_fix) = (Rc::clone(&stopped), on_fix.clone());
            tauri::callback(move |news: JsValue| {
                let position = get(&news, "message");
                if !stopped.get() && !position.is_undefined() {
                    on_fix.emit(read(&position));
                }
            })
        };
        if let Some(number) = channel.as_ref().and_then(JsValue::as_f64) {
            let stopped = Rc::clone(&stopped);
            spawn_local(async move {
                let started = start(number).await;
                if let Err(error) = started
                    && !stopped.get()
                {
                    on_fix.emit(Err(error));
                }
            });
        }
        Self { stopped, channel }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stopped.set(true);
        let Some(channel) = self.channel.take() else { return };
        spawn_local(async move {
            // The flag above has silenced it already; this lets the receiver sleep.
            let _ = invoke("clear_watch", &[("channelId", channel)]).await;
        });
    }
}

async fn start(channel: f64) -> Result<()> {
    permit().await?;
    let channel = JsValue::from_str(&format!("__CHANNEL__:{channel}"));
    invoke("watch_position", &[("options", options()), ("channel", channel)]).await?;
    Ok(())
}

/// Asks the person for permission, once.
async fn permit() -> Result<()> {
    let granted = |status: &JsValue| {
        let is = |name| get(status, name).as_string().is_some_and(|word| word == "granted");
        is("location") || is("coarseLocation")
    };
    if granted(&invoke("check_permissions", &[]).await?) {
        return Ok(());
    }
    let wanted = JsValue::from(Array::of1(&JsValue::from_str("location")));
    let answer = invoke("request_permissions", &[("permissions", wanted)]).await?;
    if granted(&answer) { Ok(()) } else { Err(no_location("the person refused the location")) }
}

async fn invoke(command: &str, args: &[(&str, JsValue)]) -> Result<JsValue> {
    let command = format!("plugin:geolocation|{command}");
    tauri::invoke(&command, &object(args)).await.map_err(|error| no_location(&error.message))
}

fn options() -> JsValue {
    object(&[("enableHighAccuracy", JsValue::TRUE), ("timeout", JsValue::from(TIMEOUT_MS)), ("maximumAge", JsValue::from(FRESH_MS))])
}
