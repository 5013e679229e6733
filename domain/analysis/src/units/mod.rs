//! Exact numbers, and the units in which meters count energy.

mod carrier;
mod conversion;
mod energy;
mod exact;
mod fuel;
mod power;
mod volume;

pub use carrier::{Carrier, UnknownCarrier};
pub use conversion::Conversion;
pub use energy::EnergyUnit;
pub(crate) use exact::decimal;
pub use exact::{Exact, NotExact};
pub use fuel::{FuelValue, NotAFuelValue, TYPICAL_GAS, TypicalGas, USUAL_GAS_KWH_PER_M3};
pub use power::PowerUnit;
pub use volume::VolumeUnit;

/// No unit has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a unit of this kind")]
pub struct UnknownUnit(pub String);

/// The unit of this name, whatever its capitals.
fn named<U: Copy>(units: &[(&str, U)], name: &str) -> Result<U, UnknownUnit> {
    let same = |(known, _): &&(&str, U)| known.eq_ignore_ascii_case(name);
    let found = units.iter().find(same).map(|(_, unit)| *unit);
    found.ok_or_else(|| UnknownUnit(name.chars().take(32).collect()))
}
