//! What energy costs, and the CO2 in it: one piece of code for all questions that show either.
//!
//! A bill is of one building and carrier. It is made from what flowed in each hour (or day, where prices
//! don't depend on the hour), by the tariffs that hold, and cut into buckets afterwards.

mod account;
mod answer;
mod co2;
mod flows;
mod load;
mod priced;
mod show;

pub use account::Bill;
pub use answer::{CarrierCosts, CurrencyTotal};
pub use flows::{Flow, Flows, flows};
pub use load::{Bills, MODELS, load, too_much};
pub use priced::{Sum, fill, sum};
pub use show::{carrier_costs, totals};
