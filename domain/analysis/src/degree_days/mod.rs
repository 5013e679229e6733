//! Days, their degrees and what they use: the degree-day model of a meter.
//!
//! A building is seen as a base load, a heating load that grows with every degree below a balance
//! point, and a cooling load that grows with every degree above another. The method is CalTRACK's
//! (version 2.0, <https://github.com/openeemeter/caltrack/blob/main/docs/methods.rst>); paragraphs
//! in these docs are those of that text. Degrees are °C, where CalTRACK's are °F. Beside the degrees of a day's
//! mean temperature, those of its hours compete ([`Degrees::Hours`]): the better fit wins.

mod day;
mod fit;
mod hour;
mod least_squares;
mod model;
mod search;
mod student;

pub use day::{Day, days};
pub use fit::Fit;
pub use hour::Hour;
pub(crate) use hour::{LocalHour, PLAUSIBLE_KWH, local_hours};
pub use model::{Branch, DegreeDayModel, Degrees, Load};
pub use search::{Metered, fit_days};
pub(crate) use student::t_quantile;

/// More days than any analysis looks at: ten years.
pub const MAX_DAYS: usize = 3_660;
