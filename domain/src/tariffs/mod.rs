//! Tariffs: what a building pays for a carrier, from a date on.
//!
//! A tariff is defined once and never changes: one that begins later takes its place. What energy
//! costs by it is computed where it is asked for.

mod check;
mod command;
mod definition;
mod event;
mod read;
mod resource;
#[cfg(test)]
mod spec;
mod state;

pub use command::{MOST_BUILDINGS, TariffCommand};
pub use definition::{
    Carrier, Co2Factor, Definition, Fee, FeeSpan, FeedIn, FeedInKind, Rate, Season, TariffDay,
    Window,
};
pub use event::{Defined, TariffEvent};
pub use read::{TariffCreation, read_tariff};
pub use resource::TariffResource;
pub use state::Tariff;
