//! From which address a request comes.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::http::{Extensions, HeaderMap};

/// How many hops of `X-Forwarded-For` are looked at, from the nearest.
const MOST_HOPS: usize = 32;

/// The other end of the connection; put into the request by the server.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// Proxies whose `X-Forwarded-For` counts: addresses and networks.
#[derive(Clone, Debug, Default)]
pub struct Proxies(Vec<(IpAddr, u32)>);

/// A setting that names no network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no network: write an address or a prefix, such as 10.0.0.0/8 or ::1")]
pub struct BadProxies(String);

impl Proxies {
    /// From a list separated by commas, as `TRUSTED_PROXIES` holds it.
    ///
    /// # Errors
    /// When a part of it is no network.
    pub fn parse(list: &str) -> Result<Self, BadProxies> {
        let parts = list.split(',').map(str::trim).filter(|t| !t.is_empty());
        let read =
            |text: &str| network(text).ok_or_else(|| BadProxies(text.chars().take(60).collect()));
        Ok(Self(parts.map(read).collect::<Result<_, _>>()?))
    }

    fn hold(&self, address: IpAddr) -> bool {
        let within = |(network, length): &(IpAddr, u32)| match (network, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => same(
                network.to_bits().into(),
                address.to_bits().into(),
                32 - length,
            ),
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                same(network.to_bits(), address.to_bits(), 128 - length)
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        };
        self.0.iter().any(within)
    }
}

/// Whether two addresses agree but for their last bits.
fn same(one: u128, other: u128, last: u32) -> bool {
    (one ^ other).checked_shr(last).unwrap_or(0) == 0
}

fn network(text: &str) -> Option<(IpAddr, u32)> {
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, Some(length.parse::<u32>().ok()?)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let whole = if address.is_ipv4() { 32 } else { 128 };
    let length = length.unwrap_or(whole);
    (length <= whole).then_some((address, length))
}

/// The caller's address: the peer's, or the last one that trusted proxies vouch for. `None` when the
/// request came over no connection.
pub fn caller_address(
    extensions: &Extensions,
    headers: &HeaderMap,
    proxies: &Proxies,
) -> Option<IpAddr> {
    let Peer(peer) = extensions.get::<Peer>()?;
    let mut nearest = peer.to_canonical();
    if !proxies.hold(nearest) {
        return Some(nearest);
    }
    let lines = headers.get_all("x-forwarded-for").iter().rev();
    let texts = lines.filter_map(|line| line.to_str().ok());
    for hop in texts.flat_map(|line| line.rsplit(',')).take(MOST_HOPS) {
        // What can't be read was written by nobody who is trusted.
        let Some(address) = address_of(hop.trim()) else {
            break;
        };
        nearest = address.to_canonical();
        if !proxies.hold(nearest) {
            break;
        }
    }
    Some(nearest)
}

/// Some proxies add the port.
fn address_of(text: &str) -> Option<IpAddr> {
    let plain = text.parse().ok();
    plain.or_else(|| {
        text.parse::<SocketAddr>()
            .ok()
            .map(|with_port| with_port.ip())
    })
}

/// What counts as one caller: of IPv6 the network of one customer (/64), whose addresses are
/// anybody's choice.
pub fn network_of(address: IpAddr) -> u128 {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits() & !u128::from(u64::MAX),
    }
}

/// What stands for the address of a request that came over no connection.
pub(super) const NOWHERE: IpAddr = IpAddr::V6(Ipv6Addr::UNSPECIFIED);

#[cfg(test)]
mod tests {
    use super::*;

    fn from(peer: &str, forwarded: &[&str], proxies: &str) -> String {
        let mut extensions = Extensions::new();
        extensions.insert(Peer(peer.parse().unwrap()));
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        let proxies = Proxies::parse(proxies).unwrap();
        let address = caller_address(&extensions, &headers, &proxies);
        address.unwrap().to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let all = "10.0.0.0/8, ::1";
        assert_eq!(from("9.9.9.9", &["1.2.3.4"], all), "9.9.9.9");
        assert_eq!(from("10.1.1.1", &["1.2.3.4"], ""), "10.1.1.1");
        assert_eq!(from("10.1.1.1", &["1.2.3.4"], all), "1.2.3.4");
        assert_eq!(from("::1", &["2001:db8::1"], all), "2001:db8::1");
        assert_eq!(from("::ffff:10.1.1.1", &["1.2.3.4:80"], all), "1.2.3.4");
        assert_eq!(from("10.1.1.1", &["[2001:db8::1]:80"], all), "2001:db8::1");
        // What the caller wrote itself stands before what the proxies added.
        assert_eq!(
            from("10.1.1.1", &["6.6.6.6, 1.2.3.4, 10.9.9.9"], all),
            "1.2.3.4"
        );
        assert_eq!(from("10.1.1.1", &["6.6.6.6", "1.2.3.4"], all), "1.2.3.4");
        assert_eq!(from("10.1.1.1", &["1.2.3.4, unknown"], all), "10.1.1.1");
        assert_eq!(from("10.1.1.1", &["10.2.2.2"], all), "10.2.2.2");
        assert_eq!(from("10.1.1.1", &[], all), "10.1.1.1");
    }

    #[test]
    fn an_endless_header_is_not_read_to_its_end() {
        let long = vec!["10.0.0.1"; 10_000].join(",");
        let text = format!("1.2.3.4,{long}");
        assert_eq!(from("10.1.1.1", &[&text], "10.0.0.0/8"), "10.0.0.1");
    }

    #[test]
    fn networks() {
        let holds = |list: &str, address: &str| {
            Proxies::parse(list).unwrap().hold(address.parse().unwrap())
        };
        assert!(holds("0.0.0.0/0", "9.9.9.9") && !holds("0.0.0.0/0", "::1"));
        assert!(holds("::/0", "2001:db8::1"));
        assert!(holds("192.168.1.0/31", "192.168.1.1"));
        assert!(!holds("192.168.1.0/31", "192.168.1.2"));
        for wrong in [
            "x",
            "1.2.3.4/33",
            "::1/129",
            "1.2.3.4/",
            "1.2.3/8",
            "1.2.3.4/-1",
        ] {
            assert!(Proxies::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn one_customer_is_one_caller() {
        let of = |text: &str| network_of(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_ne!(of("1.2.3.4"), of("1.2.3.5"));
        assert_eq!(of("1.2.3.4"), of("::ffff:1.2.3.4"));
    }
}
