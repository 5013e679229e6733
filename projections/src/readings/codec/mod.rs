//! How days stand in a row: small, and the same bytes for the same content.

mod bytes;
mod points;
mod totals;

pub(super) use points::{decode_points, encode_points};
pub(super) use totals::{decode_totals, encode_totals};
