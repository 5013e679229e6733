//! Which days have to be there before readings of a sensor are laid into them.

use std::collections::HashMap;

use chrono::NaiveDate;
use flowgrid_analysis::meters::REACH;
use flowgrid_analysis::units::Exact;
use sqlx::PgConnection;

use super::days::{Days, load};
use crate::read_model::WriteError;
use crate::readings::Point;
use crate::readings::day::Day;
use crate::readings::meaning::{Meaning, count};
use crate::readings::sheet::Op;
use crate::staged::RowKey;

/// Days so near to each other are loaded with what lies between them.
const NEAR_DAYS: i64 = 7;
/// How many days with readings are looked at on either side of counts, one after the other.
const LOOKS: [i64; 5] = [2, 16, 128, 1_024, 8_192];

/// Days of one sensor.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range<'k> {
    pub key: &'k RowKey,
    pub first: NaiveDate,
    pub last: NaiveDate,
}

/// The days into which these reach.
pub(super) fn touched<'k>(key: &'k RowKey, ops: &[Op], meaning: &Meaning) -> Vec<Range<'k>> {
    let mut reaches: Vec<_> = ops.iter().map(|op| meaning.reach(op.at_ms())).collect();
    reaches.sort_unstable();
    let mut ranges: Vec<Range<'k>> = Vec::new();
    for (first, last) in reaches {
        match ranges.last_mut() {
            Some(range) if (first - range.last).num_days() <= NEAR_DAYS => {
                range.last = range.last.max(last);
            }
            Some(_) | None => ranges.push(Range { key, first, last }),
        }
    }
    ranges
}

/// What a cumulative meter counted depends on the counts around: all days from those before the first
/// reading to those after the last.
pub(super) async fn around_counts(
    all: &[(&RowKey, &[Op], &Meaning)],
    connection: &mut PgConnection,
) -> Result<HashMap<RowKey, Days>, WriteError> {
    let mut wanted: Vec<_> = all
        .iter()
        .filter_map(|(key, ops, meaning)| Span::of(key, ops, meaning))
        .collect();
    let mut found = HashMap::new();
    for look in LOOKS {
        if wanted.is_empty() {
            break;
        }
        let ranges = neighbours(&wanted, look, connection).await?;
        let mut days = load(&ranges, connection).await?;
        wanted.retain(|span| {
            let days = days.remove(span.range.key).unwrap_or_default();
            let enough = look == LOOKS[LOOKS.len() - 1] || span.is_enough(&days, look);
            if enough {
                found.insert(span.range.key.clone(), days);
            }
            !enough
        });
    }
    Ok(found)
}

/// The readings of a cumulative meter that come or go.
struct Span<'k> {
    range: Range<'k>,
    first_ms: i64,
    last_ms: i64,
}

impl<'k> Span<'k> {
    fn of(key: &'k RowKey, ops: &[Op], meaning: &Meaning) -> Option<Self> {
        let first_ms = ops.iter().map(Op::at_ms).min()?;
        let last_ms = ops.iter().map(Op::at_ms).max()?;
        let (first, last) = (meaning.date(first_ms), meaning.date(last_ms));
        Some(Self {
            range: Range { key, first, last },
            first_ms,
            last_ms,
        })
    }

    /// Whether enough counts are there on both sides, or all there are.
    fn is_enough(&self, days: &Days, looked: i64) -> bool {
        let (first, last) = (self.range.first, self.range.last);
        let before = days.values().flat_map(|day| &day.points);
        let after = before.clone().filter(|point| point.at_ms > self.last_ms);
        let before = before.filter(|point| point.at_ms < self.first_ms);
        let reported = |(_, day): &(&NaiveDate, &Day)| !day.points.is_empty();
        let earlier = days.range(..first).filter(reported).count();
        let later = days
            .range(last..)
            .filter(reported)
            .filter(|(date, _)| **date > last);
        let all = |outside: usize| outside < usize::try_from(looked).unwrap_or(usize::MAX);
        let enough = |counts: usize, outside| counts >= REACH || all(outside);
        enough(above_zero(before), earlier) && enough(above_zero(after), later.count())
    }
}

fn above_zero<'p>(points: impl Iterator<Item = &'p Point>) -> usize {
    points
        .filter(|point| count(point).value > Exact::ZERO)
        .count()
}

/// The ranges with so many days with readings more on either side.
async fn neighbours<'k>(
    spans: &[Span<'k>],
    look: i64,
    connection: &mut PgConnection,
) -> Result<Vec<Range<'k>>, sqlx::Error> {
    let dates: Vec<(Option<NaiveDate>, Option<NaiveDate>)> = sqlx::query_as(
        "/* readings v1 */ select \
           (select min(b.day) from (select r.day from readings r where r.tenant_id = w.tenant_id and r.id = w.id \
             and r.day < w.first and r.count > 0 order by r.day desc limit $5) b), \
           (select max(a.day) from (select r.day from readings r where r.tenant_id = w.tenant_id and r.id = w.id \
             and r.day > w.last and r.count > 0 order by r.day limit $5) a) \
         from unnest($1::uuid[], $2::text[], $3::date[], $4::date[]) with ordinality \
              w (tenant_id, id, first, last, place) order by w.place",
    )
    .bind(spans.iter().map(|span| span.range.key.0).collect::<Vec<_>>())
    .bind(spans.iter().map(|span| &*span.range.key.1).collect::<Vec<&str>>())
    .bind(spans.iter().map(|span| span.range.first).collect::<Vec<_>>())
    .bind(spans.iter().map(|span| span.range.last).collect::<Vec<_>>())
    .bind(look)
    .fetch_all(connection)
    .await?;
    let ranges = spans
        .iter()
        .zip(dates)
        .map(|(span, (before, after))| Range {
            first: before.unwrap_or(span.range.first),
            last: after.unwrap_or(span.range.last),
            ..span.range
        });
    Ok(ranges.collect())
}
