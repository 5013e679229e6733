//! A stream that isn't its log.

use flowgrid_history::{Evidence, StreamEvidence, StreamMessage};

use super::find::busy;

fn stream(evidence: &mut Evidence) -> &mut StreamEvidence {
    busy(evidence).stream.as_mut().unwrap()
}

pub fn alter(evidence: &mut Evidence) {
    stream(evidence).messages[3].hash ^= 1;
}

pub fn replace(evidence: &mut Evidence) {
    let messages = &mut stream(evidence).messages;
    let other = messages[4];
    messages[3] = StreamMessage {
        sequence: messages[3].sequence,
        ..other
    };
}

pub fn drop_message(evidence: &mut Evidence) {
    stream(evidence).messages.remove(3);
}

pub fn swap(evidence: &mut Evidence) {
    stream(evidence).messages.swap(3, 4);
}

pub fn end_early(evidence: &mut Evidence) {
    let stream = stream(evidence);
    stream.messages.pop();
    stream.last -= 1;
}

pub fn end_late(evidence: &mut Evidence) {
    let stream = stream(evidence);
    let last = *stream.messages.last().unwrap();
    stream.last += 1;
    stream.messages.push(StreamMessage {
        sequence: last.sequence + 1,
        ..last
    });
}

pub fn another_life(evidence: &mut Evidence) {
    stream(evidence).epoch = "00000000".to_owned();
}

pub fn gone(evidence: &mut Evidence) {
    busy(evidence).stream = None;
}
