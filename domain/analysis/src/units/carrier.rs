//! What energy comes in.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What energy comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Carrier {
    Electricity,
    /// Natural gas.
    Gas,
    /// Heat from a network.
    Heat,
}

/// No carrier has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be one of electricity, gas, heat")]
pub struct UnknownCarrier;

impl Carrier {
    pub const ALL: [Self; 3] = [Self::Electricity, Self::Gas, Self::Heat];

    pub fn name(self) -> &'static str {
        match self {
            Self::Electricity => "electricity",
            Self::Gas => "gas",
            Self::Heat => "heat",
        }
    }
}

impl FromStr for Carrier {
    type Err = UnknownCarrier;

    fn from_str(name: &str) -> Result<Self, UnknownCarrier> {
        let named = |carrier: &Self| carrier.name() == name;
        Self::ALL.into_iter().find(named).ok_or(UnknownCarrier)
    }
}
