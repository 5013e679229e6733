//! One's own things, and the people of an organization.

use super::Case;

pub fn cases() -> Vec<Case> {
    Vec::new()
}
