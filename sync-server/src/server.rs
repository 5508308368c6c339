//! A running server.

use crate::api::{Api, router};
use crate::company::Company;
use crate::config::Config;
use crate::tls;
use axum_server::Handle;
use axum_server::accept::NoDelayAcceptor;
use maydan_core::{Error, ErrorCode, Result};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::task::JoinHandle;

/// How long requests under way may take when the server stops.
const GRACE: Duration = Duration::from_secs(5);

/// A server that listens.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    secure: bool,
    handle: Handle<SocketAddr>,
    task: JoinHandle<std::io::Result<()>>,
}

impl Server {
    /// Starts to listen.
    ///
    /// # Errors
    /// [`ErrorCode::InUse`] when the address is taken; what the certificate files say.
    pub async fn start(company: Company, config: Config) -> Result<Self> {
        let taken = |e: std::io::Error| Error::new(ErrorCode::InUse, format!("{} can't be listened on: {e}", config.listen));
        let listener = std::net::TcpListener::bind(config.listen).map_err(taken)?;
        listener.set_nonblocking(true).map_err(taken)?;
        let address = listener.local_addr().map_err(taken)?;
        let rustls = tls::configure(&config).await?;
        let handle = Handle::new();
        let company = company.with_minimum_app(config.minimum_app.clone());
        allow_many_connections();
        // The data may have been put back to before that.
        company.erase_again()?;
        company.watch_others();
        let api = Api::new(company, config);
        let app = router(api).into_make_service();
        let secure = rustls.is_some();
        let server_handle = handle.clone();
        let failed = |e: std::io::Error| Error::internal(format!("the listener failed: {e}"));
        // The last piece of an answer must not wait until the phone has said that it has the one before.
        let task = match rustls {
            Some(rustls) => {
                let server = axum_server::from_tcp_rustls(listener, rustls).map_err(failed)?.handle(server_handle);
                let server = server.map(|acceptor| acceptor.acceptor(NoDelayAcceptor));
                tokio::spawn(async move { server.serve(app).await })
            }
            None => {
                let server = axum_server::from_tcp(listener).map_err(failed)?.handle(server_handle).acceptor(NoDelayAcceptor);
                tokio::spawn(async move { server.serve(app).await })
            }
        };
        Ok(Self { address, secure, handle, task })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Addresses for devices of the same network, when it listens on all of this machine's.
    pub fn reachable(&self) -> Vec<String> {
        let scheme = if self.secure { "https" } else { "http" };
        let all = if self.address.ip().is_unspecified() { tls::addresses(self.address) } else { Vec::new() };
        all.iter().map(|ip| format!("{scheme}://{}", SocketAddr::new(*ip, self.address.port()))).collect()
    }

    /// Its address for clients.
    pub fn url(&self) -> String {
        format!("{}://{}", if self.secure { "https" } else { "http" }, self.address)
    }

    /// Stops, after the requests under way.
    pub async fn stop(self) {
        self.handle.graceful_shutdown(Some(GRACE));
        if let Err(e) = self.task.await {
            tracing::error!(error = %e, "the server ended badly");
        }
    }

    /// Stops at once, as a crash would.
    pub async fn kill(self) {
        self.handle.shutdown();
        self.task.abort();
        if let Err(e) = self.task.await
            && !e.is_cancelled()
        {
            tracing::error!(error = %e, "the server ended badly");
        }
    }

    /// Runs until somebody asks the process to end.
    pub async fn run(self) {
        let ended = async {
            let interrupt = tokio::signal::ctrl_c();
            #[cfg(unix)]
            {
                match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
                    Ok(mut terminate) => {
                        tokio::select! { _ = interrupt => {}, _ = terminate.recv() => {} }
                    }
                    Err(_) => drop(interrupt.await),
                }
            }
            #[cfg(not(unix))]
            drop(interrupt.await);
        };
        ended.await;
        tracing::info!("stopping");
        self.stop().await;
    }
}

/// A device holds one connection open and makes others: more than what a process may have open unless it asks.
#[cfg(unix)]
fn allow_many_connections() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    if let Err(e) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }) {
        tracing::warn!(error = %e, "no more connections than usual can be open at once");
    }
}

#[cfg(not(unix))]
fn allow_many_connections() {}
