//! The policies that most tests use.

/// A policy whose tier `vendor` may be reached from the entries of the prefix list `vendors`.
#[must_use]
pub fn policy(vendors: &str) -> String {
    POLICY.replace("pl-vendors", vendors)
}

/// The same, which also says which tiers may meet on an interface.
#[must_use]
pub fn watching_interfaces(vendors: &str) -> String {
    policy(vendors) + "interfaces: { together: [[web, ssh], [db, ssh]], on-violation: detach }\n"
}

/// A policy with every way back in it, and the callers of [`ADMIN`] and [`INCIDENT`]; what the sweep does is `sweep`.
#[must_use]
pub fn ways_back(sweep: &str) -> String {
    format!("sweep: {sweep}\n{WAYS_BACK}")
}

/// The role that may edit the tier `frozen`.
pub const ADMIN: &str = "arn:aws:iam::123456789012:role/CloudAdmin";
/// The role whose changes are never undone.
pub const INCIDENT: &str = "arn:aws:iam::123456789012:role/Incident";

const POLICY: &str = r#"
version: 1
networks:
  office: [203.0.113.0/24, "2001:db8:10::/48"]
  vendors: pl-vendors
tiers:
  web:
    groups: { tags: { tier: web } }
    ingress:
      - { allow: [80/tcp, 443/tcp], from: anywhere }
  app:
    groups: { tags: { tier: app } }
    ingress:
      - { allow: 8080/tcp, from: web }
  db:
    groups: { tags: { tier: db } }
    ingress:
      - { allow: 3306/tcp, from: [app, self] }
    egress:
      - { allow: 443/tcp, to: office }
  ssh:
    groups: { tags: { tier: ssh } }
    ingress:
      - { allow: 22/tcp, from: office }
  ping:
    groups: { tags: { tier: ping } }
    ingress:
      - { allow: icmp/8, from: anywhere }
  vendor:
    groups: { tags: { tier: vendor } }
    ingress:
      - { allow: 8443/tcp, from: vendors }
  watched:
    groups: { tags: { tier: watched } }
    mode: observe
    ingress:
      - { allow: 443/tcp, from: anywhere }
  told:
    groups: { tags: { tier: told } }
    on-violation: notify
    ingress:
      - { allow: 443/tcp, from: anywhere }
"#;

const WAYS_BACK: &str = r#"
version: 1
networks:
  office: [203.0.113.0/24, "2001:db8:10::/48"]
principals:
  admins: ["arn:aws:iam::*:role/CloudAdmin"]
  incident: ["arn:aws:iam::*:role/Incident"]
break-glass: [incident]
tiers:
  web:
    groups: { tags: { tier: web } }
    ingress:
      - { allow: [80/tcp, 443/tcp], from: anywhere }
  app:
    groups: { tags: { tier: app } }
    ingress:
      - { allow: 8080/tcp, from: web, required: true }
  db:
    groups: { tags: { tier: db } }
    ingress:
      - { allow: 3306/tcp, from: [app, self] }
  ssh:
    groups: { tags: { tier: ssh } }
    ingress:
      - { allow: 22/tcp, from: office }
  probed:
    groups: { tags: { tier: probed } }
    ingress:
      - { allow: 9000/tcp, from: 203.0.113.0/24, required: true }
      - { allow: 443/tcp, from: anywhere }
  frozen:
    groups: { tags: { tier: frozen } }
    ingress:
      - { allow: [80/tcp, 443/tcp], from: anywhere }
    editors: [admins]
  narrowed:
    groups: { tags: { tier: narrowed } }
    on-violation: narrow
    ingress:
      - { allow: [80/tcp, 443/tcp], from: office }
  listed:
    groups: { tags: { tier: listed } }
    ingress:
      - { allow: 8443/tcp, from: 198.51.100.0/24 }
  exempt:
    groups: { tags: { tier: exempt } }
    ingress:
      - { allow: 443/tcp, from: anywhere }
  outward:
    groups: { tags: { tier: outward } }
    egress:
      - { allow: 443/tcp, to: office }
  # A group of both this tier and another.
  twin:
    groups: { tags: { twin: "yes" } }
    ingress:
      - { allow: 443/tcp, from: anywhere }
interfaces:
  together: [[web, ssh], [app, ssh], [db, ssh]]
  on-violation: detach
exemptions:
  - id: OPS-1
    groups: { tags: { tier: exempt } }
    allow: 5432/tcp
    from: 198.51.100.0/24
    until: 2199-12-31T00:00:00Z
    owner: dba@example.com
    reason: migration of the ledger
  - id: OPS-2
    groups: { tags: { tier: exempt } }
    allow: 5433/tcp
    from: 198.51.100.0/24
    until: 2020-12-31T00:00:00Z
    owner: dba@example.com
    reason: migration of the journal
"#;
