//! The limit that a request falls under, on its way to whoever learns who asks.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use flowgrid_domain::values::Plan;

use super::{Caller, Class, Decision, Limits};
use crate::auth::Principal;

/// Put into each request that is counted; counts it once.
#[derive(Clone)]
pub struct Meter {
    limits: Limits,
    class: Class,
    address: Option<IpAddr>,
    /// What the caller is told; empty inside for somebody who isn't limited.
    told: Arc<OnceLock<Option<Decision>>>,
}

impl Meter {
    /// Of a request that falls under `class` when its caller is signed in.
    pub fn new(limits: &Limits, class: Class, address: Option<IpAddr>) -> Self {
        Self {
            limits: limits.clone(),
            class,
            address,
            told: Arc::default(),
        }
    }

    /// Counts somebody whose token held, by its plan. An operator isn't limited.
    ///
    /// # Errors
    /// When it is one request too many.
    pub fn principal(&self, principal: &Principal, plan: Plan) -> Result<(), Decision> {
        self.once(|| {
            let member = principal.member()?;
            let caller = Caller::Member {
                tenant: member.tenant.id(),
                subject: &member.subject,
            };
            self.limits.take(self.class, plan, caller)
        })
    }

    /// Counts somebody of whom only the address is known.
    ///
    /// # Errors
    /// When it is one request too many.
    pub fn stranger(&self) -> Result<(), Decision> {
        let caller = Caller::at(self.address);
        self.once(|| self.limits.take(Class::Anonymous, Plan::Free, caller))
    }

    /// What the caller is to be told, once it was counted.
    pub fn told(&self) -> Option<Decision> {
        self.told.get().copied().flatten()
    }

    /// Whoever comes second is judged by what was counted first.
    fn once(&self, count: impl FnOnce() -> Option<Decision>) -> Result<(), Decision> {
        match self.told.get_or_init(count) {
            Some(decision) if !decision.allowed => Err(*decision),
            Some(_) | None => Ok(()),
        }
    }
}
