//! A client that sends commands one after the other, and writes down what it was told.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use flowgrid_history::{ClientLog, Sent};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::time::sleep;

use super::answer::{Acknowledged, Answer};
use super::command::Command;
use super::http::Connection;
use super::things::Things;
use crate::Result;
use crate::setting::Setting;

/// How long a command with a key is sent again before its outcome stays unknown.
const SETTLE_WITHIN: Duration = Duration::from_secs(90);
/// Between two attempts.
const AGAIN_AFTER_MS: std::ops::Range<u64> = 50..400;
/// Between two commands: leaves some of the machine to the servers.
const THINK_MS: std::ops::Range<u64> = 2..20;
/// So often a command that was acknowledged is sent again under its key.
const REPEATED: f64 = 0.05;

/// One client of one organization.
#[derive(Debug)]
pub(crate) struct Client {
    setting: Arc<Setting>,
    org: String,
    token: String,
    log: ClientLog,
    things: Things,
    /// Which of the api processes it talks to.
    at: usize,
    connection: Option<Connection>,
}

/// What became of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Acknowledged(Acknowledged),
    Refused {
        code: String,
    },
    Unknown,
    /// No process took the connection: nothing was sent.
    NotSent,
}

/// Sends commands until the load ends.
pub(crate) async fn write(mut client: Client) -> Result<()> {
    while !client.setting.load_is_over() {
        let command = client.things.next();
        let key = client.things.random().random_bool(0.5);
        client.settle(&command, key).await?;
        client.rest(THINK_MS).await;
    }
    Ok(())
}

impl Client {
    /// `number` tells the clients of a run apart.
    pub(crate) fn new(setting: &Arc<Setting>, name: &str, number: usize) -> Result<Self> {
        let (org, token) = setting.member(number);
        let seed = setting.seed.wrapping_mul(1_009).wrapping_add(number as u64);
        Ok(Self {
            log: setting.recorder.client(name)?,
            setting: setting.clone(),
            org,
            token,
            things: Things::new(name, StdRng::seed_from_u64(seed)),
            at: number,
            connection: None,
        })
    }

    /// Sends a command until its outcome is known; without a key, only once.
    pub(crate) async fn settle(&mut self, command: &Command, with_key: bool) -> Result<Outcome> {
        let mark = self.log.mark();
        let key = with_key.then(|| format!("key-{mark}"));
        let sent = command.sent(&mark, &self.org, key.as_deref());
        let began = Instant::now();
        let mut doubted = false;
        loop {
            let outcome = {
                let setting = self.setting.clone();
                let _may_send = setting.gate.read().await;
                self.attempt(command, &sent).await?
            };
            let again = match &outcome {
                Outcome::Acknowledged(told) => {
                    if doubted {
                        self.setting.tally.settled.add();
                    }
                    if key.is_some() && self.things.random().random_bool(REPEATED) {
                        self.repeat(command, &sent, told).await?;
                    }
                    false
                }
                Outcome::Unknown => {
                    doubted = true;
                    key.is_some()
                }
                Outcome::Refused { code } => key.is_some() && is_for_now(code),
                Outcome::NotSent => !self.setting.load_is_over() || doubted,
            };
            if !again || began.elapsed() > SETTLE_WITHIN {
                return Ok(outcome);
            }
            self.rest(AGAIN_AFTER_MS).await;
        }
    }

    /// Sends a command once.
    pub(crate) async fn once(&mut self, command: &Command) -> Result<Outcome> {
        let mark = self.log.mark();
        let sent = command.sent(&mark, &self.org, None);
        self.attempt(command, &sent).await
    }

    /// What was acknowledged must be answered the same way again.
    async fn repeat(&mut self, command: &Command, sent: &Sent, told: &Acknowledged) -> Result<()> {
        let setting = self.setting.clone();
        let _may_send = setting.gate.read().await;
        self.at += 1;
        self.connection = None;
        let repeated = self.attempt(command, sent).await?;
        let tally = &self.setting.tally;
        match repeated {
            Outcome::Acknowledged(again) if again == *told => tally.repeated.add(),
            Outcome::Acknowledged(again) if command.always_writes() => tally.broken(format!(
                "{} was answered {told:?}, and under the same key {again:?}",
                sent.mark
            )),
            // What changed nothing left nothing to remember it by: it is decided anew.
            Outcome::Refused { code } if !is_for_now(&code) && command.always_writes() => tally
                .broken(format!(
                    "{} was acknowledged, and refused under the same key: {code}",
                    sent.mark
                )),
            Outcome::Acknowledged(_)
            | Outcome::Refused { .. }
            | Outcome::Unknown
            | Outcome::NotSent => {}
        }
        Ok(())
    }

    async fn attempt(&mut self, command: &Command, sent: &Sent) -> Result<Outcome> {
        let request = command.request(sent, &self.token)?;
        let Some(mut connection) = self.connected().await else {
            return Ok(Outcome::NotSent);
        };
        let op = self.log.sending(sent)?;
        let answer = match connection.send(request).await {
            Ok(response) => {
                self.connection = Some(connection);
                Answer::of(&response)
            }
            Err(error) => Answer::Unknown(error.to_string()),
        };
        let tally = &self.setting.tally;
        let outcome = match answer {
            Answer::Acknowledged(told) => {
                self.log
                    .acknowledged(op, &told.position, told.revision, &told.id)?;
                tally.acknowledged.add();
                tally.service.acknowledged();
                self.things.learn(command, &told);
                return Ok(Outcome::Acknowledged(told));
            }
            Answer::Refused { status, code } | Answer::NotNow { status, code } => {
                self.log.refused(op, status, &code)?;
                tally.refused.add();
                Outcome::Refused { code }
            }
            Answer::Unknown(why) => {
                self.log.unknown(op, &why)?;
                tally.unknown.add();
                self.at += 1; // the other process may be better off
                self.connection = None;
                Outcome::Unknown
            }
        };
        Ok(outcome)
    }

    /// The connection there is, or one to whichever process takes it.
    async fn connected(&mut self) -> Option<Connection> {
        if let Some(connection) = self.connection.take().filter(Connection::is_open) {
            return Some(connection);
        }
        let apis: &[SocketAddr] = &self.setting.apis;
        for _ in apis {
            if let Ok(connection) = Connection::open(apis[self.at % apis.len()]).await {
                return Some(connection);
            }
            self.at += 1;
        }
        None
    }

    async fn rest(&mut self, ms: std::ops::Range<u64>) {
        let ms = self.things.random().random_range(ms);
        sleep(Duration::from_millis(ms)).await;
    }
}

fn is_for_now(code: &str) -> bool {
    matches!(
        code,
        "unavailable" | "overloaded" | "log-behind-stream" | "contended"
    )
}
