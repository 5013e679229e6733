//! The connection to NATS.

use std::time::Duration;

use async_nats::ServerAddr;
use async_nats::connection::State;
use async_nats::jetstream::{self, Context};
use bytes::Bytes;
use flowgrid_bus::LogId;

use crate::LogError;

/// A connection that comes back by itself. Cheap to clone.
#[derive(Clone)]
pub struct Bus {
    client: async_nats::Client,
    context: Context,
    replicas: usize,
}

/// The longest a request may take.
const REQUEST_LIMIT: Duration = Duration::from_secs(3);

/// Tiny messages for the relays of other processes: without a body after a commit, with a
/// position after a relay has stored everything up to it.
pub fn wake_subject(log: LogId) -> String {
    format!("fg.wake.{log}")
}

impl Bus {
    /// Connects in the background and never gives up; an unreachable server is no error here.
    ///
    /// # Errors
    /// When `url` is no NATS URL. The error doesn't repeat it: it holds a password.
    pub async fn connect(url: &str, name: &str, replicas: usize) -> Result<Self, LogError> {
        let wrong =
            || LogError::Setting("NATS_URL: expected nats://user:password@host:port[,…]".into());
        let servers: Vec<ServerAddr> = url
            .split(',')
            .map(str::parse)
            .collect::<Result<_, _>>()
            .map_err(|_| wrong())?;
        // The client leaves the user in the address to us.
        let options = match servers
            .first()
            .and_then(|first| Some((first.username()?, first.password()?)))
        {
            Some((user, password)) => async_nats::ConnectOptions::with_user_and_password(
                user.to_owned(),
                password.to_owned(),
            ),
            None => async_nats::ConnectOptions::new(),
        };
        let client = options
            .name(name)
            // What is said to other processes needn't come back.
            .no_echo()
            .retry_on_initial_connect()
            .max_reconnects(None)
            .connection_timeout(Duration::from_secs(3))
            .ping_interval(Duration::from_secs(5))
            .request_timeout(Some(REQUEST_LIMIT))
            .subscription_capacity(16_384)
            .event_callback(|event| async move { tracing::debug!(%event, "bus") })
            .reconnect_delay_callback(|attempts| {
                Duration::from_millis((50 * attempts as u64).min(1_000))
            })
            .connect(url)
            .await
            .map_err(|_| {
                LogError::Setting("NATS_URL: expected nats://user:password@host:port".into())
            })?;
        let context = jetstream::context::ContextBuilder::new()
            .timeout(REQUEST_LIMIT)
            .build(client.clone());
        Ok(Self {
            client,
            context,
            replicas,
        })
    }

    pub fn client(&self) -> &async_nats::Client {
        &self.client
    }

    pub(crate) fn context(&self) -> &Context {
        &self.context
    }

    /// How many servers of a NATS cluster hold each stream.
    pub(crate) fn replicas(&self) -> usize {
        self.replicas
    }

    pub fn is_connected(&self) -> bool {
        self.client.connection_state() == State::Connected
    }

    /// Until the first connection stands, or the limit has passed.
    pub async fn connected_within(&self, limit: Duration) -> bool {
        let deadline = tokio::time::Instant::now() + limit;
        while !self.is_connected() {
            if tokio::time::Instant::now() > deadline {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        true
    }

    /// A round trip to the server.
    ///
    /// # Errors
    /// When there is no answer within `limit`.
    pub async fn ping(&self, limit: Duration) -> Result<(), LogError> {
        if !self.is_connected() {
            return Err(LogError::Bus("not connected".into()));
        }
        match tokio::time::timeout(limit, self.context.query_account()).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(LogError::Bus(error.to_string())),
            Err(_) => Err(LogError::Bus("no answer in time".into())),
        }
    }

    /// Wakes the relays of other processes. They look by themselves now and then, so a lost
    /// message costs a second at most.
    pub(crate) fn wake(&self, log: LogId) {
        self.tell(log, Bytes::new());
    }

    /// Tells the relays of other processes how far the stream is.
    pub(crate) fn stored(&self, log: LogId, last: u64) {
        self.tell(log, Bytes::from(last.to_string()));
    }

    fn tell(&self, log: LogId, what: Bytes) {
        if self.is_connected() {
            let client = self.client.clone();
            tokio::spawn(async move { client.publish(wake_subject(log), what).await });
        }
    }
}
