//! Where somebody usually signs in from.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use flowgrid_bus::{Position, RecordedEvent, Tenant};
use flowgrid_log::Tail;
use flowgrid_projections::documents::{self, DocumentFilter};
use flowgrid_projections::{ModelName, ReadError, ReadModels};
use quick_cache::sync::Cache;

/// How long a read model may take to hold what came before a login.
const PATIENCE: Duration = Duration::from_secs(10);
/// What was longer ago is no habit any more.
const HABIT: TimeDelta = TimeDelta::days(90);

/// How many pairs of person and network are remembered.
const REMEMBERED: usize = 20_000;

/// Knows earlier logins by the read model of security events, and remembers those that it has judged.
pub struct Usual {
    read: ReadModels,
    tail: Arc<Tail>,
    /// When somebody last signed in from a network. Bounded: the least used make room, and are asked
    /// for again.
    judged: Cache<Habit, DateTime<Utc>>,
}

/// Organization, person, network.
type Habit = (Box<str>, Box<str>, Box<str>);

impl Usual {
    pub fn new(read: ReadModels, tail: Arc<Tail>) -> Self {
        let judged = Cache::new(REMEMBERED);
        Self { read, tail, judged }
    }

    /// How many earlier logins there were, none of them from this network; `None` where it is a usual
    /// one, or the first login of all.
    ///
    /// # Errors
    /// When the read model can't be reached, or doesn't get there in time.
    pub async fn never_from(
        &self,
        event: &RecordedEvent,
        person: &str,
        network: &str,
    ) -> Result<Option<u64>, ReadError> {
        let habit: Habit = (event.tenant_slug().into(), person.into(), network.into());
        let (at, judged) = (event.recorded_at, self.judged.get(&habit));
        let unusual = if judged.is_some_and(|last| last < at && last + HABIT > at) {
            None
        } else {
            let before = self.logins_before(event, person, None).await?;
            let new = before > 0 && self.logins_before(event, person, Some(network)).await? == 0;
            new.then_some(before)
        };
        self.judged
            .insert(habit, judged.map_or(at, |last| last.max(at)));
        Ok(unusual)
    }

    async fn logins_before(
        &self,
        event: &RecordedEvent,
        person: &str,
        network: Option<&str>,
    ) -> Result<u64, ReadError> {
        let model = ModelName::SecurityEvents;
        let position = Position {
            log: event.log,
            epoch: self.tail.info().epoch,
            n: event.position,
        };
        let mut equal = vec![("eventType", "login".to_owned())];
        equal.extend(network.map(|network| ("network", network.to_owned())));
        let filter = DocumentFilter {
            owner: Some(person.to_owned()),
            equal,
            created_from: Some(event.recorded_at - HABIT),
            created_before: Some(event.recorded_at),
            limit: 1,
            ..DocumentFilter::default()
        };
        let slug = event.tenant_slug();
        let tenant = Tenant::from_slug(slug).map_err(|_| ReadError::Corrupt(slug.to_owned()))?;
        let read = &self.read;
        let mut tx = read
            .begin_after(&tenant, &[model], position, PATIENCE)
            .await?;
        Ok(documents::list(&mut tx, model, &filter).await?.total)
    }
}
