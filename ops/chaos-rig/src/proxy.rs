//! A TCP proxy that can be told to break, to delay or to go quiet. Each flowgrid process has one in
//! front of each server.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::Result;

/// How much is passed on at a time.
const CHUNK: usize = 16 << 10;

/// What happens to what passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Pass,
    /// Connections break, new ones are not taken.
    Cut,
    /// Each chunk comes so much later.
    Slow(Duration),
    /// Nothing passes, and nobody is told.
    Hang,
}

/// The port where a server listens now; it may change when it is started again.
pub(crate) type Target = Arc<AtomicU16>;

/// A listener of ours in front of a server. It ends with its handle.
#[derive(Debug)]
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    mode: watch::Sender<Mode>,
}

impl Proxy {
    pub(crate) async fn start(target: Target) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (mode, seen) = watch::channel(Mode::Pass);
        tokio::spawn(serve(listener, target, seen));
        Ok(Self { address, mode })
    }

    pub(crate) fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }

    /// A server's address, with this proxy's port in place of its own.
    pub(crate) fn in_front_of(&self, url: &str) -> Result<String> {
        let (before, after) = url.rsplit_once('@').ok_or("an address without a user")?;
        let path = after.find('/').map_or("", |at| &after[at..]);
        Ok(format!("{before}@{}{path}", self.address))
    }
}

async fn serve(listener: TcpListener, target: Target, mut mode: watch::Receiver<Mode>) {
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let cut = *mode.borrow() == Mode::Cut;
                if let Ok((client, _)) = accepted && !cut {
                    tokio::spawn(pass(client, target.load(Ordering::Relaxed), mode.clone()));
                }
            }
            changed = mode.changed() => if changed.is_err() { return },
        }
    }
}

/// Serves one connection until one side ends, or it is cut.
async fn pass(client: TcpStream, port: u16, mode: watch::Receiver<Mode>) {
    let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await else {
        return;
    };
    // Both are dropped when the connection is, so a setting that failed does no harm.
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let mut cut = mode.clone();
    tokio::select! {
        () = pump(from_client, to_server, mode.clone()) => {}
        () = pump(from_server, to_client, mode) => {}
        _ = cut.wait_for(|mode| *mode == Mode::Cut) => {}
    }
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut mode: watch::Receiver<Mode>) {
    let mut chunk = vec![0; CHUNK];
    loop {
        let Ok(read @ 1..) = from.read(&mut chunk).await else {
            return;
        };
        if mode.wait_for(|mode| *mode != Mode::Hang).await.is_err() {
            return;
        }
        let now = *mode.borrow();
        if let Mode::Slow(by) = now {
            sleep(by).await;
        }
        if to.write_all(&chunk[..read]).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that sends back what it hears.
    async fn echo() -> Target {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (mut read, mut write) = stream.into_split();
                tokio::spawn(async move { tokio::io::copy(&mut read, &mut write).await });
            }
        });
        Arc::new(AtomicU16::new(port))
    }

    #[tokio::test]
    async fn what_is_cut_ends_and_what_hangs_comes_later() {
        let proxy = Proxy::start(echo().await).await.unwrap();
        let mut heard = [0; 2];
        let mut first = TcpStream::connect(proxy.address).await.unwrap();
        first.write_all(b"hi").await.unwrap();
        first.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"hi");

        proxy.set(Mode::Hang);
        first.write_all(b"ho").await.unwrap();
        let nothing = tokio::time::timeout(Duration::from_millis(50), first.read_exact(&mut heard));
        assert!(nothing.await.is_err());
        proxy.set(Mode::Slow(Duration::from_millis(1)));
        first.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"ho");

        proxy.set(Mode::Cut);
        assert!(matches!(first.read(&mut heard).await, Ok(0) | Err(_)));
        proxy.set(Mode::Pass);
        let mut second = TcpStream::connect(proxy.address).await.unwrap();
        second.write_all(b"ha").await.unwrap();
        second.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"ha");
    }

    #[tokio::test]
    async fn an_address_keeps_all_but_its_port() {
        let proxy = Proxy::start(Arc::new(AtomicU16::new(1))).await.unwrap();
        let (at, there) = (proxy.address, "postgres://u:p@127.0.0.1:5432/db");
        assert_eq!(
            proxy.in_front_of(there).unwrap(),
            format!("postgres://u:p@{at}/db")
        );
        assert_eq!(
            proxy.in_front_of("nats://u:p@127.0.0.1:4222").unwrap(),
            format!("nats://u:p@{at}")
        );
    }
}
