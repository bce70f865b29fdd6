//! IPv4 and IPv6 networks, and exact sets of addresses.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net, Ipv4Subnets, Ipv6Net, Ipv6Subnets};
use thiserror::Error;

use crate::intervals::{Interval, Intervals};

/// A network in canonical form: no host bits, so that two ways of writing it are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network(IpNet);

/// A text that is no network.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is not a network in CIDR notation")]
pub struct InvalidNetwork {
    /// What was found, cut to a length that can be shown.
    pub text: String,
}

impl FromStr for Network {
    type Err = InvalidNetwork;

    /// Reads `10.0.0.0/8` or `2001:db8::/32`; host bits are dropped, as EC2 drops them: `10.1.2.3/8` is `10.0.0.0/8`.
    fn from_str(text: &str) -> Result<Self, InvalidNetwork> {
        let network = text.trim().parse::<IpNet>();
        network.map(|network| Self(network.trunc())).map_err(|_| InvalidNetwork {
            text: text.chars().take(64).flat_map(char::escape_default).collect(),
        })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<IpAddr> for Network {
    /// The network of this one address.
    fn from(address: IpAddr) -> Self {
        Self(address.into())
    }
}

impl Network {
    /// Every IPv4 address.
    pub const ALL_IPV4: Self = Self(IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::UNSPECIFIED, 0)));
    /// Every IPv6 address.
    pub const ALL_IPV6: Self = Self(IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::UNSPECIFIED, 0)));

    /// Whether its addresses are IPv4.
    #[must_use]
    pub const fn is_ipv4(self) -> bool {
        matches!(self.0, IpNet::V4(_))
    }

    /// How many bits of an address say that it is in this network: 8 of `10.0.0.0/8`.
    #[must_use]
    pub fn prefix_length(self) -> u8 {
        self.0.prefix_len()
    }

    /// The network around it whose addresses have `length` bits in common; `None` where that is no larger one.
    #[must_use]
    pub fn within(self, length: u8) -> Option<Self> {
        let larger = IpNet::new(self.0.addr(), length).ok().filter(|_| length < self.prefix_length())?;
        Some(Self(larger.trunc()))
    }

    /// Whether every address of `other` is in this one.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.0.contains(&other.0)
    }
}

/// A set of addresses, IPv4 and IPv6 side by side.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressSet {
    v4: Intervals<u32>,
    v6: Intervals<u128>,
}

impl From<Network> for AddressSet {
    fn from(Network(network): Network) -> Self {
        let (first, last) = (network.network(), network.broadcast());
        match (first, last) {
            (IpAddr::V4(first), IpAddr::V4(last)) => {
                Self { v4: Interval::new(first.into(), last.into()).into_iter().collect(), ..Self::default() }
            }
            (IpAddr::V6(first), IpAddr::V6(last)) => {
                Self { v6: Interval::new(first.into(), last.into()).into_iter().collect(), ..Self::default() }
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => Self::default(),
        }
    }
}

impl FromIterator<Network> for AddressSet {
    fn from_iter<I: IntoIterator<Item = Network>>(networks: I) -> Self {
        networks.into_iter().map(Self::from).collect()
    }
}

impl FromIterator<Self> for AddressSet {
    fn from_iter<I: IntoIterator<Item = Self>>(sets: I) -> Self {
        let (v4, v6): (Vec<_>, Vec<_>) = sets.into_iter().map(|set| (set.v4, set.v6)).unzip();
        Self {
            v4: v4.iter().flat_map(Intervals::iter).collect(),
            v6: v6.iter().flat_map(Intervals::iter).collect(),
        }
    }
}

impl AddressSet {
    /// Every address there is.
    #[must_use]
    pub fn everything() -> Self {
        [Network::ALL_IPV4, Network::ALL_IPV6].into_iter().collect()
    }

    /// No address.
    #[must_use]
    pub const fn empty() -> Self {
        Self { v4: Intervals::empty(), v6: Intervals::empty() }
    }

    /// Whether no address is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    /// What is in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self { v4: self.v4.union(&other.v4), v6: self.v6.union(&other.v6) }
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self { v4: self.v4.intersection(&other.v4), v6: self.v6.intersection(&other.v6) }
    }

    /// What is in this and not in `other`.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        Self { v4: self.v4.difference(&other.v4), v6: self.v6.difference(&other.v6) }
    }

    /// Whether all of `other` is in this.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        self.v4.covers(&other.v4) && self.v6.covers(&other.v6)
    }

    /// Whether any address is in both.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        self.v4.meets(&other.v4) || self.v6.meets(&other.v6)
    }

    /// The fewest networks that make it up, IPv4 first, in order.
    #[must_use]
    pub fn networks(&self) -> Vec<Network> {
        let v4 = self.v4.iter().flat_map(|run| Ipv4Subnets::new(run.first().into(), run.last().into(), 0));
        let v6 = self.v6.iter().flat_map(|run| Ipv6Subnets::new(run.first().into(), run.last().into(), 0));
        v4.map(|network| Network(network.into())).chain(v6.map(|network| Network(network.into()))).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn set(networks: &[&str]) -> AddressSet {
        networks.iter().map(|text| text.parse::<Network>().unwrap()).collect()
    }

    fn shown(set: &AddressSet) -> Vec<String> {
        set.networks().iter().map(Network::to_string).collect()
    }

    #[test]
    fn host_bits_are_dropped() {
        assert_eq!("1.2.3.4/0".parse::<Network>().unwrap(), Network::ALL_IPV4);
        assert_eq!("100.68.0.18/18".parse::<Network>().unwrap().to_string(), "100.68.0.0/18");
        assert_eq!("2001:db8::1/32".parse::<Network>().unwrap().to_string(), "2001:db8::/32");
    }

    #[test]
    fn two_halves_are_the_whole() {
        assert_eq!(set(&["0.0.0.0/1", "128.0.0.0/1", "::/1", "8000::/1"]), AddressSet::everything());
    }

    #[test]
    fn what_is_left_is_written_in_the_fewest_networks() {
        let left = set(&["10.0.0.0/8"]).difference(&set(&["10.128.0.0/9", "10.0.0.0/10"]));
        assert_eq!(shown(&left), ["10.64.0.0/10"]);
        let left = set(&["10.0.0.0/30"]).difference(&set(&["10.0.0.1/32"]));
        assert_eq!(shown(&left), ["10.0.0.0/32", "10.0.0.2/31"]);
    }

    #[test]
    fn what_is_no_network_says_so() {
        for text in ["", "10.0.0.0", "10.0.0.0/33", "10.0.0/8", "example.com/24", "10.0.0.0/8 or so"] {
            assert_eq!(
                text.parse::<Network>().unwrap_err().to_string(),
                format!("`{text}` is not a network in CIDR notation")
            );
        }
    }

    proptest! {
        #[test]
        fn networks_make_up_the_set_again(v4 in prop::collection::vec((any::<u32>(), 0..=32u8), 0..5),
                                          v6 in prop::collection::vec((any::<u128>(), 0..=128u8), 0..5)) {
            let v4 = v4.into_iter().map(|(bits, length)| format!("{}/{length}", Ipv4Addr::from(bits)));
            let v6 = v6.into_iter().map(|(bits, length)| format!("{}/{length}", Ipv6Addr::from(bits)));
            let set: AddressSet = v4.chain(v6).map(|text| text.parse::<Network>().unwrap()).collect();
            prop_assert_eq!(set.networks().into_iter().collect::<AddressSet>(), set.clone());
            prop_assert!(AddressSet::everything().difference(&set).intersection(&set).is_empty());
        }
    }
}
