//! Readings in a row. Meters report at even times and with few decimals, so times are kept as changes of
//! their distance, and values as decimals with as many places as the day needs, each by its difference to
//! the one before: three to four bytes a reading.

use flowgrid_domain::readings::Quality;

use super::bytes::{Reader, put, put_signed};
use crate::readings::Point;

/// Values as they are in memory: they are no decimals of at most six places.
const RAW: u8 = 0xFF;
const TENS: [f64; 7] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6];
/// Whole numbers up to here are exact in floating point.
const MOST: f64 = 9_007_199_254_740_992.0;

/// Readings in order of time.
pub(in crate::readings) fn encode_points(points: &[Point]) -> Vec<u8> {
    let mut out = Vec::with_capacity(16 + points.len() * 4);
    put(&mut out, points.len() as u128);
    if points.is_empty() {
        return out;
    }
    qualities(&mut out, points);
    times(&mut out, points);
    values(&mut out, points);
    out
}

/// `None` when these are no bytes of ours.
pub(in crate::readings) fn decode_points(bytes: &[u8]) -> Option<Vec<Point>> {
    let mut reader = Reader(bytes);
    let many = reader.size()?;
    // Each takes two bytes at least.
    if many > bytes.len() {
        return None;
    }
    let mut points = Vec::with_capacity(many);
    if many > 0 {
        read_qualities(&mut reader, many, &mut points)?;
        read_times(&mut reader, &mut points)?;
        read_values(&mut reader, &mut points)?;
    }
    reader.is_empty().then_some(points)
}

/// Runs of the same: mostly one.
fn qualities(out: &mut Vec<u8>, points: &[Point]) {
    for run in points.chunk_by(|one, next| one.quality == next.quality) {
        out.push(match run.first().map(|point| point.quality) {
            Some(Quality::Estimated) => 1,
            Some(Quality::Corrected) => 2,
            Some(Quality::Measured) | None => 0,
        });
        put(out, run.len() as u128);
    }
}

fn read_qualities(reader: &mut Reader<'_>, many: usize, points: &mut Vec<Point>) -> Option<()> {
    while points.len() < many {
        let quality = match reader.byte()? {
            0 => Quality::Measured,
            1 => Quality::Estimated,
            2 => Quality::Corrected,
            _ => return None,
        };
        let run = reader.size()?;
        if run == 0 || run > many - points.len() {
            return None;
        }
        let point = Point {
            at_ms: 0,
            value: 0.0,
            quality,
        };
        points.resize(points.len() + run, point);
    }
    Some(())
}

fn times(out: &mut Vec<u8>, points: &[Point]) {
    let (mut before, mut distance) = (0, 0);
    for point in points {
        let at = i128::from(point.at_ms);
        put_signed(out, at - before - distance);
        distance = if before == 0 { 0 } else { at - before };
        before = at;
    }
}

fn read_times(reader: &mut Reader<'_>, points: &mut [Point]) -> Option<()> {
    let (mut before, mut distance) = (0, 0);
    for point in points {
        let at = before + distance + i128::from(reader.long()?);
        point.at_ms = i64::try_from(at).ok()?;
        distance = if before == 0 { 0 } else { at - before };
        before = at;
    }
    Some(())
}

fn values(out: &mut Vec<u8>, points: &[Point]) {
    let places = (0..TENS.len()).find(|places| {
        points
            .iter()
            .all(|point| decimal(point.value, *places).is_some())
    });
    let Some(places) = places else {
        out.push(RAW);
        out.extend(points.iter().flat_map(|point| point.value.to_le_bytes()));
        return;
    };
    out.push(places as u8);
    let mut before = 0;
    for point in points {
        let value = decimal(point.value, places).unwrap_or_default();
        put_signed(out, i128::from(value) - i128::from(before));
        before = value;
    }
}

fn read_values(reader: &mut Reader<'_>, points: &mut [Point]) -> Option<()> {
    let places = reader.byte()?;
    if places == RAW {
        for point in points {
            point.value = f64::from_le_bytes(reader.eight()?);
        }
        return Some(());
    }
    let ten = TENS.get(usize::from(places))?;
    let mut before = 0_i64;
    for point in points {
        before = before.checked_add(reader.long()?)?;
        point.value = before as f64 / ten;
    }
    Some(())
}

/// The value in units of its last place, if that is it exactly.
fn decimal(value: f64, places: usize) -> Option<i64> {
    let ten = TENS.get(places)?;
    let whole = (value * ten).round();
    if whole.abs() >= MOST {
        return None;
    }
    let whole = whole as i64;
    let back = whole as f64 / ten;
    (back.to_bits() == value.to_bits()).then_some(whole)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn point(at_ms: i64, value: f64) -> Point {
        Point {
            at_ms,
            value,
            quality: Quality::Measured,
        }
    }

    fn a_value() -> impl Strategy<Value = f64> {
        prop_oneof![
            (-1_000_000_i64..1_000_000, 0..7_usize).prop_map(|(n, places)| n as f64 / TENS[places]),
            -1e12..1e12,
            Just(-0.0),
            Just(f64::MAX),
        ]
    }

    fn a_quality() -> impl Strategy<Value = Quality> {
        prop_oneof![
            Just(Quality::Measured),
            Just(Quality::Estimated),
            Just(Quality::Corrected)
        ]
    }

    proptest! {
        #[test]
        fn readings_are_read_as_they_were_written(
            all in prop::collection::vec((-10_000_000_000_000..10_000_000_000_000_i64, a_value(), a_quality()), 0..60)
        ) {
            let points: Vec<Point> = all
                .into_iter()
                .map(|(at_ms, value, quality)| Point { at_ms, value, quality })
                .collect();
            let read = decode_points(&encode_points(&points)).unwrap();
            prop_assert_eq!(points.len(), read.len());
            for (wrote, read) in points.iter().zip(&read) {
                prop_assert_eq!(wrote.at_ms, read.at_ms);
                prop_assert_eq!(wrote.value.to_bits(), read.value.to_bits());
                prop_assert_eq!(wrote.quality, read.quality);
            }
        }

        #[test]
        fn other_bytes_are_refused_or_read(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = decode_points(&bytes);
        }
    }

    #[test]
    fn a_day_of_quarter_hours_takes_few_bytes() {
        let value = |n: i64| f64::from(i32::try_from(1_000 + (n * 37) % 250).unwrap()) / 1_000.0;
        let day: Vec<Point> = (0..96)
            .map(|n| point(1_700_000_000_000 + n * 900_000, value(n)))
            .collect();
        assert!(encode_points(&day).len() < 4 * 96);
    }
}
