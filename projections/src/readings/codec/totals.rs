//! Rollups in a row.

use chrono::{DateTime, TimeDelta, Utc};
use flowgrid_analysis::buckets::Bucket;
use flowgrid_analysis::meters::{Reading, Rollup};
use flowgrid_analysis::units::Exact;

use super::bytes::{Reader, put, put_signed};
use crate::readings::Total;

/// Rollups in order of time. Buckets begin and end at whole seconds, readings at whole milliseconds.
pub(in crate::readings) fn encode_totals<'t>(
    totals: impl IntoIterator<Item = &'t Total>,
) -> Vec<u8> {
    let mut out = Vec::with_capacity(64);
    let mut before = 0;
    for Total { bucket, rollup } in totals {
        let start = bucket.start.timestamp();
        put_signed(&mut out, i128::from(start - before));
        put_signed(&mut out, bucket.length().num_seconds().into());
        before = start;
        put_signed(&mut out, rollup.sum.millionths());
        put_signed(&mut out, rollup.covered_micros.into());
        put(&mut out, rollup.count.into());
        if let Some(edges) = Edges::of(rollup) {
            edges.write(&mut out, bucket.start);
        }
    }
    out
}

/// `None` when these are no bytes of ours.
pub(in crate::readings) fn decode_totals(bytes: &[u8]) -> Option<Vec<Total>> {
    let mut reader = Reader(bytes);
    let (mut totals, mut before) = (Vec::new(), 0_i64);
    while !reader.is_empty() {
        let start = before.checked_add(reader.long()?)?;
        before = start;
        let start = DateTime::from_timestamp(start, 0)?;
        let length = TimeDelta::try_seconds(reader.long()?)?;
        let mut rollup = Rollup {
            sum: Exact::from_millionths(reader.signed()?),
            covered_micros: reader.long()?,
            count: u64::try_from(reader.number()?).ok()?,
            ..Rollup::default()
        };
        if rollup.count > 0 {
            Edges::read(&mut reader, start)?.give(&mut rollup);
        }
        let end = start.checked_add_signed(length)?;
        let bucket = Bucket { start, end };
        totals.push(Total { bucket, rollup });
    }
    Some(totals)
}

/// What only readings have: smallest, largest, first and last.
struct Edges {
    min: Exact,
    max: Exact,
    first: Reading,
    last: Reading,
}

impl Edges {
    fn of(rollup: &Rollup) -> Option<Self> {
        Some(Self {
            min: rollup.min?,
            max: rollup.max?,
            first: rollup.first?,
            last: rollup.last?,
        })
    }

    fn write(&self, out: &mut Vec<u8>, start: DateTime<Utc>) {
        let above = |value: Exact| (value - self.min).millionths();
        put_signed(out, self.min.millionths());
        put_signed(out, above(self.max));
        for reading in [self.first, self.last] {
            put_signed(out, (reading.at - start).num_milliseconds().into());
            put_signed(out, above(reading.value));
        }
    }

    fn read(reader: &mut Reader<'_>, start: DateTime<Utc>) -> Option<Self> {
        let min = Exact::from_millionths(reader.signed()?);
        let max = above(reader, min)?;
        let mut reading = || {
            let after = TimeDelta::try_milliseconds(reader.long()?)?;
            let at = start.checked_add_signed(after)?;
            let value = above(reader, min)?;
            Some(Reading { at, value })
        };
        let (first, last) = (reading()?, reading()?);
        Some(Self {
            min,
            max,
            first,
            last,
        })
    }

    fn give(self, rollup: &mut Rollup) {
        (rollup.min, rollup.max) = (Some(self.min), Some(self.max));
        (rollup.first, rollup.last) = (Some(self.first), Some(self.last));
    }
}

fn above(reader: &mut Reader<'_>, min: Exact) -> Option<Exact> {
    let above = reader.signed()?;
    Some(Exact::from_millionths(min.millionths().checked_add(above)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(ms: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(ms).unwrap()
    }

    fn a_total() -> impl Strategy<Value = Total> {
        let rollup = (
            any::<i64>(),
            0..86_400_000_000_i64,
            0..3_u64,
            any::<[i64; 4]>(),
        );
        (-1_000_000..4_000_000_000_i64, 1..90_000_i64, rollup).prop_map(
            |(start, length, (sum, covered_micros, count, values))| {
                let exact = |n: i64| Exact::from_millionths(n.into());
                let reading = |n: i64, value| Shown {
                    at: start * 1_000 + n,
                    value,
                };
                let (first, last) = (reading(5, values[2]), reading(90_000, values[3]));
                let edge = |value| (count > 0).then(|| exact(value));
                let end = |one: Shown| {
                    (count > 0).then(|| Reading {
                        at: at(one.at),
                        value: exact(one.value),
                    })
                };
                Total {
                    bucket: Bucket {
                        start: at(start * 1_000),
                        end: at((start + length) * 1_000),
                    },
                    rollup: Rollup {
                        sum: exact(sum),
                        covered_micros,
                        count,
                        min: edge(values[0]),
                        max: edge(values[1]),
                        first: end(first),
                        last: end(last),
                    },
                }
            },
        )
    }

    #[derive(Clone, Copy)]
    struct Shown {
        at: i64,
        value: i64,
    }

    proptest! {
        #[test]
        fn rollups_are_read_as_they_were_written(totals in prop::collection::vec(a_total(), 0..30)) {
            prop_assert_eq!(decode_totals(&encode_totals(&totals)), Some(totals));
        }

        #[test]
        fn other_bytes_are_refused_or_read(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = decode_totals(&bytes);
        }
    }
}
