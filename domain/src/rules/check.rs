//! What must hold between the parts of a rule.

use super::{Bounds, Condition, Definition, Expression, Target};
use crate::{FieldError, Rejection};

impl Definition {
    /// Whether its parts go together.
    ///
    /// # Errors
    /// [`Rejection::Invalid`] with every field that doesn't.
    pub fn check(&self) -> Result<(), Rejection> {
        let mut errors = Vec::new();
        match &self.condition {
            Condition::Threshold(_) | Condition::RateOfChange(_) => {}
            Condition::ForecastDeviation(_) => {}
            Condition::NoData(_) if self.hold.for_seconds > 0 => {
                let detail = "must be 0: the condition says how long";
                errors.push(FieldError::new("/hold/forSeconds", detail));
            }
            Condition::NoData(_) => {}
            Condition::Expression(formula) => {
                if let Err(invalid) = Expression::compile(&formula.expression) {
                    errors.push(FieldError::new("/condition/expression", invalid.0));
                }
            }
        }
        errors.extend(self.condition.bounds().and_then(wrong_bounds));
        errors.extend(self.target.wrong(&self.condition));
        self.check_clear(&mut errors);
        if errors.is_empty() {
            return Ok(());
        }
        Err(Rejection::Invalid(errors))
    }

    /// What is over must not be wrong.
    fn check_clear(&self, errors: &mut Vec<FieldError>) {
        let Some(clear) = self.clear else { return };
        let bounds = self.condition.bounds().unwrap_or(Bounds {
            above: None,
            below: None,
        });
        for (field, bound, over, fits, relation) in [
            (
                "/clear/below",
                bounds.above,
                clear.below,
                f64::le as fn(&f64, &f64) -> bool,
                "at most the bound that is wrong above",
            ),
            (
                "/clear/above",
                bounds.below,
                clear.above,
                f64::ge,
                "at least the bound that is wrong below",
            ),
        ] {
            match (bound, over) {
                (None, Some(_)) => {
                    let detail = "belongs to a condition with the opposite bound";
                    errors.push(FieldError::new(field, detail));
                }
                (Some(bound), Some(over)) if !fits(&over, &bound) => {
                    errors.push(FieldError::new(field, format!("must be {relation}")));
                }
                (Some(_) | None, Some(_) | None) => {}
            }
        }
    }
}

fn wrong_bounds(bounds: Bounds) -> Option<FieldError> {
    match (bounds.above, bounds.below) {
        (None, None) => Some(FieldError::new("/condition", "needs above or below")),
        (Some(above), Some(below)) if below >= above => Some(FieldError::new(
            "/condition/below",
            "must be less than above",
        )),
        (Some(_), Some(_)) | (Some(_), None) | (None, Some(_)) => None,
    }
}

impl Target {
    fn wrong(&self, condition: &Condition) -> Option<FieldError> {
        let (building, sensor, kind) = (
            self.building_id.is_some(),
            self.sensor_id.is_some(),
            self.sensor_kind.is_some(),
        );
        let detail = match condition {
            Condition::Expression(_) if building && !sensor && !kind => return None,
            Condition::Expression(_) => "must be a building alone: {\"buildingId\": …}",
            Condition::Threshold(_)
            | Condition::RateOfChange(_)
            | Condition::NoData(_)
            | Condition::ForecastDeviation(_) => match (building, sensor, kind) {
                (_, true, false) | (true, false, true) => return None,
                (_, true, true) | (_, false, false) | (false, false, true) => {
                    "must be a sensor, {\"sensorId\": …}, or a building's sensors of a kind, \
                     {\"buildingId\": …, \"sensorKind\": …}"
                }
            },
        };
        Some(FieldError::new("/target", detail))
    }
}
