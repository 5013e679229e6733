//! The memory that argon2 works in, kept from one password to the next.
//!
//! Asked of the system anew, its 19 MiB cost a page fault for every 4 KiB: a twentieth of the time of a
//! hash. What is kept isn't wiped in between, which would cost as much: the next password writes over it,
//! and it holds nothing that the password could be read from without the work of guessing it. When it is
//! given back it is wiped.

use std::sync::Arc;
use std::time::Duration;

use argon2::Block;
use parking_lot::Mutex;
use tokio::time::{Instant, sleep};

/// After so long without a password an idle process holds none of it.
const IDLE: Duration = Duration::from_secs(10);

/// Pieces of memory that nobody uses now: no more than passwords are hashed at once.
#[derive(Default)]
pub(super) struct Kept(Mutex<Pieces>);

#[derive(Default)]
struct Pieces {
    free: Vec<Vec<Block>>,
    last_used: Option<Instant>,
    /// A task waits to give them back.
    watched: bool,
}

impl Kept {
    /// A piece of at least so many blocks of 1 KiB.
    pub(super) fn take(&self, blocks: usize) -> Vec<Block> {
        let mut piece = self.0.lock().free.pop().unwrap_or_default();
        if piece.len() < blocks {
            piece.resize(blocks, Block::new());
        }
        piece
    }

    pub(super) fn put(&self, piece: Vec<Block>) {
        let mut pieces = self.0.lock();
        pieces.free.push(piece);
        pieces.last_used = Some(Instant::now());
    }

    /// Gives everything back once it has not been used for a while. One task at a time.
    pub(super) fn watch(self: &Arc<Self>) {
        let mut pieces = self.0.lock();
        if !pieces.watched {
            pieces.watched = true;
            drop(tokio::spawn(Arc::clone(self).give_back()));
        }
    }

    async fn give_back(self: Arc<Self>) {
        loop {
            sleep(IDLE).await;
            let idle = {
                let mut pieces = self.0.lock();
                if pieces.last_used.is_some_and(|last| last.elapsed() < IDLE) {
                    continue;
                }
                pieces.watched = false;
                std::mem::take(&mut pieces.free)
            };
            idle.into_iter().for_each(wipe);
            return;
        }
    }
}

fn wipe(mut piece: Vec<Block>) {
    piece.fill(Block::new());
    // Seen by somebody, so it is done.
    std::hint::black_box(&piece);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_is_used_again() {
        let kept = Kept::default();
        let piece = kept.take(8);
        let place = piece.as_ptr();
        kept.put(piece);
        let again = kept.take(4);
        assert_eq!(again.as_ptr(), place);
        assert!(kept.0.lock().free.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_process_gives_it_back() {
        let kept = Arc::new(Kept::default());
        kept.put(kept.take(8));
        kept.watch();
        sleep(IDLE / 2).await;
        assert_eq!(kept.0.lock().free.len(), 1);
        sleep(IDLE * 2).await;
        assert!(kept.0.lock().free.is_empty());
        kept.put(kept.take(8));
        kept.watch();
        sleep(IDLE * 3).await;
        assert!(kept.0.lock().free.is_empty());
    }
}
