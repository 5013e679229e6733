//! Leaves ahead of need, old receipts dropped.

use std::time::Duration;

use tokio::sync::watch;

use crate::{LogError, LogStore};

/// How often the log's tables are looked after: a leaf lasts far longer than this.
const EVERY: Duration = Duration::from_secs(60);

/// Makes leaves and drops old receipts until `shutdown` turns true. Safe to run many times.
pub async fn keep_leaves_ahead(store: LogStore, mut shutdown: watch::Receiver<bool>) {
    loop {
        if let Err(error) = look_after(&store).await {
            tracing::warn!(%error, "could not look after the log's tables");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = shutdown.wait_for(|stop| *stop) => return,
        }
    }
}

async fn look_after(store: &LogStore) -> Result<(), LogError> {
    store.make_leaves_ahead().await?;
    sqlx::query("select drop_old_receipts()")
        .execute(store.pool())
        .await?;
    Ok(())
}

impl LogStore {
    /// Makes the leaves that the log's tables will need next, where they are missing.
    ///
    /// # Errors
    /// When Postgres can't be reached.
    pub async fn make_leaves_ahead(&self) -> Result<(), LogError> {
        sqlx::query("select make_leaves_ahead()")
            .execute(self.pool())
            .await?;
        Ok(())
    }
}
