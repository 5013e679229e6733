//! The members of an organization. Address and name are sealed; whoever may see them opens them.

use flowgrid_domain::memberships::{Facts, Membership, MembershipEvent};
use serde_json::{Map, Value, json};

use crate::ModelName;
use crate::documents::{DocumentModel, Documents, Effect, document_table, fields};

/// The read model itself. Who has left keeps its row: it may come again.
pub(crate) type Members = Documents<Model>;

pub(crate) enum Model {}

impl DocumentModel for Model {
    const NAME: ModelName = ModelName::Members;
    const TABLE: &'static str = "members";
    const TABLE_SQL: &'static str = document_table!("members");
    const INDEXES_SQL: &'static str = "";
    type Aggregate = Membership;

    fn effect(event: &MembershipEvent) -> Effect {
        let status = |status: &str| fields(json!({"status": status}));
        match event {
            MembershipEvent::Joined(joined) => Effect::Put {
                owner: None,
                fields: fields(json!({
                    "status": "active",
                    "role": joined.role,
                    "frontends": joined.frontends,
                    "email": joined.email,
                    "name": joined.name,
                })),
            },
            MembershipEvent::RoleChanged(changed) => {
                Effect::Set(fields(json!({"role": changed.role})))
            }
            MembershipEvent::FrontendsChanged(changed) => {
                Effect::Set(fields(json!({"frontends": changed.frontends})))
            }
            MembershipEvent::PersonalDataChanged(changed) => {
                let mut set = Map::new();
                set.extend(
                    changed
                        .email
                        .as_ref()
                        .map(|email| ("email".into(), json!(email))),
                );
                set.extend(
                    changed
                        .name
                        .as_ref()
                        .map(|name| ("name".into(), json!(name))),
                );
                Effect::Set(set)
            }
            MembershipEvent::Deactivated(_) => Effect::Set(status("deactivated")),
            MembershipEvent::Activated(_) => Effect::Set(status("active")),
            MembershipEvent::Removed(_) => Effect::Set(status("removed")),
            MembershipEvent::Erased(_) => Effect::Set(erased()),
        }
    }

    fn document(state: &Membership) -> Option<(Option<String>, Map<String, Value>)> {
        let of = |status: &str, facts: &Facts| {
            fields(json!({
                "status": status, "role": facts.role, "frontends": facts.frontends,
                "email": facts.email, "name": facts.name,
            }))
        };
        let body = match state {
            Membership::NotJoined => return None,
            Membership::Active(facts) => of("active", facts),
            Membership::Deactivated(facts) => of("deactivated", facts),
            Membership::Removed(facts) => of("removed", facts),
            Membership::Erased(_) => erased(),
        };
        Some((None, body))
    }
}

/// What is left of an erased member.
fn erased() -> Map<String, Value> {
    fields(json!({"status": "erased", "role": null, "frontends": [], "email": null, "name": null}))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::assert_agreement;

    fn joined(invitation: &str) -> (&'static str, Value) {
        let joined = json!({
            "role": "viewer", "frontends": ["flov7"], "email": "v1.e", "name": "v1.n",
            "invitationId": invitation,
        });
        ("membership.joined", joined)
    }

    #[test]
    fn who_leaves_and_comes_again_is_the_same_member() {
        let (_, row) = assert_agreement::<Model>(&[
            joined("one"),
            ("membership.role-changed", json!({"role": "admin"})),
            ("membership.frontends-changed", json!({"frontends": []})),
            (
                "membership.personal-data-changed",
                json!({"name": "v1.other"}),
            ),
            ("membership.deactivated", json!({})),
            ("membership.activated", json!({})),
            ("membership.removed", json!({})),
            joined("two"),
        ]);
        assert_eq!(row["status"], "active");
        assert_eq!(row["role"], "viewer");
    }

    #[test]
    fn of_an_erased_member_nothing_is_left() {
        let (_, row) =
            assert_agreement::<Model>(&[joined("one"), ("membership.erased", json!({}))]);
        assert!(row["email"].is_null() && row["name"].is_null());
    }
}
