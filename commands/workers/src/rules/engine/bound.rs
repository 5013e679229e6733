//! One rule at one source.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use flowgrid_domain::rules::evaluate::{Judge, Seen, Watch};

pub(super) struct Bound {
    pub rule: Box<str>,
    pub judge: Arc<Judge>,
    pub source: Source,
    pub watch: Watch,
    /// What was written before is none of its business.
    pub since: DateTime<Utc>,
    /// The earliest of its timers.
    pub armed: Option<DateTime<Utc>>,
}

pub(super) enum Source {
    /// Its place among the sensors.
    Sensor(usize),
    Building {
        id: Box<str>,
        /// Those that the expression names, as far as they are there.
        sensors: Vec<usize>,
        /// The newest moment that was looked at.
        newest: Option<Seen>,
    },
}

impl Bound {
    /// What stands for a reading while there is none.
    pub fn beginning(&self) -> Seen {
        Seen {
            time: self.since,
            arrived: self.since,
            value: 0.0,
        }
    }
}
