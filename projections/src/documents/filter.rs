//! Which documents, in which order.

use chrono::{DateTime, Utc};

/// What is `None`, or empty, doesn't narrow.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DocumentFilter {
    pub owner: Option<String>,
    /// Fields that must have a value, as text; of a field that is no text, its JSON.
    pub equal: Vec<(&'static str, String)>,
    /// Fields whose text must be one of these.
    pub one_of: Vec<(&'static str, Vec<&'static str>)>,
    /// Fields whose time must be after this one.
    pub after: Vec<(&'static str, DateTime<Utc>)>,
    /// Fields whose time must be this one or before.
    pub until: Vec<(&'static str, DateTime<Utc>)>,
    /// Changed at or after this time.
    pub updated_since: Option<DateTime<Utc>>,
    /// Made at or after this time.
    pub created_from: Option<DateTime<Utc>>,
    /// Made before this time.
    pub created_before: Option<DateTime<Utc>>,
    pub order: DocumentOrder,
    /// At most 500.
    pub limit: u32,
    pub offset: u64,
}

/// The order of a list; the id decides between equals, so pages are stable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DocumentOrder {
    #[default]
    NewestFirst,
    OldestFirst,
    ById,
    /// Who was changed last comes first.
    LastChangedFirst,
    /// By a field's text; what has none comes last.
    ByField {
        name: &'static str,
        descending: bool,
    },
}

impl DocumentOrder {
    pub(super) fn sql(self) -> String {
        let fixed = match self {
            Self::NewestFirst => "d.created_at desc, d.id desc",
            Self::OldestFirst => "d.created_at, d.id",
            Self::ById => "d.id",
            Self::LastChangedFirst => "d.updated_at desc, d.id desc",
            Self::ByField { name, descending } => {
                let way = if descending { "desc" } else { "asc" };
                return format!("lower(d.body ->> '{name}') {way} nulls last, d.id {way}");
            }
        };
        fixed.to_owned()
    }
}
