//! What can happen to a tariff.

use serde::{Deserialize, Serialize};

use super::Definition;
use crate::events::events;

events! {
    /// Everything that can happen to a tariff.
    pub enum TariffEvent {
        "tariff.defined" "1.0" => Defined;
    }
}

/// Energy is paid for by it on the dates on which it holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Defined {
    #[serde(flatten)]
    pub definition: Definition,
}
