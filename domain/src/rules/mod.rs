//! Alert rules: what is wrong, where, for how long, and who is told.
//!
//! A rule decides nothing about readings itself: [`evaluate`] does, for each source it looks at.

mod check;
mod command;
mod condition;
mod definition;
pub mod evaluate;
mod event;
mod expression;
mod read;
mod resource;
mod schedule;
#[cfg(test)]
mod spec;
mod state;

pub use command::{AlertRuleCommand, AlertRuleName, RuleChange};
pub use condition::{Bounds, Condition, Deviation, Formula, Rate, RuleKind, Silence};
pub use definition::{
    Clear, Damping, Definition, Escalation, Hold, MOST_MEMBERS, Recipients, Target,
};
pub use event::{AlertRuleEvent, Changed, Created, Deleted};
pub use expression::{Expression, Latest, MOST_SENSORS};
pub use read::{RuleCreation, read_rule, read_rule_change};
pub use resource::{AlertRuleResource, RuleStatus};
pub use schedule::{Schedule, Weekday};
pub use state::AlertRule;

/// The kind of an alert's source that is a rule; the source's id is `<rule>/<sensor or building>`.
pub const SOURCE_KIND: &str = "rule";
