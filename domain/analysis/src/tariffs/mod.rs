//! Tariffs, and what energy costs by them: to the last digit, broken down.

mod book;
mod costs;
mod fee;
mod holidays;
mod money;
mod price;
mod rate;
mod tariff;
mod window;

pub use book::{NotABook, TariffBook};
pub use costs::{Costs, DemandCost, FeedInCost, RateCost, Slot, SlotCost};
pub use fee::Fee;
pub use holidays::{Holidays, TooManyHolidays};
pub use money::{Currency, Money, NotACurrency};
pub use price::{NotAPrice, Price};
pub use rate::Rate;
pub use tariff::{FeedIn, NotATariff, Tariff, TariffParts, Validity};
pub use window::{DaySet, NotAWindow, Season, Window, YearDay};
