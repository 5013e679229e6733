//! Order in time against order in the log.

use super::written::{Block, Written};
use crate::Operation;

/// A command that was written: where, and when it was sent and (perhaps) acknowledged.
#[derive(Clone, Copy)]
pub(super) struct Span<'e> {
    pub operation: &'e Operation,
    pub position: u64,
    pub sent: u64,
    /// `None` when nobody was told.
    pub acknowledged: Option<u64>,
}

impl<'e> Span<'e> {
    pub(super) fn of(operation: &'e Operation, block: &Block<'_>) -> Self {
        Self {
            operation,
            position: block.first.position,
            sent: operation.first_sent(),
            acknowledged: operation.acknowledgements().map(|(at, ..)| at).min(),
        }
    }
}

/// The spans of operations that wrote to a log.
pub(super) fn spans<'e>(
    operations: impl Iterator<Item = &'e Operation>,
    written: &Written<'e>,
    log: flowgrid_bus::LogId,
) -> Vec<Span<'e>> {
    operations
        .filter_map(|operation| {
            let block = written.block(&operation.mark)?;
            (block.log == log).then(|| Span::of(operation, block))
        })
        .collect()
}

/// Each command that stands before another that was acknowledged before it was sent, with that
/// other.
pub(super) fn inversions<'e>(mut spans: Vec<Span<'e>>) -> Vec<(Span<'e>, Span<'e>)> {
    spans.sort_unstable_by_key(|span| std::cmp::Reverse(span.position));
    let mut earliest: Option<(u64, Span<'e>)> = None;
    let mut found = Vec::new();
    for span in spans {
        if let Some((acknowledged, behind)) = earliest
            && acknowledged < span.sent
        {
            found.push((span, behind));
        }
        if let Some(at) = span.acknowledged
            && earliest.is_none_or(|(earliest, _)| at < earliest)
        {
            earliest = Some((at, span));
        }
    }
    found
}

/// An inversion as a text.
pub(super) fn describe((first, then): &(Span<'_>, Span<'_>)) -> String {
    format!(
        "{} stands at {}, but was sent {} µs after {} at {} was acknowledged",
        first.operation.mark,
        first.position,
        first
            .sent
            .saturating_sub(then.acknowledged.unwrap_or(first.sent))
            / 1_000,
        then.operation.mark,
        then.position
    )
}
