//! The least role that a handler asks for, as a type.

use flowgrid_bus::Role;

/// At least this role.
pub trait Level: Send + Sync + 'static {
    const ROLE: Role;
}

/// A level whose holders may send commands.
pub trait Writes: Level {}

macro_rules! levels {
    ($($(#[$doc:meta])* $name:ident)+) => {
        $(
            $(#[$doc])*
            pub struct $name;

            impl Level for $name {
                const ROLE: Role = Role::$name;
            }
        )+
    };
}

levels! {
    /// Any member: may only read.
    Viewer
    User
    Manager
    Admin
}

impl Writes for User {}
impl Writes for Manager {}
impl Writes for Admin {}
