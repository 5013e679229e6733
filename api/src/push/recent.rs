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

#[cfg(test)]
mod tests {
    use super::*;

    fn event(position: u64, payload: usize) -> Arc<RecordedEvent> {
        Arc::new(RecordedEvent {
            log: flowgrid_bus::LogId(1),
            position,
            event_id: uuid::Uuid::nil(),
            tenant_id: uuid::Uuid::nil(),
            aggregate_type: "building".into(),
            aggregate_id: "acme/b".into(),
            sequence: position,
            event_type: "building.changed".into(),
            event_version: "1.0".into(),
            payload: vec![b' '; payload].into(),
            metadata: "{}".into(),
            recorded_at: chrono::DateTime::UNIX_EPOCH,
        })
    }

    fn positions(recent: &Recent, after: u64, edge: u64) -> Option<Vec<u64>> {
        let events = recent.after(after, edge, 100)?;
        Some(events.map(|event| event.position).collect())
    }

    #[test]
    fn it_gives_all_that_is_lacking_or_nothing() {
        let mut recent = Recent::default();
        assert_eq!(positions(&recent, 7, 8), None);
        (1..=2_000).for_each(|n| recent.push(event(n, 10)));
        assert_eq!(
            positions(&recent, 1_997, 2_000),
            Some(vec![1_998, 1_999, 2_000])
        );
        assert_eq!(positions(&recent, 2_000, 2_000), Some(vec![]));
        assert_eq!(positions(&recent, 1_899, 2_000), None); // more than asked for
        assert_eq!(positions(&recent, 5, 2_000), None);
        assert_eq!(recent.events.len(), EVENTS);
    }

    #[test]
    fn large_events_are_not_kept_for_long() {
        let mut recent = Recent::default();
        (1..=10).for_each(|n| recent.push(event(n, 1_000_000)));
        assert!(recent.bytes <= BYTES);
        assert_eq!(positions(&recent, 9, 10), Some(vec![10]));
        recent.push(event(11, 3 << 20));
        assert_eq!(positions(&recent, 10, 11), None);
    }
}
