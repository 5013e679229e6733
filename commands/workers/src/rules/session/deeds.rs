//! Doing what is due.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use futures_util::future::join_all;

use super::super::RulesError;
use super::super::deed::Task;
use super::super::store::Due;
use super::{At, Session};

/// How many are done at once: appends gather them.
const AT_ONCE: usize = 64;

impl Session<'_> {
    /// Does all that is due. A source's deeds follow each other; those of different sources go
    /// together. What can't be done now ends it, and is tried again later.
    pub(super) async fn do_deeds(&self, at: &mut At) -> Result<(), RulesError> {
        loop {
            let due = at.tables.due(self.now()).await?;
            if due.is_empty() {
                return Ok(());
            }
            for round in rounds(due) {
                self.do_round(at, &round).await?;
            }
        }
    }

    async fn do_round(&self, at: &mut At, round: &[Due]) -> Result<(), RulesError> {
        let now = self.now();
        let acts = round.iter().map(|due| self.actor.act(&due.task, now));
        let (mut done, mut next, mut failed) = (Vec::new(), Vec::new(), None);
        for (due, acted) in round.iter().zip(join_all(acts).await) {
            match acted {
                Ok(then) => {
                    done.push(due.id);
                    next.extend(then);
                }
                Err(error) => failed = Some(error),
            }
        }
        let next: Vec<(&Task, DateTime<Utc>)> =
            next.iter().map(|(task, due)| (task, *due)).collect();
        at.tables.done(&done, &next).await?;
        failed.map_or(Ok(()), Err)
    }
}

/// Cuts what is due so that no source is twice in a round.
fn rounds(due: Vec<Due>) -> Vec<Vec<Due>> {
    let mut rounds: Vec<Vec<Due>> = Vec::new();
    let mut round: Vec<Due> = Vec::new();
    let mut met: HashSet<(uuid::Uuid, String)> = HashSet::new();
    for one in due {
        let key = (one.task.tenant.id(), one.task.source_id());
        if met.contains(&key) || round.len() >= AT_ONCE {
            rounds.push(std::mem::take(&mut round));
            met.clear();
        }
        met.insert(key);
        round.push(one);
    }
    rounds.push(round);
    rounds
}
