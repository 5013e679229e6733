//! How far relay and projections are behind, as the server's own metrics say.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::Result;
use crate::http::{self, Client};
use crate::server::Server;

/// The lag that a valid run may leave behind.
pub(crate) const MOST_LAG_S: f64 = 2.0;

/// The greatest lag of all: relay and every projection, on every log.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Lag {
    pub(crate) events: f64,
    pub(crate) seconds: f64,
}

impl Lag {
    /// # Errors
    /// When the metrics can't be read, or name no lag: silence would pass for health.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let mut lag = Self::default();
        let (mut events, mut seconds) = (0, 0);
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let Some((series, value)) = line.rsplit_once(' ') else {
                continue;
            };
            let name = series.split('{').next().unwrap_or(series);
            if !name.contains("_lag_") {
                continue;
            }
            let value: f64 = value.parse()?;
            if name.ends_with("_events") {
                lag.events = lag.events.max(value);
                events += 1;
            } else if name.ends_with("_seconds") {
                lag.seconds = lag.seconds.max(value);
                seconds += 1;
            }
        }
        if events == 0 || seconds == 0 {
            return Err("the metrics name no lag".into());
        }
        Ok(lag)
    }

    pub(crate) fn is_valid(self) -> bool {
        self.seconds < MOST_LAG_S
    }
}

/// Reads the metrics with an operator's token.
#[derive(Debug)]
pub(crate) struct Probe {
    client: Client,
    request: Vec<u8>,
}

impl Probe {
    pub(crate) async fn new(server: &Server) -> Result<Self> {
        let token = server.operator_token().await?;
        Ok(Self {
            client: Client::connect(server.address).await?,
            request: http::get("/metrics", &token),
        })
    }

    pub(crate) async fn lag(&mut self) -> Result<Lag> {
        let answer = self.client.send(&self.request).await?;
        if !answer.is_success() {
            return Err(format!("/metrics: {}", answer.describe()).into());
        }
        Lag::parse(std::str::from_utf8(answer.body)?)
    }

    /// Waits until nothing is behind, so that the next phase has the machine for itself.
    pub(crate) async fn settle(&mut self, within: Duration) -> Result<()> {
        let deadline = Instant::now() + within;
        loop {
            let lag = self.lag().await?;
            if lag.events <= 0.0 {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(format!("still {} events behind after {within:?}", lag.events).into());
            }
            sleep(Duration::from_millis(100)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_lag_counts() {
        let text = "# HELP a b\nflowgrid_relay_lag_events{log=\"1\"} 3\nflowgrid_relay_lag_seconds{log=\"1\"} 0.5\n\
                    flowgrid_projection_lag_seconds{name=\"alerts\",log=\"1\"} 1.5\nother_seconds 9\n";
        let lag = Lag::parse(text).unwrap();
        assert_eq!((lag.events, lag.seconds), (3.0, 1.5));
        assert!(lag.is_valid());
    }

    #[test]
    fn no_lag_named_is_no_health() {
        assert!(Lag::parse("up 1\n").is_err());
    }
}
