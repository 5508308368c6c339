//! The desktop app opens in Arabic, from right to left, saves a note, is killed with -9, and reopens with the note.
#![expect(clippy::unwrap_used, reason = "tests")]

use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How long a part of a page may take to appear.
const PATIENCE: Duration = Duration::from_secs(15);

/// The note stands on the page.
const NOTE_IS_THERE: &str =
    "return [...document.querySelectorAll(\"[data-testid='note-body']\")].some(e => (e.value ?? e.innerText).includes('ووعد بالدفع'))";

/// A process that ends with the test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn programs() -> PathBuf {
    PathBuf::from(std::env::var_os("MAYDAN_BIN").expect("MAYDAN_BIN names the folder of the built programs: run `cargo xtask test window`"))
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A server with a small company.
fn serve(data: &Path) -> (Process, String) {
    let seeded =
        Command::new(programs().join("maydan-seed")).args(["--customers", "20", "--activities", "20", "--server"]).arg(data).status();
    assert!(seeded.unwrap().success());
    let listen = format!("127.0.0.1:{}", free_port());
    let mut child = Command::new(programs().join("maydan-sync-server"))
        .args(["serve", "--listen", &listen, "--data"])
        .arg(data)
        .env("MAYDAN_LOG", "error")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("listening on"), "{line}");
    (Process(child), format!("http://{listen}"))
}

/// A driver whose windows keep their data in `data`.
fn driver(data: &Path, server: &str) -> (Process, u16) {
    let port = free_port();
    let child = Command::new("WebKitWebDriver")
        .arg(format!("--port={port}"))
        .env("TAURI_WEBVIEW_AUTOMATION", "true")
        .env("LIBGL_ALWAYS_SOFTWARE", "1")
        .env("MAYDAN_DATA", data)
        .env("MAYDAN_SERVER", server)
        .spawn()
        .unwrap();
    (Process(child), port)
}

async fn open_window(port: u16) -> Client {
    let mut wanted = Capabilities::new();
    wanted.insert("webkitgtk:browserOptions".into(), json!({ "binary": programs().join("maydan"), "args": [] }));
    let begun = std::time::Instant::now();
    loop {
        let mut builder = ClientBuilder::new(HttpConnector::new());
        match builder.capabilities(wanted.clone()).connect(&format!("http://127.0.0.1:{port}")).await {
            Ok(client) => return client,
            Err(e) if begun.elapsed() > PATIENCE => panic!("the window did not open: {e}"),
            Err(_) => tokio::task::yield_now().await,
        }
    }
}

async fn wait(window: &Client, testid: &str) -> fantoccini::elements::Element {
    let selector = format!("[data-testid='{testid}']");
    match window.wait().at_most(PATIENCE).for_element(Locator::Css(&selector)).await {
        Ok(element) => element,
        Err(e) => panic!("no {testid}: {e}; the page: {}", seen(window).await),
    }
}

/// What stands on the page, for the report of a failure.
async fn seen(window: &Client) -> serde_json::Value {
    let script = "return [location.hash, document.activeElement?.dataset?.testid, document.body.innerText, \
                  [...document.querySelectorAll('input, textarea, button')].map(e => [e.dataset.testid, e.value, e.disabled])]";
    evaluate(window, script).await
}

/// Clicks, also when the page draws the element anew between finding and clicking it.
async fn click(window: &Client, testid: &str) {
    let begun = std::time::Instant::now();
    loop {
        match wait(window, testid).await.click().await {
            Ok(()) => return,
            Err(e) => assert!(begun.elapsed() < PATIENCE, "{testid} can't be clicked: {e}"),
        }
    }
}

async fn evaluate(window: &Client, script: &str) -> serde_json::Value {
    window.execute(script, vec![]).await.unwrap()
}

/// Waits until a script answers true.
async fn holds(window: &Client, what: &str, script: &str) {
    let begun = std::time::Instant::now();
    while evaluate(window, script).await != json!(true) {
        assert!(begun.elapsed() < PATIENCE, "waited in vain for {what}");
        tokio::task::yield_now().await;
    }
}

/// Kills the app's process, as the system would: not by asking the driver.
fn kill_app() {
    let program = programs().join("maydan");
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        if std::fs::read_link(entry.path().join("exe")).is_ok_and(|exe| exe == program) {
            let pid = entry.file_name().to_string_lossy().into_owned();
            assert!(Command::new("kill").args(["-9", &pid]).status().unwrap().success());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_saved_in_the_window_survives_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let (_server, url) = serve(&folder.path().join("server"));
    let data = folder.path().join("device");
    let address;
    {
        let (_driver, port) = driver(&data, &url);
        let window = open_window(port).await;
        wait(&window, "sign-in-login").await.send_keys("amal").await.unwrap();
        assert_eq!(evaluate(&window, "return [document.documentElement.lang, document.documentElement.dir]").await, json!(["ar", "rtl"]));
        wait(&window, "sign-in-password").await.send_keys("maydan-demo-1").await.unwrap();
        click(&window, "sign-in-submit").await;
        open_first_customer(&window).await;
        address = evaluate(&window, "return location.hash").await;
        click(&window, "tab-notes").await;
        wait(&window, "note-new").await.send_keys("اتصلت به اليوم ووعد بالدفع").await.unwrap();
        click(&window, "note-save").await;
        holds(&window, "the saved note", NOTE_IS_THERE).await;
        kill_app();
    }
    {
        let (_driver, port) = driver(&data, &url);
        let window = open_window(port).await;
        // The first row of the list may be another one by now: the customer is found by her address.
        wait(&window, "nav-customers").await;
        window.execute("location.hash = arguments[0]", vec![address]).await.unwrap();
        wait(&window, "customer-name").await;
        click(&window, "tab-notes").await;
        holds(&window, "the note", NOTE_IS_THERE).await;
        kill_app();
    }
}

async fn open_first_customer(window: &Client) {
    click(window, "nav-customers").await;
    click(window, "customer-row").await;
    wait(window, "customer-name").await;
}
