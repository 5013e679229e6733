use thiserror::Error;

/// Why no savings can be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SavingsError {
    /// A period that ends before it begins, or one that overlaps the other.
    #[error("the baseline must end before the reporting period begins, and neither may be empty")]
    PeriodsOutOfOrder,
    /// More days than are looked at.
    #[error("a period may have at most {most} days")]
    PeriodTooLong { most: usize },
    /// Too few days of the baseline have both a reading and a temperature.
    #[error("{known} days of the baseline have readings and temperatures, {needed} are needed")]
    BaselineInsufficient { known: usize, needed: usize },
    /// No day of the reporting period has both.
    #[error("no day of the reporting period has readings and temperatures")]
    NothingToReport,
}
