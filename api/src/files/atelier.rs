//! Where pictures are drawn anew, one at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use tokio::sync::Semaphore;

use super::{BadPicture, drawn_anew};

/// Pictures that may wait, with their bytes in memory.
const WAITING: usize = 16;

/// Draws on the blocking pool, one picture at a time: a large one takes 200 MB for a moment. Cheap
/// to clone.
#[derive(Clone)]
pub struct Atelier {
    place: Arc<Semaphore>,
    inside: Arc<AtomicUsize>,
}

/// Why a picture wasn't drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotDrawn {
    #[error(transparent)]
    Bad(#[from] BadPicture),
    /// As many wait as may: try again in a few seconds.
    #[error("too many pictures at once")]
    Busy,
}

impl Default for Atelier {
    fn default() -> Self {
        Self {
            place: Arc::new(Semaphore::new(1)),
            inside: Arc::default(),
        }
    }
}

impl Atelier {
    /// What [`drawn_anew`] makes of an upload.
    ///
    /// # Errors
    /// When the picture isn't taken, or too many wait already.
    pub async fn draw(&self, upload: Bytes) -> Result<Bytes, NotDrawn> {
        let _waiting = Waiting::enter(&self.inside)?;
        let place = Arc::clone(&self.place).acquire_owned().await;
        let place = place.map_err(|_| NotDrawn::Busy)?;
        let drawn = tokio::task::spawn_blocking(move || {
            // Kept until it is done, even when whoever asked has gone away.
            let _place = place;
            drawn_anew(&upload)
        });
        // A decoder that panicked takes its thread's work along, not us.
        let drawn = drawn.await.map_err(|_| BadPicture::Damaged)?;
        Ok(drawn?.into())
    }
}

/// Counted while it lives.
struct Waiting(Arc<AtomicUsize>);

impl Waiting {
    fn enter(inside: &Arc<AtomicUsize>) -> Result<Self, NotDrawn> {
        let waiting = Self(Arc::clone(inside));
        if inside.fetch_add(1, Ordering::Relaxed) >= WAITING {
            return Err(NotDrawn::Busy);
        }
        Ok(waiting)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_so_many_wait() {
        let atelier = Atelier::default();
        let place = atelier.place.acquire().await.unwrap();
        let draw = || {
            let atelier = atelier.clone();
            tokio::spawn(async move { atelier.draw(Bytes::new()).await })
        };
        let waiting: Vec<_> = (0..WAITING).map(|_| draw()).collect();
        while atelier.inside.load(Ordering::Relaxed) < WAITING {
            tokio::task::yield_now().await;
        }
        assert_eq!(draw().await.unwrap(), Err(NotDrawn::Busy));
        drop(place);
        for one in waiting {
            let unknown = NotDrawn::Bad(BadPicture::Unknown);
            assert_eq!(one.await.unwrap(), Err(unknown));
        }
        assert_eq!(atelier.inside.load(Ordering::Relaxed), 0);
    }
}
