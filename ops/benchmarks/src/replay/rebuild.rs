//! One rebuild, from the request to the swap.

use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::time::sleep;

use crate::Result;
use crate::body;
use crate::http::{self, Client};
use crate::server::Server;

const PROJECTIONS: &str = "/api/v1/projections";
const POLL: Duration = Duration::from_millis(20);
const LONGEST: Duration = Duration::from_secs(300);

/// Asks for rebuilds of `buildings` as the operator; looks at them as some organization's admin.
#[derive(Debug)]
pub(crate) struct Rebuild {
    client: Client,
    operator: String,
    admin: String,
}

impl Rebuild {
    pub(crate) async fn new(server: &Server) -> Result<Self> {
        Ok(Self {
            client: Client::connect(server.address).await?,
            operator: server.operator_token().await?,
            admin: server.token(&body::organization(0), "admin").await?,
        })
    }

    /// How long it took until queries read the new generation.
    pub(crate) async fn run(&mut self) -> Result<Duration> {
        let before = self.status().await?["generation"].clone();
        let began = Instant::now();
        let path = format!("{PROJECTIONS}/buildings/rebuild");
        let request = http::request("POST", &path, &self.operator, "", "");
        let answer = self.client.send(&request).await?;
        if !answer.is_success() {
            return Err(format!("no rebuild: {}", answer.describe()).into());
        }
        while began.elapsed() < LONGEST {
            let status = self.status().await?;
            if status["generation"] != before {
                return Ok(began.elapsed());
            }
            if let Some("failed" | "cancelled" | "differs") = status["rebuild"]["state"].as_str() {
                return Err(format!("the rebuild ended: {status}").into());
            }
            sleep(POLL).await;
        }
        Err(format!("no swap within {LONGEST:?}: {}", self.status().await?).into())
    }

    async fn status(&mut self) -> Result<Value> {
        let answer = self
            .client
            .send(&http::get(PROJECTIONS, &self.admin))
            .await?;
        if !answer.is_success() {
            return Err(format!("{PROJECTIONS}: {}", answer.describe()).into());
        }
        let all: Value = serde_json::from_slice(answer.body)?;
        let all = all["data"]
            .as_array()
            .ok_or("the projections are no list")?;
        let ours = all.iter().find(|one| one["name"] == "buildings");
        Ok(ours.ok_or("there is no projection `buildings`")?.clone())
    }
}
