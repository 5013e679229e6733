//! A meter and its place.

use serde::{Deserialize, Serialize};

use crate::units::Carrier;

/// Which way energy flows through a meter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Flow {
    /// Drawn from a network, or from the meter above.
    Drawn,
    /// Generated on the spot.
    Produced,
    /// Given to a network.
    FedIn,
}

/// A meter and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meter {
    pub id: String,
    pub building: String,
    pub carrier: Carrier,
    pub flow: Flow,
    /// The meter whose energy passes through this one as well; it may stand in another building.
    pub parent: Option<String>,
}
