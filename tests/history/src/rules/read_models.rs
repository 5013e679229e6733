//! Every read model has caught up and is what an independent fold says.

use super::objection::{Objections, Rule};
use super::rows::differences;
use crate::Evidence;

pub(super) fn check(evidence: &Evidence, to: &mut Objections) {
    if evidence.models.is_empty() {
        to.add(Rule::ReadModels, || "there is none".into());
    }
    for model in &evidence.models {
        let mut object =
            |text: String| to.add(Rule::ReadModels, || format!("{}: {text}", model.name));
        for log in evidence.logs.iter().filter(|log| log.head > 0) {
            let at = model.live.positions.get(&log.log).copied().unwrap_or(0);
            if at != log.head {
                object(format!(
                    "at {at} of log {}, which ends at {}",
                    log.log, log.head
                ));
            }
        }
        for ((tenant, id), problem) in differences(&model.live.rows, &model.folded) {
            object(format!("row {tenant}/{id} {problem}"));
        }
    }
}
