//! Files in and out of the window.

use crate::components::{Icon, IconView};
use js_sys::{Array, Uint8Array};
use maydan_core::{Error, ErrorCode, Result};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, File, HtmlAnchorElement, HtmlInputElement, Url};
use yew::prelude::*;

/// Properties of [`FilePick`].
#[derive(Properties, PartialEq)]
pub struct FilePickProps {
    /// What the button says.
    pub label: String,
    /// Kinds of files, as the `accept` attribute names them.
    pub accept: &'static str,
    /// A file was chosen.
    pub onfile: Callback<File>,
    /// The hook of end-to-end tests.
    pub testid: &'static str,
}

/// A button that lets the person choose a file. The input itself is there for keyboards and screen readers.
#[component]
pub fn FilePick(props: &FilePickProps) -> Html {
    let onfile = props.onfile.clone();
    let onchange = Callback::from(move |event: Event| {
        let Some(input) = event.target_dyn_into::<HtmlInputElement>() else { return };
        let file = input.files().and_then(|files| files.get(0));
        // Choosing the same file again is a choice too.
        input.set_value("");
        if let Some(file) = file {
            onfile.emit(file);
        }
    });
    html! {
        <label class="button button-plain p2-file">
            <IconView icon={Icon::Upload} />
            <span class="button-label">{ props.label.clone() }</span>
            <input class="p2-file-input" type="file" accept={props.accept} {onchange} data-testid={props.testid} />
        </label>
    }
}

/// The bytes of a file of at most `most` bytes.
///
/// # Errors
/// [`ErrorCode::TooLarge`]; [`ErrorCode::Corrupt`] when the platform can't read it (any more).
pub async fn bytes(file: &File, most: usize) -> Result<Vec<u8>> {
    if file.size() > most as f64 {
        return Err(Error::new(ErrorCode::TooLarge, format!("a file has at most {most} bytes: split it")));
    }
    let buffer = JsFuture::from(file.array_buffer()).await.map_err(unreadable)?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

/// The text of a file of at most `most` bytes, as UTF-8.
///
/// # Errors
/// As [`bytes`].
pub async fn text(file: &File, most: usize) -> Result<String> {
    Ok(String::from_utf8_lossy(&bytes(file, most).await?).into_owned())
}

/// Hands a text to the person as a file.
///
/// # Errors
/// [`ErrorCode::Unsupported`] when the platform makes no files.
pub fn download(name: &str, media_type: &str, text: &str) -> Result<()> {
    save(name, media_type, text).map_err(|_| Error::new(ErrorCode::Unsupported, "this window can't make files: open the app in a browser"))
}

fn save(name: &str, media_type: &str, text: &str) -> std::result::Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&JsValue::from_str(text)), &options)?;
    let address = Url::create_object_url_with_blob(&blob)?;
    let document = gloo::utils::document();
    let anchor: HtmlAnchorElement = document.create_element("a")?.unchecked_into();
    anchor.set_href(&address);
    anchor.set_download(name);
    gloo::utils::body().append_child(&anchor)?;
    anchor.click();
    anchor.remove();
    // The download reads the address after the click returns.
    gloo::timers::callback::Timeout::new(60_000, move || {
        let _ = Url::revoke_object_url(&address);
    })
    .forget();
    Ok(())
}

fn unreadable(_: JsValue) -> Error {
    Error::new(ErrorCode::Corrupt, "the file could not be read: choose it again")
}
