//! A command happens at most once.

use super::objection::{Objections, Rule};
use super::written::Written;

pub(super) fn check(written: &Written<'_>, to: &mut Objections) {
    for (mark, block) in written.blocks() {
        if let Some((log, position)) = block.again {
            to.add(Rule::Once, || {
                format!(
                    "{mark:?} stands at {} of log {} and again at {position} of log {log}",
                    block.first.position, block.log
                )
            });
        }
    }
}
