//! What the highest demand costs.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::fees::tariff_spans;
use super::pieces::{Piece, quarter_after, tariff};
use super::{Costs, DemandCost, Slot};
use crate::buckets::{Bucket, BucketSize};
use crate::tariffs::fee::part;
use crate::tariffs::{Holidays, Money, TariffBook};
use crate::units::Exact;

/// The highest demand of each month and charge, as it is found.
pub(super) struct Peaks<'a> {
    book: &'a TariffBook,
    /// By month, the tariff's place in the book and the charge's place in the tariff.
    highest: BTreeMap<(Bucket, usize, usize), Peak>,
    /// What is known of quarter hours that come in several slots, by their ends.
    quarters: BTreeMap<DateTime<Utc>, Exact>,
    estimated: bool,
}

#[derive(Clone, Copy)]
struct Peak {
    kw: Exact,
    at: DateTime<Utc>,
    slot: usize,
}

impl<'a> Peaks<'a> {
    pub(super) fn new(book: &'a TariffBook) -> Self {
        Self {
            book,
            highest: BTreeMap::new(),
            quarters: BTreeMap::new(),
            estimated: false,
        }
    }

    pub(super) fn see(
        &mut self,
        index: usize,
        slot: &Slot,
        piece: &Piece,
        holidays: &Holidays,
        zone: Tz,
    ) {
        let Some(tariff) = tariff(self.book, piece) else {
            return;
        };
        let charges = tariff.parts().demand.iter().enumerate();
        let due = charges.filter(|(_, rate)| rate.holds(piece.local, holidays));
        let due: Vec<usize> = due.map(|(charge, _)| charge).collect();
        if due.is_empty() {
            return;
        }
        let peak = Peak {
            kw: self.demand(slot, piece),
            at: piece.span.start,
            slot: index,
        };
        let month = BucketSize::Month.bucket(piece.span.start, zone);
        for charge in due {
            let key = (month, piece.tariff.unwrap_or_default(), charge);
            let highest = self.highest.entry(key).or_insert(peak);
            // The earlier of two equal ones, so that the order of slots doesn't matter.
            if (peak.kw, highest.at) > (highest.kw, peak.at) {
                *highest = peak;
            }
        }
    }

    /// The mean power in the quarter hour of a piece, in kW.
    fn demand(&mut self, slot: &Slot, piece: &Piece) -> Exact {
        let quarter = TimeDelta::minutes(15);
        if let Some(peak) = slot.peak_kw {
            return peak;
        }
        if slot.bucket.length() > quarter {
            self.estimated = true;
            return kw(slot.drawn, slot.bucket.micros());
        }
        let end = quarter_after(piece.span.start);
        let known = self.quarters.entry(end).or_default();
        *known += piece.drawn;
        kw(*known, quarter.num_microseconds().unwrap_or(i64::MAX))
    }

    /// Puts the charges on the bill.
    pub(super) fn charge(self, span: Bucket, zone: Tz, costs: &mut Costs) {
        costs.demand_is_estimated = self.estimated;
        let spans = tariff_spans(self.book, span, zone);
        for ((month, place, charge), peak) in self.highest {
            let parts = self.book.tariffs()[place].parts();
            let rate = &parts.demand[charge];
            let whole = rate.price.of(peak.kw);
            let cost = spans[place].map_or(Money::ZERO, |valid| part(whole, month, valid));
            costs.slots[peak.slot].demand += cost;
            costs.demand.push(DemandCost {
                tariff: parts.name.clone(),
                charge: rate.name.clone(),
                month,
                kw: peak.kw,
                at: peak.at,
                cost,
            });
        }
    }
}

/// The power at which so many kWh flow in so many microseconds.
fn kw(kwh: Exact, micros: i64) -> Exact {
    kwh.scaled(3_600_000_000, micros.into())
}
