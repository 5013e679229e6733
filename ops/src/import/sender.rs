//! Sends pieces, one after the other, and waits where the server asks for it.

use std::time::Duration;

use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde::Deserialize;

use super::piece::Piece;
use crate::tools::Server;
use crate::{Failure, cli};

/// How often a piece is sent before its import is given up.
const TRIES: u32 = 8;
/// The longest wait between two tries, whatever the server says.
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);
/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// More errors than this are not shown.
const SHOWN: usize = 20;

pub(super) struct Sender {
    client: Client,
    server: Server,
    url: String,
}

/// What became of readings.
#[derive(Clone, Debug, Default)]
pub(super) struct Accepted {
    pub accepted: u64,
    pub left_out: u64,
}

impl Accepted {
    pub fn add(&mut self, other: &Self) {
        self.accepted += other.accepted;
        self.left_out += other.left_out;
    }
}

#[derive(Deserialize)]
struct Answer {
    data: Counts,
}

#[derive(Deserialize)]
struct Counts {
    accepted: u64,
    repeated: u64,
    conflicting: u64,
}

#[derive(Deserialize)]
struct Problem {
    detail: String,
    #[serde(default)]
    errors: Vec<FieldError>,
}

#[derive(Deserialize)]
struct FieldError {
    pointer: String,
    detail: String,
}

/// What became of one try.
enum Tried {
    Accepted(Accepted),
    /// It may go better after a while.
    Wait(Option<Duration>, String),
    Refused(Failure),
}

impl Sender {
    pub fn new(server: Server, options: &cli::ImportReadings) -> Result<Self, Failure> {
        // Fails where another part of the process was faster, with the same provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().timeout(PATIENCE).build()?;
        let path = match &options.sensor {
            Some(sensor) => format!("sensors/{sensor}/readings"),
            None => "readings".to_owned(),
        };
        let (base, dry_run) = (server.url.trim_end_matches('/'), options.dry_run);
        let on_conflict = options.on_conflict.as_str();
        let query = format!("onConflict={on_conflict}&dryRun={dry_run}");
        Ok(Self {
            url: format!("{base}/api/v1/citypulse/{path}?{query}"),
            client,
            server,
        })
    }

    /// Until it is recorded, or refused, or has been tried too often.
    pub async fn send(&self, piece: &Piece) -> Result<Accepted, Failure> {
        let mut pause = Duration::from_secs(1);
        for _ in 1..TRIES {
            let (told, why) = match self.try_once(piece).await {
                Tried::Accepted(accepted) => return Ok(accepted),
                Tried::Refused(failure) => return Err(failure),
                Tried::Wait(told, why) => (told, why),
            };
            let wait = told.unwrap_or(pause).min(LONGEST_WAIT);
            eprintln!("\n{why}: trying again in {} s", wait.as_secs_f32().ceil());
            tokio::time::sleep(wait).await;
            pause *= 2;
        }
        match self.try_once(piece).await {
            Tried::Accepted(accepted) => Ok(accepted),
            Tried::Refused(failure) => Err(failure),
            Tried::Wait(_, why) => Err(Failure::new(format!("{why}, {TRIES} times"))),
        }
    }

    async fn try_once(&self, piece: &Piece) -> Tried {
        let request = self.client.post(&self.url).body(piece.body.clone());
        let request = request
            .header("Idempotency-Key", &piece.key)
            .header(CONTENT_TYPE, "text/csv")
            .header(CONTENT_ENCODING, "gzip");
        match self.signed(request).send().await {
            Ok(response) => self.judge(piece, response).await,
            Err(error) => Tried::Wait(None, format!("no answer from the server ({error})")),
        }
    }

    fn signed(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.server.key {
            Some(key) => request.header("X-API-Key", key),
            None => request.bearer_auth(&self.server.token),
        }
    }

    async fn judge(&self, piece: &Piece, response: Response) -> Tried {
        let status = response.status();
        let seconds = response.headers().get(RETRY_AFTER);
        let seconds = seconds.and_then(|value| value.to_str().ok()?.parse().ok());
        let body = response.bytes().await.unwrap_or_default();
        if status.is_success() {
            return match serde_json::from_slice::<Answer>(&body) {
                Ok(Answer { data }) => Tried::Accepted(Accepted {
                    accepted: data.accepted,
                    left_out: data.repeated + data.conflicting,
                }),
                Err(_) => Tried::Refused(Failure::new("the server does not speak our protocol")),
            };
        }
        let problem = serde_json::from_slice::<Problem>(&body).ok();
        match status {
            StatusCode::TOO_MANY_REQUESTS
            | StatusCode::REQUEST_TIMEOUT
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => {
                let why = problem.map_or_else(|| status.to_string(), |problem| problem.detail);
                Tried::Wait(seconds.map(Duration::from_secs), why)
            }
            _ => Tried::Refused(match problem {
                Some(problem) => Failure::new(explained(piece, &problem)),
                None => Failure::new(format!("the server answers {status}")),
            }),
        }
    }
}

/// The errors by the file's lines.
fn explained(piece: &Piece, problem: &Problem) -> String {
    let mut lines = Vec::new();
    for error in problem.errors.iter().take(SHOWN) {
        // The server counts the lines of the piece.
        let detail = match error.detail.split_once(": ") {
            Some((place, detail)) if place.starts_with("line ") => detail,
            Some(_) | None => &error.detail,
        };
        lines.push(match piece.line_of(&error.pointer) {
            Some((line, "")) => format!("line {line}: {detail}"),
            Some((line, field)) => format!("line {line}: {field} {detail}"),
            None => format!("{} {detail}", error.pointer),
        });
    }
    if lines.is_empty() {
        return problem.detail.clone();
    }
    if problem.errors.len() > SHOWN {
        lines.push(format!("… and {} more", problem.errors.len() - SHOWN));
    }
    lines.join("\n")
}
