//! Locks, claims and receipts that don't follow from the log.

use flowgrid_history::{Evidence, LogEvidence};

use super::find::busy;

/// The log with most claims: an open alert holds one.
fn claiming(evidence: &mut Evidence) -> &mut LogEvidence {
    let logs = evidence.logs.iter_mut();
    logs.max_by_key(|log| log.claims.stored.len()).unwrap()
}

pub fn lock_behind(evidence: &mut Evidence) {
    let locks = &mut busy(evidence).locks.stored;
    locks.values_mut().next().unwrap().version -= 1;
}

pub fn lose_lock(evidence: &mut Evidence) {
    busy(evidence).locks.stored.pop_first();
}

pub fn leak_lock(evidence: &mut Evidence) {
    busy(evidence).locks.implied.pop_first();
}

pub fn leak_claim(evidence: &mut Evidence) {
    let claims = &mut claiming(evidence).claims.stored;
    let ((tenant, scope, _), owner) = claims.first_key_value().unwrap();
    let leaked = (
        (*tenant, scope.clone(), "sensor/none/none".into()),
        owner.clone(),
    );
    claims.extend([leaked]);
}

pub fn lose_claim(evidence: &mut Evidence) {
    claiming(evidence).claims.stored.pop_first();
}

pub fn steal_claim(evidence: &mut Evidence) {
    let claims = &mut claiming(evidence).claims.stored;
    *claims.values_mut().next().unwrap() = "thief".into();
}

pub fn lose_receipt(evidence: &mut Evidence) {
    busy(evidence).receipts.stored.pop_first();
}

pub fn leak_receipt(evidence: &mut Evidence) {
    let receipts = &mut busy(evidence).receipts.stored;
    let ((tenant, key, position), receipt) = receipts.first_key_value().unwrap();
    let leaked = (
        (*tenant, format!("{key}0").into(), *position),
        receipt.clone(),
    );
    receipts.extend([leaked]);
}

pub fn alter_receipt(evidence: &mut Evidence) {
    let receipts = &mut busy(evidence).receipts.stored;
    receipts.values_mut().next().unwrap().status += 1;
}
