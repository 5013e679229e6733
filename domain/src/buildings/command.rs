//! What callers may ask of a building.

use crate::Patch;
use crate::values::{AreaM2, Latitude, Line, Longitude, Timezone, Token};

/// A building's name, one line of at most 200 characters.
pub type BuildingName = Line<200>;
/// A postal address in one line, at most 500 characters.
pub type PostalAddress = Line<500>;

/// One command to one building.
#[derive(Clone, Debug, PartialEq)]
pub enum BuildingCommand {
    Register(Register),
    Change(Change),
    /// It stands in no list any more; its history and its id stay taken.
    Retire,
}

/// A building that isn't known yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Register {
    pub name: BuildingName,
    /// `school`, `townHall`, … from an open list.
    pub kind: Token,
    pub address: Option<PostalAddress>,
    /// Latitude and longitude are known together or not at all.
    pub lat: Option<Latitude>,
    pub lon: Option<Longitude>,
    pub area: Option<AreaM2>,
    pub timezone: Option<Timezone>,
}

/// What becomes different about a building; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Change {
    pub name: Option<BuildingName>,
    pub kind: Option<Token>,
    pub address: Patch<PostalAddress>,
    pub lat: Patch<Latitude>,
    pub lon: Patch<Longitude>,
    pub area: Patch<AreaM2>,
    pub timezone: Patch<Timezone>,
}
