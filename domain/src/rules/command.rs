//! What callers may ask of an alert rule.

use super::{
    Clear, Condition, Damping, Definition, Escalation, Hold, Recipients, Schedule, Target,
};
use crate::Patch;
use crate::alerts::Severity;
use crate::values::Line;

/// A rule's name, one line of at most 200 characters.
pub type AlertRuleName = Line<200>;

/// One command to one alert rule.
#[derive(Clone, Debug, PartialEq)]
pub enum AlertRuleCommand {
    Create(Box<Definition>),
    Change(Box<RuleChange>),
    Delete,
}

/// What becomes different about a rule; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RuleChange {
    pub name: Option<AlertRuleName>,
    pub condition: Option<Condition>,
    pub target: Option<Target>,
    pub hold: Option<Hold>,
    pub clear: Patch<Clear>,
    pub severity: Option<Severity>,
    pub schedule: Patch<Schedule>,
    pub notify: Option<Recipients>,
    pub escalation: Patch<Escalation>,
    pub auto_resolve: Option<bool>,
    pub damping: Patch<Damping>,
    pub enabled: Option<bool>,
}

impl RuleChange {
    /// The rule as the change leaves it.
    pub fn over(&self, now: &Definition) -> Definition {
        let change = self.clone();
        let name = change.name.map_or_else(|| now.name.clone(), Into::into);
        let condition = change.condition.unwrap_or_else(|| now.condition.clone());
        Definition {
            name,
            condition,
            target: change.target.unwrap_or_else(|| now.target.clone()),
            hold: change.hold.unwrap_or(now.hold),
            clear: change.clear.over(now.clear.as_ref()).copied(),
            severity: change.severity.unwrap_or(now.severity),
            schedule: change.schedule.over(now.schedule.as_ref()).cloned(),
            notify: change.notify.unwrap_or_else(|| now.notify.clone()),
            escalation: change.escalation.over(now.escalation.as_ref()).cloned(),
            auto_resolve: change.auto_resolve.unwrap_or(now.auto_resolve),
            damping: change.damping.over(now.damping.as_ref()).copied(),
            enabled: change.enabled.unwrap_or(now.enabled),
        }
    }
}
