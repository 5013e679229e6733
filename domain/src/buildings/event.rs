//! What can happen to a building.

use serde::{Deserialize, Serialize};

use crate::Patch;
use crate::events::events;

events! {
    /// Everything that can happen to a building.
    pub enum BuildingEvent {
        "building.registered" "1.0" => Registered;
        "building.changed" "1.0" => Changed;
        "building.retired" "1.0" => Retired;
    }
}

/// The building became known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Registered {
    pub name: String,
    pub kind: String,
    pub address: Option<String>,
    /// Degrees, WGS 84.
    pub lat: Option<f64>,
    /// Degrees, WGS 84.
    pub lon: Option<f64>,
    /// m²
    pub area: Option<f64>,
    /// Name in the IANA database.
    pub timezone: Option<String>,
}

/// Some of its fields became different; only those are here, `null` where one was cleared.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Changed {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub address: Patch<String>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub lat: Patch<f64>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub lon: Patch<f64>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub area: Patch<f64>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub timezone: Patch<String>,
}

/// It is no longer run. Its id is never used again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Retired {}
