//! What is said to a mail server.

use std::time::Duration;

use lettre::Message;
use lettre::transport::smtp::authentication::DEFAULT_MECHANISMS;
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};

use super::refusal::{Stage, refused};
use super::server::{SmtpServer, Tls};
use crate::mail::SendError;

/// How long a server may take to accept a connection.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// Connects, protects the connection, logs in.
pub(super) async fn connect(
    server: &SmtpServer,
    hello: &ClientId,
    tls: Option<&TlsParameters>,
) -> Result<AsyncSmtpConnection, SendError> {
    let at = |stage| move |error| refused(stage, &error);
    let implicit = tls.filter(|_| server.tls == Tls::Implicit).cloned();
    let address = (server.host.as_str(), server.port);
    let limit = Some(CONNECT_LIMIT);
    let mut connection = AsyncSmtpConnection::connect_tokio1(address, limit, hello, implicit, None)
        .await
        .map_err(at(Stage::Greeting))?;
    if let Some(tls) = tls.filter(|_| server.tls == Tls::StartTls) {
        let started = connection.starttls(tls.clone(), hello).await;
        started.map_err(at(Stage::Greeting))?;
    }
    if let Some(credentials) = &server.credentials {
        let accepted = connection.auth(DEFAULT_MECHANISMS, credentials).await;
        accepted.map_err(at(Stage::Login))?;
    }
    Ok(connection)
}

/// Hands one message over, step by step: a refusal means something else at each.
pub(super) async fn hand_over(
    connection: &mut AsyncSmtpConnection,
    message: &Message,
) -> Result<(), SendError> {
    let at = |stage| move |error| refused(stage, &error);
    let content = message.formatted();
    let envelope = message.envelope();
    let parameters = parameters(connection, message, &content)?;
    let from = Mail::new(envelope.from().cloned(), parameters);
    connection.command(from).await.map_err(at(Stage::Sender))?;
    for to in envelope.to() {
        let to = Rcpt::new(to.clone(), Vec::new());
        connection.command(to).await.map_err(at(Stage::Recipient))?;
    }
    connection.command(Data).await.map_err(at(Stage::Content))?;
    let taken = connection.message(&content).await;
    taken.map_err(at(Stage::Content))?;
    Ok(())
}

/// What a server must be able to do for a letter outside ASCII. Only an address can make it so:
/// everything else is encoded.
fn parameters(
    connection: &AsyncSmtpConnection,
    message: &Message,
    content: &[u8],
) -> Result<Vec<MailParameter>, SendError> {
    let plain = |address: &lettre::Address| AsRef::<str>::as_ref(address).is_ascii();
    if content.is_ascii() && message.envelope().to().iter().all(plain) {
        return Ok(Vec::new());
    }
    let server = connection.server_info();
    if !server.supports_feature(Extension::SmtpUtfEight)
        || !server.supports_feature(Extension::EightBitMime)
    {
        let what = "the server takes no address outside ASCII (SMTPUTF8)";
        return Err(SendError::permanent(what));
    }
    Ok(vec![
        MailParameter::SmtpUtfEight,
        MailParameter::Body(MailBodyParameter::EightBitMime),
    ])
}
