//! Where a request comes from, as far as it may be kept.

use std::net::IpAddr;

use flowgrid_domain::security::Traces;

use super::Identity;

impl Identity {
    pub fn address(&self) -> Option<IpAddr> {
        self.from.address
    }

    /// The user agent, of bounded length.
    pub fn agent(&self) -> Option<String> {
        self.from.agent()
    }

    /// Keyed hashes of where it comes from.
    pub fn traces(&self) -> Traces {
        let vault = &self.people.vault;
        Traces {
            account: None,
            address: self.from.address.map(|one| vault.address_index(one)),
            network: self.from.address.map(|one| vault.network_index(one)),
        }
    }

    pub fn address_index(&self, address: IpAddr) -> String {
        self.people.vault.address_index(address)
    }
}
