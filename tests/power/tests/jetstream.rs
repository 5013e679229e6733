//! What JetStream acknowledged outlives a power cut when it syncs always, and doesn't by default.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_nats::jetstream::{self, Context, stream};
use common::{free_port, seed, until};
use flowgrid_power::{PowerDisk, disk_for_test};
use flowgrid_stack::{find_nats, tools_dir};
use tokio::sync::mpsc;

const PUBLISHERS: usize = 8;
const ENOUGH: usize = 400;
/// Long enough that a round fills several of the store's files.
const LONG: usize = 60_000;

/// A nats-server with its store on a disk with a switch.
struct Server {
    disk: PowerDisk,
    port: u16,
    sync: &'static str,
    child: Option<Child>,
}

impl Server {
    fn start(seed: u64, sync: &'static str) -> Option<Self> {
        let mut server = Self {
            disk: disk_for_test(seed)?,
            port: free_port(),
            sync,
            child: None,
        };
        server.run();
        Some(server)
    }

    fn run(&mut self) {
        let folder = self.disk.folder().to_owned();
        let store = folder.join("store");
        let conf = folder.join("nats.conf");
        let text = format!(
            "listen: \"127.0.0.1:{}\"\njetstream {{ store_dir: \"{}\"\n{} }}\n",
            self.port,
            store.display(),
            self.sync
        );
        fs::write(&conf, text).unwrap();
        self.child = Some(spawn(&folder, &conf));
    }

    async fn connect(&self) -> Context {
        let url = format!("nats://127.0.0.1:{}", self.port);
        let options = async_nats::ConnectOptions::new().retry_on_initial_connect();
        jetstream::new(options.connect(&url).await.unwrap())
    }

    fn cut(&mut self) {
        let found = tokio::task::block_in_place(|| self.disk.cut()).unwrap();
        println!("cut with sync {:?}: {found:?}", self.sync);
        self.child.take().unwrap().wait().unwrap();
        tokio::task::block_in_place(|| self.disk.start()).unwrap();
        self.run();
    }
}

fn spawn(folder: &Path, conf: &Path) -> Child {
    Command::new(find_nats(&tools_dir()).unwrap())
        .current_dir(folder)
        .arg("-c")
        .arg(conf)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

async fn stream(context: &Context) {
    let config = stream::Config {
        name: "S".into(),
        subjects: vec!["s.>".into()],
        storage: stream::StorageType::File,
        ..stream::Config::default()
    };
    until("the stream is there", || async {
        context.get_or_create_stream(config.clone()).await.is_ok()
    })
    .await;
}

/// Publishes until told to stop or cut off, and answers what was acknowledged: sequence and text.
async fn publish(
    context: Context,
    name: String,
    length: usize,
    stop: Arc<AtomicBool>,
    told: mpsc::UnboundedSender<(u64, String)>,
) {
    for n in 0.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let text = format!("{name} {n} {:length$}", "");
        let Ok(sent) = context.publish("s.x", text.clone().into()).await else {
            return;
        };
        match sent.await {
            Ok(ack) => told.send((ack.sequence, text)).unwrap(),
            Err(_) => return,
        }
    }
}

/// One load, one cut: how many messages were acknowledged, and how many of them are gone.
async fn cut_under_load(server: &mut Server, round: usize) -> (usize, usize) {
    let context = server.connect().await;
    stream(&context).await;
    let stop = Arc::new(AtomicBool::new(false));
    let length = if round % 2 == 1 { LONG } else { 0 };
    let (tell, mut told) = mpsc::unbounded_channel();
    let publishers: Vec<_> = (0..PUBLISHERS)
        .map(|n| {
            let name = format!("{round}-{n}");
            tokio::spawn(publish(
                context.clone(),
                name,
                length,
                Arc::clone(&stop),
                tell.clone(),
            ))
        })
        .collect();
    drop(tell);
    let mut acknowledged = Vec::new();
    while acknowledged.len() < ENOUGH {
        acknowledged.push(told.recv().await.expect("publishers go on"));
    }
    server.cut();
    stop.store(true, Ordering::Relaxed);
    for publisher in publishers {
        publisher.abort();
        let _ = publisher.await;
    }
    while let Some(more) = told.recv().await {
        acknowledged.push(more);
    }
    let context = server.connect().await;
    stream(&context).await;
    let stream = context.get_stream("S").await.unwrap();
    let mut gone = 0;
    for (sequence, text) in &acknowledged {
        let found = stream.get_raw_message(*sequence).await;
        gone += usize::from(!found.is_ok_and(|found| found.payload == text.as_bytes()));
    }
    println!(
        "round {round}: {} acknowledged, {gone} gone",
        acknowledged.len()
    );
    (acknowledged.len(), gone)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_when_it_syncs_always() {
    let Some(mut server) = Server::start(seed(1), "sync_interval: always") else {
        return;
    };
    for round in 0..4 {
        let (_, gone) = cut_under_load(&mut server, round).await;
        assert_eq!(gone, 0, "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_cuts_lose_what_it_acknowledges_by_default() {
    let Some(mut server) = Server::start(seed(2), "") else {
        return;
    };
    for round in 0..10 {
        let (_, gone) = cut_under_load(&mut server, round).await;
        if gone > 0 {
            return;
        }
    }
    panic!("ten cuts and no loss: the test is blind");
}
