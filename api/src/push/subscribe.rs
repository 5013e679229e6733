//! Subscribing and unsubscribing.

use std::sync::Arc;

use flowgrid_bus::{Position, Tenant};
use flowgrid_log::{LogError, LogKind, TailRange};
use flowgrid_projections::{ModelName, ReadError, buildings};

use super::channel::{Channel, Refusal};
use super::feed::{Answer, Feed, Joined};
use super::outgoing;
use super::replay::replay;
use super::session::{Follow, Session};
use super::subscription::Subscription;

/// What the client is told when a subscription fails.
struct Failed {
    code: &'static str,
    detail: String,
}

impl Failed {
    fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
        }
    }

    fn unavailable() -> Self {
        Self::new(
            "unavailable",
            "the log can't be read right now; try again later",
        )
    }
}

impl From<Refusal> for Failed {
    fn from(refusal: Refusal) -> Self {
        let code = match refusal {
            Refusal::Unknown | Refusal::MatchesNothing => "unknown-channel",
            Refusal::BadPattern(_) => "bad-pattern",
            Refusal::Forbidden => "forbidden",
            Refusal::NoPerson => "no-person",
        };
        Self::new(code, refusal.to_string())
    }
}

impl From<LogError> for Failed {
    fn from(error: LogError) -> Self {
        tracing::warn!(%error, "a subscription could not read the log");
        Self::unavailable()
    }
}

impl From<ReadError> for Failed {
    fn from(error: ReadError) -> Self {
        tracing::warn!(%error, "a subscription could not read a read model");
        Self::unavailable()
    }
}

/// From where a subscription starts.
enum Start {
    /// From the edge on.
    Live(Answer),
    /// After this position. Another process may have handed it out before we do.
    After(u64),
}

/// A state begins with how things stand now, which makes up for all that was missed.
fn state_of(feed: &Feed, after: Option<Position>) -> Start {
    Start::Live(match after {
        None => Answer::Fresh,
        Some(after) => Answer::Recovered(after == feed.token(after.n)),
    })
}

impl Session {
    /// Answers `subscribed`, then the events; or an error.
    pub async fn subscribe(&mut self, id: &str, channel: &str, after: Option<&str>) {
        if let Err(failed) = self.try_subscribe(id, channel, after).await {
            self.say(outgoing::error(Some(id), failed.code, &failed.detail));
        }
    }

    async fn try_subscribe(
        &mut self,
        id: &str,
        name: &str,
        after: Option<&str>,
    ) -> Result<(), Failed> {
        let Some(holder) = &self.holder else {
            return Err(Failed::new("unauthorized", "authenticate first"));
        };
        let (tenant, role) = (holder.tenant.clone(), holder.role);
        self.check_room(id)?;
        let channel = Channel::named(name, &holder.subject)?;
        channel.admit(role)?;
        let after = after.map(str::parse::<Position>).transpose();
        let after = after.map_err(|error| Failed::new("bad-position", error.to_string()))?;
        let feed = self.feed_of(&tenant, channel.log_kind()).await?;
        let start = if channel.shows_the_latest() {
            self.check_building(&tenant, &channel).await?;
            state_of(&feed, after)
        } else {
            self.start(&feed, after).await?
        };
        let label: Arc<str> = outgoing::label(id, name).into();
        self.begin(feed, tenant, channel, label, start)
    }

    fn check_room(&self, id: &str) -> Result<(), Failed> {
        if self.follows.iter().any(|follow| follow.has_id(id)) {
            return Err(Failed::new("duplicate-id", "this id is in use already"));
        }
        let most = self.hub.config.subscriptions;
        if self.follows.len() >= most {
            let detail = format!("at most {most} subscriptions on one connection");
            return Err(Failed::new("too-many-subscriptions", detail));
        }
        Ok(())
    }

    async fn feed_of(&self, tenant: &Tenant, kind: LogKind) -> Result<Arc<Feed>, Failed> {
        let info = self.hub.store.place(tenant, kind).await?;
        self.hub
            .feed(info.id)
            .cloned()
            .ok_or_else(Failed::unavailable)
    }

    async fn start(&self, feed: &Feed, after: Option<Position>) -> Result<Start, Failed> {
        let Some(after) = after else {
            return Ok(Start::Live(Answer::Fresh));
        };
        let lost = Start::Live(Answer::Recovered(false));
        if after != feed.token(after.n) {
            return Ok(lost); // of another log or another life of it
        }
        let edge = feed.edge().ok_or_else(Failed::unavailable)?;
        if after.n > edge {
            let reached = self.hub.tails.get(feed.log()).map_or(0, |tail| tail.head());
            let exists = after.n <= reached || after.n <= self.hub.store.head(feed.log()).await?;
            return Ok(if exists { Start::After(after.n) } else { lost });
        }
        if edge - after.n > self.hub.config.resume_positions {
            return Ok(lost);
        }
        let held = self.hub.tails.get(feed.log()).is_some_and(|tail| {
            after.n == edge || matches!(tail.range(after.n, 1), TailRange::Events(_))
        });
        if !held && after.n < self.hub.store.archived_until(feed.log()).await? {
            return Ok(lost);
        }
        Ok(Start::After(after.n))
    }

    /// A building that one asks for by name has to be there.
    async fn check_building(&self, tenant: &Tenant, channel: &Channel) -> Result<(), Failed> {
        let read = self.hub.read.get().ok_or_else(Failed::unavailable)?;
        let Channel::EnergyOf(building) = channel else {
            return Ok(());
        };
        let mut tx = read
            .begin(tenant, &[ModelName::Buildings, ModelName::Alerts])
            .await?;
        match buildings::get(&mut tx, building).await? {
            Some(_) => Ok(()),
            None => Err(Failed::new("not-found", "there is no such building")),
        }
    }

    fn begin(
        &mut self,
        feed: Arc<Feed>,
        tenant: Tenant,
        channel: Channel,
        label: Arc<str>,
        start: Start,
    ) -> Result<(), Failed> {
        let known = match start {
            Start::After(position) => position,
            Start::Live(_) => 0,
        };
        let number = self.hub.number();
        let peer = self.peer.clone();
        let new = Subscription::new(number, peer, tenant, channel, label, known);
        let subscription = Arc::new(new);
        let recovered = Answer::Recovered(true);
        let joined = match start {
            Start::Live(answer) => feed.join(&subscription, answer),
            // Not by the edge as it was a moment ago: it moves.
            Start::After(position) => feed.join_after(&subscription, position, recovered),
        };
        let replay = match (joined, start) {
            (Joined::No, _) => return Err(Failed::unavailable()),
            (Joined::Behind(edge), Start::After(position)) => {
                feed.answer(&subscription, edge, recovered);
                let task = replay(
                    self.hub.clone(),
                    feed.clone(),
                    subscription.clone(),
                    position,
                );
                Some(tokio::spawn(task))
            }
            (Joined::Behind(_) | Joined::Live(_), _) => None,
        };
        self.follows.push(Follow {
            subscription,
            feed,
            replay,
        });
        Ok(())
    }

    /// Answers `unsubscribed`; nothing of the subscription comes after it.
    pub async fn unsubscribe(&mut self, id: &str) {
        let Some(at) = self.follows.iter().position(|follow| follow.has_id(id)) else {
            let detail = "there is no subscription of this id";
            self.say(outgoing::error(Some(id), "unknown-subscription", detail));
            return;
        };
        let follow = self.follows.swap_remove(at);
        follow.stop();
        let subscription = follow.subscription;
        if let Some(replay) = follow.replay {
            // It was aborted: this waits until it has let go.
            let _ = replay.await;
        }
        subscription.peer.outbox.forget(subscription.number);
        self.say(outgoing::unsubscribed(&subscription.label));
    }
}

impl Follow {
    fn has_id(&self, id: &str) -> bool {
        outgoing::label_has_id(&self.subscription.label, id)
    }
}
