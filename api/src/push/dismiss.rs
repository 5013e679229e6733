//! Ends the connections of those whose token was revoked.

use std::sync::Arc;

use tokio::sync::watch;

use super::seats::Seats;
use crate::auth::Tokens;

/// How many are looked at before others get a turn.
const AT_ONCE: usize = 1_000;

/// Looks at everybody whenever something was revoked: nobody is asked while nothing is. Whoever
/// comes in meanwhile is looked at as it comes in. Ends with `shutdown`, or when nothing can be
/// revoked any more.
pub async fn run(seats: Arc<Seats>, tokens: Tokens, mut shutdown: watch::Receiver<bool>) {
    let mut closings = tokens.closings();
    loop {
        tokio::select! {
            closed = closings.changed() => if closed.is_err() { return },
            _ = shutdown.wait_for(|stop| *stop) => return,
        }
        for peers in seats.all().chunks(AT_ONCE) {
            peers.iter().for_each(|peer| peer.dismiss_unless(&tokens));
            tokio::task::yield_now().await;
        }
    }
}
