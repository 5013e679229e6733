//! The OpenAPI document: generated from the code, committed as `api/openapi.json`.

mod failures;
mod inputs;
mod openapi;
mod parameters;
mod repeats;

pub(crate) use failures::SocketFailures;
pub use failures::{CommandFailures, QueryFailures};
pub use inputs::{
    AlertChangeInput, AlertInput, AssignInput, BuildingChangeInput, BuildingInput, CommentInput,
    NoteInput, SnoozeInput,
};
pub use openapi::text;
pub(crate) use openapi::{Blank, name_aliases};
pub use parameters::{
    AlertQuery, BuildingQuery, CommandHeaders, DeliveryHeaders, EventQuery, HistoryQuery,
    QueryHeaders,
};
pub(crate) use repeats::name_repeats;
