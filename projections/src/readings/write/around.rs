//! The counts around those of a cumulative meter that come or go.

use std::collections::HashMap;

use chrono::NaiveDate;
use flowgrid_analysis::meters::REACH;
use flowgrid_analysis::units::Exact;
use sqlx::PgConnection;

use super::days::{Days, load};
use super::ranges::Range;
use crate::read_model::WriteError;
use crate::readings::Point;
use crate::readings::day::Day;
use crate::readings::meaning::{Meaning, count};
use crate::readings::sheet::Op;
use crate::staged::RowKey;

/// How many days with readings are looked at on either side of counts, one after the other.
const LOOKS: [i64; 5] = [2, 16, 128, 1_024, 8_192];

/// The readings of a cumulative meter that come or go.
#[derive(Clone, Copy)]
pub(super) struct Span<'k> {
    pub range: Range<'k>,
    first_ms: i64,
    last_ms: i64,
}

/// The days around a span, and from when until when they are all there are.
pub(super) struct Around {
    pub days: Days,
    pub known: (NaiveDate, NaiveDate),
}

/// What a cumulative meter counted depends on the counts around: all days from those before the first
/// reading to those after the last.
pub(super) async fn around(
    mut wanted: Vec<Span<'_>>,
    connection: &mut PgConnection,
) -> Result<HashMap<RowKey, Around>, WriteError> {
    let mut found = HashMap::new();
    for look in LOOKS {
        if wanted.is_empty() {
            break;
        }
        let ranges = neighbours(&wanted, look, connection).await?;
        let mut days = load(&ranges, connection).await?;
        let mut more = Vec::new();
        for (span, range) in wanted.into_iter().zip(&ranges) {
            let days = days.remove(span.range.key).unwrap_or_default();
            let known = span.known(&days, range, look);
            if look == LOOKS[LOOKS.len() - 1] || span.is_surrounded(&days, known) {
                found.insert(span.range.key.clone(), Around { days, known });
            } else {
                more.push(span);
            }
        }
        wanted = more;
    }
    Ok(found)
}

impl<'k> Span<'k> {
    pub(super) fn of(key: &'k RowKey, ops: &[Op], meaning: &Meaning) -> Option<Self> {
        let first_ms = ops.iter().map(Op::at_ms).min()?;
        let last_ms = ops.iter().map(Op::at_ms).max()?;
        let (first, last) = (meaning.date(first_ms), meaning.date(last_ms));
        Some(Self {
            range: Range { key, first, last },
            first_ms,
            last_ms,
        })
    }

    /// Whether enough counts are there on both sides, or all there are; `known` is from when until when the
    /// days are all there are.
    pub(super) fn is_surrounded(&self, days: &Days, known: (NaiveDate, NaiveDate)) -> bool {
        let points = || days.values().flat_map(|day| &day.points);
        let before = points().filter(|point| point.at_ms < self.first_ms);
        let after = points().filter(|point| point.at_ms > self.last_ms);
        let enough = |counts: usize, all: bool| all || counts >= REACH;
        enough(above_zero(before), known.0 == NaiveDate::MIN)
            && enough(above_zero(after), known.1 == NaiveDate::MAX)
    }

    /// From when until when the days are all there are, when so many with readings were looked for on either
    /// side: without end where there were fewer. Beyond its first and last reading a meter has no rows.
    fn known(&self, days: &Days, range: &Range<'_>, looked: i64) -> (NaiveDate, NaiveDate) {
        let reported = |(_, day): &(&NaiveDate, &Day)| !day.points.is_empty();
        let earlier = days.range(..self.range.first).filter(reported).count();
        let later = days.iter().filter(reported);
        let later = later.filter(|(date, _)| **date > self.range.last).count();
        let all = |outside: usize| outside < usize::try_from(looked).unwrap_or(usize::MAX);
        (
            if all(earlier) {
                NaiveDate::MIN
            } else {
                range.first
            },
            if all(later) {
                NaiveDate::MAX
            } else {
                range.last
            },
        )
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
        "/* readings v2 */ select \
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
