//! The system under test.

use std::collections::HashMap;
use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use flowgrid_api::auth::{Grant, Keys, Principal, Tokens};
use flowgrid_api::files::{Atelier, Files};
use flowgrid_api::limits::{Limits, Proxies};
use flowgrid_api::{
    ApiConfig, App, AppState, Clock, DefaultOrganizations, Ids, Metrics, Parts, People, Probes,
    router,
};
use flowgrid_bus::{Role, Tenant};
use flowgrid_commands::{Caller, Commands, CommandsOptions, Request};
use flowgrid_domain::Decider;
use flowgrid_log::{LogInfo, LogKind, Tail, Tails};
use flowgrid_projections::{
    ModelName, ProjectionAdmin, ProjectionRuntime, ReadModels, RuntimeOptions,
};
use flowgrid_tests::{TestLog, eventually};
use flowgrid_vault::{Follow, Hasher, MasterKeys, Revocations, Vault};
use flowgrid_workers::mail::{
    Links, MailRunner, Mailbox, Outbox, OutboxOptions, RunnerOptions, Transport,
};
use flowgrid_workers::outside::{Outside, OutsideOptions};
use sqlx::{Connection, PgConnection};
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// The person of tokens that nobody has signed in for.
pub const ANNA: &str = "019a0b6e-7d1c-7c3e-9f58-0d6a4c1b2e3f";
const MASTER_KEYS: &str = "k1:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const SECRET: &[u8] = b"a secret of at least thirty-two bytes";

/// One process with all roles but push.
pub struct World {
    pub test: TestLog,
    pub state: AppState,
    pub router: App,
    pub tokens: Tokens,
    /// What people were mailed.
    pub mailbox: Mailbox,
    pub outbox: Outbox,
    pub vault: Vault,
    pub commands: Commands,
    pub files: Files,
    pub read: ReadModels,
    pub projections: ProjectionAdmin,
    _projections: ProjectionRuntime,
}

struct Shared {
    runtime: Runtime,
    world: World,
}

static SHARED: OnceLock<Shared> = OnceLock::new();
static ORGANIZATIONS: AtomicU32 = AtomicU32::new(0);

/// Runs a test in the shared system, as an organization that nobody else uses.
pub fn run<F: Future<Output = ()>>(test: impl FnOnce(&'static World, String) -> F) {
    let shared = SHARED.get_or_init(|| {
        let runtime = Runtime::new().unwrap();
        let world = runtime.block_on(async { World::on(TestLog::start().await).await });
        Shared { runtime, world }
    });
    let number = ORGANIZATIONS.fetch_add(1, Ordering::Relaxed);
    let org = format!("org-{number}");
    shared.runtime.block_on(test(&shared.world, org));
}

/// What signing in needs, with the mail kept where tests can read it.
async fn people(test: &TestLog, stop: &watch::Receiver<bool>) -> (People, Revocations, Mailbox) {
    let keys = MasterKeys::parse(MASTER_KEYS).unwrap();
    let vault = Vault::open(&test.url, keys.clone(), 4).await.unwrap();
    let revocations = Revocations::start(vault.clone(), stop.clone())
        .await
        .unwrap();
    let links = Links::below("https://app.example").unwrap();
    let outbox = Outbox::open(&test.url, keys, OutboxOptions::new(links)).unwrap();
    let mailbox = Mailbox::open(&test.url).unwrap();
    let transport = Transport::mailbox(mailbox.clone());
    let options = RunnerOptions::default();
    MailRunner::start(outbox.clone(), transport, options, stop.clone());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("files");
    let files = Files::in_folder(&folder).unwrap();
    let people = People {
        vault,
        hasher: Hasher::default(),
        outbox,
        files: Some(files),
        atelier: Atelier::default(),
        outside: outside(),
    };
    (people, revocations, mailbox)
}

/// Services of the tests are on this machine, by one of its addresses; the others are as they are.
fn outside() -> Outside {
    Outside::new(OutsideOptions {
        allowed: "127.0.0.1".parse().unwrap(),
        time: Duration::from_secs(3),
        ..OutsideOptions::default()
    })
    .unwrap()
}

impl World {
    pub async fn on(test: TestLog) -> Self {
        Self::limited(test, Limits::off(), Proxies::default()).await
    }

    /// One that counts who asks how often.
    pub async fn limited(test: TestLog, limits: Limits, trusted_proxies: Proxies) -> Self {
        let metrics = Arc::new(Metrics::new().unwrap());
        let logs: Vec<LogInfo> = test.store.logs().to_vec();
        let mut appenders = HashMap::new();
        let mut tails = Vec::new();
        let mut relays = Vec::new();
        for log in logs {
            let feed = TestLog::feed();
            appenders.insert(log.id, test.appender(log, &feed, false));
            let stop = test.stop.subscribe();
            let tail = Tail::start_beside_relay(test.bus.clone(), log, stop);
            let relay = test.relay_beside(log, &feed, Some(Arc::clone(&tail)));
            relays.push((log.id, relay));
            tails.push(tail);
        }
        let tails = Arc::new(Tails::new(tails));
        let stop = test.stop.subscribe();
        let projections = ProjectionRuntime::start(
            &test.url,
            test.store.clone(),
            Arc::clone(&tails),
            &ModelName::ALL,
            RuntimeOptions::default(),
            &stop,
        )
        .unwrap();
        let read = ReadModels::open(&test.url, 8).await.unwrap();
        let read = read.with_local(projections.positions());
        let admin = ProjectionAdmin::open(&test.url, test.store.clone()).unwrap();
        let admin = admin.with_runtime(&projections);
        let (people, revocations, mailbox) = people(&test, &stop).await;
        let outbox = people.outbox.clone();
        let keys = Keys::hs256(SECRET, None).unwrap();
        let closings = revocations.changes();
        let admits = move |principal: &Principal| {
            let bearer = principal.bearer();
            !bearer.is_some_and(|bearer| revocations.refuses(&bearer))
        };
        let tokens = Tokens::gated(keys, Clock::system(), admits, closings);
        // What the log says has ended, the vault hears as well.
        let identity = |tail: &&Arc<Tail>| tail.info().kind == LogKind::Identity;
        for tail in tails.iter().filter(identity) {
            let (vault, store) = (people.vault.clone(), test.store.clone());
            Follow::start(vault, store, Arc::clone(tail), test.stop.subscribe());
        }
        let mut config = ApiConfig {
            wait_limit: Duration::from_secs(2),
            body_timeout: Duration::from_millis(500),
            header_timeout: Duration::from_millis(500),
            unread_timeout: Duration::from_secs(1),
            trusted_proxies,
            ..ApiConfig::default()
        };
        config.allow_origins("https://app.example").unwrap();
        let defaults = DefaultOrganizations::parse("velocity=everybody,quantum=nowhere");
        config.default_organizations = defaults.unwrap();
        let (vault, files) = (people.vault.clone(), people.files.clone().unwrap());
        let commands = Commands::new(CommandsOptions {
            store: test.store.clone(),
            appenders,
            remembered: 1_000,
        });
        let state = AppState::new(Parts {
            commands: commands.clone(),
            read: read.clone(),
            store: test.store.clone(),
            tails,
            projections: admin.clone(),
            tokens: tokens.clone(),
            limits,
            people: Some(people),
            clock: Clock::system(),
            ids: Ids::random(),
            metrics,
            push: None,
            probes: Probes::new(test.bus.clone(), relays),
            config,
        });
        eventually("every read model is live", || async {
            let statuses = admin.status().await.unwrap();
            statuses.iter().all(|status| status.generation.is_some())
        })
        .await;
        Self {
            test,
            router: router(state.clone()),
            state,
            tokens,
            mailbox,
            outbox,
            vault,
            commands,
            files,
            read,
            projections: admin,
            _projections: projections,
        }
    }

    pub fn token(&self, org: &str, role: Role) -> String {
        self.issue(&Grant::member(ANNA, org, role, TimeDelta::hours(1)))
    }

    /// A connection that sees everything.
    pub async fn owner(&self) -> PgConnection {
        PgConnection::connect(&self.test.url).await.unwrap()
    }

    /// One command without a request, in a person's name: half of what a request does, say.
    pub async fn execute<A: Decider>(&self, tenant: &Tenant, id: &str, command: A::Command) {
        let caller = Caller {
            tenant: tenant.clone(),
            actor: ANNA.to_owned(),
            role: Role::Admin,
            request_id: None,
            traceparent: None,
            frontend: None,
        };
        let request = Request {
            id: id.to_owned(),
            command,
            if_match: None,
            idempotency: None,
            status: 200,
            follow_claim: false,
        };
        self.commands.execute::<A>(&caller, request).await.unwrap();
    }

    pub fn operator(&self) -> String {
        self.issue(&Grant::operator("ops", TimeDelta::hours(1)))
    }

    pub fn issue(&self, grant: &Grant) -> String {
        self.tokens.issue(grant).unwrap()
    }
}
