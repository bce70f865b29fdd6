//! The policy that most tests use.

/// A policy whose tier `vendor` may be reached from the entries of the prefix list `vendors`.
#[must_use]
pub fn policy(vendors: &str) -> String {
    POLICY.replace("pl-vendors", vendors)
}

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
