//! What callers may ask of a tariff.

use super::Definition;

/// The most buildings that a tariff lists.
pub const MOST_BUILDINGS: usize = 100;

/// One command to one tariff.
#[derive(Clone, Debug, PartialEq)]
pub enum TariffCommand {
    Define(Box<Definition>),
}
