//! Settings: a file (`maydan.toml`), overridden by the environment, overridden by arguments.

use semver::Version;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// How to serve.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Folder of the key, and of database and epoch unless they are in PostgreSQL.
    pub data: PathBuf,
    /// Address of a PostgreSQL database (`postgres://…`); without it the data lies in one file in the folder.
    pub database: Option<String>,
    /// Where contents of records lie: a folder, or `s3://bucket/prefix`; without it the folder `blobs` in `data`.
    pub blobs: Option<String>,
    /// Address to listen on.
    pub listen: SocketAddr,
    /// Folder of the web edition; without it only the API is served.
    pub web: Option<PathBuf>,
    /// Certificate chain and key, PEM.
    pub tls: Option<Tls>,
    /// Make a certificate for a trial on the local network.
    pub self_signed: bool,
    /// Minutes that an access token lives.
    pub access_minutes: i64,
    /// Oldest version of the app that is served. Older ones may send what they have, and are asked to update.
    pub minimum_app: Option<Version>,
}

/// Certificate files.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Tls {
    /// Certificate chain, PEM.
    pub certificate: PathBuf,
    /// Private key, PEM.
    pub key: PathBuf,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: PathBuf::from("maydan-data"),
            database: None,
            blobs: None,
            listen: SocketAddr::from(([127, 0, 0, 1], 8017)),
            web: None,
            tls: None,
            self_signed: false,
            access_minutes: 15,
            minimum_app: None,
        }
    }
}

impl Config {
    /// Reads a settings file.
    ///
    /// # Errors
    /// In words: what is wrong with the file, and where.
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|e| format!("{} can't be read: {e}", path.display()))?;
        toml::from_str(&text).map_err(|e| format!("{} is not right: {e}", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_settings_file_may_say_as_little_as_it_likes() {
        let config: Config = toml::from_str("listen = \"0.0.0.0:443\"").expect("read");
        assert_eq!(config.listen.port(), 443);
        assert_eq!(config.data, Config::default().data);
    }

    #[test]
    fn a_misspelt_setting_is_an_error() {
        assert!(toml::from_str::<Config>("lisen = \"0.0.0.0:443\"").is_err());
    }
}
