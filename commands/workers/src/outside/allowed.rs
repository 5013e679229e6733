//! Addresses that may be called although they are not public.

use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

use super::public::is_public;

/// Networks of one's own that may be called; none by default.
#[derive(Clone, Debug, Default)]
pub struct Allowed(Vec<IpNet>);

/// A piece of the list is neither an address nor a network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither an address nor a network such as 10.1.0.0/16")]
pub struct BadAllowance(String);

impl FromStr for Allowed {
    type Err = BadAllowance;

    /// Addresses and networks, separated by commas: `127.0.0.1, 10.1.0.0/16`.
    fn from_str(list: &str) -> Result<Self, BadAllowance> {
        let pieces = list
            .split(',')
            .map(str::trim)
            .filter(|text| !text.is_empty());
        pieces.map(network).collect::<Result<_, _>>().map(Self)
    }
}

fn network(text: &str) -> Result<IpNet, BadAllowance> {
    let alone = || text.parse::<IpAddr>().map(IpNet::from).ok();
    let network = text.parse().ok().or_else(alone);
    network.ok_or_else(|| BadAllowance(text.chars().take(80).collect()))
}

impl Allowed {
    /// Whether this address may be called. One written as IPv6 counts as the IPv4 one it is.
    pub fn may_call(&self, address: IpAddr) -> bool {
        let plain = address.to_canonical();
        is_public(address) || self.0.iter().any(|network| network.contains(&plain))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_allowed_is_called_and_nothing_beside_it() {
        let allowed: Allowed = " 127.0.0.1, 10.1.0.0/16,fd00::/8 ".parse().unwrap();
        for good in [
            "127.0.0.1",
            "::ffff:127.0.0.1",
            "10.1.255.1",
            "fd12::1",
            "9.9.9.9",
        ] {
            assert!(allowed.may_call(good.parse().unwrap()), "{good}");
        }
        for bad in ["127.0.0.2", "10.2.0.1", "::1", "192.168.0.1"] {
            assert!(!allowed.may_call(bad.parse().unwrap()), "{bad}");
        }
    }

    #[test]
    fn a_wrong_piece_is_named() {
        for bad in ["localhost", "10.0.0.0/33", "10.0.0", "*"] {
            let list = format!("127.0.0.1,{bad}");
            assert_eq!(
                list.parse::<Allowed>().unwrap_err(),
                BadAllowance(bad.into())
            );
        }
        assert!("".parse::<Allowed>().is_ok());
    }
}
