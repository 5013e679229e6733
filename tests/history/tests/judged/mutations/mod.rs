//! Everything that could be wrong, and which rule must notice.

mod beside;
mod find;
mod log;
mod order;
mod readers;
mod stream;

use flowgrid_history::{Evidence, Rule};

pub use find::{busy, gap_of};

/// The rule that must object, what is wrong, and how to make it so.
pub type Mutation = (Rule, &'static str, fn(&mut Evidence));

pub const ALL: &[Mutation] = &[
    (
        Rule::Acknowledged,
        "the log has lost its tail",
        log::lose_tail,
    ),
    (
        Rule::Acknowledged,
        "an event gave way to another",
        log::give_way,
    ),
    (
        Rule::Acknowledged,
        "another revision was told",
        log::tell_another_revision,
    ),
    (
        Rule::Acknowledged,
        "a position of another life was told",
        log::tell_another_life,
    ),
    (
        Rule::Acknowledged,
        "told before anything was written",
        log::acknowledge_nothing,
    ),
    (
        Rule::Acknowledged,
        "written without its key",
        log::forget_key,
    ),
    (Rule::Known, "a mark that nobody sent", log::phantom),
    (Rule::Known, "an event without a mark", log::unmarked),
    (Rule::Known, "written to another aggregate", log::stray),
    (Rule::Once, "executed twice", log::duplicate),
    (
        Rule::Once,
        "executed twice in one batch",
        log::duplicate_at_once,
    ),
    (Rule::Once, "executed on two logs", log::duplicate_elsewhere),
    (Rule::Refused, "refused and written", log::refuse),
    (
        Rule::Refused,
        "refused when it was sent again",
        log::refuse_afterwards,
    ),
    (Rule::Versions, "a version is missing", log::skip_version),
    (
        Rule::Versions,
        "a version stands there twice",
        log::repeat_version,
    ),
    (
        Rule::OneLog,
        "an organization moved",
        log::duplicate_elsewhere,
    ),
    (
        Rule::ClientOrder,
        "a client's two commands changed places",
        order::swap_of_a_client,
    ),
    (
        Rule::RealTime,
        "two clients' commands changed places",
        order::swap_of_two_clients,
    ),
    (
        Rule::RealTime,
        "acknowledged before its turn",
        order::acknowledge_early,
    ),
    (
        Rule::RealTime,
        "told of the past that there is nothing to do",
        order::tell_the_past,
    ),
    (Rule::Positions, "a gap", log::gap),
    (
        Rule::Positions,
        "the head is beyond the last event",
        log::head_beyond,
    ),
    (Rule::Positions, "two events in one place", log::same_place),
    (Rule::Stream, "a message was altered", stream::alter),
    (Rule::Stream, "another event's message", stream::replace),
    (Rule::Stream, "a message is missing", stream::drop_message),
    (Rule::Stream, "two messages changed places", stream::swap),
    (Rule::Stream, "it ends early", stream::end_early),
    (Rule::Stream, "a message of nothing", stream::end_late),
    (Rule::Stream, "of another life", stream::another_life),
    (Rule::Stream, "it is gone", stream::gone),
    (Rule::Subscribers, "skipped for one", readers::skip),
    (Rule::Subscribers, "told twice", readers::twice),
    (Rule::Subscribers, "told in another order", readers::swap),
    (
        Rule::Subscribers,
        "told of another revision",
        readers::another_revision,
    ),
    (Rule::Subscribers, "told other data", readers::other_data),
    (
        Rule::Subscribers,
        "told another organization's event",
        readers::foreign,
    ),
    (Rule::Subscribers, "the end never came", readers::cut_off),
    (
        Rule::Subscribers,
        "a gap of which nothing was said",
        readers::silent_gap,
    ),
    (
        Rule::Subscribers,
        "a gap larger than was said",
        readers::larger_gap,
    ),
    (Rule::ReadModels, "a row was altered", readers::alter_row),
    (Rule::ReadModels, "a row is missing", readers::lose_row),
    (Rule::ReadModels, "a row too many", readers::leak_row),
    (Rule::ReadModels, "it never caught up", readers::fall_behind),
    (Rule::ReadModels, "there is none", readers::no_models),
    (
        Rule::Rebuilds,
        "two rebuilds differ",
        readers::rebuild_differently,
    ),
    (Rule::Rebuilds, "a rebuild failed", readers::fail_rebuild),
    (Rule::Rebuilds, "rebuilt once only", readers::rebuild_once),
    (Rule::Locks, "a lock is behind", beside::lock_behind),
    (Rule::Locks, "a lock is missing", beside::lose_lock),
    (Rule::Locks, "a lock of nothing", beside::leak_lock),
    (Rule::Claims, "a claim was leaked", beside::leak_claim),
    (Rule::Claims, "a claim was lost", beside::lose_claim),
    (Rule::Claims, "another holds the claim", beside::steal_claim),
    (Rule::Receipts, "a receipt was lost", beside::lose_receipt),
    (Rule::Receipts, "a receipt of nothing", beside::leak_receipt),
    (
        Rule::Receipts,
        "another answer is kept",
        beside::alter_receipt,
    ),
];
