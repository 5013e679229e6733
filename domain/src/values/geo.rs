//! Where a thing is, and how large.

use serde::Serialize;

use super::{FromJson, Invalid, number};

/// The largest area of one building, in m²: ten times the largest there is.
const LARGEST_AREA: f64 = 1e7;

/// Degrees north, WGS 84, -90 to 90.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Latitude(f64);

/// Degrees east, WGS 84, -180 to 180.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Longitude(f64);

/// Square metres, above 0, at most ten million.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct AreaM2(f64);

impl Latitude {
    /// # Errors
    /// Outside -90 to 90.
    pub fn new(degrees: f64) -> Result<Self, Invalid> {
        within(degrees, 90.0).map(Self)
    }

    pub fn degrees(self) -> f64 {
        self.0
    }
}

impl Longitude {
    /// # Errors
    /// Outside -180 to 180.
    pub fn new(degrees: f64) -> Result<Self, Invalid> {
        within(degrees, 180.0).map(Self)
    }

    pub fn degrees(self) -> f64 {
        self.0
    }
}

impl AreaM2 {
    /// # Errors
    /// When it is not above 0 and at most 10,000,000 m².
    pub fn new(square_metres: f64) -> Result<Self, Invalid> {
        if square_metres > 0.0 && square_metres <= LARGEST_AREA {
            return Ok(Self(square_metres));
        }
        Invalid::because("must be above 0 and at most 10000000 (m²)")
    }

    pub fn square_metres(self) -> f64 {
        self.0
    }
}

fn within(degrees: f64, limit: f64) -> Result<f64, Invalid> {
    if degrees.abs() <= limit {
        // Minus zero is the same place as zero, but another text.
        return Ok(degrees + 0.0);
    }
    Invalid::because(format!("must be between -{limit} and {limit} (degrees)"))
}

impl FromJson for Latitude {
    fn from_json(value: &serde_json::Value) -> Result<Self, Invalid> {
        Self::new(number(value)?)
    }
}

impl FromJson for Longitude {
    fn from_json(value: &serde_json::Value) -> Result<Self, Invalid> {
        Self::new(number(value)?)
    }
}

impl FromJson for AreaM2 {
    fn from_json(value: &serde_json::Value) -> Result<Self, Invalid> {
        Self::new(number(value)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_on_earth_is_refused() {
        assert!(Latitude::new(48.35).is_ok() && Longitude::new(-180.0).is_ok());
        for bad in [90.1, -91.0, f64::NAN, f64::INFINITY] {
            assert!(Latitude::new(bad).is_err(), "{bad}");
        }
        assert!(Latitude::new(-0.0).unwrap().degrees().is_sign_positive());
    }

    #[test]
    fn an_area_is_above_zero() {
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY, 1.1e7] {
            assert!(AreaM2::new(bad).is_err(), "{bad}");
        }
    }
}
