//! `cargo xtask run`: from nothing to the open app.

use crate::process::{cargo, command, say, succeed, target};
use crate::{install, wasm};
use anyhow::{Context, Result, bail};
use clap::Args;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

#[derive(Debug, Args)]
pub struct Options {
    /// Address of the server.
    #[arg(long, default_value = "127.0.0.1:8017")]
    listen: String,
    /// Only serve the web edition, even where a window could open.
    #[arg(long)]
    web: bool,
    /// Serve HTTPS with a certificate of its own, so that other devices on the network can install the web edition.
    #[arg(long)]
    self_signed: bool,
}

/// Ends a server with the tool that started it.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Sets up, builds, seeds, serves, opens.
pub fn run(options: &Options) -> Result<()> {
    install::for_wasm()?;
    wasm::build()?;
    let display = std::env::var_os("DISPLAY").is_some() || std::env::var_os("WAYLAND_DISPLAY").is_some() || !cfg!(target_os = "linux");
    let window = display && !options.web;
    if window {
        install::for_desktop()?;
        succeed(cargo().args(["build", "--features", "tauri/custom-protocol", "-p", "maydan"]))?;
    }
    succeed(cargo().args(["build", "-p", "maydan-sync-server"]))?;
    let data = target().join("demo-company");
    if !data.join("maydan.db").exists() {
        say("filling a company with demo data");
        succeed(
            cargo()
                .args([
                    "run",
                    "-q",
                    "-p",
                    "maydan-it",
                    "--bin",
                    "maydan-seed",
                    "--",
                    "--customers",
                    "600",
                    "--activities",
                    "3000",
                    "--server",
                ])
                .arg(&data),
        )?;
    }
    let mut server = command(target().join("debug/maydan-sync-server"));
    server.args(["serve", "--listen", &options.listen, "--data"]).arg(&data).args(["--web", "web/dist"]);
    if options.self_signed {
        server.arg("--self-signed");
    }
    let mut server = Running(server.stdout(Stdio::piped()).env("MAYDAN_LOG", "warn").spawn().context("the server did not start")?);
    let url = address(&mut server)?;
    say(&format!("the server and the web edition are at {url}"));
    say("sign in as amal, basma (reps) or huda (manager); the password is maydan-demo-1");
    if window {
        say("opening the app");
        succeed(command(target().join("debug/maydan")).env("MAYDAN_SERVER", &url))
    } else {
        say("there is no display here: open that address in a browser. Ctrl+C ends the server");
        server.0.wait()?;
        Ok(())
    }
}

/// Where the server listens. What else it says (addresses for other devices) is passed on while it runs.
fn address(server: &mut Running) -> Result<String> {
    let out = server.0.stdout.take().context("the server has no output")?;
    let mut lines = BufReader::new(out).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| say(&line)));
    match first.trim().strip_prefix("listening on ") {
        Some(url) => Ok(url.to_owned()),
        None => bail!("the server did not start: is its address in use?"),
    }
}
