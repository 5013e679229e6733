//! How each fault strikes.

mod block;
mod of_processes;
mod of_servers;
mod old_copy;

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::Result;
use crate::deck::Card;
use crate::field::Field;
use crate::kind::Kind;

/// What was struck.
#[derive(Clone, Debug, Default)]
pub(crate) struct Struck {
    pub(crate) victim: String,
    /// When it began, where that was later than when its turn came.
    pub(crate) from: Option<Instant>,
    /// Time without service, where the fault measures it itself.
    pub(crate) outage: Option<Duration>,
}

impl Struck {
    fn victim(name: impl Into<String>) -> Self {
        Self {
            victim: name.into(),
            ..Self::default()
        }
    }
}

/// Strikes, and returns when the fault is lifted; `None` when there was nothing to strike.
///
/// # Errors
/// When the rig itself fails: the run proves nothing then.
pub(crate) async fn strike(field: &Arc<Field>, card: Card) -> Result<Option<Struck>> {
    if card.kind == Kind::OldCopy {
        let _alone = field.alone.write().await;
        return old_copy::strike(field).await;
    }
    let _turn = field.alone.read().await;
    let from = Instant::now();
    let struck = match of_processes::strike(field, card).await {
        Some(struck) => struck,
        None => of_servers::strike(field, card).await?,
    };
    Ok(struck.map(|struck| Struck {
        from: Some(from),
        ..struck
    }))
}
