//! What is sealed in security records, opened for whoever may see it.

use flowgrid_bus::Tenant;
use flowgrid_domain::security::{Opened, Recorded, SecurityEventResource};
use flowgrid_domain::values::Sealed;
use flowgrid_projections::documents::DocumentRow;
use flowgrid_vault::Field;
use serde_json::{Map, Value};

use crate::error::ApiError;
use crate::identity::Identity;

/// The fields as which they are sealed, for the person and organization.
pub const ADDRESS: &str = "address";
pub const AGENT: &str = "agent";
pub const SAID: &str = "said";

/// What is sealed in each record, in their order; nothing where its person was erased.
pub async fn opened(
    identity: &Identity,
    tenant: &Tenant,
    records: &[Recorded],
) -> Result<Vec<Opened>, ApiError> {
    let fields: Vec<Field<'_>> = records.iter().flat_map(sealed).flatten().collect();
    let mut texts = identity.open_all(tenant, &fields).await?.into_iter();
    let mut next = |field: Option<Field<'_>>| field.and_then(|_| texts.next().flatten());
    let each = records.iter().map(|record| {
        let [address, agent, said] = sealed(record);
        Opened {
            ip_address: next(address),
            user_agent: next(agent),
            said: next(said).and_then(|text| object(&text)),
        }
    });
    Ok(each.collect())
}

/// Rows of the read model as callers see them.
pub async fn shown_records(
    identity: &Identity,
    tenant: &Tenant,
    rows: &[DocumentRow],
) -> Result<Vec<SecurityEventResource>, ApiError> {
    let records: Result<Vec<Recorded>, _> = rows.iter().map(|row| row.body_as()).collect();
    let records = records?;
    let opened = opened(identity, tenant, &records).await?;
    let shown = rows.iter().zip(records).zip(opened);
    let shown =
        shown.map(|((row, record), opened)| record.resource(&row.id, row.created_at, opened));
    Ok(shown.collect())
}

fn sealed(record: &Recorded) -> [Option<Field<'_>>; 3] {
    [
        field(record, ADDRESS, record.ip_address.as_ref()),
        field(record, AGENT, record.user_agent.as_ref()),
        field(record, SAID, record.said.as_ref()),
    ]
}

/// It was sealed for the person whom the record is about.
fn field<'r>(
    record: &'r Recorded,
    name: &'static str,
    sealed: Option<&'r Sealed>,
) -> Option<Field<'r>> {
    let subject = record.user_id.as_deref()?.parse().ok()?;
    let sealed = sealed?.as_str();
    Some(Field {
        subject,
        name,
        sealed,
    })
}

fn object(text: &str) -> Option<Map<String, Value>> {
    serde_json::from_str(text).ok()
}
