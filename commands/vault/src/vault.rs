//! The door to all secrets.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use flowgrid_log::{DbRole, LogError, connect_options, pool};
use quick_cache::sync::Cache;
use sqlx::PgPool;
use uuid::Uuid;

use crate::cipher::CipherKey;
use crate::key_cache::KeyCache;
use crate::master::hmac;
use crate::scope::Scope;
use crate::transaction::VaultTx;
use crate::{MasterKeys, VaultError, hex, random, role};

/// The longest that one statement may take.
const STATEMENT_TIMEOUT: &str = "5s";
/// How many sessions it is remembered of that their generation is confirmed.
const CONFIRMED_KEPT: usize = 50_000;
/// How long a revocation is kept, where nobody says otherwise: longer than any access token lives.
const REVOCATIONS_KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// All secrets, behind a role that sees one person's or organization's at a time. Cheap to clone.
#[derive(Clone)]
pub struct Vault {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) pool: PgPool,
    pub(crate) masters: MasterKeys,
    pub(crate) index_key: CipherKey,
    pub(crate) keys: KeyCache,
    /// Generations that were confirmed already, by session.
    pub(crate) confirmed: Cache<Uuid, u32>,
    pub(crate) revocations_kept: Duration,
}

impl Vault {
    /// # Errors
    /// [`VaultError::Unsafe`] when the role isn't held by row-level security, and
    /// [`VaultError::Unopenable`] when the master keys aren't those of this database: the process
    /// must not start then. [`VaultError::Unavailable`] when Postgres can't be reached.
    pub async fn open(
        url: &str,
        masters: MasterKeys,
        max_connections: u32,
    ) -> Result<Self, VaultError> {
        Self::open_keeping(url, masters, max_connections, REVOCATIONS_KEPT).await
    }

    /// The same where access tokens live longer: revocations are kept for `revocations_kept`, which
    /// must be longer than an access token is good.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub async fn open_keeping(
        url: &str,
        masters: MasterKeys,
        max_connections: u32,
        revocations_kept: Duration,
    ) -> Result<Self, VaultError> {
        let setting = |error: LogError| VaultError::Setting(error.to_string());
        let pool = pool(url, DbRole::Vault, max_connections).map_err(setting)?;
        let options = connect_options(url, DbRole::Vault).map_err(setting)?;
        pool.set_connect_options(options.options([("statement_timeout", STATEMENT_TIMEOUT)]));
        role::check(&pool).await?;
        let index_key = index_key(&pool, &masters).await?;
        Ok(Self {
            shared: Arc::new(Shared {
                pool,
                masters,
                index_key,
                keys: KeyCache::new(),
                confirmed: Cache::new(CONFIRMED_KEPT),
                revocations_kept,
            }),
        })
    }

    /// Under which an e-mail address is found: hex of an HMAC-SHA-256 of the address, trimmed and
    /// in lower case. The same for ever, whatever becomes of the master keys.
    pub fn email_index(&self, address: &str) -> String {
        let normal = address.trim().to_lowercase();
        hex::of(self.index("email", normal.as_bytes()).as_slice()).to_string()
    }

    /// What a network address is known by where it must not stand: hex of a keyed hash, the same for
    /// ever. Of an IPv6 address only the network of one customer counts (/64), within which addresses
    /// are anybody's choice.
    pub fn address_index(&self, address: IpAddr) -> String {
        self.prefix_index("address", address, 32, 64)
    }

    /// The same for the network around it, as a provider's customers move in it: /24, or /48 of IPv6.
    pub fn network_index(&self, address: IpAddr) -> String {
        self.prefix_index("network", address, 24, 48)
    }

    fn prefix_index(&self, label: &str, address: IpAddr, of_4: u32, of_6: u32) -> String {
        let prefix = match address.to_canonical() {
            IpAddr::V4(four) => IpAddr::V4(Ipv4Addr::from_bits(
                four.to_bits() & u32::MAX.unbounded_shl(32 - of_4),
            )),
            IpAddr::V6(six) => IpAddr::V6(Ipv6Addr::from_bits(
                six.to_bits() & u128::MAX.unbounded_shl(128 - of_6),
            )),
        };
        hex::of(self.index(label, prefix.to_string().as_bytes()).as_slice()).to_string()
    }

    /// Deletes what is past its time, a bounded number of rows; answers how many. Call it again
    /// when it was many.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn sweep(&self, now: DateTime<Utc>) -> Result<u64, VaultError> {
        let sweep = "select vault.sweep($1, 5000) + vault.sweep_repeats($1, 5000)";
        let swept: i64 = sqlx::query_scalar(sweep)
            .bind(now)
            .fetch_one(&self.shared.pool)
            .await?;
        Ok(swept.cast_unsigned())
    }

    /// A round trip to Postgres, for probes.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn ping(&self) -> Result<(), VaultError> {
        sqlx::query("select 1").execute(&self.shared.pool).await?;
        Ok(())
    }

    pub(crate) async fn begin(&self, scope: Scope) -> Result<VaultTx, VaultError> {
        VaultTx::begin(&self.shared.pool, scope).await
    }

    pub(crate) fn masters(&self) -> &MasterKeys {
        &self.shared.masters
    }

    /// A keyed hash that survives the rotation of master keys.
    pub(crate) fn index(&self, label: &str, message: &[u8]) -> CipherKey {
        let key = hmac(&self.shared.index_key, label.as_bytes());
        hmac(&key, message)
    }
}

/// The key of the indexes, drawn where there is none yet.
async fn index_key(pool: &PgPool, masters: &MasterKeys) -> Result<CipherKey, VaultError> {
    let drawn = random::bytes::<32>()?;
    let wrapped = masters.seal(INDEX_KEY, "", drawn.as_slice())?;
    sqlx::query(
        "insert into vault.index_key (key_id, wrapped) values ($1, $2) on conflict do nothing",
    )
    .bind(masters.current())
    .bind(wrapped)
    .execute(pool)
    .await?;
    let wrapped: Vec<u8> = sqlx::query_scalar("select wrapped from vault.index_key")
        .fetch_one(pool)
        .await?;
    unwrapped(masters, INDEX_KEY, "", &wrapped)
}

/// What the key of the indexes is sealed as.
pub(crate) const INDEX_KEY: &str = "index-key";

/// A key that is sealed under a master key.
pub(crate) fn unwrapped(
    masters: &MasterKeys,
    label: &str,
    context: impl AsRef<[u8]>,
    wrapped: &[u8],
) -> Result<CipherKey, VaultError> {
    let plain = masters.open(label, context, wrapped)?;
    let mut key = CipherKey::default();
    if plain.len() != key.len() {
        return Err(VaultError::Corrupt("a key of another length"));
    }
    key.copy_from_slice(&plain);
    Ok(key)
}
