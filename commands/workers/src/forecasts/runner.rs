//! The worker.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use flowgrid_log::{LogKind, LogStore};
use flowgrid_projections::ReadModels;
use flowgrid_projections::forecasts::Kept;
use tokio::sync::watch;

use super::ForecastsError;
use super::discover::{LOOKED_AT, wanted};
use super::fit::foretell;
use super::history::history;
use super::store::{Leased, Tables};

/// How often it is looked for what is due.
const EVERY: Duration = Duration::from_secs(60);
/// The longest rest between two fits.
const LONGEST_REST: Duration = Duration::from_secs(30);

/// Fits forecasts and keeps them. Cheap to clone.
#[derive(Clone)]
pub struct Forecaster {
    tables: Tables,
    store: LogStore,
    read: ReadModels,
    stop: watch::Receiver<bool>,
}

impl Forecaster {
    /// # Errors
    /// When `url` is no URL of Postgres.
    pub fn open(
        url: &str,
        store: LogStore,
        read: ReadModels,
        stop: watch::Receiver<bool>,
    ) -> Result<Self, ForecastsError> {
        let tables = Tables::open(url)?;
        Ok(Self {
            tables,
            store,
            read,
            stop,
        })
    }

    /// Works until it is to stop. It rests as long as each fit took: never more than half of one core is its own.
    pub async fn run(self, now: impl Fn() -> DateTime<Utc>) {
        let mut stop = self.stop.clone();
        loop {
            let wait = match self.work(&now).await {
                Ok(true) => return,
                Ok(false) => EVERY,
                Err(error) => {
                    tracing::warn!(%error, "forecasts can't be made");
                    EVERY
                }
            };
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// One pass; true when it is to stop.
    async fn work(&self, now: impl Fn() -> DateTime<Utc>) -> Result<bool, ForecastsError> {
        self.look().await?;
        let mut stop = self.stop.clone();
        loop {
            let begun = Instant::now();
            if !self.fit_next(now()).await? {
                return Ok(*stop.borrow());
            }
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return Ok(true),
                () = tokio::time::sleep(begun.elapsed().min(LONGEST_REST)) => {}
            }
        }
    }

    /// Looks for what is to be forecast, in all organizations.
    ///
    /// # Errors
    /// When the log, the read models or the tables can't be reached.
    pub async fn look(&self) -> Result<(), ForecastsError> {
        self.tables.forget_closed().await?;
        let logs = self.store.logs().iter();
        for log in logs.filter(|log| log.kind == LogKind::Domain) {
            // Few organizations beside those have readings at all.
            for tenant in self.store.tenants_with(log.id, "sensor").await? {
                if *self.stop.borrow() {
                    return Ok(());
                }
                let mut tx = self.read.begin(&tenant, &LOOKED_AT).await?;
                let found = wanted(&mut tx).await;
                drop(tx);
                match found {
                    Ok(found) => self.tables.note(&tenant, &found).await?,
                    // The others shall not wait for this one.
                    Err(error) => {
                        tracing::warn!(organization = %tenant, %error, "nothing can be forecast");
                    }
                }
            }
        }
        Ok(())
    }

    /// Fits what is due next; false where nothing is.
    ///
    /// # Errors
    /// When the read models or the tables can't be reached. It is tried again once the lease is over.
    pub async fn fit_next(&self, now: DateTime<Utc>) -> Result<bool, ForecastsError> {
        let Some(leased) = self.tables.take().await? else {
            return Ok(false);
        };
        let mut tx = self.read.begin(&leased.tenant, &LOOKED_AT).await?;
        let history = history(&mut tx, leased.of, &leased.subject, leased.newest).await?;
        drop(tx);
        match history {
            Ok(history) => self.fit(&leased, history, now).await?,
            Err(reason) => self.tables.give_up(&leased, &reason, now).await?,
        }
        Ok(true)
    }

    async fn fit(
        &self,
        leased: &Leased,
        history: super::history::History,
        now: DateTime<Utc>,
    ) -> Result<(), ForecastsError> {
        let (unit, per_reading) = (history.unit.clone(), history.per_reading);
        let stop = self.stop.clone();
        let fitted = tokio::task::spawn_blocking(move || foretell(&history, &stop)).await;
        let fitted = fitted.unwrap_or_else(|error| {
            tracing::error!(organization = %leased.tenant, subject = leased.subject, %error, "a fit broke off");
            Err("the calculation broke off".to_owned())
        });
        if *self.stop.borrow() {
            return self.tables.let_go(leased).await;
        }
        match fitted {
            Ok((origin, forecast)) => {
                let kept = Kept {
                    origin,
                    made_at: now,
                    unit,
                    per_reading,
                    forecast,
                };
                self.tables.keep(leased, &kept).await
            }
            Err(reason) => self.tables.give_up(leased, &reason, now).await,
        }
    }
}
