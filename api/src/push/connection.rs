//! One connection's task: writes what waits, reads what comes, keeps the times.
//!
//! Reading, writing and waiting are polled together in one small task, because ten thousand idle
//! connections should cost little more than their sockets.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures_util::{Sink, SinkExt, StreamExt};
use tokio::time::{Instant, Sleep, sleep_until, timeout};
use tokio_tungstenite::tungstenite::Error as WireError;

use super::frame::Ending;
use super::session::{Close, Session, UNAUTHENTICATED};

/// The longest time without a look at the clock: a token's end may be far away.
const LONGEST_SLEEP: Duration = Duration::from_secs(3600);
/// How long the peer may take to answer a close.
const CLOSE_WAIT: Duration = Duration::from_secs(2);

/// Serves one client until either side ends it.
pub async fn run(socket: WebSocket, session: Session) {
    let mut connection = Box::new(Connection::new(socket, session));
    if let Some(close) = connection.serve().await {
        let limit = connection.session.hub.config.farewell;
        // A peer that doesn't read its farewell is simply dropped.
        let _ = timeout(limit, Box::pin(connection.say_goodbye(close))).await;
    }
}

struct Connection {
    socket: WebSocket,
    session: Session,
    began: Instant,
    heard: Instant,
    next_ping: Instant,
    ping_due: bool,
    /// Something was written but not flushed.
    dirty: bool,
}

/// What woke the task.
enum Step {
    Heard(Message),
    Ending(Ending),
    Alarm,
    /// The peer has left, or the wire is broken.
    Gone(Option<Close>),
}

impl Connection {
    fn new(socket: WebSocket, session: Session) -> Self {
        let now = Instant::now();
        // Connections that come together are not pinged together.
        let every = session.hub.config.ping_every;
        let share = (session.peer.number.wrapping_mul(7_919) % 1_000) as f64 / 1_000.0;
        Self {
            socket,
            session,
            began: now,
            heard: now,
            next_ping: now + every.mul_f64(share),
            ping_due: false,
            dirty: false,
        }
    }

    /// Until the end; says how the socket is to be closed, if it still can be.
    async fn serve(&mut self) -> Option<Close> {
        let alarm = sleep_until(self.next_alarm());
        tokio::pin!(alarm);
        loop {
            match poll_fn(|cx| self.poll_step(cx, alarm.as_mut())).await {
                Step::Heard(message) => {
                    self.heard = Instant::now();
                    match Box::pin(self.hear(message)).await {
                        Ok(()) => {}
                        Err(close) => return Some(close),
                    }
                }
                Step::Ending(ending) => return Some(self.session.farewell(ending)),
                Step::Gone(close) => return close,
                Step::Alarm => match self.look_at_the_clock() {
                    Ok(()) => alarm.as_mut().reset(self.next_alarm()),
                    Err(close) => return close,
                },
            }
            // A first authentication or a renewed token moves the next alarm.
            let next = self.next_alarm();
            if next < alarm.deadline() {
                alarm.as_mut().reset(next);
            }
        }
    }

    fn poll_step(&mut self, cx: &mut Context<'_>, alarm: Pin<&mut Sleep>) -> Poll<Step> {
        if self.poll_write(cx).is_err() {
            return Poll::Ready(Step::Gone(None));
        }
        if let Some(ending) = self.session.peer.outbox.ending() {
            return Poll::Ready(Step::Ending(ending));
        }
        match self.socket.poll_next_unpin(cx) {
            Poll::Ready(Some(Ok(message))) => return Poll::Ready(Step::Heard(message)),
            Poll::Ready(Some(Err(error))) => return Poll::Ready(Step::Gone(closing_for(error))),
            Poll::Ready(None) => return Poll::Ready(Step::Gone(None)),
            Poll::Pending => {}
        }
        alarm.poll(cx).map(|()| Step::Alarm)
    }

    /// Writes what waits, as far as the socket takes it. Several messages share one flush.
    fn poll_write(&mut self, cx: &mut Context<'_>) -> Result<(), axum::Error> {
        let outbox = &self.session.peer.outbox;
        let mut sink = Pin::new(&mut self.socket);
        loop {
            if sink.as_mut().poll_ready(cx)?.is_pending() {
                outbox.blocked(cx.waker());
                return Ok(());
            }
            let message = if self.ping_due {
                self.ping_due = false;
                Message::Ping(axum::body::Bytes::new())
            } else {
                match outbox.poll_pop(cx.waker()) {
                    Poll::Ready(frame) => Message::Text(frame.text),
                    Poll::Pending => break,
                }
            };
            sink.as_mut().start_send(message)?;
            self.dirty = true;
        }
        if self.dirty && sink.poll_flush(cx)?.is_ready() {
            self.dirty = false;
        }
        Ok(())
    }

    async fn hear(&mut self, message: Message) -> Result<(), Close> {
        if matches!(message, Message::Close(_)) {
            return Ok(()); // the wire answers a close by itself
        }
        if !self.session.count()? {
            return Ok(());
        }
        match message {
            Message::Text(text) => self.session.hear(&text).await,
            Message::Binary(_) => Err(Close::new(1003, "only text messages are understood")),
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) => Ok(()),
        }
    }

    /// # Errors
    /// When the time is up: for the token, for who never gave one, or for a silent peer.
    fn look_at_the_clock(&mut self) -> Result<(), Option<Close>> {
        let config = &self.session.hub.config;
        let now = Instant::now();
        if now >= self.heard + config.silence {
            tracing::debug!("a silent peer was dropped");
            return Err(None);
        }
        match self.session.until_expiry() {
            Some(Duration::ZERO) => {
                let close =
                    Close::with_error(UNAUTHENTICATED, "token-expired", "the token has expired");
                return Err(Some(close));
            }
            None if now >= self.began + config.auth_wait => {
                let detail = "no authentication came in time";
                return Err(Some(Close::with_error(
                    UNAUTHENTICATED,
                    "unauthorized",
                    detail,
                )));
            }
            Some(_) | None => {}
        }
        if now >= self.next_ping {
            self.next_ping = now + config.ping_every;
            self.ping_due = true;
        }
        self.session.tidy();
        Ok(())
    }

    fn next_alarm(&self) -> Instant {
        let config = &self.session.hub.config;
        let identity = match self.session.until_expiry() {
            Some(left) => Instant::now() + left.min(LONGEST_SLEEP),
            None => self.began + config.auth_wait,
        };
        identity
            .min(self.next_ping)
            .min(self.heard + config.silence)
    }

    /// The last words, the close, and the peer's answer to it.
    async fn say_goodbye(&mut self, close: Close) {
        self.session.leave();
        let frame = CloseFrame {
            code: close.code,
            reason: close.reason.into(),
        };
        for text in close.last {
            if self.socket.feed(Message::Text(text.into())).await.is_err() {
                return;
            }
        }
        if self.socket.send(Message::Close(Some(frame))).await.is_err() {
            return;
        }
        let answered = async { while let Some(Ok(_)) = self.socket.next().await {} };
        let _ = timeout(CLOSE_WAIT, answered).await;
    }
}

/// What to tell a peer whose frames can't be read; `None` when it can't hear us either.
fn closing_for(error: axum::Error) -> Option<Close> {
    let error = error.into_inner().downcast::<WireError>().ok()?;
    match *error {
        WireError::Capacity(_) => Some(Close::new(1009, "a message may have at most 16 KB")),
        WireError::Utf8(_) => Some(Close::new(1007, "text must be UTF-8")),
        WireError::Protocol(_) => Some(Close::new(1002, "protocol violation")),
        _ => None,
    }
}
