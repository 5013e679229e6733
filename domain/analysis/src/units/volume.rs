//! Units of volume.

use std::str::FromStr;

use super::{Exact, UnknownUnit, named};

/// A unit in which gas, oil and water are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VolumeUnit {
    CubicMetre,
    Litre,
    /// 0.028316846592 m³ exactly.
    CubicFoot,
}

const UNITS: [(&str, VolumeUnit); 6] = [
    ("m3", VolumeUnit::CubicMetre),
    ("m³", VolumeUnit::CubicMetre),
    ("l", VolumeUnit::Litre),
    ("litre", VolumeUnit::Litre),
    ("ft3", VolumeUnit::CubicFoot),
    ("ft³", VolumeUnit::CubicFoot),
];

impl VolumeUnit {
    /// As an exact fraction of a cubic metre.
    pub(super) fn fraction(self) -> (i128, i128) {
        match self {
            Self::CubicMetre => (1, 1),
            Self::Litre => (1, 1000),
            Self::CubicFoot => (28_316_846_592, 1_000_000_000_000),
        }
    }

    pub fn to_m3(self, volume: Exact) -> Exact {
        let (numerator, denominator) = self.fraction();
        volume.scaled(numerator, denominator)
    }
}

impl FromStr for VolumeUnit {
    type Err = UnknownUnit;

    fn from_str(name: &str) -> Result<Self, UnknownUnit> {
        named(&UNITS, name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volumes_become_cubic_metres() {
        let feet: VolumeUnit = "ft3".parse().unwrap();
        assert_eq!(feet.to_m3(Exact::whole(1000)).to_string(), "28.316847");
        let litres: VolumeUnit = "l".parse().unwrap();
        assert_eq!(litres.to_m3(Exact::whole(1500)).to_string(), "1.5");
    }
}
