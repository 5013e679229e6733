//! What the energy itself costs.

use std::collections::BTreeMap;

use super::pieces::{Piece, tariff};
use super::{Costs, FeedInCost, RateCost, SlotCost};
use crate::tariffs::{FeedIn, Holidays, Money, TariffBook};
use crate::units::Exact;

/// Energy by tariff and rate, as it comes together.
pub(super) struct Energy<'a> {
    book: &'a TariffBook,
    /// By the tariff's place in the book and the rate's name.
    rates: BTreeMap<(usize, &'a str), (Exact, Money)>,
    feed_in: FeedInCost,
    without_tariff: Exact,
}

impl<'a> Energy<'a> {
    pub(super) fn new(book: &'a TariffBook) -> Self {
        Self {
            book,
            rates: BTreeMap::new(),
            feed_in: FeedInCost::default(),
            without_tariff: Exact::ZERO,
        }
    }

    pub(super) fn add(&mut self, piece: &Piece, holidays: &Holidays, slot: &mut SlotCost) {
        self.feed_in.kwh += piece.fed_in;
        let (Some(place), Some(tariff)) = (piece.tariff, tariff(self.book, piece)) else {
            self.without_tariff += piece.drawn;
            return;
        };
        let (billed, credit) = match tariff.parts().feed_in {
            FeedIn::Unpaid => (piece.drawn, Money::ZERO),
            FeedIn::Paid(price) => (piece.drawn, price.of(piece.fed_in)),
            FeedIn::Netted => (piece.drawn - piece.fed_in, Money::ZERO),
        };
        let rate = tariff.energy_rate(piece.local, holidays);
        let cost = rate.price.of(billed);
        let line = self.rates.entry((place, &rate.name)).or_default();
        line.0 += billed;
        line.1 += cost;
        self.feed_in.credit += credit;
        slot.energy += cost;
        slot.feed_in_credit += credit;
    }

    pub(super) fn finish(self, costs: &mut Costs) {
        let lines = self.rates.into_iter();
        let named = lines.map(|((place, rate), (kwh, cost))| RateCost {
            tariff: self.book.tariffs()[place].parts().name.clone(),
            rate: rate.to_owned(),
            kwh,
            cost,
        });
        costs.energy = named.collect();
        costs.feed_in = self.feed_in;
        costs.without_tariff_kwh = self.without_tariff;
    }
}
