//! Calculations that take long, off the threads that serve requests.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::{Access, Level};
use crate::error::ApiError;

/// How many go on at once, in each process.
const AT_ONCE: usize = 2;
/// How long one waits for its turn, and may then take.
const WAITS: Duration = Duration::from_secs(5);
const TAKES: Duration = Duration::from_secs(20);

/// The places for them.
pub(super) fn places() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(AT_ONCE))
}

impl<L: Level> Access<L> {
    /// Runs a calculation on a thread of its own as soon as there is a place; it goes on to its end, and keeps
    /// its place, even if nobody waits any more.
    ///
    /// # Errors
    /// 503 where all places stay taken, or it takes too long.
    pub async fn study<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        let places = Arc::clone(&self.state.0.studies);
        let place = timeout(WAITS, places.acquire_owned()).await;
        let place = place.map_err(|_| busy("all places stayed taken"))?;
        let place = place.map_err(ApiError::internal)?;
        let running = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(place);
            done
        });
        let done = timeout(TAKES, running).await;
        let done = done.map_err(|_| busy("the calculation took too long"))?;
        done.map_err(ApiError::internal)
    }
}

fn busy(cause: &str) -> ApiError {
    ApiError::Unavailable {
        code: "overloaded",
        detail: "too many calculations are going on; ask for less time or try again".into(),
        retry_after_s: 5,
        cause: cause.to_owned(),
    }
}
