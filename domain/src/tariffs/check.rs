//! What must hold between the parts of a tariff.

use super::{Definition, FeedInKind, Rate};
use crate::{FieldError, Rejection};

impl Definition {
    /// Whether its parts go together.
    ///
    /// # Errors
    /// [`Rejection::Invalid`] with every field that doesn't.
    pub fn check(&self) -> Result<(), Rejection> {
        let mut errors = Vec::new();
        if self.valid_until.is_some_and(|end| end <= self.valid_from) {
            errors.push(FieldError::new("/validUntil", "must be after validFrom"));
        }
        if self.energy.last().is_none_or(|last| !last.when.is_empty()) {
            let detail = "the last rate must hold at all times: without `when`";
            errors.push(FieldError::new("/energy", detail));
        }
        errors.extend(same_names("energy", &self.energy));
        errors.extend(same_names("demand", &self.demand));
        let below = |rate: &&(usize, &Rate)| rate.1.price < 0.0;
        for (at, _) in self.demand.iter().enumerate().filter(|rate| below(&rate)) {
            let pointer = format!("/demand/{at}/price");
            errors.push(FieldError::new(pointer, "must not be below 0"));
        }
        match (self.feed_in.kind, self.feed_in.price) {
            (FeedInKind::Paid, None) => {
                errors.push(FieldError::new(
                    "/feedIn/price",
                    "is required where it is paid",
                ));
            }
            (FeedInKind::Unpaid | FeedInKind::Netted, Some(_)) => {
                errors.push(FieldError::new("/feedIn/price", "belongs to kind paid"));
            }
            (FeedInKind::Paid, Some(_)) | (FeedInKind::Unpaid | FeedInKind::Netted, None) => {}
        }
        if errors.is_empty() {
            return Ok(());
        }
        Err(Rejection::Invalid(errors))
    }
}

fn same_names(list: &str, rates: &[Rate]) -> Vec<FieldError> {
    let again = |at: usize| rates[..at].iter().any(|one| one.name == rates[at].name);
    let repeated = (0..rates.len()).filter(|at| again(*at));
    repeated
        .map(|at| {
            let pointer = format!("/{list}/{at}/name");
            FieldError::new(pointer, "is the name of another rate")
        })
        .collect()
}
