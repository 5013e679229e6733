//! What travels: the recorded event, its position, its subject and headers on
//! the bus, and the one table that says which roles may see which event.

mod cloud_event;
mod metadata;
mod pattern;
mod position;
mod recorded;
mod subject;
mod tenant;
mod visibility;

pub use flowgrid_domain::values::{Role, UnknownRole};

pub use cloud_event::{HeaderError, decode_message, encode_headers};
pub use metadata::Metadata;
pub use pattern::{Pattern, PatternError};
pub use position::{Epoch, LogId, Position, PositionError};
pub use recorded::{Name, RecordedEvent};
pub use subject::{log_subjects, stream_name, subject};
pub use tenant::{InvalidTenant, Tenant};
pub use visibility::{Audience, audience, event_types, intern, visible_to};
