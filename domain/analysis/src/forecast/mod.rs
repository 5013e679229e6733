//! Load forecasts with intervals, and the figures that they have earned.
//!
//! [`fit`] takes a series of hours or days with its gaps, the local [`Calendar`] and, where it is
//! known, the temperature. It tries several families of models from every day of the last months as
//! if it were that day (a rolling origin), chooses the one that erred least, and judges it on the
//! newest weeks, which the choice has not seen: its error beside that of the best naive forecast
//! (MASE) and the share of values that lay within their intervals. The [`Model`] is kept;
//! [`Model::forecast`] foretells from it, [`Model::observe`] keeps it up to date.

mod backtest;
mod calendar;
mod calibration;
mod families;
mod fit;
mod frame;
mod interval;
mod judgement;
mod model;
mod note;
mod options;
mod past;
mod plan;
mod series;
mod spread;
mod stretch;
mod weather;

pub use calendar::Calendar;
pub use families::Family;
pub use fit::fit;
pub use judgement::{Holdout, Judgement, Score};
pub use model::{Forecast, Model, Point};
pub use note::Note;
pub use options::{ForecastError, Options, Outlook, Progress, Watch};
pub use series::{Series, Step};
