//! `flowgrid up`: every role in one process, on servers of its own where none are set.

use std::convert::Infallible;
use std::path::Path;
use std::time::Duration;

use chrono::TimeDelta;
use flowgrid_api::Clock;
use flowgrid_api::auth::{Grant, Tokens};
use flowgrid_bus::{Role, Tenant};
use flowgrid_domain::values::Plan;
use flowgrid_stack::{Server, Stack, StackOptions};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::node::{Node, NodeOptions, Roles};
use crate::settings::{
    HttpSettings, MailSettings, RunFile, Servers, api_config, files, keys, keys_or_new,
    master_keys_or_new, quotas, state_dir,
};
use crate::{Failure, PeopleSettings, cli, demo, shutdown};

/// How long the printed token is good for.
const TOKEN_DAYS: i64 = 30;
/// How long a start may take before it says that something is slow.
const READY_LIMIT: Duration = Duration::from_secs(10);
/// Ports that are used when they are free.
const PG_PORT: u16 = 5432;
const NATS_PORT: u16 = 4222;

/// Starts, prints how to use it, runs until told to stop.
///
/// # Errors
/// When a server doesn't start or a setting is wrong.
pub async fn up(options: cli::Up) -> Result<(), Failure> {
    let tenant = Tenant::from_slug(&options.org)?;
    let state = state_dir();
    std::fs::create_dir_all(&state)?;
    let mut stop = shutdown::on_signal();
    let environment = Servers::from_environment()?;
    let mut stack = start_stack(&state, &environment).await?;
    let servers = environment.or_of(&stack);
    let started = tokio::select! {
        started = start(&state, &tenant, servers) => started.map(Some),
        _ = stop.wait_for(|stop| *stop) => Ok(None),
    };
    let ended = match started {
        Ok(Some(running)) => {
            let kept = tokio::select! {
                kept = keep(&mut stack, stop) => kept,
                never = running.play(options.demo) => match never {},
            };
            running.node.stop().await;
            kept
        }
        Ok(None) => Ok(()),
        Err(failure) => Err(failure),
    };
    RunFile::remove(&state);
    stack.stop().await?;
    ended
}

/// All roles at work, and how to reach them.
struct Running {
    node: Node,
    address: String,
    token: String,
}

impl Running {
    /// The demo where it is wanted, beside everything else: nothing ends with it.
    async fn play(&self, wanted: bool) -> Infallible {
        if wanted && let Err(failure) = demo::run(&self.address, &self.token).await {
            tracing::error!(%failure, "the demo has ended");
        }
        std::future::pending().await
    }
}

/// Until told to stop. A server of ours that ends by itself is started again.
async fn keep(stack: &mut Stack, mut stop: watch::Receiver<bool>) -> Result<(), Failure> {
    loop {
        let (server, status) = tokio::select! {
            ended = stack.ended() => ended,
            _ = stop.wait_for(|stop| *stop) => return Ok(()),
        };
        tracing::error!(?server, %status, "a server has ended; starting it again");
        match server {
            Server::Postgres => stack.restart_postgres().await?,
            Server::Nats => stack.restart_nats().await?,
        }
    }
}

async fn start(state: &Path, tenant: &Tenant, servers: Servers) -> Result<Running, Failure> {
    flowgrid_log::migrate(servers.database()?).await?;
    let tokens = Tokens::with_keys(keys_or_new(state)?, Clock::system());
    let listener = listen().await?;
    let address = format!("http://{}", listener.local_addr()?);
    let run_file = RunFile {
        address: address.clone(),
        database_url: servers.database()?.to_owned(),
        nats_url: servers.nats()?.to_owned(),
        organization: tenant.slug().to_owned(),
        pid: std::process::id(),
    };
    let grant = Grant::member(
        "demo",
        tenant.slug(),
        Role::Manager,
        TimeDelta::days(TOKEN_DAYS),
    )
    .with_plan(Plan::Enterprise);
    let token = tokens.issue(&grant)?;
    let options = NodeOptions {
        servers,
        roles: Roles::all(),
        keys: Some(keys(state)?),
        people: Some(PeopleSettings {
            masters: master_keys_or_new(state)?,
            files: Some(files(state)?),
            mail: MailSettings::from_environment()?,
            mailbox: true,
            outside: crate::settings::outside()?,
        }),
        quotas: quotas()?,
        api: api_config()?,
        listener,
    };
    let node = Node::start(options).await?;
    if !node.ready_within(READY_LIMIT).await {
        tracing::warn!("not ready yet; see `flowgrid projections list` and `flowgrid log check`");
    }
    run_file.write(state)?;
    print!("{}", welcome(state, &address, tenant, &token));
    Ok(Running {
        node,
        address,
        token,
    })
}

/// The usual port, or any free one where none is asked for and the usual one is taken.
async fn listen() -> Result<TcpListener, Failure> {
    let http = HttpSettings::from_environment()?;
    let bound = match TcpListener::bind(http.address).await {
        Err(_) if !http.fixed_port => TcpListener::bind((http.address.ip(), 0)).await,
        bound => bound,
    };
    bound.map_err(|error| Failure::new(format!("PORT: can't listen on {}: {error}", http.address)))
}

/// What to do with it, to be copied as it stands.
fn welcome(state: &Path, address: &str, tenant: &Tenant, token: &str) -> String {
    let program = std::env::current_exe()
        .map_or_else(|_| "flowgrid".into(), |path| path.display().to_string());
    let socket = address.replacen("http", "ws", 1);
    let state = state.display();
    format!(
        r#"
Flowgrid runs at {address} (documents: {address}/api-docs)
organization     {tenant}
token (manager)  {token}

Register a building:
  curl -sS {address}/api/v1/citypulse/buildings -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' -d '{{"name":"Rathaus","kind":"office","address":"Marktplatz 1, Hechingen","lat":48.3514,"lon":8.9644,"area":4200}}'

Listen to events:
  FLOWGRID_STATE='{state}' '{program}' listen buildings
  echo '{{"type":"subscribe","id":1,"channel":"buildings"}}' | websocat -n '{socket}/ws' -H 'Authorization: Bearer {token}'

Stop with Ctrl-C.
"#
    )
}

async fn start_stack(state: &Path, servers: &Servers) -> Result<Stack, Failure> {
    let mut options = StackOptions::new(state);
    options.postgres = servers.database_url.is_none();
    options.nats = servers.nats_url.is_none();
    options.preferred_pg_port = Some(PG_PORT);
    options.preferred_nats_port = Some(NATS_PORT);
    Ok(Stack::start(options).await?)
}
