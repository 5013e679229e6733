//! The times at which tariffs hold.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::buckets::{Bucket, day_begins};
use crate::tariffs::{TariffBook, Validity};

/// When each tariff holds in a stretch of time, by its place in the book.
pub(super) fn tariff_spans(book: &TariffBook, span: Bucket, zone: Tz) -> Vec<Option<Bucket>> {
    let begins = |date: Option<NaiveDate>, otherwise: DateTime<Utc>| {
        date.map_or(otherwise, |date| day_begins(zone, date))
    };
    let within = |validity: Validity| {
        let valid = Bucket {
            start: begins(validity.from, span.start),
            end: begins(validity.until, span.end),
        };
        valid.overlap(&span)
    };
    let tariffs = book.tariffs().iter();
    tariffs
        .map(|tariff| within(tariff.parts().validity))
        .collect()
}
