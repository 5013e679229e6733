//! The limit that a request falls under, on its way to whoever learns who asks.

use std::sync::{Arc, OnceLock};

use axum::http::{Extensions, HeaderMap};

use super::{Caller, Class, Decision, caller_address};
use crate::auth::Principal;
use crate::context::AppState;
use flowgrid_domain::values::Plan;

/// Put into each request that is counted.
#[derive(Clone)]
pub struct Meter {
    pub class: Class,
    /// What the caller is to be told; set by who counted.
    pub told: Arc<OnceLock<Decision>>,
}

impl Meter {
    /// Counts somebody whose token held. An operator isn't limited.
    ///
    /// # Errors
    /// When it is one request too many.
    pub fn principal(&self, state: &AppState, principal: &Principal) -> Result<(), Decision> {
        let Some(member) = principal.member() else {
            return Ok(());
        };
        let caller = Caller::Member {
            tenant: member.tenant.id(),
            subject: &member.subject,
        };
        self.judge(state.limits().take(self.class, member.plan, caller))
    }

    /// Counts somebody of whom only the address is known; once a request.
    ///
    /// # Errors
    /// When it is one request too many.
    pub fn stranger(
        &self,
        state: &AppState,
        extensions: &Extensions,
        headers: &HeaderMap,
    ) -> Result<(), Decision> {
        if self.told.get().is_some() {
            return Ok(());
        }
        let proxies = &state.config().trusted_proxies;
        let caller = Caller::at(caller_address(extensions, headers, proxies));
        self.judge(state.limits().take(Class::Anonymous, Plan::Free, caller))
    }

    fn judge(&self, decision: Option<Decision>) -> Result<(), Decision> {
        let Some(decision) = decision else {
            return Ok(());
        };
        // Somebody else has counted this request already: what it was told then stands.
        let _ = self.told.set(decision);
        if decision.allowed {
            return Ok(());
        }
        Err(decision)
    }
}
