//! How often callers may ask, over all processes together.
//!
//! Two ways to count. [`Limits::take`] decides in memory, without waiting, and adds up with the other
//! processes several times a second ([`exchange`]). [`Limits::attempt`] asks Postgres each time and
//! is exact: for passwords, codes and refresh tokens. Without Postgres each process goes on with what
//! it knows itself.

mod address;
mod attempts;
mod caller;
mod class;
mod count;
mod decision;
mod exchange;
mod meter;
mod plans;
mod quotas;
mod table;

use std::sync::Arc;

use flowgrid_domain::values::Plan;
use flowgrid_log::{DbRole, LogError, pool};
use sqlx::PgPool;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use address::{BadProxies, Proxies, caller_address};
pub(crate) use address::{Peer, network_of};
pub use attempts::{Attempt, Counted};
pub use caller::Caller;
pub use class::Class;
pub use decision::Decision;
pub(crate) use meter::Meter;
pub(crate) use plans::{Learner, Plans};
pub use quotas::{BadQuota, Limit, Quotas};

use self::table::Table;
use crate::Clock;

/// Connections of a process to the shared counters.
const CONNECTIONS: u32 = 4;

/// Decides who may ask again. Clones share what they count.
#[derive(Clone)]
pub struct Limits(Option<Arc<Inner>>);

struct Inner {
    quotas: Quotas,
    clock: Clock,
    table: Table,
    database: PgPool,
}

impl Limits {
    /// Everybody may ask as often as they like.
    pub fn off() -> Self {
        Self(None)
    }

    /// Starts to count. The task adds up with the other processes until `stop` turns true.
    ///
    /// # Errors
    /// When `url` is no Postgres URL. Postgres need not be there.
    pub fn start(
        url: &str,
        quotas: Quotas,
        clock: Clock,
        stop: watch::Receiver<bool>,
    ) -> Result<(Self, JoinHandle<()>), LogError> {
        let inner = Arc::new(Inner {
            quotas,
            clock,
            table: Table::new(),
            database: pool(url, DbRole::Limits, CONNECTIONS)?,
        });
        let task = tokio::spawn(exchange::run(Arc::clone(&inner), stop));
        Ok((Self(Some(inner)), task))
    }

    /// How much is allowed; `None` where nothing is limited.
    pub fn quotas(&self) -> Option<&Quotas> {
        self.0.as_deref().map(|inner| &inner.quotas)
    }

    pub fn are_on(&self) -> bool {
        self.0.is_some()
    }

    /// One more request; `None` where nothing is limited. Neither waits nor fails.
    pub fn take(&self, class: Class, plan: Plan, caller: Caller<'_>) -> Option<Decision> {
        let inner = self.0.as_deref()?;
        let limit = inner.quotas.of(class, plan);
        Some(inner.table.take(class, caller, limit, now_ms(&inner.clock)))
    }

    /// How many callers this process remembers; bounded.
    pub fn remembered(&self) -> usize {
        self.0.as_deref().map_or(0, |inner| inner.table.len())
    }
}

/// Milliseconds since 1970.
fn now_ms(clock: &Clock) -> u64 {
    u64::try_from(clock.now().timestamp_millis()).unwrap_or(0)
}
