//! Two rebuilds succeed and are equal.

use super::objection::{Objections, Rule};
use super::rows::differences;
use crate::{Evidence, ModelEvidence};

pub(super) fn check(evidence: &Evidence, to: &mut Objections) {
    for model in &evidence.models {
        of(model, &mut |text| {
            to.add(Rule::Rebuilds, || format!("{}: {text}", model.name));
        });
    }
}

fn of(model: &ModelEvidence, object: &mut impl FnMut(String)) {
    let [first, second] = &*model.rebuilds else {
        object(format!("{} rebuilds instead of two", model.rebuilds.len()));
        return;
    };
    for rebuild in [first, second] {
        if &*rebuild.state != "live" {
            object(format!(
                "generation {} ended as {}",
                rebuild.generation, rebuild.state
            ));
        }
    }
    if first.rows.positions != second.rows.positions {
        object(format!(
            "the first is at {:?}, the second at {:?}",
            first.rows.positions, second.rows.positions
        ));
    }
    for ((tenant, id), problem) in differences(&second.rows.rows, &first.rows.rows) {
        object(format!("row {tenant}/{id} of the second {problem}"));
    }
}
