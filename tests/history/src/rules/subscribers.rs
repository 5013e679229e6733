//! Every subscriber saw every event of its channel, once and in order, or was told of the gap.

use flowgrid_bus::LogId;

use super::channel::Channel;
use super::objection::{Objections, Rule};
use crate::{Evidence, Heard, LogEvent, LogEvidence, Subscriber};

pub(super) fn check(evidence: &Evidence, to: &mut Objections) {
    for subscriber in &evidence.recorded.subscribers {
        let mut object = |text: String| {
            let Subscriber {
                name, org, channel, ..
            } = subscriber;
            to.add(Rule::Subscribers, || {
                format!("{name} ({channel} of {org}): {text}")
            });
        };
        let Some(log) = log_of(subscriber).and_then(|log| evidence.log(log)) else {
            // Whoever never got through was promised nothing.
            if !subscriber.heard.is_empty() {
                object("it was never answered with a position of a log".into());
            }
            continue;
        };
        let Some(channel) = Channel::parse(&subscriber.channel) else {
            object("there is no such channel".into());
            continue;
        };
        let promised = Promised::to(subscriber, log);
        compare(subscriber, log, &channel, &promised, &mut object);
    }
}

fn log_of(subscriber: &Subscriber) -> Option<LogId> {
    subscriber.heard.iter().find_map(|heard| match heard {
        Heard::Subscribed { position, .. } => Some(position.log),
        Heard::Event { .. } | Heard::Disconnected | Heard::Left => None,
    })
}

/// What the answers to a subscriber have promised: the positions after `.0` up to `.1`, in order.
struct Promised(Vec<(u64, u64)>);

impl Promised {
    fn to(subscriber: &Subscriber, log: &LogEvidence) -> Self {
        let mut intervals = Vec::new();
        let mut open: Option<u64> = None;
        let mut last_seen = 0;
        let mut end = log.head;
        for heard in &subscriber.heard {
            match heard {
                Heard::Subscribed {
                    after,
                    position,
                    recovered,
                } => {
                    let goes_on = *recovered == Some(true) && position.epoch == log.epoch;
                    if goes_on && open.is_some() {
                        continue;
                    }
                    let asked = after.map_or(last_seen, |after| after.n);
                    if let Some(from) = open {
                        intervals.push((from, asked.max(from)));
                    }
                    open = Some(if goes_on { asked } else { position.n });
                }
                Heard::Event { position, .. } => last_seen = position.n,
                Heard::Disconnected => {}
                Heard::Left => end = last_seen,
            }
        }
        if let Some(from) = open {
            intervals.push((from, end.max(from)));
        }
        Self(intervals)
    }

    fn hold(&self, position: u64) -> bool {
        self.0
            .iter()
            .any(|(after, until)| (after + 1..=*until).contains(&position))
    }
}

fn compare(
    subscriber: &Subscriber,
    log: &LogEvidence,
    channel: &Channel<'_>,
    promised: &Promised,
    object: &mut impl FnMut(String),
) {
    let mut expected = log
        .events
        .iter()
        .filter(|event| {
            event.org == subscriber.org
                && channel.carries(event, subscriber.role)
                && promised.hold(event.position)
        })
        .peekable();
    let mut last = 0;
    for heard in &subscriber.heard {
        let Heard::Event { position, .. } = heard else {
            continue;
        };
        if (position.log, position.epoch) != (log.log, log.epoch) {
            object(format!("{position} is of another log or life"));
            continue;
        }
        if position.n <= last {
            object(format!("{} came after {last}", position.n));
            continue;
        }
        last = position.n;
        while let Some(missing) = expected.next_if(|event| event.position < position.n) {
            object(format!("{} never came", missing.position));
        }
        match expected.next_if(|event| event.position == position.n) {
            None => object(format!("{} came without need", position.n)),
            Some(event) if !is_that(event, heard) => {
                object(format!("{} came as something else", position.n));
            }
            Some(_) => {}
        }
    }
    for missing in expected {
        object(format!("{} never came", missing.position));
    }
}

fn is_that(event: &LogEvent, heard: &Heard) -> bool {
    let Heard::Event {
        event: name,
        aggregate_type,
        aggregate_id,
        revision,
        data,
        ..
    } = heard
    else {
        return false;
    };
    (
        &event.event_type,
        &event.aggregate_type,
        &event.aggregate_id,
        &event.sequence,
        &event.payload,
    ) == (name, aggregate_type, aggregate_id, revision, data)
}
