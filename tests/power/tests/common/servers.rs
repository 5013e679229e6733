//! Postgres and NATS as `flowgrid up` runs them, each on a disk of its own.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU32, Ordering};

use flowgrid_power::{PowerDisk, Unsynced, disk_for_test};
use flowgrid_stack::{Stack, StackOptions};

/// How many ports a process of tests may use.
const BAND: u32 = 20;
static NEXT: AtomicU32 = AtomicU32::new(0);

/// A port that is still free when the server comes back after a cut, where its clients look for it: below
/// those that the system hands out by itself, in a band of this process, handed out once.
pub fn free_port() -> u16 {
    let band = 20_000 + std::process::id() % 500 * BAND;
    (0..BAND)
        .map(|_| band + NEXT.fetch_add(1, Ordering::Relaxed) % BAND)
        .map(|port| u16::try_from(port).unwrap())
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .unwrap()
}

/// A stack whose whole state folder lies on the disk.
struct Powered {
    disk: PowerDisk,
    options: StackOptions,
    stack: Option<Stack>,
}

impl Powered {
    async fn start(seed: u64, adjust: impl FnOnce(&mut StackOptions)) -> Option<Self> {
        let disk = disk_for_test(seed)?;
        let mut options = StackOptions::new(disk.folder().join("state"));
        // Small, so that pages leave it for the disk between checkpoints.
        options.shared_buffers_mb = 16;
        adjust(&mut options);
        let stack = Some(Stack::start(options.clone()).await.unwrap());
        Some(Self {
            disk,
            options,
            stack,
        })
    }

    fn stack(&self) -> &Stack {
        self.stack.as_ref().unwrap()
    }

    fn cut(&mut self) -> Unsynced {
        let found = tokio::task::block_in_place(|| self.disk.cut()).unwrap();
        self.stack = None;
        found
    }

    async fn power_on(&mut self) {
        tokio::task::block_in_place(|| self.disk.start()).unwrap();
        self.stack = Some(Stack::start(self.options.clone()).await.unwrap());
    }
}

pub struct PoweredPostgres(Powered);

impl PoweredPostgres {
    /// `None` where FUSE can't be used.
    pub async fn start(seed: u64) -> Option<Self> {
        let port = free_port();
        let adjust = |options: &mut StackOptions| {
            options.nats = false;
            options.preferred_pg_port = Some(port);
        };
        Some(Self(Powered::start(seed, adjust).await?))
    }

    pub fn url(&self) -> String {
        self.0.stack().database_url().unwrap().to_owned()
    }

    pub fn cut(&mut self) -> Unsynced {
        self.0.cut()
    }

    pub async fn power_on(&mut self) {
        let before = self.0.options.preferred_pg_port;
        self.0.power_on().await;
        assert!(self.url().contains(&format!(":{}/", before.unwrap())));
    }
}

pub struct PoweredNats(Powered);

impl PoweredNats {
    /// `None` where FUSE can't be used.
    pub async fn start(seed: u64) -> Option<Self> {
        let port = free_port();
        let adjust = |options: &mut StackOptions| {
            options.postgres = false;
            options.preferred_nats_port = Some(port);
        };
        Some(Self(Powered::start(seed, adjust).await?))
    }

    pub fn url(&self) -> String {
        self.0.stack().nats_url().unwrap().to_owned()
    }

    pub fn relay_url(&self) -> String {
        self.0.stack().nats_relay_url().unwrap().to_owned()
    }

    pub fn cut(&mut self) -> Unsynced {
        self.0.cut()
    }

    pub async fn power_on(&mut self) {
        let before = self.0.options.preferred_nats_port;
        self.0.power_on().await;
        assert!(self.url().ends_with(&format!(":{}", before.unwrap())));
    }
}
