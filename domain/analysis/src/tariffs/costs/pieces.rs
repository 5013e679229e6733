//! Slots, cut where prices may change.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::Slot;
use crate::buckets::{Bucket, local_time};
use crate::tariffs::{Tariff, TariffBook};
use crate::units::Exact;

const QUARTER: i64 = 15 * 60;

/// A part of a slot, in which nothing changes.
pub(super) struct Piece {
    pub span: Bucket,
    /// What the clocks show when it begins.
    pub local: NaiveDateTime,
    /// The tariff that holds, by its place in the book.
    pub tariff: Option<usize>,
    pub drawn: Exact,
    pub fed_in: Exact,
}

/// The quarter hours of a slot; all of it at once if its price can't change.
pub(super) fn of(book: &TariffBook, slot: &Slot, zone: Tz) -> impl Iterator<Item = Piece> {
    let whole = slot.bucket;
    let is_simple = match book.tariffs() {
        [only] => only.is_flat() && only.parts().demand.is_empty(),
        several => several.is_empty(),
    };
    let mut next = Some(whole.start).filter(|start| *start < whole.end);
    std::iter::from_fn(move || {
        let start = next?;
        let end = if is_simple {
            whole.end
        } else {
            quarter_after(start).min(whole.end)
        };
        next = (end < whole.end).then_some(end);
        Some(piece(book, slot, Bucket { start, end }, zone))
    })
}

fn piece(book: &TariffBook, slot: &Slot, span: Bucket, zone: Tz) -> Piece {
    let local = local_time(zone, span.start);
    Piece {
        span,
        local,
        tariff: book.index_on(local.date()),
        drawn: part(slot.drawn, slot.bucket, span),
        fed_in: part(slot.fed_in, slot.bucket, span),
    }
}

/// The next quarter hour: on every clock of today, one of UTC's.
pub(super) fn quarter_after(at: DateTime<Utc>) -> DateTime<Utc> {
    let into = at.timestamp().rem_euclid(QUARTER);
    let whole = at.timestamp() - into;
    let quarter = DateTime::from_timestamp(whole, 0).unwrap_or(at);
    quarter + TimeDelta::seconds(QUARTER)
}

fn part(amount: Exact, whole: Bucket, span: Bucket) -> Exact {
    let until = |end| {
        let start = whole.start;
        amount.share(Bucket { start, end }.micros(), whole.micros())
    };
    until(span.end) - until(span.start)
}

/// The tariff of a piece.
pub(super) fn tariff<'a>(book: &'a TariffBook, piece: &Piece) -> Option<&'a Tariff> {
    book.tariffs().get(piece.tariff?)
}
