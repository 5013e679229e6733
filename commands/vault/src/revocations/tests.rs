use chrono::TimeDelta;

use super::memory::MOST;
use super::*;

fn at(second: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(second)
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn bearer(issued: i64) -> Bearer {
    Bearer {
        person: id(1),
        tenant: id(2),
        session: Some(id(3)),
        key: Some(id(4)),
        issued_at: at(issued),
    }
}

#[test]
fn tokens_issued_until_the_revocation_are_refused() {
    let tenant = id(2);
    for revoked in [
        Revoked::Session { id: id(3), tenant },
        Revoked::Key { id: id(4), tenant },
        Revoked::Member {
            person: id(1),
            tenant,
        },
        Revoked::Person(id(1)),
        Revoked::Organization(tenant),
    ] {
        let mut memory = Memory::default();
        memory.add(revoked, at(100));
        memory.add(revoked, at(50));
        assert!(memory.refuses(&bearer(99)), "{revoked:?}");
        assert!(memory.refuses(&bearer(100)), "{revoked:?}");
        assert!(!memory.refuses(&bearer(101)), "{revoked:?}");
    }
}

#[test]
fn what_was_revoked_of_others_concerns_nobody_else() {
    let mut memory = Memory::default();
    let (other, tenant) = (id(9), id(2));
    for revoked in [
        Revoked::Session { id: other, tenant },
        Revoked::Key { id: other, tenant },
        Revoked::Member {
            person: other,
            tenant,
        },
        Revoked::Member {
            person: id(1),
            tenant: other,
        },
        Revoked::Person(other),
        Revoked::Organization(other),
    ] {
        memory.add(revoked, at(100));
    }
    assert!(!memory.refuses(&bearer(99)));
}

#[test]
fn too_many_revocations_refuse_older_tokens_rather_than_be_forgotten() {
    let mut memory = Memory::default();
    for n in 0..MOST {
        memory.add(Revoked::Person(id(1_000 + n as u128)), at(n as i64));
    }
    assert!(!memory.refuses(&bearer(0)));
    memory.add(Revoked::Person(id(7)), at(10));
    assert!(memory.len() <= MOST);
    assert!(memory.refuses(&bearer(MOST as i64 - 1)));
    assert!(!memory.refuses(&bearer(MOST as i64)));
}
