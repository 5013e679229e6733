//! Migrations only expand and take no lock that commands wait for (migrations/README.md), as far as
//! their text shows it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

/// Up to here the schema was made where nothing was.
const FIRST_RELEASE: u32 = 4;
/// Tables that a command writes to.
const BUSY: &[&str] = &[
    "logs",
    "log_heads",
    "events",
    "streams",
    "claims",
    "receipts",
    "placements",
];
/// Those of them that are partitioned: no index can be made on them concurrently.
const PARTITIONED: &[&str] = &["events", "receipts"];

/// What is wrong with a migration.
fn objections(name: &str, text: &str) -> Vec<String> {
    let outside = text.starts_with("-- no-transaction");
    let statements = statements(text);
    let mut found = Vec::new();
    if outside {
        if statements.len() != 1 {
            found.push("outside a transaction there is room for one statement".into());
        }
    } else if !statements
        .first()
        .is_some_and(|first| first.starts_with("set local lock_timeout"))
    {
        found.push("it must begin with set local lock_timeout".into());
    }
    let contracts = name.contains("contract");
    for statement in &statements {
        let made_here = |table: &str| {
            let made = format!("create table {table} ");
            statements.iter().any(|one| one.starts_with(&made))
        };
        let problem = index(statement, outside, made_here)
            .or_else(|| alter(statement, contracts, made_here))
            .or_else(|| rest(statement, contracts));
        found.extend(problem.map(|problem| format!("{problem}: {statement}")));
    }
    found
}

fn index(statement: &str, outside: bool, made_here: impl Fn(&str) -> bool) -> Option<&'static str> {
    if !statement.starts_with("create index") && !statement.starts_with("create unique index") {
        return None;
    }
    let table = word_after(statement, " on ").trim_start_matches("public.");
    match (made_here(table), statement.contains(" concurrently ")) {
        (true, _) => None,
        (false, false) => Some("an index on a table that is there: concurrently"),
        (false, true) if PARTITIONED.contains(&table) => Some("leaf by leaf"),
        (false, true) if !outside => Some("concurrently goes outside a transaction"),
        (false, true) => None,
    }
}

fn alter(
    statement: &str,
    contracts: bool,
    made_here: impl Fn(&str) -> bool,
) -> Option<&'static str> {
    let rest = statement.strip_prefix("alter table ")?;
    let rest = rest
        .trim_start_matches("only ")
        .trim_start_matches("if exists ");
    if made_here(word_after(rest, "").trim_start_matches("public.")) {
        return None;
    }
    let has = |text: &str| rest.contains(text);
    if has(" add column ") || has(" add if not exists ") {
        let default = rest
            .split_once(" default ")
            .map_or("", |(_, default)| default);
        if default.contains('(') {
            return Some("a default that may be computed for each row");
        }
        if has(" not null") && default.is_empty() || has(" generated ") || counts_up(rest) {
            return Some("a new column must be nullable or have a constant default");
        }
    }
    if has(" type ") || has(" set data type ") {
        return Some("another type rewrites the table");
    }
    if has(" set not null") {
        return Some("set not null reads the whole table: a constraint, not valid");
    }
    if has(" add constraint ") && !has(" not valid") && !has(" using index ") {
        return Some("a constraint reads the whole table: not valid");
    }
    if (has(" drop ") || has(" rename ")) && !contracts {
        return Some("the older release may still use it: contract later");
    }
    None
}

fn counts_up(text: &str) -> bool {
    text.split(' ')
        .any(|word| matches!(word, "serial" | "bigserial" | "smallserial"))
}

fn rest(statement: &str, contracts: bool) -> Option<&'static str> {
    let begins = |text: &str| statement.starts_with(text);
    if begins("truncate") || begins("vacuum full") || begins("cluster") || begins("lock ") {
        return Some("it needs a table for itself");
    }
    if begins("drop ") && !contracts {
        return Some("the older release may still use it: contract later");
    }
    let touched = ["update ", "delete from "]
        .into_iter()
        .find_map(|verb| statement.strip_prefix(verb))?;
    let table = word_after(touched, "").trim_start_matches("public.");
    BUSY.contains(&table)
        .then_some("rows are filled in batches, not by a migration")
}

fn word_after<'a>(text: &'a str, before: &str) -> &'a str {
    let rest = text.split_once(before).map_or("", |(_, rest)| rest);
    let rest = rest.strip_prefix("only ").unwrap_or(rest);
    rest.split([' ', '(']).next().unwrap_or("")
}

/// Statements in lower case, with single blanks and without comments. The body of a `do` block
/// counts as statements, that of a function doesn't: it runs later.
fn statements(text: &str) -> Vec<String> {
    let plain: Vec<&str> = text
        .lines()
        .map(|line| line.split_once("--").map_or(line, |(code, _)| code))
        .collect();
    let plain = plain.join(" ").to_lowercase();
    let mut found = vec![String::new()];
    for (number, part) in plain.split("$$").enumerate() {
        let body = number % 2 == 1;
        let of_do = found
            .last()
            .is_some_and(|last| last.trim_start().starts_with("do "));
        if body && !of_do {
            continue;
        }
        for (number, piece) in part.split(';').enumerate() {
            if number > 0 || body {
                found.push(String::new());
            }
            let piece = piece.trim_start().trim_start_matches("begin ");
            found.last_mut().unwrap().push_str(piece);
        }
    }
    found
        .iter()
        .map(|one| one.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|one| !one.is_empty())
        .collect()
}

#[test]
fn every_migration_expands_without_a_lock_that_commands_wait_for() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
    let mut numbers = Vec::new();
    for entry in folder.read_dir().unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some(stem) = name.strip_suffix(".sql") else {
            continue;
        };
        let number: u32 = stem.split('_').next().unwrap().parse().unwrap();
        numbers.push(number);
        let text = std::fs::read_to_string(folder.join(&name)).unwrap();
        if number > FIRST_RELEASE {
            let found = objections(stem, &text);
            assert!(found.is_empty(), "{name}: {found:#?}");
        }
    }
    numbers.sort_unstable();
    assert!(
        numbers.iter().copied().eq(1..=numbers.len() as u32),
        "{numbers:?}"
    );
}

#[test]
fn what_would_lock_or_break_the_older_release_is_found() {
    for wrong in [
        "alter table streams add column x uuid default gen_random_uuid()",
        "alter table streams add column x text not null",
        "alter table streams add column x bigserial",
        "ALTER TABLE streams\n  ALTER COLUMN version TYPE numeric",
        "alter table streams alter column version set not null",
        "alter table claims add constraint c check (owner <> '')",
        "alter table claims drop column owner",
        "alter table claims rename column owner to holder",
        "create index on streams (tenant_id)",
        "create unique index i on public.events (event_id)",
        "create index concurrently i on streams (tenant_id)",
        "drop function place_tenant",
        "truncate receipts",
        "lock table claims",
        "update streams set version = version",
        "delete from only receipts",
        "do $$ begin alter table streams add column x int default random(); end $$",
    ] {
        let text = format!("set local lock_timeout = '2s';\n{wrong};");
        assert_eq!(objections("0009_x", &text).len(), 1, "{wrong}");
    }
    assert_eq!(
        objections("0009_x", "create table t (a int);").len(),
        1,
        "no lock_timeout"
    );
    let outside = "-- no-transaction\ncreate index concurrently i on receipts (key);";
    assert_eq!(objections("0009_x", outside).len(), 1, "partitioned");
}

#[test]
fn what_expands_is_accepted() {
    for right in [
        "alter table streams add column label text",
        "alter table streams add column label text not null default 'none'",
        "alter table claims add constraint c check (owner <> '') not valid",
        "alter table claims validate constraint c",
        "create table labels (label text); create index on labels (label)",
        "create or replace function f() returns int language sql as $$ delete from claims; drop table x $$",
        "grant select on claims to flowgrid_query; -- drop table claims;",
        "update projection_live set generation = generation",
    ] {
        let text = format!("-- Why.\nset local lock_timeout = '2s';\n{right};");
        assert_eq!(objections("0009_x", &text), Vec::<String>::new(), "{right}");
    }
    let outside = "-- no-transaction\ncreate index concurrently i on streams (tenant_id);";
    assert!(objections("0009_x", outside).is_empty());
    let later = "set local lock_timeout = '2s'; alter table claims drop column owner;";
    assert!(objections("0009_contract_owner", later).is_empty());
}
