//! The app: a window, one command, and the sync loop. Thin: everything else is in the crates below.
//!
//! The window talks to the device through the one command `ipc::call` and hears from it through the event `maydan`.

mod host;
mod ipc;

use crate::host::Native;
use maydan_core::{Error, Result};
use maydan_driver::App;
use std::path::PathBuf;
use std::sync::Arc;
use tauri::Manager;
use tracing_subscriber::EnvFilter;

/// The device behind the window, or why it did not open: the window then says so, and the files are left as they are.
pub(crate) struct Device(Result<Arc<App<Native>>>);

/// Starts the app.
#[cfg_attr(mobile, tauri::mobile_entry_point)]
pub fn run() {
    let filter = EnvFilter::try_from_env("MAYDAN_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let builder = tauri::Builder::default();
    // On desktops this plugin answers a position of zero as if it were one: it is not even asked there.
    #[cfg(mobile)]
    let builder = builder.plugin(tauri_plugin_geolocation::init());
    let built = builder
        .setup(|app| {
            let folder = data_folder(app.handle())?;
            let device = App::open(Native::new(folder, app.handle().clone())).map(Arc::new);
            match &device {
                Ok(device) => {
                    let running = device.clone();
                    tauri::async_runtime::spawn(async move { running.run().await });
                }
                Err(e) => tracing::error!(code = ?e.code, "{e}"),
            }
            app.manage(Device(device));
            Ok(())
        })
        .invoke_handler(tauri::generate_handler![ipc::call])
        .run(tauri::generate_context!());
    if let Err(e) = built {
        tracing::error!("the window did not open: {e}");
        std::process::exit(1);
    }
}

/// Where this user's data is; `MAYDAN_DATA` names another place.
fn data_folder(app: &tauri::AppHandle) -> Result<PathBuf> {
    match std::env::var_os("MAYDAN_DATA") {
        Some(folder) => Ok(folder.into()),
        None => app.path().app_local_data_dir().map_err(|e| Error::internal(format!("this system names no folder for data: {e}"))),
    }
}
