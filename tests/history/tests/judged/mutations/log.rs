//! A log that doesn't hold what was told.

use flowgrid_bus::{Epoch, Position};
use flowgrid_history::{Answer, Attempt, Evidence, Fate, LogEvent, Operation};

use super::find::{busy, event, is_plain, marks, operation};

/// The first acknowledgement of the first operation that fits.
fn acknowledgement(evidence: &mut Evidence, fits: impl Fn(&Operation) -> bool) -> &mut Answer {
    let mark = marks(evidence, |operation| is_plain(operation) && fits(operation)).remove(5);
    &mut operation(evidence, &mark).attempts[0].answer
}

pub fn lose_tail(evidence: &mut Evidence) {
    let log = busy(evidence);
    log.events.pop();
    log.head -= 1;
    let stream = log.stream.as_mut().unwrap();
    stream.messages.pop();
    stream.last -= 1;
}

pub fn give_way(evidence: &mut Evidence) {
    let log = busy(evidence);
    let at = event(log, 5, |event| &*event.event_type == "building.registered");
    log.events.remove(at);
    close_up(&mut log.events[at..]);
    log.head -= 1;
}

fn close_up(events: &mut [LogEvent]) {
    for event in events {
        event.position -= 1;
    }
}

pub fn tell_another_revision(evidence: &mut Evidence) {
    let Answer::Acknowledged { revision, .. } = acknowledgement(evidence, |_| true) else {
        return;
    };
    *revision += 1;
}

pub fn tell_another_life(evidence: &mut Evidence) {
    let Answer::Acknowledged { position, .. } = acknowledgement(evidence, |_| true) else {
        return;
    };
    position.epoch = Epoch(position.epoch.0 ^ 1);
}

/// As a server would that answers before it writes: where the next event will stand.
pub fn acknowledge_nothing(evidence: &mut Evidence) {
    let log = busy(evidence);
    let (log, epoch, n) = (log.log, log.epoch, log.head + 1);
    let refused = evidence.recorded.operations.iter_mut().find(|operation| {
        operation.aggregate_id.is_some()
            && matches!(operation.attempts[0].answer, Answer::Refused { .. })
    });
    let refused = refused.unwrap();
    refused.attempts[0].answer = Answer::Acknowledged {
        position: Position { log, epoch, n },
        revision: 1,
        aggregate_id: refused.aggregate_id.clone().unwrap(),
    };
}

pub fn forget_key(evidence: &mut Evidence) {
    let log = busy(evidence);
    let at = event(log, 3, |event| event.key.is_some());
    log.events[at].key = None;
}

pub fn phantom(evidence: &mut Evidence) {
    busy(evidence).events[7].mark = "nobody-1".into();
}

pub fn unmarked(evidence: &mut Evidence) {
    busy(evidence).events[7].mark = "".into();
}

pub fn stray(evidence: &mut Evidence) {
    let log = busy(evidence);
    let at = event(log, 2, |event| &*event.event_type == "building.changed");
    log.events[at].aggregate_id = "elsewhere".into();
}

/// A copy of an event as the newest of its aggregate and of the log.
fn repeated(evidence: &mut Evidence) -> LogEvent {
    let log = busy(evidence);
    let at = event(log, 0, |event| &*event.event_type == "building.registered");
    let (mut copy, head) = (log.events[at].clone(), log.head);
    copy.position = head + 1;
    copy.sequence = 1 + last_version(&log.events, &copy);
    copy
}

fn last_version(events: &[LogEvent], like: &LogEvent) -> u64 {
    let same = |event: &&LogEvent| {
        (&event.org, &event.aggregate_id) == (&like.org, &like.aggregate_id)
            && event.aggregate_type == like.aggregate_type
    };
    let versions = events.iter().filter(same).map(|event| event.sequence);
    versions.max().unwrap_or(0)
}

pub fn duplicate(evidence: &mut Evidence) {
    let copy = repeated(evidence);
    let log = busy(evidence);
    log.head += 1;
    log.events.push(copy);
}

pub fn duplicate_at_once(evidence: &mut Evidence) {
    let log = busy(evidence);
    let mut copy = log.events.last().unwrap().clone();
    copy.position += 1;
    copy.sequence += 1;
    log.head += 1;
    log.events.push(copy);
}

pub fn duplicate_elsewhere(evidence: &mut Evidence) {
    let mut copy = repeated(evidence);
    let other = evidence
        .logs
        .iter_mut()
        .filter(|log| log.head > 0)
        .min_by_key(|log| log.events.len())
        .unwrap();
    copy.position = other.head + 1;
    copy.sequence = 1;
    other.head += 1;
    other.events.push(copy);
}

pub fn refuse_afterwards(evidence: &mut Evidence) {
    let operation = evidence
        .recorded
        .operations
        .iter_mut()
        .find(|operation| !operation.may_change_nothing && operation.fate() == Fate::Acknowledged)
        .unwrap();
    let (told, ..) = operation.acknowledgements().next().unwrap();
    operation.attempts.push(Attempt {
        sent: told + 1,
        answered: Some(told + 2),
        answer: Answer::Refused { status: 409 },
    });
}

pub fn refuse(evidence: &mut Evidence) {
    *acknowledgement(evidence, |_| true) = Answer::Refused { status: 409 };
}

pub fn skip_version(evidence: &mut Evidence) {
    let log = busy(evidence);
    let at = event(log, 4, |event| event.sequence > 1);
    log.events[at].sequence += 1;
}

pub fn repeat_version(evidence: &mut Evidence) {
    let log = busy(evidence);
    let at = event(log, 4, |event| event.sequence > 1);
    log.events[at].sequence -= 1;
}

pub fn gap(evidence: &mut Evidence) {
    busy(evidence).events.remove(20);
}

pub fn head_beyond(evidence: &mut Evidence) {
    busy(evidence).head += 1;
}

pub fn same_place(evidence: &mut Evidence) {
    busy(evidence).events[20].position -= 1;
}
