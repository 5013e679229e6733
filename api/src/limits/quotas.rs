//! How much is allowed: by class and plan, as the contract has it, unless configuration says
//! otherwise.

use std::time::Duration;

use flowgrid_domain::values::Plan;

use super::Class;

const MINUTE: Duration = Duration::from_secs(60);
const QUARTER: Duration = Duration::from_secs(15 * 60);
const HOUR: Duration = Duration::from_secs(60 * 60);
/// The longest window, and the most that may be allowed in one.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
const MOST: u32 = 1_000_000_000;
/// An exact limit keeps the time of each attempt.
const MOST_ATTEMPTS: u32 = 1_000;

/// So many requests in any span of this length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    pub quota: u32,
    pub window: Duration,
}

impl Limit {
    pub const fn new(quota: u32, window: Duration) -> Self {
        Self { quota, window }
    }
}

/// A setting that names no limit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no limit: write <class>=<number>/<seconds>, or <class>.<plan>=…, such as \
     rest.free=500/900; at most 1000 for auth, auth-address, refresh and outside"
)]
pub struct BadQuota(String);

/// The limits of all classes and plans.
#[derive(Clone, Debug)]
pub struct Quotas([[Limit; 3]; Class::ALL.len()]);

impl Default for Quotas {
    fn default() -> Self {
        Self(Class::ALL.map(|class| Plan::ALL.map(|plan| usual(class, plan))))
    }
}

impl Quotas {
    /// The limit of this class for a caller of this plan.
    pub fn of(&self, class: Class, plan: Plan) -> Limit {
        let Self(limits) = self;
        let row = limits.get(class as usize);
        row.and_then(|row| row.get(plan as usize))
            .copied()
            .unwrap_or_else(|| usual(class, plan))
    }

    /// Changes single limits: `rest.free=500/900,search=60/60`, in requests per seconds.
    ///
    /// # Errors
    /// When one of them is none.
    pub fn change(&mut self, settings: &str) -> Result<(), BadQuota> {
        for setting in settings.split(',').map(str::trim).filter(|s| !s.is_empty()) {
            let bad = || BadQuota(setting.chars().take(100).collect());
            let (class, plan, limit) = read(setting).ok_or_else(bad)?;
            let row = self.0.get_mut(class as usize).ok_or_else(bad)?;
            for (place, of) in row.iter_mut().zip(Plan::ALL) {
                if plan.is_none_or(|plan| plan == of) {
                    *place = limit;
                }
            }
        }
        Ok(())
    }
}

fn read(setting: &str) -> Option<(Class, Option<Plan>, Limit)> {
    let (what, limit) = setting.split_once('=')?;
    let (class, plan) = match what.trim().split_once('.') {
        Some((class, plan)) => (class, Some(Plan::parse(plan).ok()?)),
        None => (what.trim(), None),
    };
    let class = Class::ALL.into_iter().find(|one| one.as_str() == class)?;
    let (quota, seconds) = limit.split_once('/')?;
    let quota: u32 = quota.trim().parse().ok()?;
    let window = Duration::from_secs(seconds.trim().parse().ok()?);
    let most = match class {
        Class::Auth | Class::AuthAddress | Class::Refresh | Class::Outside => MOST_ATTEMPTS,
        Class::Ai
        | Class::Swarm
        | Class::Search
        | Class::Uploads
        | Class::Rest
        | Class::Anonymous => MOST,
    };
    let sound = (1..=most).contains(&quota) && !window.is_zero() && window <= LONGEST;
    sound.then_some((class, plan, Limit::new(quota, window)))
}

/// The contract's table (contract/README.md, "Roles and plans").
fn usual(class: Class, plan: Plan) -> Limit {
    let by_plan = |free, pro, enterprise| match plan {
        Plan::Free => free,
        Plan::Pro => pro,
        Plan::Enterprise => enterprise,
    };
    match class {
        Class::Auth => Limit::new(5, QUARTER),
        Class::AuthAddress => Limit::new(50, QUARTER),
        Class::Refresh => Limit::new(60, QUARTER),
        Class::Outside => Limit::new(30, QUARTER),
        Class::Ai => Limit::new(by_plan(100, 1_000, 10_000), QUARTER),
        Class::Swarm => Limit::new(by_plan(50, 500, 5_000), QUARTER),
        Class::Search => Limit::new(by_plan(30, 300, 3_000), MINUTE),
        Class::Uploads => Limit::new(by_plan(10, 100, 1_000), HOUR),
        Class::Rest => Limit::new(by_plan(200, 5_000, 100_000), QUARTER),
        Class::Anonymous => Limit::new(100, QUARTER),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_limits_are_those_of_the_contract() {
        let quotas = Quotas::default();
        let of = |class, plan| {
            let limit = quotas.of(class, plan);
            (limit.quota, limit.window.as_secs())
        };
        assert_eq!(of(Class::Auth, Plan::Enterprise), (5, 900));
        assert_eq!(of(Class::Refresh, Plan::Free), (60, 900));
        assert_eq!(of(Class::Outside, Plan::Pro), (30, 900));
        assert_eq!(of(Class::Ai, Plan::Pro), (1_000, 900));
        assert_eq!(of(Class::Swarm, Plan::Free), (50, 900));
        assert_eq!(of(Class::Search, Plan::Enterprise), (3_000, 60));
        assert_eq!(of(Class::Uploads, Plan::Free), (10, 3_600));
        assert_eq!(of(Class::Rest, Plan::Enterprise), (100_000, 900));
        assert_eq!(of(Class::Anonymous, Plan::Free), (100, 900));
    }

    #[test]
    fn single_limits_can_be_set() {
        let mut quotas = Quotas::default();
        quotas.change("rest.pro=7/30, search=9/10").unwrap();
        let seconds = Duration::from_secs;
        let of = |class, plan| quotas.of(class, plan);
        assert_eq!(of(Class::Rest, Plan::Pro), Limit::new(7, seconds(30)));
        assert_eq!(of(Class::Rest, Plan::Free), Limit::new(200, QUARTER));
        for plan in Plan::ALL {
            assert_eq!(of(Class::Search, plan), Limit::new(9, seconds(10)));
        }
        let wrong = [
            "rest",
            "rest=7",
            "rest=/7",
            "rest=0/7",
            "rest=7/0",
            "rest=-1/7",
            "rest=7/99999999",
            "gold=1/1",
            "rest.gold=1/1",
            "auth=1001/900",
            "rest=1/1;search=1/1",
        ];
        for wrong in wrong {
            assert!(Quotas::default().change(wrong).is_err(), "{wrong}");
        }
    }
}
