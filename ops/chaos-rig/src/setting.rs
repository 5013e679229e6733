//! What every client and subscriber of a run shares.

use std::net::SocketAddr;
use std::sync::Arc;

use flowgrid_history::Recorder;
use tokio::sync::{RwLock, watch};

use crate::tally::Tally;

/// Organizations; with more logs than one, no log has them all.
pub(crate) const ORGANIZATIONS: [&str; 4] = ["nord", "ost", "sued", "west"];

/// How far the run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    Load,
    /// Nobody writes any more; what was written goes its way.
    CatchUp,
    Over,
}

/// Where to write to, in whose name, and where to write it down.
#[derive(Debug)]
pub(crate) struct Setting {
    pub(crate) seed: u64,
    pub(crate) recorder: Recorder,
    pub(crate) apis: Vec<SocketAddr>,
    pub(crate) pushes: Vec<SocketAddr>,
    /// One for each of [`ORGANIZATIONS`].
    pub(crate) tokens: Vec<String>,
    /// Whoever holds it for writing keeps all clients from sending.
    pub(crate) gate: RwLock<()>,
    pub(crate) phase: watch::Sender<Phase>,
    pub(crate) tally: Arc<Tally>,
}

impl Setting {
    pub(crate) fn load_is_over(&self) -> bool {
        *self.phase.borrow() != Phase::Load
    }

    pub(crate) fn run_is_over(&self) -> bool {
        *self.phase.borrow() == Phase::Over
    }

    /// Organization and token of client or subscriber `number`.
    pub(crate) fn member(&self, number: usize) -> (String, String) {
        let at = number % ORGANIZATIONS.len();
        (ORGANIZATIONS[at].to_owned(), self.tokens[at].clone())
    }
}
