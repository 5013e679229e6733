//! Finding something fit to be spoiled.

use flowgrid_history::{Answer, Attempt, Evidence, Heard, LogEvent, LogEvidence, Operation};

/// The log on which most happened.
pub fn busy(evidence: &mut Evidence) -> &mut LogEvidence {
    let logs = evidence.logs.iter_mut();
    logs.max_by_key(|log| log.events.len()).unwrap()
}

/// Where in that log the `n`-th event stands that `fits`.
pub fn event(log: &LogEvidence, n: usize, fits: impl Fn(&LogEvent) -> bool) -> usize {
    let all = log.events.iter().enumerate();
    all.filter(|(_, event)| fits(event)).nth(n).unwrap().0
}

/// The operation of a mark.
pub fn operation<'e>(evidence: &'e mut Evidence, mark: &str) -> &'e mut Operation {
    let all = evidence.recorded.operations.iter_mut();
    all.into_iter()
        .find(|operation| *operation.mark == *mark)
        .unwrap()
}

/// Marks of the busy log's events whose operation fits, in the order of the log.
pub fn marks(evidence: &mut Evidence, fits: impl Fn(&Operation) -> bool) -> Vec<String> {
    let fitting: std::collections::HashSet<Box<str>> = evidence
        .recorded
        .operations
        .iter()
        .filter(|operation| fits(operation))
        .map(|operation| operation.mark.clone())
        .collect();
    let events = busy(evidence).events.iter();
    events
        .filter(|event| fitting.contains(&event.mark))
        .map(|event| event.mark.to_string())
        .collect()
}

/// Sent once and acknowledged.
pub fn is_plain(operation: &Operation) -> bool {
    matches!(
        &*operation.attempts,
        [Attempt {
            answer: Answer::Acknowledged { .. },
            ..
        }]
    )
}

/// Where among a subscriber's heard events there are so many in a row on one connection, none of
/// them its first or last.
pub fn run_of_events(heard: &[Heard], length: usize) -> Option<usize> {
    let is_event = |heard: &Heard| matches!(heard, Heard::Event { .. });
    let windows = heard.windows(length + 2);
    windows
        .enumerate()
        .find(|(_, window)| window.iter().all(is_event))
        .map(|(at, _)| at + 1)
}

/// The first subscriber that heard so many events in a row, and where.
pub fn listener(evidence: &mut Evidence, length: usize) -> (&mut Vec<Heard>, usize) {
    let all = evidence.recorded.subscribers.iter_mut();
    all.into_iter()
        .find_map(|subscriber| {
            let at = run_of_events(&subscriber.heard, length)?;
            Some((&mut subscriber.heard, at))
        })
        .unwrap()
}

/// Makes a subscriber lose `lost` events in a row, with a reconnect in their place that says
/// `recovered`, and tells of a gap over the first `told` of them.
pub fn gap_of(evidence: &mut Evidence, lost: usize, told: usize, recovered: bool) {
    let (heard, at) = listener(evidence, lost);
    let position = |heard: &Heard| match heard {
        Heard::Event { position, .. } => *position,
        _ => panic!("no event"),
    };
    let after = position(&heard[at - 1]);
    let until = position(&heard[at + told - 1]);
    let answer = Heard::Subscribed {
        after: Some(after),
        position: until,
        recovered: Some(recovered),
    };
    heard.splice(at..at + lost, [Heard::Disconnected, answer]);
}
