//! The tariffs of a meter or building, one after the other.

use chrono::NaiveDate;

use super::{Currency, Tariff};
use crate::units::Carrier;

const MOST: usize = 256;

/// Tariffs of one carrier in one currency, of which at most one holds on any date.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TariffBook(Vec<Tariff>);

/// Why these tariffs can't stand beside each other. Each names one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotABook {
    #[error("at most {MOST} tariffs")]
    TooMany,
    #[error("{0} has another currency than the tariff before it")]
    OtherCurrency(String),
    #[error("{0} is for another carrier than the tariff before it")]
    OtherCarrier(String),
    #[error("{0} holds on dates of {1}")]
    Overlap(String, String),
}

impl TariffBook {
    /// # Errors
    /// When two differ in currency or carrier, or hold on the same date.
    pub fn new(mut tariffs: Vec<Tariff>) -> Result<Self, NotABook> {
        if tariffs.len() > MOST {
            return Err(NotABook::TooMany);
        }
        // Those that begin at once overlap, whatever their order; `None` comes first.
        tariffs.sort_by_key(|tariff| tariff.parts().validity.from);
        for two in tariffs.windows(2) {
            let (one, next) = (two[0].parts(), two[1].parts());
            if one.currency != next.currency {
                return Err(NotABook::OtherCurrency(next.name.clone()));
            }
            if one.carrier != next.carrier {
                return Err(NotABook::OtherCarrier(next.name.clone()));
            }
            if one.validity.overlaps(&next.validity) {
                return Err(NotABook::Overlap(next.name.clone(), one.name.clone()));
            }
        }
        Ok(Self(tariffs))
    }

    pub fn tariffs(&self) -> &[Tariff] {
        &self.0
    }

    pub fn currency(&self) -> Option<Currency> {
        self.0.first().map(|tariff| tariff.parts().currency)
    }

    pub fn carrier(&self) -> Option<Carrier> {
        self.0.first().map(|tariff| tariff.parts().carrier)
    }

    /// Which tariff holds on a local date.
    pub(super) fn index_on(&self, date: NaiveDate) -> Option<usize> {
        let holds = |tariff: &Tariff| tariff.parts().validity.has(date);
        self.0.iter().position(holds)
    }
}
