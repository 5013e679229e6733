//! Meters that are known to form a tree.

use std::collections::BTreeMap;

use super::{Flow, Meter};

/// More meters than an organization has.
pub const MOST_METERS: usize = 100_000;

/// Meters of which each has at most one above it, of its own carrier.
#[derive(Clone, Debug, Default)]
pub struct MeterTree {
    pub(super) meters: Vec<Meter>,
    pub(super) parents: Vec<Option<usize>>,
    pub(super) children: Vec<Vec<usize>>,
    /// Every meter after the one above it.
    pub(super) downwards: Vec<usize>,
}

/// Why meters form no tree. Each names a meter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotATree {
    #[error("at most {MOST_METERS} meters")]
    TooMany,
    #[error("meter {0} is there twice")]
    Twice(String),
    #[error("the meter above {0} is unknown")]
    UnknownParent(String),
    #[error("meter {0} counts another carrier than the one above it")]
    OtherCarrier(String),
    #[error("the meter above {0} must count what is drawn")]
    NotDrawn(String),
    #[error("meter {0} is above itself")]
    Cycle(String),
}

impl MeterTree {
    /// # Errors
    /// When a meter is there twice, is above itself, or does not fit the one above it.
    pub fn new(meters: Vec<Meter>) -> Result<Self, NotATree> {
        if meters.len() > MOST_METERS {
            return Err(NotATree::TooMany);
        }
        let parents = parents(&meters)?;
        let mut children = vec![Vec::new(); meters.len()];
        for (index, parent) in parents.iter().enumerate() {
            if let Some(parent) = parent {
                children[*parent].push(index);
            }
        }
        let downwards = downwards(&parents, &children);
        if let Some(lost) = first_missing(&downwards, meters.len()) {
            return Err(NotATree::Cycle(meters[lost].id.clone()));
        }
        Ok(Self {
            meters,
            parents,
            children,
            downwards,
        })
    }

    pub fn meters(&self) -> &[Meter] {
        &self.meters
    }
}

fn parents(meters: &[Meter]) -> Result<Vec<Option<usize>>, NotATree> {
    let mut places = BTreeMap::new();
    for (index, meter) in meters.iter().enumerate() {
        if places.insert(meter.id.as_str(), index).is_some() {
            return Err(NotATree::Twice(meter.id.clone()));
        }
    }
    let parent = |meter: &Meter| match &meter.parent {
        None => Ok(None),
        Some(parent) => match places.get(parent.as_str()) {
            None => Err(NotATree::UnknownParent(meter.id.clone())),
            Some(index) => fits(meter, &meters[*index]).map(|()| Some(*index)),
        },
    };
    meters.iter().map(parent).collect()
}

fn fits(meter: &Meter, parent: &Meter) -> Result<(), NotATree> {
    if meter.carrier != parent.carrier {
        return Err(NotATree::OtherCarrier(meter.id.clone()));
    }
    if parent.flow != Flow::Drawn {
        return Err(NotATree::NotDrawn(meter.id.clone()));
    }
    Ok(())
}

/// All that can be reached from those that have none above them.
fn downwards(parents: &[Option<usize>], children: &[Vec<usize>]) -> Vec<usize> {
    let top = (0..parents.len()).filter(|index| parents[*index].is_none());
    let mut reached: Vec<usize> = top.collect();
    let mut next = 0;
    while let Some(index) = reached.get(next) {
        reached.extend(&children[*index]);
        next += 1;
    }
    reached
}

fn first_missing(reached: &[usize], all: usize) -> Option<usize> {
    let mut seen = vec![false; all];
    for index in reached {
        seen[*index] = true;
    }
    seen.iter().position(|seen| !seen)
}
