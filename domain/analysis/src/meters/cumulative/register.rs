//! The counting part of a meter.

use crate::units::Exact;

/// What is known of a meter's register.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Register {
    digits: Option<u32>,
    most_per_hour: Option<Exact>,
}

/// Why there is no such register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotARegister {
    #[error("a register has 1 to 12 digits")]
    Digits,
    #[error("the most that can pass in an hour must be above 0")]
    MostPerHour,
}

impl Register {
    /// `digits` before the point: after all nines the count begins at zero again. `most_per_hour`
    /// is the most that can pass, in the meter's unit: what would be more is no consumption.
    ///
    /// # Errors
    /// When a figure can't be.
    pub fn new(digits: Option<u32>, most_per_hour: Option<Exact>) -> Result<Self, NotARegister> {
        if digits.is_some_and(|digits| !(1..=12).contains(&digits)) {
            return Err(NotARegister::Digits);
        }
        if most_per_hour.is_some_and(|most| most <= Exact::ZERO) {
            return Err(NotARegister::MostPerHour);
        }
        Ok(Self {
            digits,
            most_per_hour,
        })
    }

    /// What passed if the register rolled over between two counts: the first in the last tenth of
    /// its range, the second in the first.
    pub(super) fn rolled_over(&self, before: Exact, after: Exact) -> Option<Exact> {
        let range = Exact::whole(10_i64.checked_pow(self.digits?)?);
        let tenth = range.scaled(1, 10);
        let rolled = before < range && before >= range - tenth && after <= tenth;
        rolled.then_some(range - before + after)
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
        let register = Register::new(Some(5), None).unwrap();
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
        assert_eq!(Register::new(Some(0), None), Err(NotARegister::Digits));
        assert_eq!(Register::new(Some(13), None), Err(NotARegister::Digits));
        assert_eq!(
            Register::new(None, Some(Exact::ZERO)),
            Err(NotARegister::MostPerHour)
        );
    }
}
