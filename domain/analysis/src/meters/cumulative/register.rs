//! The counting part of a meter.

use crate::units::Exact;

/// What is known of a meter's register.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Register {
    size: Option<Exact>,
    most_per_hour: Option<Exact>,
}

/// Why there is no such register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotARegister {
    #[error("the count at which a register begins anew must be above 0")]
    Size,
    #[error("the most that can pass in an hour must be above 0")]
    MostPerHour,
}

impl Register {
    /// `size` is the count at which it begins at zero again: 100,000 for five digits.
    /// `most_per_hour` is the most that can pass: what would be more is no consumption. Both are in
    /// the unit of the meter.
    ///
    /// # Errors
    /// When a figure is not above zero.
    pub fn new(size: Option<Exact>, most_per_hour: Option<Exact>) -> Result<Self, NotARegister> {
        if size.is_some_and(|size| size <= Exact::ZERO) {
            return Err(NotARegister::Size);
        }
        if most_per_hour.is_some_and(|most| most <= Exact::ZERO) {
            return Err(NotARegister::MostPerHour);
        }
        Ok(Self {
            size,
            most_per_hour,
        })
    }

    /// What passed if the register rolled over between two counts: the first in the last tenth of
    /// its range, the second in the first.
    pub(super) fn rolled_over(&self, before: Exact, after: Exact) -> Option<Exact> {
        let size = self.size?;
        let tenth = size.scaled(1, 10);
        let rolled = before < size && before >= size - tenth && after <= tenth;
        rolled.then_some(size - before + after)
    }

    /// Whether so much can pass in that many microseconds.
    pub(super) fn can_pass(&self, amount: Exact, micros: i64) -> bool {
        let most = self
            .most_per_hour
            .map(|most| most.scaled(micros.into(), 3_600_000_000));
        most.is_none_or(|most| amount <= most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_register_rolls_over_only_at_its_end() {
        let register = Register::new(Some(Exact::whole(100_000)), None).unwrap();
        let rolled =
            |before, after| register.rolled_over(Exact::whole(before), Exact::whole(after));
        assert_eq!(rolled(99_990, 5), Some(Exact::whole(15)));
        assert_eq!(rolled(80_000, 5), None);
        assert_eq!(rolled(99_990, 20_000), None);
        assert_eq!(rolled(100_001, 5), None);
        assert_eq!(
            Register::default().rolled_over(Exact::whole(9), Exact::ZERO),
            None
        );
    }

    #[test]
    fn impossible_registers_are_refused() {
        let zero = Some(Exact::ZERO);
        assert_eq!(Register::new(zero, None), Err(NotARegister::Size));
        assert_eq!(Register::new(None, zero), Err(NotARegister::MostPerHour));
    }
}
