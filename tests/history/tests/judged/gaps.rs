//! What may be so: unknown things that happened, gaps that were told, receipts that grew old.

use flowgrid_history::{Answer, Evidence, Heard};

use crate::mutations::{busy, gap_of};

type Allowed = (&'static str, fn(&mut Evidence));

pub const ALLOWED: &[Allowed] = &[
    ("an acknowledgement that got lost", lose_acknowledgement),
    ("a gap that was told", |evidence| {
        gap_of(evidence, 2, 2, false)
    }),
    ("a receipt that grew old", grow_old),
    ("a stream that begins late", begin_late),
    ("a subscriber that left", leave),
];

fn lose_acknowledgement(evidence: &mut Evidence) {
    for operation in evidence.recorded.operations.iter_mut().step_by(3) {
        for attempt in &mut operation.attempts {
            if matches!(attempt.answer, Answer::Acknowledged { .. }) {
                (attempt.answer, attempt.answered) = (Answer::Unknown, None);
            }
        }
    }
}

fn grow_old(evidence: &mut Evidence) {
    let receipts = &mut busy(evidence).receipts;
    let (name, _) = receipts.stored.pop_first().unwrap();
    receipts.implied.get_mut(&name).unwrap().may_be_gone = true;
}

fn begin_late(evidence: &mut Evidence) {
    let stream = busy(evidence).stream.as_mut().unwrap();
    stream.messages.drain(..10);
    stream.first += 10;
}

fn leave(evidence: &mut Evidence) {
    let heard = &mut evidence.recorded.subscribers[0].heard;
    while !matches!(heard.last(), Some(Heard::Event { .. })) {
        heard.pop();
    }
    heard.pop();
    while !matches!(heard.last(), Some(Heard::Event { .. })) {
        heard.pop();
    }
    heard.push(Heard::Left);
}
