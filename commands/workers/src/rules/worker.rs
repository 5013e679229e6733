//! The workers of a process, one for each telemetry log.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use flowgrid_commands::Commands;
use flowgrid_log::{LogKind, LogStore, Tail, Tails};
use flowgrid_projections::ReadModels;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::act::Actor;
use super::session::{Ended, Session};
use super::tell::{Post, Teller};

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// How often it is asked whether a worker is missing.
const STAND_BY: Duration = Duration::from_millis(500);

/// What a worker is made of.
#[derive(Clone)]
pub struct RuleWorkerOptions {
    pub database_url: String,
    pub commands: Commands,
    pub store: LogStore,
    /// All logs of the kinds domain and telemetry must be followed.
    pub tails: Arc<Tails>,
    pub read: ReadModels,
    /// Nobody is mailed without.
    pub post: Option<Post>,
    pub now: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
}

/// Evaluates alert rules, in as many processes as there are: one works, the others stand by.
pub struct RuleWorker {
    tasks: Vec<JoinHandle<()>>,
}

impl RuleWorker {
    /// Works until `stop` turns true. What fails is tried again, loudly, and never skipped.
    pub fn start(options: &RuleWorkerOptions, stop: &watch::Sender<bool>) -> Self {
        let telemetry = |tail: &&Arc<Tail>| tail.info().kind == LogKind::Telemetry;
        let tails = options.tails.iter().filter(telemetry);
        let tasks = tails.map(|tail| {
            let task = run(options.clone(), Arc::clone(tail), stop.subscribe());
            tokio::spawn(task)
        });
        Self {
            tasks: tasks.collect(),
        }
    }

    /// Until it has stopped, after `stop`.
    pub async fn stopped(self) {
        for task in self.tasks {
            let _ = task.await; // it has logged what went wrong
        }
    }
}

async fn run(options: RuleWorkerOptions, tail: Arc<Tail>, mut stop: watch::Receiver<bool>) {
    let mut pause = FIRST_PAUSE;
    loop {
        let actor = Actor {
            commands: options.commands.clone(),
            store: options.store.clone(),
            teller: Teller {
                commands: options.commands.clone(),
                read: options.read.clone(),
                post: options.post.clone(),
            },
        };
        let session = Session::new(&options, Arc::clone(&tail), actor, stop.clone());
        let wait = match session.run().await {
            Ok(Ended::Stopped) => return,
            Ok(Ended::StandBy) => {
                pause = FIRST_PAUSE;
                STAND_BY
            }
            Err(error) => {
                tracing::error!(log = %tail.log(), %error, "alert rules can't be evaluated");
                pause = (pause * 2).min(LONGEST_PAUSE);
                pause
            }
        };
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(wait) => {}
        }
    }
}
