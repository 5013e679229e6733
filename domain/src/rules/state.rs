//! An alert rule's life: absent, in force, deleted.

use serde::Serialize;

use super::{AlertRuleCommand, AlertRuleEvent, Changed, Created, Definition, Deleted};
use crate::{Decider, LogKind, Rejection};

/// An alert rule in one phase of its life.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub enum AlertRule {
    #[default]
    Absent,
    /// It is there; whether anything is looked for, `enabled` says.
    Present(Box<Definition>),
    /// Its id stays taken.
    Deleted(Box<Definition>),
}

impl Decider for AlertRule {
    const TYPE: &'static str = "alert-rule";
    const LOG: LogKind = LogKind::Domain;
    type Command = AlertRuleCommand;
    type Event = AlertRuleEvent;

    fn decide(&self, command: &AlertRuleCommand) -> Result<Vec<AlertRuleEvent>, Rejection> {
        match command {
            AlertRuleCommand::Create(definition) => {
                self.check_absent()?;
                definition.check()?;
                let definition = (**definition).clone();
                Ok(vec![AlertRuleEvent::Created(Created { definition })])
            }
            AlertRuleCommand::Change(change) => {
                let now = self.present()?;
                let definition = change.over(now);
                if definition == *now {
                    return Ok(Vec::new());
                }
                definition.check()?;
                Ok(vec![AlertRuleEvent::Changed(Changed { definition })])
            }
            AlertRuleCommand::Delete => match self {
                Self::Absent => Err(Rejection::NotFound),
                Self::Present(_) => Ok(vec![AlertRuleEvent::Deleted(Deleted {})]),
                Self::Deleted(_) => Ok(Vec::new()),
            },
        }
    }

    fn evolve(&mut self, event: &AlertRuleEvent) {
        match event {
            AlertRuleEvent::Created(Created { definition })
            | AlertRuleEvent::Changed(Changed { definition }) => {
                *self = Self::Present(Box::new(definition.clone()));
            }
            AlertRuleEvent::Deleted(Deleted {}) => {
                if let Self::Present(definition) = std::mem::take(self) {
                    *self = Self::Deleted(definition);
                }
            }
        }
    }
}

impl AlertRule {
    /// What it says, or said; `None` while there is none.
    pub fn definition(&self) -> Option<&Definition> {
        match self {
            Self::Absent => None,
            Self::Present(definition) | Self::Deleted(definition) => Some(definition),
        }
    }

    fn present(&self) -> Result<&Definition, Rejection> {
        match self {
            Self::Absent | Self::Deleted(_) => Err(Rejection::NotFound),
            Self::Present(definition) => Ok(definition),
        }
    }

    fn check_absent(&self) -> Result<(), Rejection> {
        let detail = match self {
            Self::Absent => return Ok(()),
            Self::Present(_) => "an alert rule of this id exists",
            Self::Deleted(_) => "an alert rule of this id existed; ids are never used again",
        };
        Err(Rejection::AlreadyExists {
            detail: detail.to_owned(),
        })
    }
}
