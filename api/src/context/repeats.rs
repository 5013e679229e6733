//! Requests that must happen once, though no log keeps a receipt of them.

use axum::http::request::Parts;
use flowgrid_vault::{Asked, Claim, Repeat};

use super::AppState;
use super::sign_in::identify;
use crate::auth::Principal;
use crate::error::ApiError;
use crate::limits::caller_address;

impl AppState {
    /// What is known of a request under this key; `None` where this process signs nobody in.
    ///
    /// # Errors
    /// [`ApiError::Unavailable`].
    pub async fn begin_once(
        &self,
        parts: &Parts,
        key: &str,
        request: &[u8],
    ) -> Result<Option<Repeat>, ApiError> {
        let Some(people) = &self.0.people else {
            return Ok(None);
        };
        let caller = caller(parts, self).await;
        let asked = Asked {
            caller: &caller,
            key,
            request,
        };
        let known = people.vault.begin_once(asked, self.clock().now()).await?;
        Ok(Some(known))
    }

    /// It is done; `answer` is for who repeats it.
    pub async fn finish_once(&self, claim: &Claim, answer: Option<&[u8]>) {
        let Some(people) = &self.0.people else { return };
        let now = self.clock().now();
        if let Err(error) = people.vault.finish_once(claim, answer, now).await {
            tracing::warn!(%error, "a request is done, but a repeat of it would not be known");
        }
    }

    /// It came to nothing.
    pub async fn forget_once(&self, claim: &Claim) {
        let Some(people) = &self.0.people else { return };
        if let Err(error) = people.vault.forget_once(claim).await {
            tracing::warn!(%error, "a request that failed can't be repeated for a minute");
        }
    }

    /// A keyed hash of what may hold a secret; `None` where this process signs nobody in.
    pub fn fingerprint(&self, of: &[u8]) -> Option<String> {
        let people = self.0.people.as_ref()?;
        Some(people.vault.fingerprint(of))
    }
}

/// Whoever asks: a member, else the address that it comes from.
async fn caller(parts: &Parts, state: &AppState) -> String {
    match identify(parts, state).await.as_deref() {
        Ok(Principal::Member(member)) => {
            format!("member {} {}", member.tenant.id(), member.subject)
        }
        Ok(Principal::Operator { .. }) | Err(_) => {
            let proxies = &state.config().trusted_proxies;
            let address = caller_address(&parts.extensions, &parts.headers, proxies);
            format!(
                "address {}",
                address.map(|one| one.to_string()).unwrap_or_default()
            )
        }
    }
}
