//! What may happen to an organization.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    AdminAdded, AdminWithdrawn, Changed, Closed, Closing, Facts, Found, Founded, Kept, MAX_ADMINS,
    Organization, OrganizationChange, OrganizationCommand, OrganizationEvent, PlanChanged,
};
use crate::values::{PersonId, Plan, whole_micros};
use crate::{Decider, LogKind, Rejection};

/// Nobody needs longer to change one's mind.
const LONGEST_CLOSING: TimeDelta = TimeDelta::days(366);

type Decision = Result<Vec<OrganizationEvent>, Rejection>;

impl Decider for Organization {
    const TYPE: &'static str = "organization";
    const LOG: LogKind = LogKind::Identity;
    type Command = OrganizationCommand;
    type Event = OrganizationEvent;

    fn decide(&self, command: &OrganizationCommand) -> Decision {
        match command {
            OrganizationCommand::Found(found) => self.found(found),
            OrganizationCommand::Change(change) => Ok(self.alive()?.change(change)),
            OrganizationCommand::ChangePlan { plan } => Ok(self.alive()?.change_plan(*plan)),
            OrganizationCommand::AddAdmin { person } => self.alive()?.add_admin(person),
            OrganizationCommand::WithdrawAdmin { person } => self.alive()?.withdraw_admin(person),
            OrganizationCommand::Close { until, at } => self.close(*until, *at),
            OrganizationCommand::Keep => self.keep(),
            OrganizationCommand::FinishClosing { at } => self.finish_closing(*at),
        }
    }

    fn evolve(&mut self, event: &OrganizationEvent) {
        self.fold(event);
    }
}

impl Organization {
    /// What isn't closed yet.
    fn alive(&self) -> Result<&Facts, Rejection> {
        match self {
            Self::Open(facts) | Self::Closing(facts, _) => Ok(facts),
            Self::Unfounded | Self::Closed(_) => Err(Rejection::NotFound),
        }
    }

    fn found(&self, found: &Found) -> Decision {
        match self {
            Self::Unfounded => Ok(vec![OrganizationEvent::Founded(found.into())]),
            Self::Open(facts) | Self::Closing(facts, _)
                if facts.founder == found.founder.as_str() =>
            {
                Ok(Vec::new())
            }
            Self::Open(_) | Self::Closing(..) | Self::Closed(_) => Err(Rejection::AlreadyExists {
                detail: "an organization of this slug exists or existed".to_owned(),
            }),
        }
    }

    fn close(&self, until: DateTime<Utc>, at: DateTime<Utc>) -> Decision {
        let (until, at) = (whole_micros(until), whole_micros(at));
        match self {
            Self::Unfounded | Self::Closed(_) => Err(Rejection::NotFound),
            Self::Closing(..) => Ok(Vec::new()),
            Self::Open(_) if until <= at || until - at > LONGEST_CLOSING => {
                let detail = "must be in the future, at most 366 days away";
                Err(Rejection::field("/until", detail))
            }
            Self::Open(_) => Ok(vec![OrganizationEvent::Closing(Closing { until })]),
        }
    }

    fn keep(&self) -> Decision {
        match self {
            Self::Unfounded | Self::Closed(_) => Err(Rejection::NotFound),
            Self::Open(_) => Ok(Vec::new()),
            Self::Closing(..) => Ok(vec![OrganizationEvent::Kept(Kept {})]),
        }
    }

    fn finish_closing(&self, at: DateTime<Utc>) -> Decision {
        match self {
            Self::Unfounded => Err(Rejection::NotFound),
            Self::Closed(_) => Ok(Vec::new()),
            Self::Closing(_, until) if at >= *until => {
                Ok(vec![OrganizationEvent::Closed(Closed {})])
            }
            Self::Open(_) | Self::Closing(..) => {
                let detail = "the organization is not due to be closed";
                Err(Rejection::conflict("organization-not-due", detail))
            }
        }
    }
}

impl Facts {
    fn change(&self, change: &OrganizationChange) -> Vec<OrganizationEvent> {
        let name = change.name.clone().map(String::from);
        let settings = change.settings.as_ref().map(|new| new.as_map().clone());
        let changed = Changed {
            name: name.filter(|name| *name != self.name),
            settings: settings.filter(|settings| *settings != self.settings),
        };
        if changed.name.is_none() && changed.settings.is_none() {
            return Vec::new();
        }
        vec![OrganizationEvent::Changed(changed)]
    }

    fn change_plan(&self, plan: Plan) -> Vec<OrganizationEvent> {
        if plan == self.plan {
            return Vec::new();
        }
        vec![OrganizationEvent::PlanChanged(PlanChanged { plan })]
    }

    fn add_admin(&self, person: &PersonId) -> Decision {
        if self.admins.contains(person.as_str()) {
            return Ok(Vec::new());
        }
        if self.admins.len() >= MAX_ADMINS {
            let detail = format!("an organization has at most {MAX_ADMINS} admins");
            return Err(Rejection::refused("too-many-admins", detail));
        }
        let person_id = person.as_str().to_owned();
        Ok(vec![OrganizationEvent::AdminAdded(AdminAdded {
            person_id,
        })])
    }

    fn withdraw_admin(&self, person: &PersonId) -> Decision {
        if !self.admins.contains(person.as_str()) {
            return Ok(Vec::new());
        }
        if self.admins.len() == 1 {
            let detail = "an organization always keeps one admin";
            return Err(Rejection::refused("last-admin", detail));
        }
        let person_id = person.as_str().to_owned();
        Ok(vec![OrganizationEvent::AdminWithdrawn(AdminWithdrawn {
            person_id,
        })])
    }
}

impl From<&Found> for Founded {
    fn from(found: &Found) -> Self {
        let found = found.clone();
        Self {
            name: found.name.into(),
            plan: found.plan,
            founder: found.founder.into(),
        }
    }
}
