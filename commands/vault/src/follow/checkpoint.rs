//! How far a log was applied.

use flowgrid_log::LogInfo;

use crate::transaction::VaultTx;
use crate::{Vault, VaultError};

pub(super) struct Checkpoint {
    pub position: u64,
}

/// The checkpoint, made where it is missing. Where the log has begun another life, it begins again:
/// events take away nothing that came after them, so they can be applied twice.
pub(super) async fn open(vault: &Vault, log: LogInfo) -> Result<u64, VaultError> {
    let position: i64 = sqlx::query_scalar(
        "insert into vault.checkpoints as c (log_id, epoch) values ($1, $2) \
         on conflict (log_id) do update set epoch = excluded.epoch, \
           position = case when c.epoch = excluded.epoch then c.position else 0 end \
         returning position",
    )
    .bind(log.id.0)
    .bind(i64::from(log.epoch.0))
    .fetch_one(&vault.shared.pool)
    .await?;
    Ok(position.cast_unsigned())
}

/// The checkpoint, for nobody else until the transaction ends.
pub(super) async fn lock(tx: &mut VaultTx, log: LogInfo) -> Result<Checkpoint, VaultError> {
    let position: i64 =
        sqlx::query_scalar("select position from vault.checkpoints where log_id = $1 for update")
            .bind(log.id.0)
            .fetch_one(&mut **tx)
            .await?;
    Ok(Checkpoint {
        position: position.cast_unsigned(),
    })
}

/// Never back.
pub(super) async fn advance(tx: &mut VaultTx, log: LogInfo, to: u64) -> Result<(), VaultError> {
    sqlx::query("update vault.checkpoints set position = greatest(position, $2) where log_id = $1")
        .bind(log.id.0)
        .bind(to.cast_signed())
        .execute(&mut **tx)
        .await?;
    Ok(())
}
