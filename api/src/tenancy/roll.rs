//! The roll: members of an organization, filtered, sorted and paged.
//!
//! The read model holds names and addresses sealed, so a list that is searched or sorted by them opens
//! all that the other filters let through, up to a bound.

use std::cmp::Ordering;

use flowgrid_bus::Role;
use flowgrid_projections::documents::{self, DocumentFilter, DocumentOrder};
use flowgrid_projections::{ModelName, Page, TenantTx};

use super::member::{MemberView, shown};
use crate::context::{Access, Admin};
use crate::error::ApiError;
use crate::identity::Identity;
use crate::request::{Params, Window, sort_of};

/// The most members that are opened to be searched or sorted.
const MOST_OPENED: u64 = 5_000;
/// Rows read at once.
const AT_ONCE: u32 = 500;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Created,
    Updated,
    Id,
    Name,
    Email,
    LastLogin,
}

/// Which members, in which order.
struct Asked {
    filter: DocumentFilter,
    /// In lower case.
    text: Option<String>,
    sort: (Sort, bool),
}

/// A page of the members that the parameters ask for.
pub async fn roll(
    access: &Access<Admin>,
    identity: &Identity,
    params: &Params,
    window: Window,
) -> Result<Page<MemberView>, ApiError> {
    let mut asked = asked(params)?;
    let mut tx = access.query(&[ModelName::Members]).await?;
    if let (Some(order), None) = (order(asked.sort), &asked.text) {
        asked.filter.order = order;
        asked.filter.limit = window.limit;
        asked.filter.offset = window.offset.into();
        let page = documents::list(&mut tx, ModelName::Members, &asked.filter).await?;
        drop(tx);
        let items = shown(identity, access.tenant(), &page.items).await?;
        let total = page.total;
        return Ok(Page { items, total });
    }
    let rows = everybody(&mut tx, &mut asked.filter).await?;
    drop(tx);
    let mut all = shown(identity, access.tenant(), &rows).await?;
    if let Some(text) = &asked.text {
        all.retain(|view| matches(view, text));
    }
    let (sort, descending) = asked.sort;
    all.sort_by(|one, other| {
        let order = compare(sort, one, other).then_with(|| one.member.id.cmp(&other.member.id));
        if descending { order.reverse() } else { order }
    });
    let total = all.len() as u64;
    let items = all
        .into_iter()
        .skip(window.offset as usize)
        .take(window.limit as usize)
        .collect();
    Ok(Page { items, total })
}

async fn everybody(
    tx: &mut TenantTx,
    filter: &mut DocumentFilter,
) -> Result<Vec<documents::DocumentRow>, ApiError> {
    let mut all = Vec::new();
    filter.order = DocumentOrder::OldestFirst;
    filter.limit = AT_ONCE;
    loop {
        filter.offset = all.len() as u64;
        let page = documents::list(tx, ModelName::Members, filter).await?;
        if page.total > MOST_OPENED {
            return Err(ApiError::Refused {
                code: "too-many-members",
                detail: format!(
                    "more than {MOST_OPENED} members would be searched: narrow by role or status first"
                )
                .into(),
            });
        }
        let last = page.items.len() < AT_ONCE as usize;
        all.extend(page.items);
        if last {
            return Ok(all);
        }
    }
}

fn asked(params: &Params) -> Result<Asked, ApiError> {
    let statuses = match params.text("status") {
        None | Some("all") => vec!["active", "deactivated"],
        Some("active") => vec!["active"],
        Some("deactivated" | "inactive") => vec!["deactivated"],
        Some(_) => {
            let detail = "must be active or deactivated";
            return Err(ApiError::parameter("status", detail));
        }
    };
    let mut filter = DocumentFilter {
        one_of: vec![("status", statuses)],
        updated_since: params.time("updatedSince")?,
        ..DocumentFilter::default()
    };
    if let Some(role) = params.text("role").filter(|role| *role != "all") {
        let role = if role == "premium" { "user" } else { role };
        let known: Role = role
            .parse()
            .map_err(|_| ApiError::parameter("role", "must be viewer, user, manager or admin"))?;
        filter.equal.push(("role", known.as_str().to_owned()));
    }
    Ok(Asked {
        filter,
        text: params.search()?.map(|text| text.trim().to_lowercase()),
        sort: sort_of(params, field)?.unwrap_or((Sort::Created, true)),
    })
}

fn field(name: &str) -> Option<Sort> {
    Some(match name {
        "createdAt" => Sort::Created,
        "updatedAt" => Sort::Updated,
        "id" => Sort::Id,
        "name" => Sort::Name,
        "email" => Sort::Email,
        "lastLogin" => Sort::LastLogin,
        _ => return None,
    })
}

/// The order of the read model, where it has this one.
fn order(sort: (Sort, bool)) -> Option<DocumentOrder> {
    match sort {
        (Sort::Created, true) => Some(DocumentOrder::NewestFirst),
        (Sort::Created, false) => Some(DocumentOrder::OldestFirst),
        (Sort::Updated, true) => Some(DocumentOrder::LastChangedFirst),
        (Sort::Id, false) => Some(DocumentOrder::ById),
        (Sort::Updated, false)
        | (Sort::Id, true)
        | (Sort::Name | Sort::Email | Sort::LastLogin, _) => None,
    }
}

fn matches(view: &MemberView, text: &str) -> bool {
    let has = |field: &Option<String>| {
        let field = field.as_deref().map(str::to_lowercase);
        field.is_some_and(|field| field.contains(text))
    };
    has(&view.name) || has(&view.email) || view.member.id == text
}

/// Who has no name or never signed in comes first.
fn compare(sort: Sort, one: &MemberView, other: &MemberView) -> Ordering {
    let lower = |text: &Option<String>| text.as_deref().map(str::to_lowercase);
    match sort {
        Sort::Created => one.member.created_at.cmp(&other.member.created_at),
        Sort::Updated => one.member.updated_at.cmp(&other.member.updated_at),
        Sort::Id => one.member.id.cmp(&other.member.id),
        Sort::Name => lower(&one.name).cmp(&lower(&other.name)),
        Sort::Email => lower(&one.email).cmp(&lower(&other.email)),
        Sort::LastLogin => one.last_login.cmp(&other.last_login),
    }
}
