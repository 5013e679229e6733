//! A tariff's life: absent, then there for good.

use serde::Serialize;

use super::{Defined, Definition, TariffCommand, TariffEvent};
use crate::{Decider, LogKind, Rejection};

/// A tariff in one phase of its life.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub enum Tariff {
    #[default]
    Absent,
    Present(Box<Definition>),
}

impl Decider for Tariff {
    const TYPE: &'static str = "tariff";
    const LOG: LogKind = LogKind::Domain;
    type Command = TariffCommand;
    type Event = TariffEvent;

    fn decide(&self, command: &TariffCommand) -> Result<Vec<TariffEvent>, Rejection> {
        let TariffCommand::Define(definition) = command;
        match self {
            Self::Absent => {
                definition.check()?;
                let definition = (**definition).clone();
                Ok(vec![TariffEvent::Defined(Defined { definition })])
            }
            Self::Present(_) => {
                let detail = "a tariff of this id exists; one that begins later takes its place";
                let detail = detail.to_owned();
                Err(Rejection::AlreadyExists { detail })
            }
        }
    }

    fn evolve(&mut self, event: &TariffEvent) {
        let TariffEvent::Defined(Defined { definition }) = event;
        *self = Self::Present(Box::new(definition.clone()));
    }
}

impl Tariff {
    /// What it says; `None` while there is none.
    pub fn definition(&self) -> Option<&Definition> {
        match self {
            Self::Absent => None,
            Self::Present(definition) => Some(definition),
        }
    }
}
