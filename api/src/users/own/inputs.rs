//! The bodies of these routes, as the document shows them. They are read elsewhere, which checks more
//! than a schema can say.

use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A profile. What is absent stays; read-only fields of the resource are ignored.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes requests")]
pub struct ProfileInput {
    #[schema(max_length = 200, example = "Anna")]
    name: Option<String>,
    /// All settings: at most 100 fields, 8 levels and 4 KB as JSON.
    settings: Option<Map<String, Value>>,
    /// An https or http address of a picture; null shows that of the file store again.
    #[schema(max_length = 1000)]
    avatar_url: Option<String>,
}

/// A plan of one's own.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only describes requests")]
pub struct SubscriptionInput {
    /// `free`, or `premium`, which is `pro`.
    #[schema(example = "premium")]
    plan: String,
}

/// A picture as the one file of a form; the field may have any name.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only describes requests")]
pub struct AvatarForm {
    #[schema(value_type = String, format = Binary)]
    avatar: Vec<u8>,
}
