//! A process of Flowgrid: the roles it runs, wired together.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use flowgrid_api::auth::{Keys, Tokens};
use flowgrid_api::dev::mailbox_routes;
use flowgrid_api::limits::{Limits, Quotas};
use flowgrid_api::{ApiConfig, AppState, Clock, Ids, Metrics, Parts, Probes, push};
use flowgrid_bus::LogId;
use flowgrid_commands::{Commands, CommandsOptions};
use flowgrid_log::append::{AppenderOptions, GateState};
use flowgrid_log::relay::{Relay, RelayOptions};
use flowgrid_log::{
    Appender, Bus, LogInfo, LogStore, Ring, Tail, Tails, keep_leaves_ahead, wait_for_migrations,
};
use flowgrid_projections::{
    ModelName, ProjectionAdmin, ProjectionRuntime, ReadModels, RuntimeOptions,
};
use flowgrid_workers::forecasts::Forecaster;
use flowgrid_workers::rules::{Post, RuleWorker, RuleWorkerOptions};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::Failure;
use crate::people::{Gate, PeopleSettings, Upkeep};
use crate::settings::Servers;

/// What this process does.
#[derive(Clone, Debug, Default)]
pub struct Roles {
    /// Commands and queries over HTTP.
    pub api: bool,
    /// WebSockets.
    pub push: bool,
    pub relay: bool,
    /// The read models it keeps.
    pub project: Vec<ModelName>,
}

impl Roles {
    pub fn all() -> Self {
        Self {
            api: true,
            push: true,
            relay: true,
            project: ModelName::ALL.to_vec(),
        }
    }
}

/// What a node is made of.
pub struct NodeOptions {
    pub servers: Servers,
    pub roles: Roles,
    /// Keys of the access tokens; needed by api and push.
    pub keys: Option<Keys>,
    /// Needed by api and push.
    pub people: Option<PeopleSettings>,
    /// How often callers may ask; as often as they like without.
    pub quotas: Option<Quotas>,
    pub api: ApiConfig,
    /// Where api and push are served; a process without either answers health and metrics there.
    pub listener: TcpListener,
}

/// How long a start waits for the database to be reachable and migrated.
const START_LIMIT: Duration = Duration::from_secs(60);
/// How long a start waits for NATS before it goes on without.
const BUS_PATIENCE: Duration = Duration::from_secs(2);
/// How long projectors and relays may take to end.
const END_LIMIT: Duration = Duration::from_secs(10);
/// Connections of a process to Postgres, by what they are for.
const LOG_CONNECTIONS: u32 = 8;
const QUERY_CONNECTIONS: u32 = 12;
/// Events of this process that its relay may still have to publish.
const FEED_EVENTS: usize = 8_192;
const FEED_BYTES: usize = 8 * 1024 * 1024;
/// How many of the newest events a stream made anew holds.
const STREAM_KEEPS: u64 = 1_000_000;
/// Aggregates remembered between commands.
const REMEMBERED: usize = 30_000;

/// A running process.
pub struct Node {
    edge: JoinHandle<std::io::Result<()>>,
    hub: Option<Arc<push::Hub>>,
    projections: Option<ProjectionRuntime>,
    upkeep: Option<Upkeep>,
    rules: Option<RuleWorker>,
    relays: Vec<JoinHandle<()>>,
    stop_edge: watch::Sender<bool>,
    stop_core: watch::Sender<bool>,
    drain: Duration,
    admin: ProjectionAdmin,
    appenders: Vec<Appender>,
}

impl Node {
    /// Starts the roles. The database must be, or be about to be, migrated.
    ///
    /// # Errors
    /// When a server can't be reached in time or a setting is wrong.
    pub async fn start(options: NodeOptions) -> Result<Self, Failure> {
        let NodeOptions {
            servers,
            roles,
            keys,
            people,
            quotas,
            api,
            listener,
        } = options;
        let url = servers.database()?;
        wait_for_migrations(url, START_LIMIT).await?;
        let stop_edge = watch::Sender::new(false);
        let stop_core = watch::Sender::new(false);
        let people = people.filter(|_| roles.api || roles.push);
        let gate = gate(people.as_ref(), url, &api, &stop_core).await?;
        let metrics = Arc::new(Metrics::new()?);
        let store = LogStore::open(url, LOG_CONNECTIONS).await?;
        let bus = Bus::connect(servers.nats()?, "flowgrid", servers.replicas).await?;
        // Without it we start all the same, but it is nearly always there.
        bus.connected_within(BUS_PATIENCE).await;
        let feeds = feeds(&store);

        let tails = Arc::new(tails(&roles, &bus, &store, &stop_core));
        let (relays, relay_tasks) = if roles.relay {
            relays(&servers, &store, &feeds, &tails, &metrics, &stop_core).await?
        } else {
            (Vec::new(), Vec::new())
        };
        let appenders = if roles.api {
            appenders(url, &bus, &store, &feeds, !roles.relay, &metrics)
        } else {
            HashMap::new()
        };
        let gates = appenders.values().cloned().collect();
        let commands = Commands::new(CommandsOptions {
            store: store.clone(),
            appenders,
            remembered: REMEMBERED,
        });
        let projections = if roles.project.is_empty() {
            None
        } else {
            let options = RuntimeOptions::default();
            let stop = stop_core.subscribe();
            Some(ProjectionRuntime::start(
                url,
                store.clone(),
                Arc::clone(&tails),
                &roles.project,
                options,
                &stop,
            )?)
        };
        let mut read = ReadModels::open(url, QUERY_CONNECTIONS).await?;
        let mut admin = ProjectionAdmin::open(url, store.clone())?;
        if let Some(runtime) = &projections {
            read = read.with_local(runtime.positions());
            admin = admin.with_runtime(runtime);
        }
        let tokens = tokens(&roles, keys, gate.as_ref())?;
        let upkeep = match (&people, &gate) {
            (Some(people), Some(gate)) if roles.api => {
                let stop = &stop_core;
                let (log, rest) = ((&store, &*tails), (&commands, &admin, &read));
                Some(Upkeep::start(url, people, gate, log, rest, stop)?)
            }
            (_, _) => None,
        };
        let rules = upkeep.as_ref().map(|upkeep| {
            let options = RuleWorkerOptions {
                database_url: url.to_owned(),
                commands: commands.clone(),
                store: store.clone(),
                tails: Arc::clone(&tails),
                read: read.clone(),
                post: Some(post(upkeep)),
                now: Arc::new(|| Clock::system().now()),
            };
            RuleWorker::start(&options, &stop_core)
        });
        if upkeep.is_some() {
            let (store, read) = (store.clone(), read.clone());
            let forecaster = Forecaster::open(url, store, read, stop_core.subscribe())?;
            tokio::spawn(forecaster.run(|| Clock::system().now()));
        }
        let hub = if roles.push {
            let hub = hub(&store, &tails, &tokens, &metrics, &stop_core)?;
            hub.tell_energy(&read, &stop_core.subscribe());
            Some(hub)
        } else {
            None
        };
        let limits = match quotas {
            Some(quotas) => Limits::start(url, quotas, Clock::system(), stop_core.subscribe())?.0,
            None => Limits::off(),
        };
        let drain = api.drain;
        let state = AppState::new(Parts {
            probes: Probes::new(bus.clone(), relays),
            commands,
            read,
            store: store.clone(),
            tails,
            projections: admin.clone(),
            tokens,
            limits,
            people: upkeep.as_ref().map(Upkeep::people),
            clock: Clock::system(),
            ids: Ids::random(),
            metrics,
            push: hub.clone(),
            config: api,
        });
        let router = if roles.api {
            let mailbox = upkeep.as_ref().and_then(Upkeep::mailbox);
            let dev = mailbox.map(mailbox_routes).unwrap_or_default();
            flowgrid_api::router_beside(state.clone(), dev)
        } else {
            flowgrid_api::push_router(state.clone())
        };
        let edge = tokio::spawn(flowgrid_api::serve(
            listener,
            router,
            state,
            stop_edge.subscribe(),
        ));
        tokio::spawn(keep_leaves_ahead(store, stop_core.subscribe()));
        Ok(Self {
            edge,
            hub,
            projections,
            upkeep,
            rules,
            relays: relay_tasks,
            stop_edge,
            stop_core,
            drain,
            admin,
            appenders: gates,
        })
    }

    /// Until every read model can be queried and every log takes commands, or the limit has passed.
    pub async fn ready_within(&self, limit: Duration) -> bool {
        let deadline = tokio::time::Instant::now() + limit;
        loop {
            if let Ok(statuses) = self.admin.status().await
                && statuses.iter().all(|status| status.generation.is_some())
                && self.appenders.iter().all(takes_commands)
            {
                return true;
            }
            if tokio::time::Instant::now() > deadline {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// Ends in order: nobody new, clients told, requests finished, what was written relayed and
    /// projected.
    pub async fn stop(self) {
        self.stop_edge.send_replace(true);
        if let Some(hub) = &self.hub {
            hub.drain(self.drain).await;
        }
        // Past its own drain there is nothing to wait for.
        let _ = tokio::time::timeout(self.drain + Duration::from_secs(1), self.edge).await;
        self.stop_core.send_replace(true);
        let relays = async {
            for relay in self.relays {
                let _ = relay.await; // it has logged why it ended
            }
        };
        let upkeep = async {
            if let Some(upkeep) = self.upkeep {
                upkeep.join(END_LIMIT).await;
            }
        };
        let rules = async {
            if let Some(rules) = self.rules {
                rules.stopped().await;
            }
        };
        let relays = tokio::time::timeout(END_LIMIT, relays);
        let rules = tokio::time::timeout(END_LIMIT, rules);
        let _ = tokio::join!(relays, upkeep, rules);
        if let Some(projections) = self.projections {
            projections.join(END_LIMIT).await;
        }
    }
}

fn takes_commands(appender: &Appender) -> bool {
    appender.stats().gate == GateState::Open
}

type Feeds = HashMap<LogId, Arc<Ring>>;

fn feeds(store: &LogStore) -> Feeds {
    store
        .logs()
        .iter()
        .map(|info| (info.id, Arc::new(Ring::new(FEED_EVENTS, FEED_BYTES))))
        .collect()
}

async fn relays(
    servers: &Servers,
    store: &LogStore,
    feeds: &Feeds,
    tails: &Tails,
    metrics: &Arc<Metrics>,
    stop: &watch::Sender<bool>,
) -> Result<(Vec<(LogId, Relay)>, Vec<JoinHandle<()>>), Failure> {
    let bus = Bus::connect(servers.nats_relay()?, "flowgrid-relay", servers.replicas).await?;
    bus.connected_within(BUS_PATIENCE).await;
    let start = |(id, feed): (&LogId, &Arc<Ring>)| {
        let log = store.info(*id)?;
        let options = RelayOptions {
            store: store.clone(),
            bus: bus.clone(),
            log,
            feed: Arc::clone(feed),
            tail: tails.get(*id),
            observer: Arc::clone(metrics) as _,
            keep: STREAM_KEEPS,
        };
        let (relay, task) = Relay::start(options, stop.subscribe());
        Some(((*id, relay), task))
    };
    Ok(feeds.iter().filter_map(start).unzip())
}

/// Whoever checks tokens asks it each time; nobody else has settings of people.
async fn gate(
    people: Option<&PeopleSettings>,
    url: &str,
    api: &ApiConfig,
    stop: &watch::Sender<bool>,
) -> Result<Option<Gate>, Failure> {
    let Some(people) = people else {
        return Ok(None);
    };
    let (access, stop) = (api.access_lifetime, stop.subscribe());
    let gate = Gate::open(url, &people.masters, access, stop).await?;
    Ok(Some(gate))
}

fn hub(
    store: &LogStore,
    tails: &Arc<Tails>,
    tokens: &Tokens,
    metrics: &Metrics,
    stop: &watch::Sender<bool>,
) -> Result<Arc<push::Hub>, Failure> {
    let counted = push::PushMetrics::new()?;
    counted.register(metrics.registry())?;
    Ok(push::Hub::start(
        store.clone(),
        Arc::clone(tails),
        tokens.clone(),
        Clock::system(),
        push::PushConfig::default(),
        counted,
        &stop.subscribe(),
    ))
}

/// Only those who check tokens need keys; the others answer probes.
fn tokens(roles: &Roles, keys: Option<Keys>, gate: Option<&Gate>) -> Result<Tokens, Failure> {
    if !roles.api && !roles.push {
        let nobodys = uuid::Uuid::new_v4().simple().to_string();
        return Ok(Tokens::new(nobodys.as_bytes(), Clock::system())?);
    }
    let keys = keys.ok_or_else(|| Failure::new("JWT_KEYS_DIR or JWT_SECRET is not set"))?;
    let gate = gate.ok_or_else(|| Failure::new("MASTER_KEYS is not set"))?;
    Ok(gate.tokens(keys))
}

/// What mails of alerts take.
fn post(upkeep: &Upkeep) -> Post {
    let people = upkeep.people();
    Post {
        vault: people.vault,
        outbox: people.outbox,
    }
}

/// Who pushes or projects follows every stream; so does who takes commands, for what happens to people
/// and for alert rules.
fn tails(roles: &Roles, bus: &Bus, store: &LogStore, stop: &watch::Sender<bool>) -> Tails {
    let wanted = |_: &&LogInfo| roles.api || roles.push || !roles.project.is_empty();
    let start = if roles.relay {
        Tail::start_beside_relay
    } else {
        Tail::start
    };
    let logs = store.logs().iter().filter(wanted);
    Tails::new(logs.map(|info| start(bus.clone(), *info, stop.subscribe())))
}

fn appenders(
    url: &str,
    bus: &Bus,
    store: &LogStore,
    feeds: &Feeds,
    wake_others: bool,
    metrics: &Arc<Metrics>,
) -> HashMap<LogId, Appender> {
    let start = |(id, feed): (&LogId, &Arc<Ring>)| {
        let options = AppenderOptions {
            database_url: url.to_owned(),
            bus: bus.clone(),
            log: store.info(*id)?,
            feed: Arc::clone(feed),
            wake_others,
            observer: Arc::clone(metrics) as _,
        };
        Some((*id, Appender::start(options)))
    };
    feeds.iter().filter_map(start).collect()
}
