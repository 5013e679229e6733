//! The public API, as the demo uses it.

use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::Value;

use crate::Failure;

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How much of a refusal is shown, in characters.
const SHOWN: usize = 500;

pub(super) struct Client {
    http: reqwest::Client,
    base: String,
    token: String,
}

impl Client {
    pub fn new(address: &str, token: &str) -> Result<Self, Failure> {
        // Fails where another part of the process was faster, with the same provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Ok(Self {
            http: reqwest::Client::builder().timeout(PATIENCE).build()?,
            base: format!("{address}/api/v1/"),
            token: token.to_owned(),
        })
    }

    pub async fn get(&self, path: &str) -> Result<Value, Failure> {
        let answer = self.send(path, self.http.get(self.url(path))).await?;
        Ok(serde_json::from_slice(&answer.1)?)
    }

    /// Makes something that has an id; one of that id is left as it is.
    pub async fn make(&self, path: &str, what: &Value) -> Result<(), Failure> {
        let request = self
            .http
            .post(self.url(path))
            .header(CONTENT_TYPE, "application/json");
        match self.send(path, request.body(what.to_string())).await {
            Err(refused) if refused.status == Some(StatusCode::CONFLICT) => Ok(()),
            other => other.map(drop).map_err(Into::into),
        }
    }

    pub async fn record(&self, csv: String) -> Result<(), Failure> {
        let path = "citypulse/readings";
        let request = self
            .http
            .post(self.url(path))
            .header(CONTENT_TYPE, "text/csv");
        Ok(self.send(path, request.body(csv)).await.map(drop)?)
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    async fn send(
        &self,
        path: &str,
        request: RequestBuilder,
    ) -> Result<(StatusCode, Vec<u8>), Refused> {
        let refused = |status, why: String| Refused {
            status,
            why: format!("{path}: {why}"),
        };
        let response = request.bearer_auth(&self.token).send().await;
        let response = response.map_err(|error| refused(None, error.to_string()))?;
        let status = response.status();
        let body = response.bytes().await;
        let body = body.map_err(|error| refused(Some(status), error.to_string()))?;
        if status.is_success() {
            return Ok((status, body.to_vec()));
        }
        let told: String = String::from_utf8_lossy(&body).chars().take(SHOWN).collect();
        Err(refused(Some(status), format!("{status} {told}")))
    }
}

struct Refused {
    status: Option<StatusCode>,
    why: String,
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        Failure::new(refused.why)
    }
}
