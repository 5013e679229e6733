//! 100 queries a second on the live projection while another is filled, each answer checked.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use super::history::{self, BUILDINGS, EACH, OF_ONE};
use crate::Result;
use crate::body::{BUILDINGS_PATH, ORGANIZATIONS};
use crate::histogram::Latencies;
use crate::http::{self, Client};

const INTERVAL: Duration = Duration::from_millis(10);
/// Queries on their way at the same time; more due ones wait, and their latency counts from when they
/// were due.
const CONNECTIONS: usize = 16;
/// Coprime to the number of buildings.
const STRIDE: usize = 7_919;

/// What the queries came to.
#[derive(Debug)]
pub(crate) struct Queried {
    pub(crate) latencies: Latencies,
    pub(crate) errors: u64,
    pub(crate) first_error: Option<String>,
}

/// Asks until told to stop.
pub(crate) async fn run(
    address: SocketAddr,
    tokens: Arc<Vec<String>>,
    stop: Arc<AtomicBool>,
) -> Result<Queried> {
    let idle: Arc<std::sync::Mutex<Vec<Client>>> = Arc::default();
    let slots = Arc::new(Semaphore::new(CONNECTIONS));
    let mut timer = interval(INTERVAL);
    timer.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut tasks = JoinSet::new();
    let mut queried = Queried {
        latencies: Latencies::new()?,
        errors: 0,
        first_error: None,
    };
    let mut number = 0_usize;
    while !stop.load(Ordering::Relaxed) {
        let due = timer.tick().await.into_std();
        let query = Query::of(number);
        number += 1;
        let slot = slots.clone().acquire_owned().await?;
        let (idle, tokens) = (idle.clone(), tokens.clone());
        tasks.spawn(async move {
            let checked = ask(address, &idle, &query, &tokens).await;
            drop(slot);
            (due, Instant::now(), checked)
        });
        while let Some(done) = tasks.try_join_next() {
            queried.note(done?);
        }
    }
    while let Some(done) = tasks.join_next().await {
        queried.note(done?);
    }
    Ok(queried)
}

impl Queried {
    fn note(&mut self, (due, answered, checked): (Instant, Instant, Result<()>)) {
        self.latencies
            .record(answered.saturating_duration_since(due));
        if let Err(wrong) = checked {
            self.errors += 1;
            self.first_error.get_or_insert_with(|| wrong.to_string());
        }
    }
}

/// One building, or the first page of those of an organization.
enum Query {
    One(usize),
    List(usize),
}

impl Query {
    /// Every tenth is a list.
    fn of(number: usize) -> Self {
        if number % 10 == 9 {
            Self::List(number / 10 % ORGANIZATIONS)
        } else {
            Self::One(number.wrapping_mul(STRIDE) % BUILDINGS)
        }
    }
}

async fn ask(
    address: SocketAddr,
    idle: &std::sync::Mutex<Vec<Client>>,
    query: &Query,
    tokens: &[String],
) -> Result<()> {
    let kept = idle.lock().ok().and_then(|mut clients| clients.pop());
    let mut client = match kept {
        Some(client) => client,
        None => Client::connect(address).await?,
    };
    match query {
        Query::One(n) => check_one(&mut client, *n, &tokens[n % ORGANIZATIONS]).await?,
        Query::List(organization) => {
            check_list(&mut client, *organization, &tokens[*organization]).await?;
        }
    }
    if let Ok(mut clients) = idle.lock() {
        clients.push(client);
    }
    Ok(())
}

async fn check_one(client: &mut Client, n: usize, token: &str) -> Result<()> {
    let path = format!("{BUILDINGS_PATH}/{}", history::id(n));
    let answer = answer(client, &path, token).await?;
    let (details, retired) = history::outcome(n);
    let data = &answer["data"];
    let right = data["name"] == details.name
        && data["kind"] == details.kind
        && data["address"] == Value::from(details.address)
        && data["lat"] == Value::from(details.lat)
        && data["area"] == Value::from(details.area)
        && data["timezone"] == Value::from(details.timezone)
        && data["status"] == if retired { "retired" } else { "active" }
        && data["revision"] == EACH;
    right
        .then_some(())
        .ok_or_else(|| format!("wrong answer for building {n}: {data}").into())
}

async fn check_list(client: &mut Client, organization: usize, token: &str) -> Result<()> {
    let path = format!("{BUILDINGS_PATH}?sort=id&limit=5&offset=100");
    let answer = answer(client, &path, token).await?;
    let ids: Vec<&str> = answer["data"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|b| b["id"].as_str())
        .collect();
    let expected: Vec<String> = (100..105)
        .map(|row| history::id(row * ORGANIZATIONS + organization))
        .collect();
    let right = ids == expected && answer["pagination"]["total"] == OF_ONE;
    right.then_some(()).ok_or_else(|| {
        format!(
            "wrong list of {organization}: {ids:?}, {}",
            answer["pagination"]
        )
        .into()
    })
}

async fn answer(client: &mut Client, path: &str, token: &str) -> Result<Value> {
    let answer = client.send(&http::get(path, token)).await?;
    if !answer.is_success() {
        return Err(answer.describe().into());
    }
    Ok(serde_json::from_slice(answer.body)?)
}
