//! A share of the push bench's clients, as a process of its own. Its first line of input is
//! `<address> <connections> <token>`. It answers `connected <n>`, then `all <number> <time>` whenever
//! the last of its connections has received event `number` (time: Unix, ns), and ends with its input.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::sync::Semaphore;
use tokio::task::{JoinSet, LocalSet, spawn_local};

use crate::websocket::WebSocket;
use crate::{Result, body};

/// Handshakes on their way at the same time.
const AT_ONCE: usize = 64;

/// What all connections of this process share; there is one thread.
struct Shared {
    scratch: RefCell<Vec<u8>>,
    open: Cell<usize>,
    /// The event that is being counted, and how many have it.
    current: Cell<usize>,
    count: Cell<usize>,
}

impl Shared {
    fn received(&self, text: &[u8]) {
        let Some(number) = body::number_in(text) else {
            return;
        };
        if number != self.current.replace(number) {
            self.count.set(0);
        }
        self.count.set(self.count.get() + 1);
        if self.count.get() == self.open.get() {
            println!("all {number} {}", unix_nanos());
        }
    }
}

pub(crate) async fn run() -> Result<()> {
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    let order = lines.next_line().await?.ok_or("no order")?;
    let mut words = order.split(' ');
    let mut word = || words.next().ok_or("the order is too short");
    let address: SocketAddr = word()?.parse()?;
    let connections: usize = word()?.parse()?;
    let token: Rc<str> = word()?.into();
    let local = LocalSet::new();
    local
        .run_until(async move {
            let sockets = connect(address, connections, token).await?;
            let shared = Rc::new(Shared {
                scratch: RefCell::new(vec![0; 64 << 10]),
                open: Cell::new(sockets.len()),
                current: Cell::new(usize::MAX),
                count: Cell::new(0),
            });
            for socket in sockets {
                spawn_local(listen(socket, shared.clone()));
            }
            println!("connected {connections}");
            while lines.next_line().await?.is_some() {}
            println!("open {}", shared.open.get());
            Ok(())
        })
        .await
}

async fn connect(
    address: SocketAddr,
    connections: usize,
    token: Rc<str>,
) -> Result<Vec<WebSocket>> {
    let slots = Rc::new(Semaphore::new(AT_ONCE));
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        let (token, slots) = (token.clone(), slots.clone());
        tasks.spawn_local(async move {
            let _slot = slots.acquire().await?;
            let mut socket = WebSocket::connect(address, &token).await?;
            socket.subscribe("buildings", &mut vec![0; 2 << 10]).await?;
            Ok::<_, crate::Failure>(socket)
        });
    }
    let mut sockets = Vec::with_capacity(connections);
    while let Some(socket) = tasks.join_next().await {
        sockets.push(socket??);
    }
    Ok(sockets)
}

async fn listen(mut socket: WebSocket, shared: Rc<Shared>) {
    loop {
        let received = std::future::poll_fn(|cx| {
            let mut scratch = shared.scratch.borrow_mut();
            socket.poll_receive(cx, &mut scratch, &mut |text: &[u8]| shared.received(text))
        });
        if let Err(failure) = received.await {
            shared.open.set(shared.open.get() - 1);
            eprintln!("a connection was lost: {failure}");
            return;
        }
    }
}

pub(crate) fn unix_nanos() -> u128 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_nanos())
}
