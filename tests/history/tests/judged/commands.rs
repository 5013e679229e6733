//! A client that sends commands and writes what becomes of them.

use std::net::SocketAddr;
use std::time::Duration;

use flowgrid_history::{ClientLog, Recorder, Sent};
use serde_json::{Value, json};

use crate::http::{Answer, Request, send};
use crate::world::World;

const BUILDINGS: &str = "/api/v1/citypulse/buildings";
const ALERTS: &str = "/api/v1/citypulse/alerts";
/// How long an answer may take before it is unknown.
const LIMIT: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(50);
/// Often enough for every restart and crash to be over.
const ATTEMPTS: usize = 600;

/// One client of one organization.
pub struct Client {
    log: ClientLog,
    address: SocketAddr,
    name: String,
    org: String,
    token: String,
    sent: u64,
}

/// What is to be sent.
struct Command<'c> {
    method: &'c str,
    path: String,
    action: &'c str,
    aggregate_type: &'c str,
    id: Option<&'c str>,
    may_change_nothing: bool,
    body: Value,
}

impl Client {
    pub fn new(recorder: &Recorder, address: SocketAddr, name: &str, org: &str) -> Self {
        Self {
            log: recorder.client(name).unwrap(),
            address,
            name: name.to_owned(),
            org: org.to_owned(),
            token: World::token(org),
            sent: 0,
        }
    }

    /// Ten commands, most of them to things of its own, some to things that all share.
    pub async fn round(&mut self, n: u32) {
        let own = format!("{}-b{n}", self.name);
        let unique = format!("{} {n}", self.name);
        self.register(&own).await;
        self.register("shared").await;
        self.change(&own, &unique).await;
        self.change("shared", &unique).await;
        let severity = if n.is_multiple_of(2) {
            "critical"
        } else {
            "high"
        };
        let alert = self.raise(&format!("s{}", n % 3), severity).await;
        if let Some(id) = &alert {
            self.alert(id, "acknowledge", true, json!({})).await;
            let text = json!({ "text": unique });
            self.alert(id, "comments", false, text).await;
            self.alert(id, "resolve", true, json!({"note": "done"}))
                .await;
        }
        if let Some(id) = self.raise(&own, "low").await
            && n.is_multiple_of(2)
        {
            self.withdraw(&id).await;
        }
        if n.is_multiple_of(3) {
            self.retire(&own).await;
            self.retire(&own).await;
        }
    }

    /// The last words of an organization, for its subscribers: positions of a building's and an
    /// alert's event.
    pub async fn end(&mut self) -> (u64, u64) {
        let id = format!("{}-end", self.name);
        let building = self.register(&id).await.unwrap();
        let alert = self.raise_alert(&id, "critical").await.unwrap();
        (number(&building), number(&alert))
    }

    pub async fn register(&mut self, id: &str) -> Option<Answer> {
        self.run(Command {
            method: "POST",
            path: BUILDINGS.to_owned(),
            action: "register",
            aggregate_type: "building",
            id: Some(id),
            may_change_nothing: false,
            body: json!({"id": id, "name": id, "kind": "office", "lat": 48.35, "lon": 8.96, "area": 4200}),
        })
        .await
    }

    async fn change(&mut self, id: &str, name: &str) {
        self.run(Command {
            method: "PUT",
            path: format!("{BUILDINGS}/{id}"),
            action: "change",
            aggregate_type: "building",
            id: Some(id),
            may_change_nothing: false,
            body: json!({ "name": name }),
        })
        .await;
    }

    async fn retire(&mut self, id: &str) {
        self.run(Command {
            method: "DELETE",
            path: format!("{BUILDINGS}/{id}"),
            action: "retire",
            aggregate_type: "building",
            id: Some(id),
            may_change_nothing: true,
            body: json!({}),
        })
        .await;
    }

    /// The alert's id, which the server chooses, also of one that was open already.
    async fn raise(&mut self, source: &str, severity: &str) -> Option<String> {
        let answer = self.raise_alert(source, severity).await?;
        Some(answer.body["data"]["id"].as_str()?.to_owned())
    }

    async fn raise_alert(&mut self, source: &str, severity: &str) -> Option<Answer> {
        self.run(Command {
            method: "POST",
            path: ALERTS.to_owned(),
            action: "raise",
            aggregate_type: "alert",
            id: None,
            may_change_nothing: false,
            body: json!({"title": "Too warm", "alertType": "overheat", "severity": severity,
                "buildingId": "shared", "source": {"kind": "sensor", "id": source}}),
        })
        .await
    }

    async fn alert(&mut self, id: &str, action: &str, may_change_nothing: bool, body: Value) {
        self.run(Command {
            method: "POST",
            path: format!("{ALERTS}/{id}/{action}"),
            action,
            aggregate_type: "alert",
            id: Some(id),
            may_change_nothing,
            body,
        })
        .await;
    }

    async fn withdraw(&mut self, id: &str) {
        self.run(Command {
            method: "DELETE",
            path: format!("{ALERTS}/{id}"),
            action: "withdraw",
            aggregate_type: "alert",
            id: Some(id),
            may_change_nothing: false,
            body: json!({}),
        })
        .await;
    }

    /// Sends a command, again and again where it has a key; answers the acknowledgement.
    async fn run(&mut self, command: Command<'_>) -> Option<Answer> {
        self.sent += 1;
        let sent = Sent {
            mark: self.log.mark(),
            org: self.org.clone(),
            aggregate_type: command.aggregate_type.to_owned(),
            aggregate_id: command.id.map(str::to_owned),
            action: command.action.to_owned(),
            key: (!self.sent.is_multiple_of(2)).then(|| format!("{}-k{}", self.name, self.sent)),
            may_change_nothing: command.may_change_nothing,
        };
        // Some hang up while the server is at work.
        let hang_up = self.sent.is_multiple_of(7);
        for attempt in 0..ATTEMPTS {
            let op = self.log.sending(&sent).unwrap();
            let limit = if hang_up && attempt == 0 {
                // Never long enough for some, long enough for others.
                Duration::from_micros(500 * (self.sent / 7 % 3))
            } else {
                LIMIT
            };
            let body = command.body.to_string();
            let request = Request {
                method: command.method,
                path: &command.path,
                token: &self.token,
                mark: &sent.mark,
                key: sent.key.as_deref(),
                body: &body,
            };
            let answer = tokio::time::timeout(limit, send(self.address, &request)).await;
            match answer {
                Ok(Some(answer)) if answer.status < 300 => {
                    let data = &answer.body["data"];
                    let (revision, id) = (
                        data["revision"].as_u64().unwrap(),
                        data["id"].as_str().unwrap(),
                    );
                    let position = answer.position.as_deref().unwrap();
                    self.log.acknowledged(op, position, revision, id).unwrap();
                    return Some(answer);
                }
                Ok(Some(answer)) if answer.status < 500 => {
                    let code = answer.body["code"].as_str().unwrap_or_default();
                    self.log.refused(op, answer.status, code).unwrap();
                    return None;
                }
                Ok(Some(answer)) => self.log.unknown(op, &answer.status.to_string()).unwrap(),
                Ok(None) => self.log.unknown(op, "broken off").unwrap(),
                Err(_) => self.log.unknown(op, "timed out").unwrap(),
            }
            if sent.key.is_none() {
                // Time for it to happen, or not.
                tokio::time::sleep(PAUSE).await;
                return None;
            }
            tokio::time::sleep(PAUSE).await;
        }
        panic!("{} never got through", sent.mark);
    }
}

fn number(answer: &Answer) -> u64 {
    let position = answer.position.as_deref().unwrap();
    position.rsplit('-').next().unwrap().parse().unwrap()
}
