//! Every route of the document, with who may call it and what another organization gets.

mod alerts;
mod auth;
mod city;
mod log;
mod ops;
mod rules;
mod security;
mod tenancy;
mod users;

use flowgrid_bus::Role;
use serde_json::Value;

/// The least that a caller must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    Nothing,
    Member(Role),
    /// The same, or an operator.
    MemberOrOperator(Role),
    Operator,
}

/// What a member of another organization gets for the things of this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// 404, and nothing happens.
    NotFound,
    /// A list without them.
    Empty,
    /// A thing of its own, under the same id if one is given.
    ItsOwn,
    /// The route belongs to no organization.
    Nobodys,
}

pub struct Case {
    pub method: &'static str,
    pub path: &'static str,
    pub needs: Needs,
    pub foreign: Foreign,
    pub body: Value,
    /// What stands behind the question mark; `{id}` is that of the building `mine`.
    pub query: &'static str,
}

const VIEWER: Needs = Needs::Member(Role::Viewer);
const USER: Needs = Needs::Member(Role::User);
const MANAGER: Needs = Needs::Member(Role::Manager);
const ADMIN: Needs = Needs::Member(Role::Admin);

fn case(
    method: &'static str,
    path: &'static str,
    needs: Needs,
    foreign: Foreign,
    body: Value,
) -> Case {
    Case {
        method,
        path,
        needs,
        foreign,
        body,
        query: "",
    }
}

impl Case {
    /// The same with parameters that the route can't do without.
    fn asking(self, query: &'static str) -> Self {
        Self { query, ..self }
    }
}

pub fn cases() -> Vec<Case> {
    let areas = [
        ops::cases(),
        city::cases(),
        log::cases(),
        alerts::cases(),
        rules::cases(),
        auth::cases(),
        tenancy::cases(),
        users::cases(),
        security::cases(),
    ];
    areas.into_iter().flatten().collect()
}
