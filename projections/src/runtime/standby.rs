//! Standing by while another process projects the same.

use std::time::Duration;

use flowgrid_log::Tail;
use sqlx::PgConnection;

use super::session::{At, Session};
use crate::ReadError;
use crate::generation::live;
use crate::read_model::ReadModel;

/// How often it looks whether the winner is still at work.
const EVERY: Duration = Duration::from_millis(100);

impl<M: ReadModel> Session<'_, M> {
    /// Waits until whoever won the fence has got no further for a while although there is work,
    /// then goes on from where they stood; false when another generation is live.
    pub(super) async fn stand_by(
        &mut self,
        at: &mut At<M>,
        connection: &mut PgConnection,
        tail: &Tail,
    ) -> Result<bool, ReadError> {
        let mut known = at.stored;
        loop {
            let now = live(M::NAME, &mut *connection).await?;
            if now.is_none_or(|now| now.number != at.generation.number) {
                return Ok(false);
            }
            let Some(stored) = self.stored(&at.generation, connection).await? else {
                return Ok(false);
            };
            self.tell(stored);
            let left_alone = stored == known && stored < tail.head();
            if left_alone || *self.shutdown.borrow() {
                (at.stored, at.seen) = (stored, stored);
                return Ok(true);
            }
            known = stored;
            self.pause(EVERY).await;
        }
    }
}
