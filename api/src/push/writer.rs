//! Writing one event's messages to many.

use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;
use flowgrid_bus::{Epoch, RecordedEvent};

use super::outgoing;

/// Writes an event's messages: the common part once, equal messages once.
pub struct Writer<'a> {
    event: &'a RecordedEvent,
    epoch: Epoch,
    tail: Option<String>,
    last: Option<(Arc<str>, Utf8Bytes)>,
}

impl<'a> Writer<'a> {
    pub fn new(event: &'a RecordedEvent, epoch: Epoch) -> Self {
        Self {
            event,
            epoch,
            tail: None,
            last: None,
        }
    }

    /// The message to a subscription with this label.
    pub fn text(&mut self, label: &Arc<str>) -> Utf8Bytes {
        if let Some((known, text)) = &self.last
            && (Arc::ptr_eq(known, label) || **known == **label)
        {
            return text.clone();
        }
        let tail = self
            .tail
            .get_or_insert_with(|| outgoing::event_tail(self.event, self.epoch));
        let text = Utf8Bytes::from(outgoing::event(label, tail));
        self.last = Some((label.clone(), text.clone()));
        text
    }
}
