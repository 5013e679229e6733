//! The tariffs of an organization, and which of them holds for a building on which dates.

mod book;
mod priced;

use flowgrid_domain::tariffs::{Definition, Tariff, TariffEvent, TariffResource};
use serde_json::{Map, Value};

use crate::documents::{
    self, DocumentFilter, DocumentModel, DocumentOrder, DocumentRow, Documents, Effect,
    document_table, fields,
};
use crate::{ModelName, ReadError, TenantTx};

pub use book::{Books, Held, NoBooks};

/// The read model itself.
pub(crate) type Tariffs = Documents<Model>;

/// An organization has no more tariffs than this: whoever computes costs holds them all.
pub const MOST_TARIFFS: u64 = 500;

pub(crate) enum Model {}

impl DocumentModel for Model {
    const NAME: ModelName = ModelName::Tariffs;
    const TABLE: &'static str = "tariffs";
    const TABLE_SQL: &'static str = document_table!("tariffs");
    const INDEXES_SQL: &'static str = "";
    type Aggregate = Tariff;

    fn effect(event: &TariffEvent) -> Effect {
        match event {
            TariffEvent::Defined(defined) => Effect::Begin {
                owner: None,
                fields: document(&defined.definition),
            },
        }
    }

    fn document(state: &Tariff) -> Option<(Option<String>, Map<String, Value>)> {
        Some((None, document(state.definition()?)))
    }
}

fn document(definition: &Definition) -> Map<String, Value> {
    // A struct with text keys always has a JSON form.
    serde_json::to_value(definition).map_or_else(|_| Map::new(), fields)
}

/// The tariff as the API shows it.
///
/// # Errors
/// [`ReadError::Corrupt`] when the row holds no tariff.
pub fn resource(row: &DocumentRow) -> Result<TariffResource, ReadError> {
    Ok(TariffResource {
        id: row.id.clone(),
        definition: row.body_as()?,
        created_at: row.created_at,
        updated_at: row.updated_at,
        revision: row.revision,
    })
}

/// All tariffs, at most [`MOST_TARIFFS`]; the transaction must have begun with
/// [`ModelName::Tariffs`].
///
/// # Errors
/// As [`documents::list`].
pub async fn all(tx: &mut TenantTx) -> Result<Vec<TariffResource>, ReadError> {
    let filter = DocumentFilter {
        order: DocumentOrder::ById,
        limit: u32::try_from(MOST_TARIFFS).unwrap_or(u32::MAX),
        ..DocumentFilter::default()
    };
    let page = documents::list(tx, ModelName::Tariffs, &filter).await?;
    page.items.iter().map(resource).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::documents::assert_agreement;

    #[test]
    fn a_tariff_is_shown_as_it_was_defined() {
        let defined = json!({
            "name": "Office", "carrier": "electricity", "currency": "EUR",
            "validFrom": "2026-01-01", "validUntil": null, "buildingIds": ["rathaus"],
            "holidays": ["2026-05-01"], "energy": [{"name": "all", "price": 0.3, "when": []}],
            "demand": [], "fees": [{"per": "month", "price": 12.0}],
            "feedIn": {"kind": "unpaid", "price": null}, "co2": null,
        });
        let (_, row) = assert_agreement::<Model>(&[("tariff.defined", defined.clone())]);
        assert_eq!(Value::Object(row), defined);
    }
}
