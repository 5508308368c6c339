//! The tab that has the database.

use crate::platform::{Browser, open_things, set_durable};
use maydan_core::{Error, ErrorCode, Result};
use maydan_driver::App;
use sqlite_wasm_vfs::sahpool::{OpfsSAHPoolCfgBuilder, install};
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// Files that the pool keeps ready: two per database, for a handful of users of one device.
const FILES: usize = 24;
/// Tries for the files: a leader that just went may hold them a moment longer.
const TRIES: u32 = 50;

/// Opens the device and starts its loop.
pub async fn lead() -> Result<Rc<App<Browser>>> {
    let storage = crate::scope::scope().navigator().storage();
    // Only a window may ask for persistence (it does); a worker may look.
    if let Ok(asked) = storage.persisted()
        && let Ok(answer) = JsFuture::from(asked).await
    {
        set_durable(answer.is_truthy());
    }
    files().await?;
    open_things()?;
    let app = Rc::new(App::open(Browser)?);
    let running = app.clone();
    spawn_local(async move { running.run().await });
    Ok(app)
}

async fn files() -> Result<()> {
    let config = OpfsSAHPoolCfgBuilder::new().directory("maydan").initial_capacity(FILES).build();
    let mut last = String::new();
    for _ in 0..TRIES {
        match install::<sqlite_wasm_rs::WasmOsCallback>(&config, true).await {
            Ok(_) => return Ok(()),
            Err(e) => last = e.to_string(),
        }
        gloo_timers::future::TimeoutFuture::new(100).await;
    }
    let advice = "use a current browser, over HTTPS, not in a private window";
    Err(Error::new(ErrorCode::Unsupported, format!("this browser gives no private files ({last}): {advice}")))
}

/// Answers one request.
pub async fn answer(app: &App<Browser>, name: &str, body: &str) -> Result<String> {
    let body = serde_json::from_str(body)?;
    Ok(serde_json::to_string(&app.call(name, body).await?)?)
}

/// Waits for the lock that makes a worker the leader; it is held until the worker ends.
pub fn when_leading(lead: impl FnOnce() + 'static) -> std::result::Result<(), JsValue> {
    use wasm_bindgen::prelude::*;
    let granted = Closure::once_into_js(move |_: JsValue| {
        lead();
        // A promise that never settles: the browser gives the lock on when this worker is gone.
        js_sys::Promise::new(&mut |_, _| {})
    });
    // web-sys counts Web Locks among its unstable parts; browsers have had them since 2022.
    let get = |from: &JsValue, key: &str| js_sys::Reflect::get(from, &key.into());
    let locks = get(crate::scope::scope().navigator().as_ref(), "locks")?;
    let request: js_sys::Function = get(&locks, "request")?.dyn_into()?;
    request.call2(&locks, &crate::scope::CHANNEL.into(), &granted)?;
    Ok(())
}
