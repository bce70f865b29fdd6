//! Where each key of a policy belongs: for somebody who wrote it somewhere else.

/// Every key that a policy may hold, and the places where it may stand.
const HOMES: [(&[&str], &str); 15] = [
    (&["version", "networks", "principals", "tiers", "break-glass", "exemptions", "sweep"], TOP),
    (&["elsewhere", "interfaces", "disputes"], TOP),
    (&["mode", "on-violation"], "the top of the file, a tier, `elsewhere` or `interfaces`"),
    (&["groups"], "a tier or an exemption"),
    (&["ingress", "egress"], "a tier or `elsewhere`"),
    (&["editors"], "a tier"),
    (&["allow"], "an entry of `ingress`, `egress` or `exemptions`"),
    (&["required"], "an entry of a tier's `ingress` or `egress`"),
    (&["from", "to"], "an entry of `ingress`, `egress`, `deny` or `exemptions`"),
    (&["deny"], "`elsewhere`"),
    (&["ports", "except"], "an entry of `deny`"),
    (&["tags", "names", "ids"], "`groups`"),
    (&["id", "until", "owner", "reason"], "an entry of `exemptions`"),
    (&["together"], "`interfaces`"),
    (&["after", "within"], "`disputes`"),
];
const TOP: &str = "the top of the file";

/// Where `key` belongs, if it is one that a policy has.
pub(super) fn home(key: &str) -> Option<&'static str> {
    HOMES.iter().find(|(keys, _)| keys.contains(&key)).map(|&(_, home)| home)
}
