//! The least that could do the work: raw SQLite with the same rows, one request with the same bytes.

use anyhow::Result;
use maydan_core::text::{bare_tokens, fold};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Opens a database as durably as a replica does.
pub(crate) fn database(path: &Path) -> Result<Connection> {
    let db = Connection::open(path)?;
    db.pragma_update(None, "journal_mode", "wal")?;
    db.pragma_update(None, "synchronous", "full")?;
    db.pragma_update(None, "cache_size", -16_000)?;
    db.pragma_update(None, "wal_autocheckpoint", 8_000)?;
    db.busy_timeout(Duration::from_secs(10))?;
    Ok(db)
}

/// The rows of a replica, with the statements that make its tables and put them in.
pub(crate) struct Rows {
    ddl: Vec<String>,
    tables: Vec<(String, Vec<Vec<Value>>)>,
    texts: Vec<(String, Vec<(i64, String, String)>)>,
}

impl Rows {
    /// What lies in a replica: documents, receipts, rows and what is searched.
    pub fn of(replica: &Connection) -> Result<Self> {
        let names: Vec<String> = replica
            .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND (name IN ('document', 'receipt', 'change') OR name GLOB 'r_*') ORDER BY name")?
            .query_map([], |r| r.get(0))?
            .collect::<Result<_, _>>()?;
        let mut ddl = Vec::new();
        let (mut tables, mut texts) = (Vec::new(), Vec::new());
        for name in names {
            let made: Vec<String> = replica
                .prepare("SELECT sql FROM sqlite_master WHERE tbl_name = ?1 AND sql IS NOT NULL ORDER BY type DESC")?
                .query_map([&name], |r| r.get(0))?
                .collect::<Result<_, _>>()?;
            ddl.extend(made);
            let mut statement = replica.prepare(&format!("SELECT * FROM {name}"))?;
            let columns = statement.column_count();
            let rows: Vec<Vec<Value>> =
                statement.query_map([], |r| (0..columns).map(|i| r.get(i)).collect())?.collect::<Result<_, rusqlite::Error>>()?;
            if let Some(kind) = name.strip_prefix("r_") {
                for index in ["f", "p"] {
                    let made: Option<String> =
                        replica.query_row("SELECT sql FROM sqlite_master WHERE name = ?1", [format!("{index}_{kind}")], |r| r.get(0)).ok();
                    ddl.extend(made);
                }
                texts.push((kind.to_owned(), rows.iter().map(|row| searched(row)).collect()));
            }
            let question_marks = vec!["?"; columns].join(", ");
            tables.push((format!("INSERT INTO {name} VALUES ({question_marks})"), rows));
        }
        Ok(Self { ddl, tables, texts })
    }

    /// Makes the tables.
    pub fn prepare(&self, db: &Connection) -> Result<()> {
        self.ddl.iter().try_for_each(|sql| Ok(db.execute_batch(sql)?))
    }

    /// Puts all rows in, in one transaction that waits for the disk.
    pub fn put(&self, db: &mut Connection) -> Result<()> {
        let tx = db.transaction()?;
        for (sql, rows) in &self.tables {
            let mut statement = tx.prepare(sql)?;
            rows.iter().try_for_each(|row| statement.execute(params_from_iter(row)).map(drop))?;
        }
        for (kind, texts) in &self.texts {
            let mut folded = tx.prepare(&format!("INSERT INTO f_{kind} (rowid, folded) VALUES (?1, ?2)"))?;
            let mut tokens = tx.prepare(&format!("INSERT INTO p_{kind} (rowid, tokens) VALUES (?1, ?2)"))?;
            for (n, text, bare) in texts {
                folded.execute((n, text))?;
                tokens.execute((n, bare))?;
            }
        }
        Ok(tx.commit()?)
    }
}

/// What is searched of a row: its texts, without the folded twins of sorted columns and without links.
fn searched(row: &[Value]) -> (i64, String, String) {
    let n = if let Some(Value::Integer(n)) = row.first() { *n } else { 0 };
    let mut parts: Vec<&str> = row
        .iter()
        .filter_map(|v| if let Value::Text(text) = v { Some(text.as_str()) } else { None })
        .filter(|text| text.len() != 36)
        .collect();
    parts.dedup();
    let text = fold(&parts.join("\n"));
    let bare = bare_tokens(&text);
    (n, text, bare)
}

/// Serves the same bytes to whoever asks; answers its address.
pub(crate) async fn serve(bytes: Vec<u8>) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4_096];
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", bytes.len());
            let answered = async {
                // A request without a body fits into one packet.
                let _ = stream.read(&mut request).await?;
                stream.write_all(head.as_bytes()).await?;
                stream.write_all(&bytes).await?;
                stream.shutdown().await
            };
            if let Err(e) = answered.await {
                eprintln!("the floor's server: {e}");
            }
        }
    });
    Ok(format!("http://{address}/"))
}
