//! TLS: the operator's certificate, or one made here for a trial on the local network.

use crate::config::Config;
use crate::store::write_private;
use axum_server::tls_rustls::RustlsConfig;
use maydan_core::{Error, ErrorCode, Result};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

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

/// The addresses under which other devices of the network reach a server that listens here.
pub(crate) fn addresses(listen: SocketAddr) -> Vec<IpAddr> {
    if !listen.ip().is_unspecified() {
        return vec![listen.ip()];
    }
    let interfaces = if_addrs::get_if_addrs().unwrap_or_else(|e| {
        tracing::warn!("this machine does not tell its addresses ({e}): name the one that devices use with --listen");
        Vec::new()
    });
    let v4_only = listen.is_ipv4();
    let reachable = |ip: &IpAddr| !ip.is_loopback() && (ip.is_ipv4() || !v4_only);
    // Link-local IPv6 addresses need a zone, which no certificate and no browser takes.
    let usable = |ip: &IpAddr| !matches!(ip, IpAddr::V6(v6) if v6.is_unicast_link_local());
    interfaces.iter().map(if_addrs::Interface::ip).filter(|ip| reachable(ip) && usable(ip)).collect()
}

/// Makes a certificate once for each set of addresses, and keeps it: browsers that accepted it go on doing so.
fn self_signed(config: &Config) -> Result<(PathBuf, PathBuf)> {
    let names: BTreeSet<String> =
        addresses(config.listen).iter().map(ToString::to_string).chain(["localhost".to_owned(), "127.0.0.1".to_owned()]).collect();
    let digest = Sha256::digest(names.iter().map(String::as_str).collect::<Vec<_>>().join(" "));
    let name: String = digest[..4].iter().map(|b| format!("{b:02x}")).collect();
    let (certificate, key) = (config.data.join(format!("self-signed-{name}.pem")), config.data.join(format!("self-signed-{name}-key.pem")));
    if !(certificate.exists() && key.exists()) {
        let failed = |e: String| Error::internal(format!("a certificate could not be made: {e}"));
        let names: Vec<String> = names.into_iter().collect();
        let made = rcgen::generate_simple_self_signed(names).map_err(|e| failed(e.to_string()))?;
        write_private(&key, made.signing_key.serialize_pem().as_bytes())?;
        write_private(&certificate, made.cert.pem().as_bytes())?;
    }
    Ok((certificate, key))
}
