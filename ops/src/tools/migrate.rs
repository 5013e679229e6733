//! `flowgrid migrate`

use crate::Failure;

/// Brings the database to this build's schema.
///
/// # Errors
/// When Postgres can't be reached or a migration fails.
pub async fn migrate() -> Result<(), Failure> {
    flowgrid_log::migrate(super::servers()?.database()?).await?;
    println!("the database is up to date");
    Ok(())
}
