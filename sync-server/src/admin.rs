//! The command line: what an operator does.

mod forget;
mod handed_over;

use crate::company::{BLOBS, Checked, Collected, Company, NewUser};
use crate::config::{Config, Tls};
use crate::server::Server;
use crate::store::{Blobs, Postgres, Sqlite, Store, copy, share_key};
use clap::{Args, Parser, Subcommand};
use handed_over::HandedOverCommand;
use maydan_core::command::Level;
use maydan_core::{Error, ErrorCode, Result, ScopeId};
use semver::Version;
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Maydan's sync server.
#[derive(Debug, Parser)]
#[command(version, about)]
pub struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Args)]
struct Settings {
    /// Settings file.
    #[arg(long, global = true, env = "MAYDAN_CONFIG")]
    config: Option<PathBuf>,
    /// Folder of the key, and of database and epoch unless they are in PostgreSQL.
    #[arg(long, global = true, env = "MAYDAN_DATA")]
    data: Option<PathBuf>,
    /// Address of a PostgreSQL database (postgres://…); without it the data lies in one file in the folder.
    #[arg(long, global = true, env = "MAYDAN_DATABASE", hide_env_values = true)]
    database: Option<String>,
    /// Where contents of records lie (photos, signatures): a folder, or s3://bucket/prefix with AWS_… in the environment.
    #[arg(long, global = true, env = "MAYDAN_BLOBS")]
    blobs: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a new, empty store.
    Init,
    /// Serve devices, and the web edition when its folder is named.
    Serve {
        /// Address to listen on.
        #[arg(long, env = "MAYDAN_LISTEN")]
        listen: Option<SocketAddr>,
        /// Folder of the web edition.
        #[arg(long, env = "MAYDAN_WEB")]
        web: Option<PathBuf>,
        /// Certificate chain, PEM.
        #[arg(long, env = "MAYDAN_CERTIFICATE", requires = "key")]
        certificate: Option<PathBuf>,
        /// Private key, PEM.
        #[arg(long, env = "MAYDAN_KEY", requires = "certificate")]
        key: Option<PathBuf>,
        /// Make a certificate for a trial on the local network.
        #[arg(long, env = "MAYDAN_SELF_SIGNED")]
        self_signed: bool,
        /// Minutes that an access token lives.
        #[arg(long, env = "MAYDAN_ACCESS_MINUTES")]
        access_minutes: Option<i64>,
        /// Oldest version of the app that is served; older ones may only send what they have.
        #[arg(long, env = "MAYDAN_MINIMUM_APP")]
        minimum_app: Option<Version>,
    },
    /// People.
    #[command(subcommand)]
    User(UserCommand),
    /// Territories.
    #[command(subcommand)]
    Territory(TerritoryCommand),
    /// Grant a scope to a person, or change how much of it is granted.
    Grant {
        /// Login of the person.
        login: String,
        /// Territory id, or login of a person whose own scope is meant.
        scope: String,
        /// read, write or manage; none takes it away.
        level: String,
    },
    /// List the devices: id, whose, when its session was renewed last, whether it was cut off.
    Devices,
    /// Cut a device off: at its next contact it hands over what that person has not sent, and her data goes from it.
    Revoke {
        /// Device id.
        device: String,
    },
    /// Let a device in again that was cut off.
    Readmit {
        /// Device id.
        device: String,
    },
    /// What devices that were cut off had not sent: read it, take it in, or throw it away.
    HandedOver {
        #[command(subcommand)]
        what: Option<HandedOverCommand>,
    },
    /// Bring a CSV file of customers in.
    Import {
        /// The file.
        file: PathBuf,
        /// The territory's id.
        #[arg(long)]
        territory: String,
        /// Where to write the rows that could not be brought in.
        #[arg(long)]
        bad_rows: Option<PathBuf>,
    },
    /// Look whether everything in the database fits together. Ends with an error when something does not.
    Check {
        /// Make again from the changes what can be made again: heads, snapshots, tallies.
        #[arg(long)]
        mend: bool,
    },
    /// Copy the database while it is in use.
    Backup {
        /// File to write.
        to: PathBuf,
    },
    /// Forget what the feeds held long ago. Records and their history stay; devices that were away longer begin again.
    Trim {
        /// How many days are kept.
        #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(i64).range(1..=36_500))]
        days: i64,
    },
    /// Shorten the histories of records in which much was written and nobody has written for long: what stands there stays, who
    /// wrote what when before that goes. Visits and shifts, and records in which somebody must choose, stay as they are.
    Shorten {
        /// Of records with at least so many changes.
        #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u64).range(2..))]
        changes: u64,
        /// To which nothing was written for so many days.
        #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(i64).range(0..=36_500))]
        days: i64,
    },
    /// Throw away contents (photos, signatures) whose records were deleted long ago, and parts that were never completed.
    Collect {
        /// How many days ago at least.
        #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(i64).range(1..=36_500))]
        days: i64,
    },
    /// Erase a record for good, with whatever follows it: from the server at once, from each device when it comes by next, also
    /// what was not sent. Backups made before still hold it; after a restore it is erased again.
    Erase {
        /// The record's id, as in the address of its page.
        record: String,
        /// It shall be gone for good.
        #[arg(long)]
        yes: bool,
    },
    /// Say that the database was put back to an earlier state by its own tools; devices then send what it lacks.
    NewEpoch,
    /// Move a company to another store, with its epoch: devices notice nothing. Its server must not run.
    MigrateStore {
        /// Where it is: sqlite:FOLDER or postgres://…
        #[arg(long)]
        from: String,
        /// Where it shall be: an empty one of either.
        #[arg(long)]
        to: String,
    },
    /// Put a backup in place of the database; devices then send what it lacks.
    Restore {
        /// The backup.
        from: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Add a person. Without --password it is asked for.
    Add {
        /// Login.
        login: String,
        /// Name that colleagues see.
        #[arg(long)]
        name: String,
        /// admin, manager, back_office, rep or auditor.
        #[arg(long, default_value = "rep")]
        role: String,
        /// Password.
        #[arg(long, env = "MAYDAN_PASSWORD", hide_env_values = true)]
        password: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
enum TerritoryCommand {
    /// Add a territory; prints its id.
    Add {
        /// Its name.
        name: String,
    },
    /// List them: id and name.
    List,
}

impl Cli {
    /// Does what was asked; answers go to `out`.
    ///
    /// # Errors
    /// In words that say what to do.
    pub async fn run(self, out: &mut (dyn Write + Send)) -> Result<()> {
        let mut config = match &self.settings.config {
            Some(path) => Config::read(path).map_err(Error::bad_request)?,
            None => Config::default(),
        };
        if let Some(data) = self.settings.data {
            config.data = data;
        }
        config.database = self.settings.database.or(config.database);
        config.blobs = self.settings.blobs.or(config.blobs);
        let answer = match self.command {
            Command::Init => {
                init(&config)?;
                format!("a new store is made; its key is in {}", config.data.display())
            }
            Command::Serve { listen, web, certificate, key, self_signed, access_minutes, minimum_app } => {
                config.listen = listen.unwrap_or(config.listen);
                config.web = web.or(config.web);
                config.self_signed |= self_signed;
                config.access_minutes = access_minutes.unwrap_or(config.access_minutes);
                config.minimum_app = minimum_app.or(config.minimum_app);
                if let Some((certificate, key)) = certificate.zip(key) {
                    config.tls = Some(Tls { certificate, key });
                }
                let server = Server::start(open(&config)?, config).await?;
                // In one piece: whoever started us may read the first line only.
                let reached: String = server.reachable().iter().map(|address| format!("\nreached at {address}")).collect();
                say(out, &format!("listening on {}{reached}", server.url()))?;
                server.run().await;
                return Ok(());
            }
            Command::User(UserCommand::Add { login, name, role, password }) => {
                let password = match password {
                    Some(password) => password,
                    None => rpassword::prompt_password("password: ").map_err(|e| Error::bad_request(format!("no password: {e}")))?,
                };
                join(&config)?.add_user(&NewUser { login, name, role, password: Some(password) })?.to_string()
            }
            Command::Territory(TerritoryCommand::List) => {
                let territories = join(&config)?.territories()?;
                territories.iter().map(|(scope, name)| format!("{scope} {name}")).collect::<Vec<_>>().join("\n")
            }
            Command::Devices => {
                let devices = join(&config)?.devices()?;
                devices.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
            }
            Command::Territory(TerritoryCommand::Add { name }) => join(&config)?.add_territory(&name)?.to_string(),
            Command::Grant { login, scope, level } => {
                let company = join(&config)?;
                let scope = scope.parse().or_else(|_| company.user_by_login(&scope).map(ScopeId::from))?;
                company.grant(company.user_by_login(&login)?, scope, parse_level(&level)?)?;
                "granted".to_owned()
            }
            Command::Revoke { device } => {
                join(&config)?.revoke_device(device.parse()?)?;
                "cut off".to_owned()
            }
            Command::Readmit { device } => {
                join(&config)?.readmit_device(device.parse()?)?;
                "let in again".to_owned()
            }
            Command::HandedOver { what } => handed_over::run(&join(&config)?, what, out)?,
            Command::Import { file, territory, bad_rows } => import(&config, &file, territory.parse()?, bad_rows)?,
            Command::Check { mend } => check(&join(&config)?, mend, out)?,
            Command::Backup { to } => {
                of_a_file(&config)?;
                Sqlite::backup(&config.data, &to)?;
                format!("copied to {}", to.display())
            }
            Command::Trim { days } => {
                let company = join(&config)?;
                format!("the feeds hold what came after number {}", company.trim(company.now().plus(-days * DAY_MS))?)
            }
            Command::Shorten { changes, days } => forget::shorten(&join(&config)?, changes, days)?,
            Command::Collect { days } => {
                let company = join(&config)?;
                let Collected { contents, bytes } = company.collect(company.now().plus(-days * DAY_MS))?;
                format!("{contents} contents that nothing names any more are gone, {bytes} bytes")
            }
            Command::Erase { record, yes } => forget::erase(&join(&config)?, record.parse()?, yes)?,
            Command::NewEpoch => format!("the epoch is {}; devices will send what the database lacks", open(&config)?.renew_epoch()?),
            Command::MigrateStore { from, to } => migrate_store(&config, &from, &to, out)?,
            Command::Restore { from } => {
                of_a_file(&config)?;
                Sqlite::restore(&config.data, &from)?;
                "restored; devices will send what the backup lacks".to_owned()
            }
        };
        say(out, &answer)
    }
}

/// A day, milliseconds.
const DAY_MS: i64 = 86_400_000;

/// A new, empty company where these settings say.
///
/// # Errors
/// [`ErrorCode::WrongState`] when there is one already.
pub fn init(config: &Config) -> Result<Company> {
    match &config.database {
        Some(url) => with_contents(config, Postgres::init(url, &config.data)?),
        None => with_contents(config, Sqlite::init(&config.data)?),
    }
}

/// The company that these settings name, to serve it.
///
/// # Errors
/// What opening its store says.
pub fn open(config: &Config) -> Result<Company> {
    match &config.database {
        Some(url) => with_contents(config, Postgres::open(url, &config.data)?),
        None => with_contents(config, Sqlite::open(&config.data)?),
    }
}

/// Beside a server that may be at work.
fn join(config: &Config) -> Result<Company> {
    match &config.database {
        Some(_) => open(config),
        None => with_contents(config, Sqlite::join(&config.data)?),
    }
}

fn with_contents(config: &Config, store: impl Store + 'static) -> Result<Company> {
    let blobs = match &config.blobs {
        Some(address) => Blobs::at(address)?,
        None => Blobs::folder(&config.data.join(BLOBS))?,
    };
    Ok(Company::over(store).with_blobs(blobs))
}

fn of_a_file(config: &Config) -> Result<()> {
    match config.database {
        None => Ok(()),
        Some(_) => Err(Error::new(
            ErrorCode::Unsupported,
            "PostgreSQL has its own tools for backups (pg_dump, pg_basebackup); after restoring one, run `maydan-sync-server new-epoch`",
        )),
    }
}

/// Moves a company. A file that it leaves is put out of the way, so that nobody serves an old state by mistake.
fn migrate_store(config: &Config, from: &str, to: &str, out: &mut (dyn Write + Send)) -> Result<String> {
    let folder = |address: &str| address.strip_prefix("sqlite:").map(|path| PathBuf::from(path.trim_start_matches("//")));
    let mut tell = |table: &str, rows: u64| {
        if let Err(e) = say(out, &format!("{table}: {rows} rows")) {
            tracing::warn!(error = %e, "the progress could not be told");
        }
    };
    let (rows, rest) = match (folder(from), folder(to)) {
        (Some(folder), None) => {
            let source = Sqlite::open_alone(&folder)?;
            // The key goes along: it is the folder's, for the nodes that serve from now on.
            share_key(&folder, &config.data)?;
            let target = Postgres::init(to, &config.data)?;
            let rows = copy(&source, &target, &mut tell)?;
            let retired = source.retire()?;
            (rows, format!("the file is kept as {}", retired.display()))
        }
        (None, Some(target)) => {
            let source = Postgres::open(from, &config.data)?;
            share_key(&config.data, &target)?;
            let rows = copy(&source, &Sqlite::init(&target)?, &mut tell)?;
            (rows, "stop every node of the old database before you serve the new one".to_owned())
        }
        _ => return Err(Error::bad_request("a company moves from sqlite:FOLDER to postgres://… or back")),
    };
    Ok(format!("{rows} rows moved; {rest}"))
}

fn check(company: &Company, mend: bool, out: &mut (dyn Write + Send)) -> Result<String> {
    let mut faults = Vec::new();
    let mut checked = company.check(&mut |fault| faults.push(fault))?;
    for fault in &faults {
        say(out, &fault.to_string())?;
    }
    if mend && faults.iter().any(|fault| fault.what.is_mendable()) {
        company.mend()?;
        say(out, "made again: heads, snapshots and tallies")?;
        faults.clear();
        checked = company.check(&mut |fault| faults.push(fault))?;
    }
    let Checked { documents, changes, snapshots, contents } = checked;
    let looked_at = format!("{documents} records, {changes} changes, {snapshots} snapshots and {contents} contents looked at");
    match faults.len() {
        0 => Ok(format!("{looked_at}: all is well")),
        count => Err(Error::corrupt(format!(
            "{looked_at}: {count} faults; those marked --mend can be mended, and for damaged changes restore a backup: devices will send what it lacks"
        ))),
    }
}

fn import(config: &Config, file: &std::path::Path, territory: ScopeId, bad_rows: Option<PathBuf>) -> Result<String> {
    let bytes = std::fs::read(file).map_err(|e| Error::bad_request(format!("{} can't be read: {e}", file.display())))?;
    let report = join(config)?.import_customers(&bytes, None, territory)?;
    let bad = report.errors.len();
    let mut answer = format!("{} rows: {} made, {} here already, {bad} left out", report.rows, report.created, report.present);
    for error in report.errors.iter().take(20) {
        let field = error.field.as_deref().unwrap_or("row");
        answer.push_str(&format!("\nline {}: {field}: {:?}: {}", error.line, error.code, error.cells.join(" | ")));
    }
    if let Some(path) = bad_rows {
        let mut text = String::from("\u{feff}");
        for error in &report.errors {
            let cells: Vec<String> = error.cells.iter().map(|c| format!("\"{}\"", c.replace('"', "\"\""))).collect();
            text.push_str(&format!("{},{:?},{}\r\n", error.line, error.code, cells.join(",")));
        }
        std::fs::write(&path, text).map_err(|e| Error::bad_request(format!("{} can't be written: {e}", path.display())))?;
        answer.push_str(&format!("\nthe rows left out are in {}", path.display()));
    } else if bad > 20 {
        answer.push_str("\n… name a file with --bad-rows to get all of them");
    }
    Ok(answer)
}

fn parse_level(word: &str) -> Result<Option<Level>> {
    match word {
        "read" => Ok(Some(Level::Read)),
        "write" => Ok(Some(Level::Write)),
        "manage" => Ok(Some(Level::Manage)),
        "none" => Ok(None),
        _ => Err(Error::new(ErrorCode::InvalidValue, "a level is read, write, manage or none")),
    }
}

fn say(out: &mut (dyn Write + Send), line: &str) -> Result<()> {
    writeln!(out, "{line}").and_then(|()| out.flush()).map_err(|e| Error::internal(format!("the answer could not be written: {e}")))
}
