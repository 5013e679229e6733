//! What the parameters of a delivery ask for.

use std::str::FromStr;

use flowgrid_bus::Role;
use flowgrid_domain::readings::OnConflict;

use crate::context::{Access, Level};
use crate::error::ApiError;
use crate::request::Params;

/// What is to become of readings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    pub on_conflict: OnConflict,
    /// Only say what would happen.
    pub dry_run: bool,
}

struct Named(OnConflict);

impl FromStr for Named {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "ignore" => Ok(Self(OnConflict::Ignore)),
            "reject" => Ok(Self(OnConflict::Reject)),
            "correct" => Ok(Self(OnConflict::Correct)),
            _ => Err(()),
        }
    }
}

impl Options {
    /// Reads them. Only managers may correct.
    pub fn of<L: Level>(params: &Params, access: &Access<L>) -> Result<Self, ApiError> {
        let named = params.parsed::<Named>("onConflict", "ignore, reject or correct")?;
        let dry_run = params.parsed::<bool>("dryRun", "true or false")?;
        let on_conflict = named.map_or(OnConflict::Ignore, |Named(one)| one);
        if on_conflict == OnConflict::Correct && access.role() < Role::Manager {
            return Err(ApiError::Forbidden {
                code: "role-too-low",
                detail: "onConflict=correct needs the role manager".into(),
            });
        }
        Ok(Self {
            on_conflict,
            dry_run: dry_run.unwrap_or_default(),
        })
    }

    /// Those by which the same body is another command.
    pub fn described(self) -> &'static str {
        match self.on_conflict {
            OnConflict::Ignore => "ignore",
            OnConflict::Reject => "reject",
            OnConflict::Correct => "correct",
        }
    }
}
