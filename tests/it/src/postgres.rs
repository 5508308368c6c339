//! A PostgreSQL of a test's own: in a temporary folder, on a free port, gone with the test.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a server may take to answer first.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running PostgreSQL.
#[derive(Debug)]
pub struct Cluster {
    folder: TempDir,
    port: u16,
    server: Child,
    programs: PathBuf,
}

impl Cluster {
    /// Makes and starts one.
    ///
    /// # Errors
    /// In words: what is missing, or what PostgreSQL says.
    pub fn start() -> Result<Self, String> {
        let programs = programs().ok_or("PostgreSQL is not installed: run `cargo xtask setup`")?;
        let folder = tempfile::Builder::new().prefix("maydan-postgres").tempdir().map_err(|e| e.to_string())?;
        open_to_postgres(folder.path())?;
        let data = folder.path().join("data");
        let mut initdb = as_postgres(&programs.join("initdb"));
        initdb.args(["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "-D"]).arg(&data);
        let made = initdb.output().map_err(|e| format!("initdb can't be run: {e}"))?;
        if !made.status.success() {
            return Err(format!("initdb failed: {}", String::from_utf8_lossy(&made.stderr)));
        }
        let (server, port) = serve(&programs, &data)?;
        let mut cluster = Self { folder, port, server, programs };
        // Somebody may have taken the port in between.
        let mut tries = 0;
        while let Err(e) = cluster.wait_until_ready() {
            tries += 1;
            if tries == 5 {
                return Err(e);
            }
            (cluster.server, cluster.port) = serve(&cluster.programs, &data)?;
        }
        Ok(cluster)
    }

    /// A new, empty database; answers its address.
    ///
    /// # Errors
    /// What PostgreSQL says.
    pub fn database(&self, name: &str) -> Result<String, String> {
        self.psql("postgres", &format!("CREATE DATABASE {name}"))?;
        Ok(format!("postgres://postgres@127.0.0.1:{}/{name}", self.port))
    }

    /// Runs SQL in a database, as an operator would; answers what it prints.
    ///
    /// # Errors
    /// What PostgreSQL says.
    pub fn psql(&self, database: &str, sql: &str) -> Result<String, String> {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args([
            "-h",
            "127.0.0.1",
            "-p",
            &self.port.to_string(),
            "-U",
            "postgres",
            "-d",
            database,
            "-v",
            "ON_ERROR_STOP=1",
            "-qAt",
            "-c",
            sql,
        ]);
        let done = psql.output().map_err(|e| format!("psql can't be run: {e}"))?;
        if done.status.success() {
            Ok(String::from_utf8_lossy(&done.stdout).trim().to_owned())
        } else {
            Err(String::from_utf8_lossy(&done.stderr).into_owned())
        }
    }

    /// A folder for whatever belongs to this test.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn wait_until_ready(&mut self) -> Result<(), String> {
        let begun = Instant::now();
        loop {
            if let Ok(Some(status)) = self.server.try_wait() {
                return Err(format!("PostgreSQL ended at once: {status}"));
            }
            match self.psql("postgres", "SELECT 1") {
                Ok(_) => return Ok(()),
                Err(e) if begun.elapsed() > PATIENCE => return Err(format!("PostgreSQL does not answer: {e}")),
                // Only trying tells whether it is ready.
                Err(_) => std::thread::sleep(Duration::from_millis(50)),
            }
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let data = self.folder.path().join("data");
        let mut stop = as_postgres(&self.programs.join("pg_ctl"));
        drop(stop.args(["stop", "-m", "immediate", "-D"]).arg(data).stdout(Stdio::null()).stderr(Stdio::null()).status());
        drop(self.server.wait());
    }
}

/// Starts a server on a free port.
fn serve(programs: &Path, data: &Path) -> Result<(Child, u16), String> {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).map_err(|e| e.to_string())?.port();
    let mut postgres = as_postgres(&programs.join("postgres"));
    postgres.arg("-D").arg(data).args(["-p", &port.to_string(), "-k", ""]).args(["-c", "listen_addresses=127.0.0.1"]);
    let server = postgres.stdout(Stdio::null()).stderr(Stdio::null()).spawn().map_err(|e| format!("postgres can't be run: {e}"))?;
    Ok((server, port))
}

/// Where the newest PostgreSQL's programs are: Debian's folders, else those on the path.
fn programs() -> Option<PathBuf> {
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut debian: Vec<PathBuf> = debian.map(|entry| entry.path().join("bin")).collect();
    debian.sort();
    let on_path = std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect::<Vec<_>>()).unwrap_or_default();
    let complete = |folder: &PathBuf| ["initdb", "postgres", "pg_ctl", "psql"].iter().all(|program| folder.join(program).exists());
    debian.into_iter().rev().chain(on_path).find(complete)
}

/// PostgreSQL refuses to run as root: then it runs as the user that its package made.
fn as_postgres(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--"]).arg(program).current_dir("/");
    command
}

fn open_to_postgres(folder: &Path) -> Result<(), String> {
    if !is_root() {
        return Ok(());
    }
    let done = Command::new("chown").arg("postgres").arg(folder).status().map_err(|e| e.to_string())?;
    if done.success() { Ok(()) } else { Err("the folder could not be given to the user postgres".to_owned()) }
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.trim_ascii() == b"0")
}
