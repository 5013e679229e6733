//! Connections to Postgres, each with the role of what it is for.

use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, PgConnection, PgPool};

use crate::LogError;

/// This build's migrations. Those of a newer release may have been applied already: migrations only
/// expand, so a process of this build can be started again in the middle of a rolling upgrade.
fn migrations() -> Migrator {
    let mut migrator = sqlx::migrate!("../../migrations");
    migrator.set_ignore_missing(true);
    migrator
}

/// What a connection may do. All but the owner are roles that own no table and can't bypass
/// row-level security; the login user of `DATABASE_URL` is a member of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DbRole {
    /// The login user itself: migrations and the tables of projection generations.
    Owner,
    /// Appends to and reads the log.
    Log,
    /// Writes read models and their checkpoints.
    Project,
    /// Reads read models, behind row-level security.
    Query,
    /// Keeps the mail that waits to be sent.
    Mail,
    /// Counts who asked how often.
    Limits,
    /// Keeps where the evaluation of alert rules stands.
    Rules,
    /// Keeps forecasts.
    Forecasts,
    /// Reads and writes secrets, behind row-level security.
    Vault,
}

impl DbRole {
    fn name(self) -> Option<&'static str> {
        match self {
            Self::Owner => None,
            Self::Log => Some("flowgrid_log"),
            Self::Project => Some("flowgrid_project"),
            Self::Query => Some("flowgrid_query"),
            Self::Mail => Some("flowgrid_mail"),
            Self::Limits => Some("flowgrid_limits"),
            Self::Rules => Some("flowgrid_rules"),
            Self::Forecasts => Some("flowgrid_forecasts"),
            Self::Vault => Some("flowgrid_vault"),
        }
    }
}

/// Options for a connection in a role.
///
/// # Errors
/// When `url` is no Postgres URL. The error doesn't repeat it: it holds a password.
pub fn connect_options(url: &str, role: DbRole) -> Result<PgConnectOptions, LogError> {
    let options = PgConnectOptions::from_str(url)
        .map_err(|_| {
            LogError::Setting(
                "DATABASE_URL: expected postgres://user:password@host:port/database".into(),
            )
        })?
        .application_name("flowgrid");
    Ok(match role.name() {
        Some(name) => options.options([("role", name)]),
        None => options,
    })
}

/// A lazy pool in a role: it connects when first used, and again when Postgres comes back.
///
/// # Errors
/// When `url` is no Postgres URL.
pub fn pool(url: &str, role: DbRole, max_connections: u32) -> Result<PgPool, LogError> {
    Ok(PgPoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(Duration::from_secs(5))
        .idle_timeout(Duration::from_secs(300))
        .test_before_acquire(false)
        .connect_lazy_with(connect_options(url, role)?))
}

/// Brings the database to this build's schema. Safe to run again, and from several processes at once.
///
/// # Errors
/// When Postgres can't be reached, is older than 15, or a migration fails.
pub async fn migrate(url: &str) -> Result<(), LogError> {
    let mut connection = PgConnection::connect_with(&connect_options(url, DbRole::Owner)?).await?;
    let version: i32 = sqlx::query_scalar("select current_setting('server_version_num')::int")
        .fetch_one(&mut connection)
        .await?;
    if version < 150_000 {
        return Err(LogError::Setting(format!(
            "Postgres 15 or newer is needed, this is {}",
            version / 10_000
        )));
    }
    migrations()
        .run(&mut connection)
        .await
        .map_err(|error| LogError::Database(error.to_string()))?;
    sqlx::query("select make_leaves_ahead()")
        .execute(&mut connection)
        .await?;
    connection.close().await?;
    Ok(())
}

/// Waits until another process has migrated the database.
///
/// # Errors
/// [`LogError::NotMigrated`] when it isn't done within `limit`.
pub async fn wait_for_migrations(url: &str, limit: Duration) -> Result<(), LogError> {
    let newest = migrations().iter().map(|m| m.version).max().unwrap_or(0);
    let deadline = tokio::time::Instant::now() + limit;
    loop {
        let problem = match newest_applied(url).await {
            Ok(Some(version)) if version >= newest => return Ok(()),
            Ok(found) => {
                format!("schema version {found:?}, needed {newest}: run `flowgrid migrate`")
            }
            Err(error) => error.to_string(),
        };
        if tokio::time::Instant::now() > deadline {
            return Err(LogError::NotMigrated(problem));
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn newest_applied(url: &str) -> Result<Option<i64>, LogError> {
    let mut connection = PgConnection::connect_with(&connect_options(url, DbRole::Owner)?).await?;
    let known: Option<String> =
        sqlx::query_scalar("select to_regclass('public._sqlx_migrations')::text")
            .fetch_one(&mut connection)
            .await?;
    if known.is_none() {
        return Ok(None);
    }
    let version = sqlx::query_scalar("select max(version) from _sqlx_migrations where success")
        .fetch_one(&mut connection)
        .await?;
    connection.close().await?;
    Ok(version)
}
