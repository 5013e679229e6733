//! Where several histories end, read at one moment.

use std::collections::HashMap;

use flowgrid_bus::{LogId, Tenant};
use flowgrid_domain::Decider;

use crate::{CommandError, Commands};

/// An aggregate by its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    log: LogId,
    of: &'static str,
    qualified_id: String,
}

/// Version and last position of aggregates, of those that have a history.
#[derive(Debug, Default)]
pub struct Ends(HashMap<Name, (u64, u64)>);

impl Ends {
    pub(crate) fn of(&self, name: &Name) -> Option<(u64, u64)> {
        self.0.get(name).copied()
    }
}

impl Commands {
    /// # Errors
    /// When the log of its organization can't be found.
    pub async fn name<A: Decider>(&self, tenant: &Tenant, id: &str) -> Result<Name, CommandError> {
        Ok(Name {
            log: self.place(tenant, A::LOG).await?.id,
            of: A::TYPE,
            qualified_id: tenant.qualify(id),
        })
    }

    /// Reads where histories end, for [`Commands::load_ending`]: one round trip for all.
    ///
    /// # Errors
    /// When the log can't be read.
    pub async fn ends(&self, names: Vec<Name>) -> Result<Ends, CommandError> {
        let wanted: Vec<_> = names
            .iter()
            .map(|name| (name.log, name.of, name.qualified_id.as_str()))
            .collect();
        let found = self.store().ends_of(&wanted).await?;
        let ends = names.into_iter().zip(found);
        let known = ends.filter_map(|(name, end)| Some((name, end?)));
        Ok(Ends(known.collect()))
    }
}
