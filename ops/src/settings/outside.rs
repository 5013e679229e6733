//! Calls to services that people have connected.
//!
//! - `OUTSIDE_ALLOWED`: addresses and networks that may be called although they are not public,
//!   separated by commas, such as `10.1.0.0/16`. None by default: who may name an address could else
//!   have us call our own network.

use flowgrid_workers::outside::{Outside, OutsideOptions};

use super::{SettingError, variable};

const NAME: &str = "OUTSIDE_ALLOWED";

/// The client for such calls.
///
/// # Errors
/// When a piece of the list is no network, or the machine's certificates can't be read.
pub fn outside() -> Result<Outside, SettingError> {
    let list = variable(NAME).unwrap_or_default();
    let allowed = list.parse();
    let options = OutsideOptions {
        allowed: allowed.map_err(|error| SettingError::new(NAME, format!("{error}")))?,
        ..OutsideOptions::default()
    };
    Outside::new(options)
        .map_err(|error| SettingError::new(NAME, format!("no calls can be made: {error}")))
}
