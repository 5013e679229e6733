//! A building's life: not registered, active, retired.

use serde::{Deserialize, Serialize};

use super::{BuildingCommand, BuildingEvent, Change, Changed, Register, Registered, Retired};
use crate::{Decider, LogKind, Rejection};

/// A building in one phase of its life.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Building {
    #[default]
    Unregistered,
    Active(Details),
    /// No longer run: its id stays taken and nothing changes any more.
    Retired(Details),
}

/// What is known about a building. Units as in [`Registered`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Details {
    pub name: String,
    pub kind: String,
    pub address: Option<String>,
    pub lat: Option<f64>,
    pub lon: Option<f64>,
    pub area: Option<f64>,
    pub timezone: Option<String>,
}

impl Decider for Building {
    const TYPE: &'static str = "building";
    const LOG: LogKind = LogKind::Domain;
    type Command = BuildingCommand;
    type Event = BuildingEvent;

    fn decide(&self, command: &BuildingCommand) -> Result<Vec<BuildingEvent>, Rejection> {
        match command {
            BuildingCommand::Register(register) => self.register(register),
            BuildingCommand::Change(change) => self.change(change),
            BuildingCommand::Retire => self.retire(),
        }
    }

    fn evolve(&mut self, event: &BuildingEvent) {
        match event {
            BuildingEvent::Registered(registered) => *self = Self::Active(registered.into()),
            BuildingEvent::Changed(changed) => match self {
                Self::Active(details) | Self::Retired(details) => details.change(changed),
                Self::Unregistered => {}
            },
            BuildingEvent::Retired(Retired {}) => {
                if let Self::Active(details) = std::mem::take(self) {
                    *self = Self::Retired(details);
                }
            }
        }
    }
}

impl Building {
    fn register(&self, register: &Register) -> Result<Vec<BuildingEvent>, Rejection> {
        let detail = match self {
            Self::Unregistered => {
                together(register.lat.is_some(), register.lon.is_some())?;
                return Ok(vec![BuildingEvent::Registered(register.into())]);
            }
            Self::Active(_) => "a building of this id exists",
            Self::Retired(_) => "a building of this id existed; ids are never used again",
        };
        Err(Rejection::AlreadyExists {
            detail: detail.to_owned(),
        })
    }

    fn change(&self, change: &Change) -> Result<Vec<BuildingEvent>, Rejection> {
        match self {
            Self::Unregistered => Err(Rejection::NotFound),
            Self::Retired(_) => Err(Rejection::Conflict {
                code: "building-retired",
                detail: "the building is retired and no longer changes".to_owned(),
            }),
            Self::Active(details) => {
                let changed = details.difference(change);
                if changed == Changed::default() {
                    return Ok(Vec::new());
                }
                let lat = changed.lat.over(details.lat.as_ref());
                let lon = changed.lon.over(details.lon.as_ref());
                together(lat.is_some(), lon.is_some())?;
                Ok(vec![BuildingEvent::Changed(changed)])
            }
        }
    }

    fn retire(&self) -> Result<Vec<BuildingEvent>, Rejection> {
        match self {
            Self::Unregistered => Err(Rejection::NotFound),
            Self::Active(_) => Ok(vec![BuildingEvent::Retired(Retired {})]),
            Self::Retired(_) => Ok(Vec::new()),
        }
    }
}

/// Half a place is no place.
fn together(lat: bool, lon: bool) -> Result<(), Rejection> {
    match (lat, lon) {
        (true, false) => Err(Rejection::field("/lon", "is required with lat")),
        (false, true) => Err(Rejection::field("/lat", "is required with lon")),
        (true, true) | (false, false) => Ok(()),
    }
}

impl Details {
    fn change(&mut self, changed: &Changed) {
        if let Some(name) = &changed.name {
            self.name.clone_from(name);
        }
        if let Some(kind) = &changed.kind {
            self.kind.clone_from(kind);
        }
        changed.address.apply(&mut self.address);
        changed.lat.apply(&mut self.lat);
        changed.lon.apply(&mut self.lon);
        changed.area.apply(&mut self.area);
        changed.timezone.apply(&mut self.timezone);
    }

    /// What the change would really change.
    fn difference(&self, change: &Change) -> Changed {
        let Change {
            name,
            kind,
            address,
            lat,
            lon,
            area,
            timezone,
        } = change.clone();
        let differs = |new: String, old: &String| Some(new).filter(|new| new != old);
        Changed {
            name: name.and_then(|name| differs(name.into(), &self.name)),
            kind: kind.and_then(|kind| differs(kind.into(), &self.kind)),
            address: address.map(String::from).unless_same(self.address.as_ref()),
            lat: lat.map(|at| at.degrees()).unless_same(self.lat.as_ref()),
            lon: lon.map(|at| at.degrees()).unless_same(self.lon.as_ref()),
            area: area
                .map(|area| area.square_metres())
                .unless_same(self.area.as_ref()),
            timezone: timezone
                .map(String::from)
                .unless_same(self.timezone.as_ref()),
        }
    }
}

impl From<&Register> for Registered {
    fn from(register: &Register) -> Self {
        Self {
            name: register.name.clone().into(),
            kind: register.kind.clone().into(),
            address: register.address.clone().map(Into::into),
            lat: register.lat.map(|at| at.degrees()),
            lon: register.lon.map(|at| at.degrees()),
            area: register.area.map(|area| area.square_metres()),
            timezone: register.timezone.map(Into::into),
        }
    }
}

impl From<&Registered> for Details {
    fn from(registered: &Registered) -> Self {
        let registered = registered.clone();
        Self {
            name: registered.name,
            kind: registered.kind,
            address: registered.address,
            lat: registered.lat,
            lon: registered.lon,
            area: registered.area,
            timezone: registered.timezone,
        }
    }
}
