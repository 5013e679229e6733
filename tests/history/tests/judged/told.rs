//! The history: six clients and six subscribers of two organizations through a restart, a crash of
//! Postgres and one of NATS.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use flowgrid_bus::Role;
use flowgrid_history::{Evidence, Recorder, Sources, catch_up, collect};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::command_line;
use crate::commands::Client;
use crate::subscriber::Subscriber;
use crate::world::World;

const ORGS: [&str; 2] = ["acme", "birch"];
const CLIENTS: usize = 3;
/// Of about a dozen commands each, between two faults.
const ROUNDS: u32 = 2;
const CHANNELS: [&str; 6] = [
    "buildings",
    "alerts",
    "alerts:critical",
    "building:shared",
    "subject:alert.*.raised",
    "subject:>",
];

/// An organization's subscribers, and how to tell them the end.
struct Audience {
    org: &'static str,
    buildings: watch::Sender<Option<u64>>,
    others: watch::Sender<Option<u64>>,
}

/// Makes the history and gathers its evidence.
pub async fn tell() -> Evidence {
    let folder = tempfile::tempdir().unwrap();
    let recorder = Recorder::create(folder.path()).unwrap();
    let mut world = World::start().await;
    world.place(&ORGS).await;
    let mut listening = JoinSet::new();
    let audiences = ORGS.map(|org| Audience::gather(org, &recorder, world.address, &mut listening));
    let mut clients: Vec<Client> = (0..ORGS.len() * CLIENTS)
        .map(|n| {
            let org = ORGS[n % ORGS.len()];
            Client::new(&recorder, world.address, &format!("{org}{n}"), org)
        })
        .collect();

    clients = rounds(clients, 0).await;
    let busy = tokio::spawn(rounds(clients, ROUNDS));
    world.restart().await;
    let busy = tokio::spawn(rounds(busy.await.unwrap(), 2 * ROUNDS));
    world.stack.kill_postgres().await;
    world.stack.restart_postgres().await.unwrap();
    let busy = tokio::spawn(rounds(busy.await.unwrap(), 3 * ROUNDS));
    world.stack.kill_nats().await;
    world.stack.restart_nats().await.unwrap();
    busy.await.unwrap();

    for audience in audiences {
        audience.end(&recorder, world.address).await;
    }
    listening.join_all().await;
    let evidence = gather(folder.path(), &world).await;
    command_line::judges_as_well(folder.path(), &world.stack);
    world.stop().await;
    world.stack.stop().await.unwrap();
    evidence
}

/// Each client its rounds, beside each other.
async fn rounds(clients: Vec<Client>, from: u32) -> Vec<Client> {
    let mut busy = JoinSet::new();
    for mut client in clients {
        busy.spawn(async move {
            for n in from..from + ROUNDS {
                client.round(n).await;
            }
            client
        });
    }
    busy.join_all().await
}

impl Audience {
    fn gather(
        org: &'static str,
        recorder: &Recorder,
        address: SocketAddr,
        listening: &mut JoinSet<()>,
    ) -> Self {
        let audience = Self {
            org,
            buildings: watch::Sender::new(None),
            others: watch::Sender::new(None),
        };
        for (n, channel) in CHANNELS.iter().enumerate() {
            let end = if *channel == "buildings" {
                &audience.buildings
            } else {
                &audience.others
            };
            let log = recorder.subscriber(&format!("{org}{n}"), org, Role::Manager, channel);
            let subscriber = Subscriber {
                address,
                token: World::token(org),
                channel: (*channel).to_owned(),
                log: log.unwrap(),
                end: end.subscribe(),
            };
            listening.spawn(subscriber.listen());
        }
        audience
    }

    async fn end(self, recorder: &Recorder, address: SocketAddr) {
        let mut last = Client::new(recorder, address, &format!("{}-last", self.org), self.org);
        let (building, alert) = last.end().await;
        self.buildings.send_replace(Some(building));
        self.others.send_replace(Some(alert));
    }
}

async fn gather(recording: &Path, world: &World) -> Evidence {
    let sources = Sources {
        recording: recording.to_owned(),
        database_url: world.stack.database_url().unwrap().to_owned(),
        nats_url: world.stack.nats_url().unwrap().to_owned(),
    };
    catch_up(&sources, Duration::from_secs(60)).await.unwrap();
    collect(&sources).await.unwrap()
}
