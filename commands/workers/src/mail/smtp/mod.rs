//! Sending over a mail server (RFC 5321).

mod refusal;
mod server;
mod talk;

use std::time::Duration;

use lettre::Message;
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use parking_lot::Mutex;
use tokio::time::{Instant, timeout};

use super::{MailError, SendError, Sender};

pub use server::{SmtpServer, Tls};

/// How long a connection that nobody uses is kept; servers are patient for five minutes.
const IDLE_LIMIT: Duration = Duration::from_secs(30);
/// How long a goodbye may take.
const GOODBYE_LIMIT: Duration = Duration::from_secs(1);

/// A mail server and the connections to it that wait to be used again. They are never more than
/// letters were on their way at once.
///
/// lettre's own pool isn't used: it keeps a connection whose sender gave up in the middle of a
/// letter, and the next letter would be taken for the rest of that one.
pub(crate) struct SmtpTransport {
    server: SmtpServer,
    from: Sender,
    hello: ClientId,
    tls: Option<TlsParameters>,
    idle: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
}

impl SmtpTransport {
    pub(crate) fn new(server: SmtpServer, from: Sender) -> Result<Self, MailError> {
        let tls = match server.tls {
            Tls::Never => None,
            Tls::Implicit | Tls::StartTls => {
                let parameters = TlsParameters::new(server.host.clone());
                Some(parameters.map_err(|error| MailError::Setting(error.to_string()))?)
            }
        };
        Ok(Self {
            hello: ClientId::Domain(from.domain().to_owned()),
            server,
            from,
            tls,
            idle: Mutex::default(),
        })
    }

    pub(crate) fn from(&self) -> &Sender {
        &self.from
    }

    /// Sends one message. A connection is used again only when all went well on it; when this future
    /// is dropped, so is its connection.
    pub(crate) async fn send(&self, message: &Message) -> Result<(), SendError> {
        let mut connection = match self.idle_connection().await {
            Some(connection) => connection,
            None => talk::connect(&self.server, &self.hello, self.tls.as_ref()).await?,
        };
        match talk::hand_over(&mut connection, message).await {
            Ok(()) => {
                self.idle.lock().push((connection, Instant::now()));
                Ok(())
            }
            Err(error) => {
                let _ = timeout(GOODBYE_LIMIT, connection.abort()).await; // it may be gone
                Err(error)
            }
        }
    }

    /// Closes the connections that wait.
    pub(crate) async fn close(&self) {
        let idle = std::mem::take(&mut *self.idle.lock());
        let goodbyes = async {
            for (mut connection, _) in idle {
                connection.abort().await;
            }
        };
        let _ = timeout(GOODBYE_LIMIT, goodbyes).await; // the server's loss
    }

    async fn idle_connection(&self) -> Option<AsyncSmtpConnection> {
        loop {
            let (mut connection, since) = self.idle.lock().pop()?;
            if since.elapsed() < IDLE_LIMIT && connection.test_connected().await {
                return Some(connection);
            }
        }
    }
}
