//! Generations of a read model: their rows, checkpoints and schemas.

mod checkpoint;
mod ddl;
mod record;
mod state;

pub(crate) use checkpoint::{advance_statement, checkpoint, checkpoints, open_checkpoint};
pub(crate) use ddl::{create_tables, drop_schema, seal};
pub(crate) use record::{Generation, live, newest, newest_unfinished, request};
pub use state::State;
