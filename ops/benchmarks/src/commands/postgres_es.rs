//! The baseline: the same commands to the same aggregate through cqrs-es and postgres-es, in process,
//! with 64 tasks; the layout is its own, in a database of its own on the same server.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cqrs_es::CqrsFramework;
use cqrs_es::persist::PersistedEventStore;
use flowgrid_domain::buildings::{Building, BuildingCommand, read_change, read_registration};
use postgres_es::PostgresEventRepository;
use serde_json::Value;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{PgConnection, PgPool};

use super::workload::{Choice, EXISTING, Target, existing_id};
use crate::load::Window;
use crate::{Result, body};

const TASKS: usize = 64;
const DATABASE: &str = "bench_postgres_es";

/// As postgres-es's `db/init.sql` has it, without the tables of snapshots, which are never used.
const TABLE: &str = "
    create table events (
      aggregate_type text not null,
      aggregate_id text not null,
      sequence bigint check (sequence >= 0) not null,
      event_type text not null,
      event_version text not null,
      payload json not null,
      metadata json not null,
      primary key (aggregate_type, aggregate_id, sequence));";

type Framework = CqrsFramework<Building, PersistedEventStore<PostgresEventRepository, Building>>;

/// The baseline on a runtime of its own with as many threads as the server has: the benches' single
/// thread would be held against it.
#[derive(Debug)]
pub(crate) struct PostgresEs {
    options: PgConnectOptions,
    next: Arc<AtomicU64>,
}

impl PostgresEs {
    /// Makes the database and registers the buildings that changes are spread over.
    pub(crate) async fn prepare(url: &str, db: &mut PgConnection) -> Result<Self> {
        sqlx::raw_sql(&format!("create database {DATABASE}"))
            .execute(db)
            .await?;
        let options: PgConnectOptions = url.parse()?;
        let options = options.database(DATABASE);
        let this = Self {
            options,
            next: Arc::default(),
        };
        this.on_own_runtime(|framework, pool, _| async move {
            sqlx::raw_sql(TABLE).execute(&pool).await?;
            seed(framework).await?;
            Ok(0.0)
        })
        .await?;
        Ok(this)
    }

    /// Commands a second.
    pub(crate) async fn run(&self, length: Duration) -> Result<f64> {
        self.on_own_runtime(move |framework, _, next| load(framework, next, length))
            .await
    }

    async fn on_own_runtime<W, F>(&self, work: W) -> Result<f64>
    where
        W: FnOnce(Arc<Framework>, PgPool, Arc<AtomicU64>) -> F + Send + 'static,
        F: Future<Output = Result<f64>>,
    {
        let (options, next) = (self.options.clone(), self.next.clone());
        tokio::task::spawn_blocking(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .enable_all()
                .build()?;
            runtime.block_on(async {
                let most = u32::try_from(TASKS)?;
                let pool = PgPoolOptions::new()
                    .max_connections(most)
                    .min_connections(most)
                    .test_before_acquire(false)
                    .connect_with(options)
                    .await?;
                let repository = PostgresEventRepository::new(pool.clone());
                let store = PersistedEventStore::new_event_store(repository);
                let framework = Arc::new(CqrsFramework::new(store, Vec::new(), ()));
                let found = work(framework, pool.clone(), next).await;
                pool.close().await;
                found
            })
        })
        .await?
    }
}

async fn seed(framework: Arc<Framework>) -> Result<()> {
    let next = Arc::new(AtomicU64::new(0));
    in_tasks(framework, move |framework| {
        let next = next.clone();
        async move {
            loop {
                let n = usize::try_from(next.fetch_add(1, Ordering::Relaxed))?;
                if n >= EXISTING {
                    return Ok(0);
                }
                let id = existing_id(n);
                let command = command(&body::registration(&id, n), true)?;
                framework.execute(&qualified(n, &id), command).await?;
            }
        }
    })
    .await?;
    Ok(())
}

async fn load(framework: Arc<Framework>, next: Arc<AtomicU64>, length: Duration) -> Result<f64> {
    let window = Window::after(Duration::from_secs(1), length);
    let done = in_tasks(framework, move |framework| {
        let next = next.clone();
        async move {
            let mut done = 0;
            while !window.is_over() {
                let choice = Choice::of(next.fetch_add(1, Ordering::Relaxed));
                let command = command(&choice.body(), matches!(choice.target, Target::New { .. }))?;
                let id = qualified(choice.organization, &choice.id());
                framework
                    .execute_with_metadata(&id, command, metadata(choice.number))
                    .await?;
                done += u64::from(window.holds(std::time::Instant::now()));
            }
            Ok(done)
        }
    })
    .await?;
    Ok(done as f64 / window.seconds())
}

/// The sum over all tasks.
async fn in_tasks<W, F>(framework: Arc<Framework>, work: W) -> Result<u64>
where
    W: Fn(Arc<Framework>) -> F,
    F: Future<Output = Result<u64>> + Send + 'static,
{
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..TASKS {
        tasks.spawn(work(framework.clone()));
    }
    let mut sum = 0;
    while let Some(done) = tasks.join_next().await {
        sum += done??;
    }
    Ok(sum)
}

/// Reads the same body as the API does.
fn command(body: &str, new: bool) -> Result<BuildingCommand> {
    let body: Value = serde_json::from_str(body)?;
    let body = body.as_object().ok_or("no object")?;
    let wrong = |errors| format!("a body of the bench is refused: {errors:?}");
    Ok(if new {
        BuildingCommand::Register(read_registration(body).map_err(wrong)?.register)
    } else {
        BuildingCommand::Change(read_change(body).map_err(wrong)?)
    })
}

fn qualified(organization: usize, id: &str) -> String {
    format!("{}/{id}", body::organization(organization))
}

fn metadata(number: u64) -> HashMap<String, String> {
    HashMap::from([
        ("actor".to_owned(), "bench".to_owned()),
        ("requestId".to_owned(), format!("bench-{number}")),
    ])
}
