//! A price with a name.

use chrono::NaiveDateTime;

use super::{Holidays, Price, Window};

/// A price with a name, and when it holds: in any of its windows, or always if it has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    pub name: String,
    pub price: Price,
    pub when: Vec<Window>,
}

impl Rate {
    /// A price that always holds.
    pub fn always(name: &str, price: Price) -> Self {
        Self {
            name: name.to_owned(),
            price,
            when: Vec::new(),
        }
    }

    pub fn holds(&self, local: NaiveDateTime, holidays: &Holidays) -> bool {
        let within = |window: &Window| window.holds(local, holidays);
        self.when.is_empty() || self.when.iter().any(within)
    }
}
