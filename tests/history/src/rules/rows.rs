//! Comparing rows.

use std::collections::BTreeMap;

use crate::{Hash, RowName};

/// What differs between rows as they are and as they should be.
pub(super) fn differences<'r>(
    are: &'r BTreeMap<RowName, Hash>,
    should: &'r BTreeMap<RowName, Hash>,
) -> impl Iterator<Item = (&'r RowName, &'static str)> {
    let wrong = are
        .iter()
        .filter_map(|(name, hash)| match should.get(name) {
            None => Some((name, "should not be there")),
            Some(expected) if expected != hash => Some((name, "is different")),
            Some(_) => None,
        });
    let missing = should
        .keys()
        .filter(|name| !are.contains_key(*name))
        .map(|name| (name, "is missing"));
    wrong.chain(missing)
}
