//! Takes connections and serves them until the process is told to stop.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::BoxError;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::HttpService;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;

use crate::context::AppState;
use crate::http_layers::App;

type Connection<S> = http1::UpgradeableConnection<TokioIo<TcpStream>, S>;

/// A connection holds no more unread bytes than this, so a request's head is bounded as well.
const MOST_BUFFERED: usize = 64 * 1024;
/// How long to wait when the system has no more file handles.
const BREATH: Duration = Duration::from_millis(100);

/// Serves `app` until `stop` turns true, then lets running requests end, but no longer than the
/// state's configuration says. Upgraded connections count as push's.
///
/// # Errors
/// When the listener has no address, so that nobody can come.
pub async fn serve(
    listener: TcpListener,
    app: App,
    state: AppState,
    mut stop: watch::Receiver<bool>,
) -> std::io::Result<()> {
    listener.local_addr()?;
    let config = state.config();
    let most = config.max_connections.min(Semaphore::MAX_PERMITS);
    let seats = Arc::new(Semaphore::new(most));
    let (closing, closed) = watch::channel(());
    let mut http = http1::Builder::new();
    // Who has said all and listens still gets its answer.
    http.half_close(true)
        .timer(TokioTimer::new())
        .header_read_timeout(config.header_timeout)
        .max_buf_size(MOST_BUFFERED);
    let connections = &state.metrics().connections;
    loop {
        // When all seats are taken, newcomers wait in the system's queue.
        let next = async {
            let seat = Arc::clone(&seats).acquire_owned().await;
            (seat, accept(&listener, config.unread_timeout).await)
        };
        let (seat, (stream, peer)) = tokio::select! {
            next = next => next,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        let service = TowerToHyperService::new(app.of_peer(peer));
        let connection = http
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        let (connections, closed) = (connections.clone(), closed.clone());
        connections.inc();
        tokio::spawn(async move {
            until_closed(connection, closed).await;
            connections.dec();
            drop(seat);
        });
    }
    drop((listener, closing));
    let all = u32::try_from(most).unwrap_or(u32::MAX);
    if timeout(config.drain, seats.acquire_many(all))
        .await
        .is_err()
    {
        tracing::warn!("requests were still running when the process stopped");
    }
    Ok(())
}

/// Runs the connection; once the process closes, ends it after the request that it is at.
async fn until_closed<S>(connection: Connection<S>, mut closed: watch::Receiver<()>)
where
    S: HttpService<Incoming, ResBody = Body> + 'static,
    S::Error: Into<BoxError>,
{
    let mut connection = std::pin::pin!(connection);
    // A peer that breaks off is nothing to tell of.
    tokio::select! {
        _ = &mut connection => {}
        _ = closed.changed() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

async fn accept(listener: &TcpListener, unread: Duration) -> (TcpStream, IpAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Answers are small: they must not wait for more.
                let ready = stream.set_nodelay(true);
                if let Err(error) = ready.and_then(|()| limit_unread(&stream, unread)) {
                    tracing::debug!(%error, "a connection broke off at once");
                }
                return (stream, peer.ip());
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "no connection can be accepted");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
}

/// A peer that reads nothing holds its seat and an answer: the system breaks off with it.
#[cfg(target_os = "linux")]
fn limit_unread(stream: &TcpStream, unread: Duration) -> std::io::Result<()> {
    use nix::sys::socket::{setsockopt, sockopt::TcpUserTimeout};
    let milliseconds = u32::try_from(unread.as_millis()).unwrap_or(u32::MAX);
    Ok(setsockopt(stream, TcpUserTimeout, &milliseconds)?)
}

#[cfg(not(target_os = "linux"))]
fn limit_unread(_: &TcpStream, _: Duration) -> std::io::Result<()> {
    Ok(())
}

fn is_of_one_connection(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}
