//! The mix of commands: half new buildings, half changes spread evenly over those there are, an
//! idempotency key on half of both.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::Result;
use crate::body::{self, BUILDINGS_PATH, ORGANIZATIONS};
use crate::http;
use crate::server::Server;

/// Existing buildings over which changes are spread.
pub(crate) const EXISTING: usize = 10_000;
/// Coprime to [`EXISTING`]: each building comes once before any comes twice, and never two of a kind at
/// the same time.
const STRIDE: usize = 7_919;

/// One command of the mix, not yet in anybody's words.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Choice {
    pub(crate) number: u64,
    pub(crate) organization: usize,
    pub(crate) target: Target,
    pub(crate) idempotent: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Target {
    New { id: String, n: usize },
    Existing { n: usize },
}

impl Choice {
    /// The same number makes the same choice.
    pub(crate) fn of(number: u64) -> Self {
        let pair = number as usize / 2;
        let (organization, target) = if number.is_multiple_of(2) {
            let id = format!("n-{number}");
            (pair % ORGANIZATIONS, Target::New { id, n: pair })
        } else {
            let n = pair.wrapping_mul(STRIDE) % EXISTING;
            (n % ORGANIZATIONS, Target::Existing { n })
        };
        Self {
            number,
            organization,
            target,
            idempotent: (pair / ORGANIZATIONS).is_multiple_of(2),
        }
    }

    /// The building's id within its organization.
    pub(crate) fn id(&self) -> String {
        match &self.target {
            Target::New { id, .. } => id.clone(),
            Target::Existing { n } => existing_id(*n),
        }
    }

    /// The body as the contract has it.
    pub(crate) fn body(&self) -> String {
        match &self.target {
            Target::New { id, n } => body::registration(id, *n),
            Target::Existing { n } => body::change(*n, self.number + 1),
        }
    }
}

pub(crate) fn existing_id(n: usize) -> String {
    format!("b-{n}")
}

/// The mix as HTTP requests. Numbers go on over all phases of a run, so no id comes twice.
#[derive(Debug)]
pub(crate) struct Mix {
    tokens: Vec<String>,
    next: AtomicU64,
}

impl Mix {
    pub(crate) async fn new(server: &Server) -> Result<Self> {
        let mut tokens = Vec::with_capacity(ORGANIZATIONS);
        for index in 0..ORGANIZATIONS {
            tokens.push(server.token(&body::organization(index), "manager").await?);
        }
        Ok(Self {
            tokens,
            next: AtomicU64::new(0),
        })
    }

    pub(crate) fn token(&self, organization: usize) -> &str {
        &self.tokens[organization % ORGANIZATIONS]
    }

    pub(crate) fn next_request(&self) -> Vec<u8> {
        let choice = Choice::of(self.next.fetch_add(1, Ordering::Relaxed));
        let key = if choice.idempotent {
            format!("Idempotency-Key: bench-{}\r\n", choice.number)
        } else {
            String::new()
        };
        let token = self.token(choice.organization);
        let body = choice.body();
        match &choice.target {
            Target::New { .. } => http::request("POST", BUILDINGS_PATH, token, &key, &body),
            Target::Existing { .. } => {
                let path = format!("{BUILDINGS_PATH}/{}", choice.id());
                http::request("PUT", &path, token, &key, &body)
            }
        }
    }

    /// Registers building `n` of those that changes are spread over.
    pub(crate) fn seed_request(&self, n: usize) -> Vec<u8> {
        let body = body::registration(&existing_id(n), n);
        http::request("POST", BUILDINGS_PATH, self.token(n), "", &body)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn changes_reach_every_building_once_before_any_twice() {
        let changed: HashSet<String> = (0..2 * EXISTING as u64)
            .map(Choice::of)
            .filter(|choice| matches!(choice.target, Target::Existing { .. }))
            .map(|choice| choice.id())
            .collect();
        assert_eq!(changed.len(), EXISTING);
    }

    #[test]
    fn half_of_both_kinds_carry_a_key() {
        for kind in 0..2 {
            let keys = (0..4_000_u64)
                .filter(|n| n % 2 == kind)
                .filter(|n| Choice::of(*n).idempotent);
            assert_eq!(keys.count(), 1_000);
        }
    }
}
