//! The stream is the log, message by message.

use super::objection::{Objections, Rule};
use crate::{Evidence, LogEvidence, StreamEvidence};

pub(super) fn check(evidence: &Evidence, to: &mut Objections) {
    for log in &evidence.logs {
        match &log.stream {
            None if log.head == 0 => {}
            None => to.add(Rule::Stream, || format!("log {} has no stream", log.log)),
            Some(stream) => compare(log, stream, to),
        }
    }
}

fn compare(log: &LogEvidence, stream: &StreamEvidence, to: &mut Objections) {
    let mut object = |text: String| to.add(Rule::Stream, || format!("EV_{}: {text}", log.log));
    if stream.epoch != log.epoch.to_string() {
        object(format!(
            "it is of epoch {:?}, the log of {}",
            stream.epoch, log.epoch
        ));
    }
    if stream.last != log.head {
        object(format!(
            "it ends at {}, the log at {}",
            stream.last, log.head
        ));
    }
    let mut expected = stream.first.max(1);
    for message in &stream.messages {
        if message.sequence != expected {
            object(format!("expected {expected}, found {}", message.sequence));
        }
        expected = message.sequence + 1;
        match log.event_at(message.sequence) {
            None => object(format!("the log has nothing at {}", message.sequence)),
            Some(event) if event.event_id != message.event_id => {
                object(format!("another event at {}", message.sequence));
            }
            Some(event) if event.hash != message.hash => {
                object(format!("the event at {} was altered", message.sequence));
            }
            Some(_) => {}
        }
    }
    if expected != stream.last + 1 {
        object(format!(
            "its messages end at {}, it says {}",
            expected - 1,
            stream.last
        ));
    }
}
