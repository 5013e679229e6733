//! The events that were dispatched last: what a resuming subscription still lacks when it joins.

use std::collections::VecDeque;
use std::sync::Arc;

use flowgrid_bus::RecordedEvent;

const EVENTS: usize = 1_024;
const BYTES: usize = 2 << 20;

/// A run of events without a gap, bounded in number and bytes.
#[derive(Debug, Default)]
pub struct Recent {
    events: VecDeque<Arc<RecordedEvent>>,
    bytes: usize,
}

impl Recent {
    pub fn push(&mut self, event: Arc<RecordedEvent>) {
        self.bytes += event.size();
        self.events.push_back(event);
        while self.events.len() > EVENTS || self.bytes > BYTES {
            let Some(oldest) = self.events.pop_front() else {
                return;
            };
            self.bytes = self.bytes.saturating_sub(oldest.size());
        }
    }

    /// The events after `position`, or `None` when they are no longer all here, or too many to
    /// hand over at once. `edge` is the position of the last event that was pushed.
    pub fn after(
        &self,
        position: u64,
        edge: u64,
        most: usize,
    ) -> Option<impl Iterator<Item = &Arc<RecordedEvent>>> {
        let lacking = usize::try_from(edge.saturating_sub(position)).ok()?;
        let skip = self.events.len().checked_sub(lacking)?;
        (lacking <= most).then(|| self.events.iter().skip(skip))
    }
}
