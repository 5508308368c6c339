//! The one command of the window.

use crate::Device;
use maydan_core::Error;
use serde_json::Value;
use tauri::State;

/// Answers a command of [`maydan_core::command`].
#[tauri::command]
pub(crate) async fn call(device: State<'_, Device>, name: String, body: Value) -> Result<Value, Error> {
    match &device.0 {
        Ok(app) => app.call(&name, body).await,
        Err(e) => Err(e.clone()),
    }
}
