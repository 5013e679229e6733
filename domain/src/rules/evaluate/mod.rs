//! What a rule makes of readings.
//!
//! A [`Watch`] is the state of one rule at one source; it is small, can be stored, and knows no clock.
//! A [`Judge`] is a rule made ready: it tells watches of readings in the order of time, and of the
//! time itself. Whatever is no newer than the newest reading changes nothing, so readings that come
//! twice or late are as good as not there; whoever calls compares with [`Seen::is_before`].

mod decision;
mod judge;
mod replay;
mod terms;
mod verdict;
mod watch;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

pub use decision::{Decision, Decisions};
pub use judge::Judge;
pub use replay::{Excursion, Replay};
pub use terms::Terms;
pub use verdict::{Seen, Verdict};
pub use watch::{Phase, Watch};
