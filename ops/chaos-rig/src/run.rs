//! One run, from empty servers to the verdict.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use flowgrid_history::{Recorder, Sources, check, collect};
use sqlx::{Connection, PgConnection};
use tokio::sync::{Mutex, RwLock, watch};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::Result;
use crate::catch_up::{CHANNELS, catch_up};
use crate::cli::Cli;
use crate::deck::Deck;
use crate::disk::Disk;
use crate::field::Field;
use crate::fleet::{self, Fleet, Role};
use crate::hands::strike_all;
use crate::kind::{Kind, OF_PROCESSES, OF_SERVERS};
use crate::load::{Client, Listener, listen, write};
use crate::report::{self, Report};
use crate::servers::{Servers, Urls};
use crate::setting::{ORGANIZATIONS, Phase, Setting};
use crate::tally::Tally;
use crate::verdict::Verdict;

/// Logs beside the three that every deployment has.
const MORE_LOGS: &str = "select make_log(3::smallint, 'domain'), make_log(4::smallint, 'domain')";
/// How long the first commands and subscriptions may take.
const WORKS_WITHIN: Duration = Duration::from_secs(120);
/// Room on the disk that will be full, in GB: at first, and for each minute.
const ROOM: f64 = 6.0;
const ROOM_A_MINUTE: f64 = 0.4;

/// Runs, prints, removes what it made. A run that broke a promise leaves its folder.
pub(crate) async fn run(cli: Cli, may_mount: bool) -> Result<Verdict> {
    let seed = cli.seed.unwrap_or_else(|| u64::from(rand::random::<u32>()));
    println!(
        "seed {seed}, {} minutes, {} clients",
        cli.minutes, cli.clients
    );
    let folder = tempfile::Builder::new()
        .prefix("flowgrid-chaos-")
        .permissions(Permissions::from_mode(0o711))
        .tempdir_in(&cli.below)?;
    let report = run_in(folder.path(), &cli, seed, may_mount).await;
    let kept = cli.keep || !matches!(&report, Ok(report) if report.verdict() == Verdict::Held);
    if kept {
        println!("kept: {}", folder.keep().display());
    }
    let report = report?;
    report.print();
    if cli.json {
        println!("{}", report.json());
    }
    Ok(report.verdict())
}

async fn run_in(folder: &Path, cli: &Cli, seed: u64, may_mount: bool) -> Result<Report> {
    let tally = Arc::new(Tally::new());
    let field = Arc::new(set_up(folder, cli, seed, may_mount, &tally).await?);
    let listeners = listeners(&field);
    let mut load = JoinSet::new();
    for (number, listener) in listeners.iter().enumerate() {
        load.spawn(listen(field.setting.clone(), listener.clone(), number));
    }
    let mut writers = JoinSet::new();
    for number in 0..cli.clients {
        let client = Client::new(&field.setting, &format!("c{number}"), number)?;
        writers.spawn(write(client));
    }
    until_it_works(&field, &listeners).await?;

    let length = Duration::from_secs_f64(cli.minutes * 60.0);
    let wanted = wanted(cli, field.servers.lock().await.disk.is_some())?;
    let deck = |hand, of: &[Kind]| {
        let kinds = of.iter().copied().filter(|kind| wanted.contains(kind));
        Deck::new(seed, hand, kinds.collect())
    };
    if wanted.contains(&Kind::OldCopy) {
        field.servers.lock().await.copy_postgres().await?;
    }
    tokio::try_join!(
        strike_all(field.clone(), deck(0, OF_PROCESSES), length),
        strike_all(field.clone(), deck(1, OF_SERVERS), length),
        async {
            sleep(length).await;
            Ok(())
        },
    )?;

    field.say("the load ends");
    field.setting.phase.send_replace(Phase::CatchUp);
    all(writers).await?;
    let caught_up = catch_up(&field, &listeners).await?;
    field.setting.phase.send_replace(Phase::Over);
    all(load).await?;
    let field = Arc::into_inner(field).ok_or("somebody still strikes")?;
    let took = field.started.elapsed();
    let mut objections = verify(field, folder).await?;
    objections.splice(0..0, tally.broken_so_far());
    objections.extend(panics(&folder.join("logs"))?);
    Ok(Report {
        seed,
        minutes: cli.minutes,
        took,
        caught_up,
        wanted,
        objections,
        by_kind: tally.by_kind(),
        counts: report::counts(&tally),
    })
}

/// Servers, logs, processes, tokens.
async fn set_up(
    folder: &Path,
    cli: &Cli,
    seed: u64,
    may_mount: bool,
    tally: &Arc<Tally>,
) -> Result<Field> {
    let state = folder.join("disk");
    let room = (ROOM + ROOM_A_MINUTE * cli.minutes) as u64;
    let disk = match may_mount {
        true => Disk::mount(&folder.join("disk.image"), &state, room).await,
        false => Err("it may not be mounted".into()),
    };
    let disk = disk
        .inspect_err(|error| println!("no disk will be full: {error}"))
        .ok();
    let servers = Servers::start(&state.join("state"), folder.join("base"), disk).await?;
    let secret = || rand::random::<[u64; 4]>().map(|part| format!("{part:016x}"));
    let environment = vec![
        ("JWT_SECRET".to_owned(), secret().concat()),
        (
            "MASTER_KEYS".to_owned(),
            format!("k1:{}", secret().concat()),
        ),
        ("FLOWGRID_STATE".to_owned(), folder.display().to_string()),
        ("RATE_LIMITING_ENABLED".to_owned(), "false".to_owned()),
        ("LOG_FORMAT".to_owned(), "json".to_owned()),
    ];
    let binary = std::path::absolute(&cli.binary)?;
    tool(&binary, &environment, &servers, &["migrate"]).await?;
    more_logs(&servers.urls()?).await?;
    let mut tokens = Vec::new();
    for org in ORGANIZATIONS {
        let arguments = [
            "token",
            "--org",
            org,
            "--role",
            "manager",
            "--expires",
            "7d",
        ];
        tokens.push(tool(&binary, &environment, &servers, &arguments).await?);
    }
    let logs = folder.join("logs");
    fs::create_dir_all(&logs)?;
    let fleet = Fleet::start(&binary, &environment, &logs, &servers, tally).await?;
    let setting = Arc::new(Setting {
        seed,
        recorder: Recorder::create(folder.join("history"))?,
        apis: fleet.addresses(Role::Api),
        pushes: fleet.addresses(Role::Push),
        tokens,
        gate: RwLock::new(()),
        phase: watch::Sender::new(Phase::Load),
        tally: tally.clone(),
    });
    let probes = (0..ORGANIZATIONS.len())
        .map(|number| Client::new(&setting, &format!("probe-{number}"), number))
        .collect::<Result<Vec<_>>>()?;
    Ok(Field {
        setting,
        servers: Mutex::new(servers),
        fleet,
        alone: RwLock::new(()),
        probes: Mutex::new(probes),
        binary,
        environment,
        started: Instant::now(),
    })
}

/// Runs a tool that must succeed; answers what it printed.
async fn tool(
    binary: &Path,
    environment: &[(String, String)],
    servers: &Servers,
    arguments: &[&str],
) -> Result<String> {
    let out = fleet::tool(binary, environment, servers, arguments).await?;
    if !out.status.success() {
        let said = String::from_utf8_lossy(&out.stderr);
        return Err(format!("flowgrid {arguments:?}: {said}").into());
    }
    Ok(String::from_utf8(out.stdout)?.trim().to_owned())
}

async fn more_logs(urls: &Urls) -> Result<()> {
    let mut connection = PgConnection::connect(&urls.database).await?;
    sqlx::query(MORE_LOGS).execute(&mut connection).await?;
    Ok(connection.close().await?)
}

/// Each channel of each organization.
fn listeners(field: &Field) -> Vec<Arc<Listener>> {
    let number_of = CHANNELS.len() * ORGANIZATIONS.len();
    (0..number_of)
        .map(|number| {
            let (channel, _) = CHANNELS[number / ORGANIZATIONS.len()];
            let (org, _) = field.setting.member(number);
            let name = format!("s{number}");
            Arc::new(Listener::new(name, org, channel))
        })
        .collect()
}

/// Faults begin when everything works.
async fn until_it_works(field: &Field, listeners: &[Arc<Listener>]) -> Result<()> {
    let deadline = Instant::now() + WORKS_WITHIN;
    while field.setting.tally.acknowledged.get() < 100
        || listeners
            .iter()
            .any(|listener| listener.reached().is_none())
    {
        if Instant::now() > deadline {
            return Err("the system did not begin to work; see its logs".into());
        }
        sleep(Duration::from_millis(50)).await;
    }
    field.say("everything works; faults begin");
    Ok(())
}

/// The kinds that are to strike.
fn wanted(cli: &Cli, has_disk: bool) -> Result<Vec<Kind>> {
    let all = OF_PROCESSES.iter().chain(OF_SERVERS).copied();
    let possible = all.filter(|kind| has_disk || *kind != Kind::FullDisk);
    let wanted: Vec<Kind> = possible
        .filter(|kind| cli.only.is_empty() || cli.only.iter().any(|name| name == kind.name()))
        .collect();
    if wanted.len() < cli.only.len() {
        return Err("--only names a fault that there isn't, or that can't be struck here".into());
    }
    Ok(wanted)
}

/// Stops the processes and lets the checker compare.
async fn verify(field: Field, folder: &Path) -> Result<Vec<String>> {
    field.say("everything has caught up or time is over; checking");
    let Field { fleet, servers, .. } = field;
    fleet.stop().await?;
    let servers = servers.into_inner();
    let urls = servers.urls()?;
    let sources = Sources {
        recording: folder.join("history"),
        database_url: urls.database,
        nats_url: urls.bus,
    };
    // Whatever keeps the evidence from being read was left behind by the system under test.
    let objections = match collect(&sources).await {
        Ok(evidence) => check(&evidence).iter().map(ToString::to_string).collect(),
        Err(error) => vec![format!("there is no evidence: {error}")],
    };
    servers.stack.stop().await?;
    Ok(objections)
}

/// No process may have panicked.
fn panics(logs: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(logs)? {
        let path: PathBuf = entry?.path();
        let text = fs::read_to_string(&path)?;
        let lines = text.lines().filter(|line| line.contains("panicked at"));
        found.extend(lines.map(|line| format!("{}: {line}", path.display())));
    }
    Ok(found)
}

async fn all(mut tasks: JoinSet<Result<()>>) -> Result<()> {
    while let Some(ended) = tasks.join_next().await {
        ended??;
    }
    Ok(())
}
