//! TLS: the operator's certificate, or one made here for a trial on the local network.

use crate::config::Config;
use crate::store::write_private;
use axum_server::tls_rustls::RustlsConfig;
use maydan_core::{Error, ErrorCode, Result};

/// The TLS settings, when the server is to speak TLS.
pub(crate) async fn configure(config: &Config) -> Result<Option<RustlsConfig>> {
    let (certificate, key) = match (&config.tls, config.self_signed) {
        (Some(tls), _) => (tls.certificate.clone(), tls.key.clone()),
        (None, true) => self_signed(config)?,
        (None, false) => return Ok(None),
    };
    // Whoever came first has installed the same provider.
    drop(rustls::crypto::ring::default_provider().install_default());
    let loaded = RustlsConfig::from_pem_file(&certificate, &key).await;
    loaded.map(Some).map_err(|e| {
        Error::new(ErrorCode::BadRequest, format!("{} and {} are no certificate and key: {e}", certificate.display(), key.display()))
    })
}

/// Makes a certificate once, and keeps it: browsers that accepted it go on doing so.
fn self_signed(config: &Config) -> Result<(std::path::PathBuf, std::path::PathBuf)> {
    let (certificate, key) = (config.data.join("self-signed.pem"), config.data.join("self-signed-key.pem"));
    if !(certificate.exists() && key.exists()) {
        let failed = |e: String| Error::internal(format!("a certificate could not be made: {e}"));
        let names = vec!["localhost".to_owned(), config.listen.ip().to_string(), "127.0.0.1".to_owned()];
        let made = rcgen::generate_simple_self_signed(names).map_err(|e| failed(e.to_string()))?;
        write_private(&key, made.signing_key.serialize_pem().as_bytes())?;
        std::fs::write(&certificate, made.cert.pem()).map_err(|e| failed(e.to_string()))?;
    }
    Ok((certificate, key))
}
