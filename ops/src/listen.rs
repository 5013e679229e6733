//! `flowgrid listen <channel>`: events as JSON lines, one for each, without a gap.

use std::io::Write;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::header::AUTHORIZATION;
use tokio_tungstenite::tungstenite::{Error as WireError, Utf8Bytes};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::Failure;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// No server that goes away may keep us waiting for longer.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// The server pings every 25 s: longer silence means that nobody is there any more.
const SILENCE: Duration = Duration::from_secs(70);

/// Prints every event of a channel, until the process is stopped. When the connection breaks it
/// comes back and resumes, so that no event is missed.
///
/// # Errors
/// When the server can't be reached at the start, or refuses the token, the channel or `after`.
pub async fn listen(
    url: &str,
    token: &str,
    channel: &str,
    after: Option<String>,
) -> Result<(), Failure> {
    let address = socket_address(url)?;
    let mut listener = Listener {
        channel,
        after,
        pause: FIRST_PAUSE,
        told: None,
        connected: false,
    };
    loop {
        match listener.session(&address, token).await {
            Ended::Stop(result) => return result,
            Ended::Again => listener.rest().await,
        }
    }
}

/// What became of one connection.
enum Ended {
    Stop(Result<(), Failure>),
    Again,
}

struct Listener<'a> {
    channel: &'a str,
    /// The position to resume from.
    after: Option<String>,
    pause: Duration,
    /// When a server that went away wants to see us again.
    told: Option<Duration>,
    /// It has worked once: from now on it comes back by itself.
    connected: bool,
}

/// The fields of the server's messages that matter here.
#[derive(Deserialize)]
struct Said {
    #[serde(rename = "type")]
    kind: String,
    position: Option<String>,
    resume: Option<String>,
    recovered: Option<bool>,
    #[serde(rename = "waitMs")]
    wait_ms: Option<u64>,
    code: Option<String>,
    detail: Option<String>,
}

impl Listener<'_> {
    async fn session(&mut self, address: &str, token: &str) -> Ended {
        let mut socket = match connect(address, token).await {
            Ok(socket) => socket,
            Err(failure) if self.connected && failure.may_pass => return Ended::Again,
            Err(failure) => return Ended::Stop(Err(failure.error)),
        };
        let subscribe = serde_json::json!({
            "type": "subscribe", "id": 1, "channel": self.channel, "after": self.after,
        });
        if socket
            .send(Message::text(subscribe.to_string()))
            .await
            .is_err()
        {
            return Ended::Again;
        }
        loop {
            let next = tokio::time::timeout(SILENCE, socket.next()).await;
            match next {
                Ok(Some(Ok(Message::Text(text)))) => {
                    if let Some(ended) = self.hear(&text) {
                        return ended;
                    }
                }
                Ok(Some(Ok(Message::Close(Some(frame))))) if u16::from(frame.code) == 4001 => {
                    return Ended::Stop(Err(Failure::new("the token is no longer valid")));
                }
                Ok(Some(Ok(_))) => {}
                Ok(Some(Err(_)) | None) | Err(_) => return Ended::Again,
            }
        }
    }

    fn hear(&mut self, text: &Utf8Bytes) -> Option<Ended> {
        let Ok(said) = serde_json::from_str::<Said>(text) else {
            return Some(Ended::Stop(Err(Failure::new(
                "the server does not speak our protocol",
            ))));
        };
        if said.kind == "event" && print(text).is_err() {
            return Some(Ended::Stop(Ok(()))); // nobody reads any more
        }
        match said.kind.as_str() {
            "subscribed" => {
                self.connected = true;
                self.pause = FIRST_PAUSE;
                if said.recovered == Some(false) {
                    eprintln!("flowgrid: history is not available from there; events are missing");
                } else if self.after.is_some() {
                    // What was missed follows, so the edge is not reached yet.
                    return None;
                }
            }
            "lagged" => {
                self.after = said.resume.or(self.after.take());
                return None;
            }
            "going-away" => {
                self.told = said.wait_ms.map(Duration::from_millis);
                return None;
            }
            "error" => {
                let code = said.code.unwrap_or_default();
                if code == "unavailable" && self.connected {
                    return Some(Ended::Again);
                }
                let detail = said.detail.unwrap_or_default();
                return Some(Ended::Stop(Err(Failure::new(format!("{detail} ({code})")))));
            }
            _ => {}
        }
        if said.position.is_some() {
            self.after = said.position;
        }
        None
    }

    async fn rest(&mut self) {
        tokio::time::sleep(self.next_wait()).await;
    }

    /// As the server said, else a random wait, longer each time, so that not everybody comes back
    /// at once.
    fn next_wait(&mut self) -> Duration {
        if let Some(told) = self.told.take() {
            return told.min(LONGEST_WAIT);
        }
        let share = 0.5 + rand::random::<f64>();
        let wait = self.pause.mul_f64(share);
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        wait
    }
}

fn print(line: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

struct Refused {
    error: Failure,
    /// Trying again later may help.
    may_pass: bool,
}

async fn connect(address: &str, token: &str) -> Result<Socket, Refused> {
    let final_error = |text: String| Refused {
        error: Failure::new(text),
        may_pass: false,
    };
    let mut request = address
        .into_client_request()
        .map_err(|error| final_error(format!("{address}: {error}")))?;
    let bearer = format!("Bearer {token}")
        .parse()
        .map_err(|_| final_error("the token is malformed".into()))?;
    request.headers_mut().insert(AUTHORIZATION, bearer);
    match connect_async(request).await {
        Ok((socket, _)) => Ok(socket),
        Err(WireError::Http(response)) => Err(Refused {
            may_pass: response.status().is_server_error(),
            error: Failure::new(format!(
                "{address} refuses the connection: {}",
                response.status()
            )),
        }),
        Err(error) => Err(Refused {
            may_pass: true,
            error: Failure::new(format!("{address} can't be reached: {error}")),
        }),
    }
}

/// `http://127.0.0.1:8000` → `ws://127.0.0.1:8000/ws`
fn socket_address(url: &str) -> Result<String, Failure> {
    let rest = url
        .strip_prefix("http://")
        .or_else(|| url.strip_prefix("ws://"));
    match rest {
        Some(rest) => Ok(format!("ws://{}/ws", rest.trim_end_matches(['/']))),
        None => Err(Failure::new(
            "the address must begin with http:// or ws://; for TLS, listen behind the proxy",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_goes_away_says_when_to_come_back() {
        let mut listener = Listener {
            channel: "buildings",
            after: None,
            pause: FIRST_PAUSE,
            told: None,
            connected: true,
        };
        let mut told = |wait_ms: u64| {
            let text = format!(r#"{{"type":"going-away","waitMs":{wait_ms}}}"#);
            assert!(listener.hear(&text.as_str().into()).is_none());
            listener.next_wait()
        };
        assert_eq!(told(1_234), Duration::from_millis(1_234));
        assert_eq!(told(u64::MAX), LONGEST_WAIT);
        assert!(listener.next_wait() < FIRST_PAUSE * 2, "told only once");
    }

    #[test]
    fn an_address_is_that_of_the_api() {
        let address = socket_address("http://127.0.0.1:8000/").unwrap();
        assert_eq!(address, "ws://127.0.0.1:8000/ws");
        assert!(socket_address("https://example.org").is_err());
    }
}
