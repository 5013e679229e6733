//! A vault on a database of its own.

use std::time::Duration;

use chrono::{DateTime, SubsecRound, Utc};
use flowgrid_bus::Tenant;
use flowgrid_tests::fresh_database;
use flowgrid_vault::{IntegrationSecret, MasterKeys, NewSession, SessionLimits, Vault};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

pub const K1: &str = "k1:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
pub const K2: &str = "k2:202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f";

pub const LIMITS: SessionLimits = SessionLimits {
    idle: Duration::from_secs(3_600),
    absolute: Duration::from_secs(5_400),
    remembered_idle: Duration::from_secs(86_400),
    remembered_absolute: Duration::from_secs(10 * 86_400),
};

pub struct World {
    pub url: String,
    pub vault: Vault,
    /// Postgres's clock when the test began.
    pub now: DateTime<Utc>,
}

impl World {
    pub async fn start() -> Self {
        let url = fresh_database().await;
        flowgrid_log::migrate(&url).await.unwrap();
        let vault = open(&url, K1).await;
        let now: DateTime<Utc> = sqlx::query_scalar("select clock_timestamp()")
            .fetch_one(&mut owner(&url).await)
            .await
            .unwrap();
        let now = now.trunc_subsecs(6);
        Self { url, vault, now }
    }

    /// The vault of another process.
    pub async fn another(&self) -> Vault {
        open(&self.url, K1).await
    }

    pub fn after(&self, seconds: u64) -> DateTime<Utc> {
        self.now + Duration::from_secs(seconds)
    }

    /// Asks as a user whom row-level security doesn't bind.
    pub async fn count(&self, sql: &str) -> i64 {
        let mut owner = owner(&self.url).await;
        sqlx::query_scalar(sql).fetch_one(&mut owner).await.unwrap()
    }
}

pub async fn open(url: &str, keys: &str) -> Vault {
    let masters = MasterKeys::parse(keys).unwrap();
    Vault::open(url, masters, 8).await.unwrap()
}

pub async fn owner(url: &str) -> PgConnection {
    PgConnection::connect(url).await.unwrap()
}

pub fn tenant(slug: &str) -> Tenant {
    Tenant::from_slug(slug).unwrap()
}

pub fn session(person: Uuid) -> NewSession {
    NewSession {
        id: Uuid::now_v7(),
        person,
        tenant: tenant("acme"),
        device: Some("v1.device".into()),
        address: None,
        remember: false,
    }
}

/// Credentials of an integration of this id, whose person has the same.
pub fn integration(id: Uuid, revision: u64, plain: &str) -> IntegrationSecret<'_> {
    IntegrationSecret {
        id,
        person: id,
        revision,
        plain,
    }
}
