//! A device as a process of its own, for the demo and the desktop test: commands in, answers out, one JSON line each.
//!
//! It is killed with -9 in the middle of its work: whatever it has answered must be on its disk.

use maydan_driver::App;
use maydan_it::FolderPlatform;
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::Write;
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt, BufReader};

#[derive(Deserialize)]
struct Line {
    command: String,
    #[serde(default)]
    body: Value,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("name a folder")?;
    let app = Arc::new(App::open(FolderPlatform::new(folder))?);
    let running = app.clone();
    tokio::spawn(async move { running.run().await });
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        let line: Line = serde_json::from_str(&line)?;
        let answer = match app.call(&line.command, line.body).await {
            Ok(answer) => json!({ "ok": answer }),
            Err(error) => json!({ "error": error }),
        };
        let mut out = std::io::stdout().lock();
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}
