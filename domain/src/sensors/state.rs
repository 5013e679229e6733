//! A sensor's life: absent, installed, removed.

use serde::{Deserialize, Serialize};

use super::command::{Calibration, Change, Install, MAX_CALIBRATIONS, Positive};
use super::unit::Dimension;
use super::{Calibrated, Changed, Installed, Mode, Removed, SensorCommand, SensorEvent};
use crate::{Decider, LogKind, Rejection};

/// A sensor in one phase of its life.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Sensor {
    #[default]
    Absent,
    Installed(Box<Details>),
    /// It measures no longer: its id stays taken and nothing changes any more.
    Removed(Box<Details>),
}

/// What is known about a sensor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Details {
    /// As it is now.
    pub installed: Installed,
    /// By time, the oldest first.
    pub calibrations: Vec<Calibrated>,
}

impl Decider for Sensor {
    const TYPE: &'static str = "sensor";
    const LOG: LogKind = LogKind::Domain;
    type Command = SensorCommand;
    type Event = SensorEvent;

    fn decide(&self, command: &SensorCommand) -> Result<Vec<SensorEvent>, Rejection> {
        match command {
            SensorCommand::Install(install) => self.install(install),
            SensorCommand::Change(change) => self.change(change),
            SensorCommand::Remove => self.remove(),
        }
    }

    fn evolve(&mut self, event: &SensorEvent) {
        match event {
            SensorEvent::Installed(installed) => {
                *self = Self::Installed(Box::new(Details {
                    installed: installed.clone(),
                    calibrations: Vec::new(),
                }));
            }
            SensorEvent::Changed(changed) => {
                if let Some(details) = self.details_mut() {
                    details.change(changed);
                }
            }
            SensorEvent::Calibrated(calibrated) => {
                if let Some(details) = self.details_mut() {
                    details.calibrate(calibrated);
                }
            }
            SensorEvent::Removed(Removed {}) => {
                if let Self::Installed(details) = std::mem::take(self) {
                    *self = Self::Removed(details);
                }
            }
        }
    }
}

impl Sensor {
    /// What is known about it; `None` while it isn't installed.
    pub fn details(&self) -> Option<&Details> {
        match self {
            Self::Absent => None,
            Self::Installed(details) | Self::Removed(details) => Some(details),
        }
    }

    fn details_mut(&mut self) -> Option<&mut Details> {
        match self {
            Self::Absent => None,
            Self::Installed(details) | Self::Removed(details) => Some(details),
        }
    }

    fn install(&self, install: &Install) -> Result<Vec<SensorEvent>, Rejection> {
        let detail = match self {
            Self::Absent => {
                let installed = Installed::from(install);
                sound(&installed, install.unit.dimension())?;
                return Ok(vec![SensorEvent::Installed(installed)]);
            }
            Self::Installed(_) => "a sensor of this id exists",
            Self::Removed(_) => "a sensor of this id existed; ids are never used again",
        };
        Err(Rejection::AlreadyExists {
            detail: detail.to_owned(),
        })
    }

    fn change(&self, change: &Change) -> Result<Vec<SensorEvent>, Rejection> {
        let details = match self {
            Self::Absent => return Err(Rejection::NotFound),
            Self::Removed(_) => {
                let detail = "the sensor is removed and no longer changes";
                return Err(Rejection::conflict("sensor-removed", detail));
            }
            Self::Installed(details) => details,
        };
        details.keeps_its_meaning(change)?;
        let mut events = Vec::new();
        let changed = details.difference(change);
        if changed != Changed::default() {
            let mut next = (**details).clone();
            next.change(&changed);
            sound_after(&next.installed)?;
            events.push(SensorEvent::Changed(changed));
        }
        if let Some(calibrated) = details.calibration(change.calibration)? {
            events.push(SensorEvent::Calibrated(calibrated));
        }
        Ok(events)
    }

    fn remove(&self) -> Result<Vec<SensorEvent>, Rejection> {
        match self {
            Self::Absent => Err(Rejection::NotFound),
            Self::Installed(_) => Ok(vec![SensorEvent::Removed(Removed {})]),
            Self::Removed(_) => Ok(Vec::new()),
        }
    }
}

/// Whether unit, mode and period go together.
fn sound(installed: &Installed, dimension: Dimension) -> Result<(), Rejection> {
    match (installed.mode, dimension) {
        (Mode::Interval | Mode::Cumulative, Dimension::Level) => {
            let detail = "is measured at a moment: the mode must be instantaneous";
            return Err(Rejection::field("/unit", detail));
        }
        (Mode::Instantaneous, Dimension::Quantity) => {
            let detail = "adds up over time: the mode must be interval or cumulative";
            return Err(Rejection::field("/unit", detail));
        }
        (Mode::Interval | Mode::Cumulative, Dimension::Quantity)
        | (Mode::Instantaneous, Dimension::Level) => {}
    }
    sound_after(installed)
}

/// What must hold after a change as well.
fn sound_after(installed: &Installed) -> Result<(), Rejection> {
    if installed.mode == Mode::Interval && installed.period_seconds.is_none() {
        let detail = "is required where a reading is the quantity of a period";
        return Err(Rejection::field("/periodSeconds", detail));
    }
    if installed.mode != Mode::Cumulative && installed.register_size.is_some() {
        let detail = "belongs to cumulative meters";
        return Err(Rejection::field("/registerSize", detail));
    }
    Ok(())
}

impl Details {
    fn change(&mut self, changed: &Changed) {
        let now = &mut self.installed;
        if let Some(name) = &changed.name {
            now.name.clone_from(name);
        }
        if let Some(kind) = &changed.kind {
            now.kind.clone_from(kind);
        }
        if let Some(direction) = changed.direction {
            now.direction = direction;
        }
        changed.period_seconds.apply(&mut now.period_seconds);
        changed.parent_id.apply(&mut now.parent_id);
        changed.register_size.apply(&mut now.register_size);
        changed.calorific_value.apply(&mut now.calorific_value);
        changed.state_number.apply(&mut now.state_number);
    }

    fn calibrate(&mut self, calibrated: &Calibrated) {
        let at = self
            .calibrations
            .binary_search_by_key(&calibrated.valid_from, |known| known.valid_from);
        match at {
            Ok(at) => self.calibrations[at] = calibrated.clone(),
            Err(at) => self.calibrations.insert(at, calibrated.clone()),
        }
    }

    /// Readings of before would mean something else than they did.
    fn keeps_its_meaning(&self, change: &Change) -> Result<(), Rejection> {
        let now = &self.installed;
        let building = change.building.as_ref();
        let moved = building.is_some_and(|building| building.as_str() != now.building_id);
        let measured = change.unit.is_some_and(|unit| unit.as_str() != now.unit);
        let counted = change.mode.is_some_and(|mode| mode != now.mode);
        for (differs, field) in [
            (moved, "/buildingId"),
            (measured, "/unit"),
            (counted, "/mode"),
        ] {
            if differs {
                let detail = "can't change: remove the sensor and install another";
                return Err(Rejection::field(field, detail));
            }
        }
        Ok(())
    }

    /// What the change would really change.
    fn difference(&self, change: &Change) -> Changed {
        let now = &self.installed;
        let change = change.clone();
        let differs = |new: String, old: &String| Some(new).filter(|new| new != old);
        Changed {
            name: change.name.and_then(|name| differs(name.into(), &now.name)),
            kind: change.kind.and_then(|kind| differs(kind.into(), &now.kind)),
            direction: change.direction.filter(|new| *new != now.direction),
            period_seconds: change
                .period
                .map(super::PeriodSeconds::seconds)
                .unless_same(now.period_seconds.as_ref()),
            parent_id: change
                .parent
                .map(String::from)
                .unless_same(now.parent_id.as_ref()),
            register_size: change
                .register_size
                .map(Positive::get)
                .unless_same(now.register_size.as_ref()),
            calorific_value: change
                .calorific_value
                .map(Positive::get)
                .unless_same(now.calorific_value.as_ref()),
            state_number: change
                .state_number
                .map(Positive::get)
                .unless_same(now.state_number.as_ref()),
        }
    }

    fn calibration(&self, wanted: Option<Calibration>) -> Result<Option<Calibrated>, Rejection> {
        let Some(wanted) = wanted else {
            return Ok(None);
        };
        let calibrated = Calibrated {
            factor: wanted.factor,
            offset: wanted.offset,
            valid_from: wanted.valid_from,
        };
        if self.calibrations.contains(&calibrated) {
            return Ok(None);
        }
        let replaces = |known: &Calibrated| known.valid_from == calibrated.valid_from;
        if self.calibrations.len() >= MAX_CALIBRATIONS && !self.calibrations.iter().any(replaces) {
            let detail = format!("a sensor has at most {MAX_CALIBRATIONS} calibrations");
            return Err(Rejection::refused("too-many-calibrations", detail));
        }
        Ok(Some(calibrated))
    }
}

impl From<&Install> for Installed {
    fn from(install: &Install) -> Self {
        Self {
            building_id: install.building.clone().into(),
            name: install.name.clone().into(),
            kind: install.kind.clone().into(),
            unit: install.unit.as_str().to_owned(),
            mode: install.mode,
            period_seconds: install.period.map(super::PeriodSeconds::seconds),
            parent_id: install.parent.clone().map(Into::into),
            direction: install.direction,
            register_size: install.register_size.map(Positive::get),
            calorific_value: install.calorific_value.map(Positive::get),
            state_number: install.state_number.map(Positive::get),
            time_zone: install.time_zone.map(Into::into),
        }
    }
}
