//! What each command has written, by its mark.

use std::collections::HashMap;

use flowgrid_bus::{LogId, Position};

use crate::{Evidence, LogEvent, LogEvidence, Operation};

/// The events of one mark.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block<'e> {
    pub log: LogId,
    pub first: &'e LogEvent,
    pub last: &'e LogEvent,
    /// Where else the mark stands: not right behind `last`, of another aggregate, or an event of a
    /// type that the block has already. No command writes two events of one type.
    pub again: Option<(LogId, u64)>,
}

/// All blocks and all operations, by mark.
pub(super) struct Written<'e> {
    blocks: HashMap<&'e str, Block<'e>>,
    operations: HashMap<&'e str, &'e Operation>,
}

impl<'e> Written<'e> {
    pub(super) fn of(evidence: &'e Evidence) -> Self {
        let operations = &evidence.recorded.operations;
        let mut written = Self {
            blocks: HashMap::with_capacity(operations.len()),
            operations: operations
                .iter()
                .map(|operation| (&*operation.mark, operation))
                .collect(),
        };
        for log in &evidence.logs {
            for event in &log.events {
                written.add(log, event);
            }
        }
        written
    }

    fn add(&mut self, log: &'e LogEvidence, event: &'e LogEvent) {
        let fresh = Block {
            log: log.log,
            first: event,
            last: event,
            again: None,
        };
        let block = self.blocks.entry(&event.mark).or_insert(fresh);
        if std::ptr::eq(block.last, event) {
            return;
        }
        let goes_on = block.log == log.log
            && event.position == block.last.position + 1
            && event.sequence == block.last.sequence + 1
            && event.is_of_same_aggregate(block.last)
            && event.event_type != block.first.event_type
            && event.event_type != block.last.event_type;
        if goes_on {
            block.last = event;
        } else if block.again.is_none() {
            block.again = Some((log.log, event.position));
        }
    }

    pub(super) fn block(&self, mark: &str) -> Option<&Block<'e>> {
        self.blocks.get(mark)
    }

    pub(super) fn blocks(&self) -> impl Iterator<Item = (&'e str, &Block<'e>)> {
        self.blocks.iter().map(|(mark, block)| (*mark, block))
    }

    pub(super) fn operation(&self, mark: &str) -> Option<&'e Operation> {
        self.operations.get(mark).copied()
    }
}

impl LogEvent {
    fn is_of_same_aggregate(&self, other: &Self) -> bool {
        self.aggregate_id == other.aggregate_id
            && self.org == other.org
            && self.aggregate_type == other.aggregate_type
    }
}

impl LogEvidence {
    /// The event at a position, wherever it stands in the list.
    pub(super) fn event_at(&self, position: u64) -> Option<&LogEvent> {
        let at = self
            .events
            .binary_search_by_key(&position, |event| event.position)
            .ok()?;
        self.events.get(at)
    }
}

impl Evidence {
    pub(super) fn log(&self, log: LogId) -> Option<&LogEvidence> {
        self.logs.iter().find(|evidence| evidence.log == log)
    }

    /// The event that a token names; `None` when there is none, or the token is of another life.
    pub(super) fn event(&self, token: Position) -> Option<&LogEvent> {
        self.log(token.log)
            .filter(|log| log.epoch == token.epoch)?
            .event_at(token.n)
    }
}
