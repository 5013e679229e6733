//! Executing commands.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use flowgrid_bus::{LogId, Tenant};
use flowgrid_domain::{Decider, LogKind, Rejection};
use flowgrid_log::{Appended, Appender, AppenderStats, LogInfo, LogStore, StoredReceipt};
use tokio::sync::{Mutex, MutexGuard};

use crate::caller::receipt_key;
use crate::known::Known;
use crate::plan::{Plan, plan};
use crate::{At, Caller, CommandError, Ends, Loaded, Outcome, OutcomeKind, Request, history};

/// How often a command that lost is decided again before its caller is told.
const ATTEMPTS: u32 = 32;
/// Aggregates that many fight over take turns in these.
const TURNS: usize = 1_024;

/// What commands are made of.
pub struct CommandsOptions {
    pub store: LogStore,
    /// One for each log.
    pub appenders: HashMap<LogId, Appender>,
    /// How many aggregates are remembered.
    pub remembered: usize,
}

/// Executes commands. Cheap to clone.
#[derive(Clone)]
pub struct Commands {
    inner: Arc<Inner>,
}

struct Inner {
    store: LogStore,
    appenders: HashMap<LogId, Appender>,
    known: Known,
    turns: Box<[Mutex<()>]>,
    hasher: RandomState,
}

/// What to do after an attempt.
enum Next<A> {
    Done(Outcome<A>),
    /// Somebody moved the aggregate on.
    Stale,
    /// A claim is held by this aggregate.
    Owner(String),
}

impl Commands {
    pub fn new(options: CommandsOptions) -> Self {
        Self {
            inner: Arc::new(Inner {
                store: options.store,
                appenders: options.appenders,
                known: Known::new(options.remembered),
                turns: (0..TURNS).map(|_| Mutex::new(())).collect(),
                hasher: RandomState::new(),
            }),
        }
    }

    /// Executes a command: its events are on disk when this returns an outcome.
    ///
    /// # Errors
    /// See [`CommandError`]; only [`CommandError::Unknown`] leaves open whether it happened.
    pub async fn execute<A: Decider>(
        &self,
        caller: &Caller,
        request: Request<A::Command>,
    ) -> Result<Outcome<A>, CommandError> {
        let result = self.attempt_until_done::<A>(caller, &request).await;
        match (&result, &request.idempotency) {
            // It may have been executed before and be refused for that very reason.
            (
                Err(CommandError::Rejected(_) | CommandError::VersionMismatch { .. })
                | Ok(Outcome {
                    kind: OutcomeKind::AlreadyApplied,
                    ..
                }),
                Some(key),
            ) => {
                let log = self.log_of::<A>(&caller.tenant).await?;
                let receipt_key = receipt_key(&caller.actor, &key.key);
                match self
                    .inner
                    .store
                    .receipt(log.id, caller.tenant.id(), &receipt_key)
                    .await?
                {
                    Some(receipt) => self.repeat(log, &request, receipt).await,
                    None => result,
                }
            }
            _ => result,
        }
    }

    async fn attempt_until_done<A: Decider>(
        &self,
        caller: &Caller,
        request: &Request<A::Command>,
    ) -> Result<Outcome<A>, CommandError> {
        let log = self.log_of::<A>(&caller.tenant).await?;
        let claim = request
            .follow_claim
            .then(|| first_claim::<A>(caller, request))
            .flatten();
        let hint = claim
            .as_deref()
            .and_then(|claim| self.inner.known.owner(claim));
        let mut target = hint.unwrap_or_else(|| request.id.clone());
        let mut turn: Option<MutexGuard<'_, ()>> = None;
        let mut fresh = false;
        let mut refusal: Option<(String, CommandError)> = None;
        for attempt in 0..ATTEMPTS {
            let next = self
                .attempt::<A>(log, caller, request, &target, fresh)
                .await;
            match next {
                Ok(Next::Done(outcome)) => {
                    if let Some(claim) = claim {
                        self.inner.known.put_owner(claim, outcome.id.clone());
                    }
                    return Ok(outcome);
                }
                Ok(Next::Stale) if turn.is_none() => {
                    turn = Some(self.turn(&caller.tenant, &target).await)
                }
                Ok(Next::Stale) => back_off(attempt).await,
                Ok(Next::Owner(owner)) => match refusal.take() {
                    // It still holds the claim: its no stands.
                    Some((refuser, error)) if refuser == owner => return Err(error),
                    Some(_) | None => {
                        turn = None;
                        target = owner;
                    }
                },
                // Perhaps the owner has let go of the claim meanwhile: take it ourselves.
                Err(error @ CommandError::Rejected(_)) if target != request.id => {
                    if let Some(claim) = &claim {
                        self.inner.known.forget_owner(claim);
                    }
                    turn = None;
                    let refuser = std::mem::replace(&mut target, request.id.clone());
                    refusal = Some((refuser, error));
                }
                Err(error) => return Err(error),
            }
            fresh = true;
        }
        Err(CommandError::Contended)
    }

    async fn attempt<A: Decider>(
        &self,
        log: LogInfo,
        caller: &Caller,
        request: &Request<A::Command>,
        target: &str,
        fresh: bool,
    ) -> Result<Next<A>, CommandError> {
        let qualified = caller.tenant.qualify(target);
        let loaded = self.current::<A>(log, request, &qualified, fresh).await?;
        if let Some(expected) = request.if_match
            && expected != loaded.revision
            && loaded.revision > 0
        {
            // What we remember may be older than what the caller has read.
            if !fresh {
                return Ok(Next::Stale);
            }
            return Err(CommandError::VersionMismatch {
                expected,
                actual: loaded.revision,
            });
        }
        let events = match loaded.state.decide(&request.command) {
            Ok(events) => events,
            // What we remember may be old: the domain's no must be about the present.
            Err(_)
                if !fresh
                    && loaded.revision > 0
                    && self.is_behind::<A>(log, &qualified, &loaded).await? =>
            {
                return Ok(Next::Stale);
            }
            Err(rejection) => return Err(rejection.into()),
        };
        if events.is_empty() {
            if !fresh && self.is_behind::<A>(log, &qualified, &loaded).await? {
                return Ok(Next::Stale);
            }
            return Ok(Next::Done(Outcome::of(
                OutcomeKind::AlreadyApplied,
                target.to_owned(),
                request.status,
                loaded,
            )));
        }
        let plan = plan(caller, request, target, qualified.clone(), &loaded, &events)?;
        self.append(log, request, target, qualified, loaded, plan)
            .await
    }

    /// The aggregate as it is thought to be: remembered; or as one that isn't there yet, when the
    /// command would bring it into being (a wrong guess loses the lock, a right one saves a
    /// read); or read.
    async fn current<A: Decider>(
        &self,
        log: LogInfo,
        request: &Request<A::Command>,
        qualified: &str,
        fresh: bool,
    ) -> Result<Loaded<A>, CommandError> {
        let known = self.inner.known.get::<A>(qualified);
        match known {
            Some(loaded) if !fresh => return Ok(loaded),
            None if !fresh
                && request.if_match.is_none()
                && A::default().decide(&request.command).is_ok() =>
            {
                return Ok(Loaded::fresh(log));
            }
            Some(_) | None => {}
        }
        let loaded = history::catch_up(&self.inner.store, log, qualified, known).await?;
        if loaded.revision > 0 {
            self.inner.known.put(qualified.to_owned(), loaded.clone());
        }
        Ok(loaded)
    }

    /// Whether others have moved the aggregate on; if so, what is remembered is brought up to date.
    async fn is_behind<A: Decider>(
        &self,
        log: LogInfo,
        qualified: &str,
        loaded: &Loaded<A>,
    ) -> Result<bool, CommandError> {
        let now =
            history::catch_up(&self.inner.store, log, qualified, Some(loaded.clone())).await?;
        let behind = now.revision > loaded.revision;
        if behind {
            self.inner.known.put(qualified.to_owned(), now);
        }
        Ok(behind)
    }

    async fn append<A: Decider>(
        &self,
        log: LogInfo,
        request: &Request<A::Command>,
        target: &str,
        qualified: String,
        mut loaded: Loaded<A>,
        plan: Plan<A>,
    ) -> Result<Next<A>, CommandError> {
        match self.appender(log.id)?.append(plan.append).await? {
            Appended::Written {
                last,
                version,
                recorded_at,
            } => {
                loaded.state = plan.next;
                loaded.advance(version, last, recorded_at);
                self.inner.known.put(qualified, loaded.clone());
                Ok(Next::Done(Outcome::of(
                    OutcomeKind::Executed,
                    target.to_owned(),
                    request.status,
                    loaded,
                )))
            }
            Appended::Repeated(receipt) => {
                Ok(Next::Done(self.repeat(log, request, receipt).await?))
            }
            Appended::Stale { version } => match request.if_match {
                Some(expected) => Err(CommandError::VersionMismatch {
                    expected,
                    actual: version,
                }),
                None => Ok(Next::Stale),
            },
            Appended::ClaimTaken { owner, .. } if request.follow_claim => Ok(Next::Owner(owner)),
            Appended::ClaimTaken { scope, .. } => {
                Err(CommandError::Rejected(Rejection::AlreadyExists {
                    detail: format!("another one holds this {scope}"),
                }))
            }
        }
    }

    /// The first answer again, folded from the history it led to.
    async fn repeat<A: Decider>(
        &self,
        log: LogInfo,
        request: &Request<A::Command>,
        receipt: StoredReceipt,
    ) -> Result<Outcome<A>, CommandError> {
        let same = request
            .idempotency
            .as_ref()
            .is_some_and(|key| key.fingerprint == receipt.fingerprint);
        if !same {
            return Err(CommandError::KeyReused);
        }
        let loaded = history::at::<A>(
            &self.inner.store,
            log,
            &receipt.id,
            At::Version(receipt.sequence),
        )
        .await?;
        let loaded = loaded.ok_or_else(|| {
            CommandError::Internal(format!("the receipt's aggregate {} is gone", receipt.id))
        })?;
        let local = receipt
            .id
            .split_once('/')
            .map_or(receipt.id.as_str(), |(_, id)| id);
        Ok(Outcome::of(
            OutcomeKind::Repeated,
            local.to_owned(),
            receipt.status,
            loaded,
        ))
    }

    /// An aggregate as it is, or as it was; `None` when there is (or was) none.
    ///
    /// # Errors
    /// When the log can't be read.
    pub async fn load<A: Decider>(
        &self,
        tenant: &Tenant,
        id: &str,
        at: Option<At>,
    ) -> Result<Option<Loaded<A>>, CommandError> {
        let log = self.log_of::<A>(tenant).await?;
        let qualified = tenant.qualify(id);
        match at {
            Some(at) => history::at(&self.inner.store, log, &qualified, at).await,
            None => self.present(log, qualified).await,
        }
    }

    /// The same as [`Self::load`] of the present, without asking where the history ends if `ends` knows:
    /// the aggregate as it was then, or later.
    ///
    /// # Errors
    /// When the log can't be read.
    pub async fn load_ending<A: Decider>(
        &self,
        tenant: &Tenant,
        id: &str,
        ends: &Ends,
    ) -> Result<Option<Loaded<A>>, CommandError> {
        let name = self.name::<A>(tenant, id).await?;
        if let Some((version, last)) = ends.of(&name)
            && let Some(known) = self.inner.known.get::<A>(&tenant.qualify(id))
            && (known.revision, known.position.n) == (version, last)
        {
            return Ok(Some(known));
        }
        self.load(tenant, id, None).await
    }

    /// What is remembered, where the log stands at its last event; else read anew.
    async fn present<A: Decider>(
        &self,
        log: LogInfo,
        qualified: String,
    ) -> Result<Option<Loaded<A>>, CommandError> {
        let Inner { store, known, .. } = &*self.inner;
        if let Some(known) = known.get::<A>(&qualified) {
            let end = store.end_of(log.id, A::TYPE, &qualified).await?;
            if end == Some((known.revision, known.position.n)) {
                return Ok(Some(known));
            }
        }
        let loaded = history::catch_up(store, log, &qualified, None).await?;
        if loaded.revision == 0 {
            return Ok(None);
        }
        known.put(qualified, loaded.clone());
        Ok(Some(loaded))
    }

    /// The state of each log's appender.
    pub fn stats(&self) -> Vec<(LogId, AppenderStats)> {
        let mut stats: Vec<_> = self
            .inner
            .appenders
            .iter()
            .map(|(log, appender)| (*log, appender.stats()))
            .collect();
        stats.sort_by_key(|(log, _)| *log);
        stats
    }

    async fn log_of<A: Decider>(&self, tenant: &Tenant) -> Result<LogInfo, CommandError> {
        self.place(tenant, A::LOG).await
    }

    /// The log of a kind on which an organization lives.
    pub(crate) async fn place(
        &self,
        tenant: &Tenant,
        kind: LogKind,
    ) -> Result<LogInfo, CommandError> {
        Ok(self.inner.store.place(tenant, kind).await?)
    }

    pub(crate) fn store(&self) -> &LogStore {
        &self.inner.store
    }

    pub(crate) fn appender(&self, log: LogId) -> Result<&Appender, CommandError> {
        let appender = self.inner.appenders.get(&log);
        appender.ok_or_else(|| CommandError::Internal(format!("no appender for log {log}")))
    }

    /// A turn at an aggregate, for those that have lost once: of many in this process only one
    /// at a time then goes to the log.
    async fn turn(&self, tenant: &Tenant, target: &str) -> MutexGuard<'_, ()> {
        let hash = self.inner.hasher.hash_one((tenant.id(), target));
        let at = usize::try_from(hash % TURNS as u64).unwrap_or(0);
        self.inner.turns[at].lock().await
    }
}

/// The name that a command would claim if its aggregate were new.
fn first_claim<A: Decider>(caller: &Caller, request: &Request<A::Command>) -> Option<String> {
    let mut state = A::default();
    for event in state.decide(&request.command).ok()? {
        if let Some(claim) = state.claims(&event).into_iter().find(|claim| claim.take) {
            return Some(format!(
                "{}/{}/{}",
                caller.tenant.slug(),
                claim.scope,
                claim.key
            ));
        }
        state.evolve(&event);
    }
    None
}

/// A short, growing, uneven pause for those who fight with other processes.
async fn back_off(attempt: u32) {
    let uneven = u64::from(uuid::Uuid::new_v4().as_bytes()[0]);
    let most = 1u64 << attempt.min(6);
    tokio::time::sleep(Duration::from_micros(200 + uneven * most * 4)).await;
}
