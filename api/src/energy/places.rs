//! Which buildings are asked for.

use crate::error::ApiError;
use crate::request::Params;

/// The most buildings that a question names.
pub const MOST: usize = 50;

/// `buildings` with commas, or one `building`; `None` is all of them.
pub fn named(params: &Params) -> Result<Option<Vec<String>>, ApiError> {
    let one = params.any_of(&["building", "buildingId"]);
    let Some(all) = params.text("buildings") else {
        return Ok(one.map(|(_, id)| vec![id.to_owned()]));
    };
    if one.is_some() {
        return Err(ApiError::parameter(
            "buildings",
            "give it or building, not both",
        ));
    }
    let mut ids: Vec<String> = Vec::new();
    for id in all.split(',').map(str::trim).filter(|id| !id.is_empty()) {
        if !ids.iter().any(|known| known == id) {
            ids.push(id.to_owned());
        }
    }
    if ids.is_empty() || ids.len() > MOST {
        let detail = format!("must name 1 to {MOST} buildings, with commas");
        return Err(ApiError::parameter("buildings", detail));
    }
    Ok(Some(ids))
}
