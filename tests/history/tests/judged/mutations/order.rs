//! Commands that stand in another order than they were told.

use flowgrid_history::{Answer, Evidence};

use super::find::{busy, is_plain, marks, operation};

/// Two operations change places in the log, and their clients are told so: nothing but the order
/// is wrong with it.
fn swap(evidence: &mut Evidence, one: &str, other: &str) {
    let log = busy(evidence);
    let place = |mark: &str| {
        let mut all = log.events.iter();
        all.position(|event| *event.mark == *mark).unwrap()
    };
    let (one_at, other_at) = (place(one), place(other));
    let (one_n, other_n) = (log.events[one_at].position, log.events[other_at].position);
    log.events.swap(one_at, other_at);
    log.events[one_at].position = one_n;
    log.events[other_at].position = other_n;
    for (mark, n) in [(one, other_n), (other, one_n)] {
        for attempt in &mut operation(evidence, mark).attempts {
            if let Answer::Acknowledged { position, .. } = &mut attempt.answer {
                position.n = n;
            }
        }
    }
}

/// Plain registrations of the busy log, as client and mark.
fn registrations(evidence: &mut Evidence) -> Vec<(String, String)> {
    let marks = marks(evidence, |operation| {
        is_plain(operation) && &*operation.action == "register"
    });
    let client = |mark: &String| mark.rsplit_once('-').unwrap().0.to_owned();
    marks
        .iter()
        .map(|mark| (client(mark), mark.clone()))
        .collect()
}

pub fn swap_of_a_client(evidence: &mut Evidence) {
    let all = registrations(evidence);
    let (client, one) = all.first().unwrap();
    let other = all.iter().skip(1).find(|(other, _)| other == client);
    swap(evidence, one, &other.unwrap().1);
}

pub fn swap_of_two_clients(evidence: &mut Evidence) {
    let all = registrations(evidence);
    let (client, one) = all.first().unwrap();
    let other = all.iter().rev().find(|(other, _)| other != client);
    swap(evidence, one, &other.unwrap().1);
}

/// The last is said to have been acknowledged before the first was sent.
pub fn acknowledge_early(evidence: &mut Evidence) {
    let all = registrations(evidence);
    let first_sent = operation(evidence, &all[0].1).first_sent();
    let last = operation(evidence, &all[all.len() - 1].1);
    last.attempts[0].answered = Some(first_sent - 1);
}

/// Whoever changed a thing did it before somebody was told its older revision.
pub fn tell_the_past(evidence: &mut Evidence) {
    let log = busy(evidence);
    let changed = log.events.iter().find(|event| event.sequence == 2).unwrap();
    let first = log.events.iter().find(|event| {
        event.sequence == 1
            && event.aggregate_type == changed.aggregate_type
            && (&event.org, &event.aggregate_id) == (&changed.org, &changed.aggregate_id)
    });
    let (writer, first) = (changed.mark.clone(), first.unwrap().clone());
    let (log, epoch) = (log.log, log.epoch);
    let told = operation(evidence, &writer)
        .acknowledgements()
        .map(|(at, ..)| at)
        .min();
    let mut late = operation(evidence, &writer).clone();
    late.mark = "late-1".into();
    late.client = "late".into();
    late.may_change_nothing = true;
    late.attempts.truncate(1);
    late.attempts[0].sent = told.unwrap() + 1;
    late.attempts[0].answered = Some(told.unwrap() + 2);
    late.attempts[0].answer = Answer::Acknowledged {
        position: flowgrid_bus::Position {
            log,
            epoch,
            n: first.position,
        },
        revision: 1,
        aggregate_id: (&*first.aggregate_id).into(),
    };
    evidence.recorded.operations.push(late);
}
