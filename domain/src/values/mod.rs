//! Checked values: whoever holds one needn't ask again whether it is sound.

mod email;
mod email_index;
mod frontends;
mod geo;
mod plan;
mod role;
mod sealed;
mod slug;
mod text;
mod time;
mod timezone;

pub use email::Email;
pub use email_index::EmailIndex;
pub use frontends::Frontends;
pub use geo::{AreaM2, Latitude, Longitude};
pub use plan::Plan;
pub use role::{Role, UnknownRole};
pub use sealed::Sealed;
pub use slug::{RESERVED, Slug, Token};
pub use text::{Line, Text};
pub use time::{read_time, whole_micros};
pub use timezone::Timezone;

/// A building's id within its organization.
pub type BuildingId = Slug;
/// An alert's id: a UUID, whose text is a slug.
pub type AlertId = Slug;
/// A person's id: a UUID, whose text is a slug. A key's or a worker's is no person's.
pub type PersonId = Slug;
/// A node of the grid.
pub type NodeId = Slug;

/// Why a value is refused, as the caller reads it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(pub String);

impl Invalid {
    pub(crate) fn because<T>(reason: impl Into<String>) -> Result<T, Self> {
        Err(Self(reason.into()))
    }
}

/// A value that can be read from a JSON body.
pub trait FromJson: Sized {
    /// # Errors
    /// With what is wrong, for the caller.
    fn from_json(value: &serde_json::Value) -> Result<Self, Invalid>;

    /// Whether this text says "nothing": a form's empty field is as good as null.
    fn is_blank(value: &serde_json::Value) -> bool {
        value.is_null()
    }
}

impl FromJson for bool {
    fn from_json(value: &serde_json::Value) -> Result<Self, Invalid> {
        value
            .as_bool()
            .map_or_else(|| Invalid::because("must be true or false"), Ok)
    }
}

/// The text in a JSON value.
pub(crate) fn string(value: &serde_json::Value) -> Result<&str, Invalid> {
    value
        .as_str()
        .map_or_else(|| Invalid::because("must be a string"), Ok)
}

/// The names in a JSON array, each known; distinct and in the order of `known`.
pub(crate) fn some_of(
    value: &serde_json::Value,
    known: &[&'static str],
) -> Result<Vec<&'static str>, Invalid> {
    let refused = || Invalid(format!("must be an array of some of {}", known.join(", ")));
    let named = value.as_array().ok_or_else(refused)?;
    let is_known = |name: &serde_json::Value| known.iter().any(|known| name == known);
    if !named.iter().all(is_known) {
        return Err(refused());
    }
    let chosen = |name: &&&'static str| named.iter().any(|one| one == *name);
    Ok(known.iter().filter(chosen).copied().collect())
}

/// The number in a JSON value. JSON knows no infinity; a number too large for f64 is refused here.
pub(crate) fn number(value: &serde_json::Value) -> Result<f64, Invalid> {
    value
        .as_f64()
        .filter(|n| n.is_finite())
        .map_or_else(|| Invalid::because("must be a finite number"), Ok)
}
