//! Subscribers and read models that were told something else.

use flowgrid_history::{Evidence, Heard};

use super::find::{gap_of, listener};

pub fn skip(evidence: &mut Evidence) {
    let (heard, at) = listener(evidence, 1);
    heard.remove(at);
}

pub fn twice(evidence: &mut Evidence) {
    let (heard, at) = listener(evidence, 1);
    heard.insert(at, heard[at].clone());
}

pub fn swap(evidence: &mut Evidence) {
    let (heard, at) = listener(evidence, 2);
    heard.swap(at, at + 1);
}

pub fn another_revision(evidence: &mut Evidence) {
    let (heard, at) = listener(evidence, 1);
    if let Heard::Event { revision, .. } = &mut heard[at] {
        *revision += 1;
    }
}

pub fn other_data(evidence: &mut Evidence) {
    let (heard, at) = listener(evidence, 1);
    if let Heard::Event { data, .. } = &mut heard[at] {
        *data ^= 1;
    }
}

/// What it was told stays; the organization it belongs to is another.
pub fn foreign(evidence: &mut Evidence) {
    let subscribers = &mut evidence.recorded.subscribers;
    let other = subscribers.iter().map(|one| one.org.clone()).max().unwrap();
    subscribers[0].org = other;
}

pub fn cut_off(evidence: &mut Evidence) {
    let (heard, at) = listener(evidence, 1);
    heard.truncate(at);
}

pub fn silent_gap(evidence: &mut Evidence) {
    gap_of(evidence, 2, 2, true);
}

pub fn larger_gap(evidence: &mut Evidence) {
    gap_of(evidence, 3, 2, false);
}

pub fn alter_row(evidence: &mut Evidence) {
    let rows = &mut evidence.models[0].live.rows;
    *rows.values_mut().next().unwrap() ^= 1;
}

pub fn lose_row(evidence: &mut Evidence) {
    evidence.models[1].live.rows.pop_first();
}

pub fn leak_row(evidence: &mut Evidence) {
    let rows = &mut evidence.models[1].live.rows;
    let ((tenant, _), hash) = rows.first_key_value().unwrap();
    let leaked = ((*tenant, "leaked".into()), *hash);
    rows.extend([leaked]);
}

pub fn fall_behind(evidence: &mut Evidence) {
    let positions = &mut evidence.models[0].live.positions;
    *positions.values_mut().find(|at| **at > 0).unwrap() -= 1;
}

pub fn no_models(evidence: &mut Evidence) {
    evidence.models.clear();
}

pub fn rebuild_differently(evidence: &mut Evidence) {
    let rows = &mut evidence.models[0].rebuilds[1].rows.rows;
    *rows.values_mut().next().unwrap() ^= 1;
}

pub fn fail_rebuild(evidence: &mut Evidence) {
    evidence.models[1].rebuilds[0].state = "differs".into();
}

pub fn rebuild_once(evidence: &mut Evidence) {
    evidence.models[1].rebuilds.pop();
}
