//! The text of every error.

use insta::assert_snapshot;

use super::errors;

/// Each error in two lines: its place and what is wrong; what to write instead.
fn said(text: &str) -> String {
    let line = |error: &crate::policy::Diagnostic| {
        format!("{}:{}: {}\n    {}", error.line(), error.column(), error.message(), error.help())
    };
    errors(text).iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The errors of a policy with this in its one tier.
fn in_tier(text: &str) -> String {
    said(&format!(
        "version: 1\nnetworks: {{ office: 203.0.113.0/24 }}\ntiers:\n web: {{ groups: {{ names: w }},\n  {text} }}"
    ))
}

/// The errors of a policy with this peer.
fn in_peer(text: &str) -> String {
    in_tier(&format!("ingress: [{{ allow: all, from: {text} }}]"))
}

#[test]
fn an_error_is_drawn_under_its_place() {
    let block = "version: 1\ntiers:\n  web:\n    groups: { tags: { tier: web } }\n    ingres:\n      - { allow: 80/tcp, from: anywhere }\n";
    assert_snapshot!(errors(block), @"
    error: unknown key `ingres`
     --> policy.yaml:5:5
      |
    5 |     ingres:
      |     ^^^^^^
      |
      = help: write `ingress`; the keys here are `groups`, `ingress`, `egress`, `editors`, `mode` and `on-violation`
    ");
    let flow = r#"{"version": 1, "tiers": {"web": {"groups": {"names": "web"}, "ingress": [{"allow": "80", "from": "anywhere"}]}}}"#;
    assert_snapshot!(errors(flow), @r#"
    error: `80` is not traffic
     --> policy.yaml:1:84
      |
    1 | …ersion": 1, "tiers": {"web": {"groups": {"names": "web"}, "ingress": [{"allow": "80", "from": "anywhere"}]}}}
      |                                                                                  ^^^^
      |
      = help: write 443/tcp, 1024-65535/udp, all/tcp, icmp, icmp/8, icmp/3.4, icmpv6, proto/50 or all
    "#);
}

#[test]
fn every_error_of_a_file_is_drawn() {
    assert_snapshot!(errors("\
version: 2
mode: audit
networks:
  office: 203.0.113.7
tiers:
  web:
    ingress:
      - { allow: [80/tcp, 443], from: ofice }
      - allow: 22/tcp
        to: office
    editor: []
"), @"
    error: version `2` is not supported
     --> policy.yaml:1:10
      |
    1 | version: 2
      |          ^
      |
      = help: write `version: 1`

    error: unknown mode `audit`
     --> policy.yaml:2:7
      |
    2 | mode: audit
      |       ^^^^^
      |
      = help: write `enforce` or `observe`

    error: `203.0.113.7` is an address, not a network
     --> policy.yaml:4:11
      |
    4 |   office: 203.0.113.7
      |           ^^^^^^^^^^^
      |
      = help: write `203.0.113.7/32`

    error: `groups` is missing
     --> policy.yaml:6:3
      |
    6 |   web:
      |   ^^^
      |
      = help: write `groups: { tags: { tier: web } }`

    error: `443` is not traffic
     --> policy.yaml:8:27
      |
    8 |       - { allow: [80/tcp, 443], from: ofice }
      |                           ^^^
      |
      = help: write 443/tcp, 1024-65535/udp, all/tcp, icmp, icmp/8, icmp/3.4, icmpv6, proto/50 or all

    error: unknown name `ofice`
     --> policy.yaml:8:39
      |
    8 |       - { allow: [80/tcp, 443], from: ofice }
      |                                       ^^^^^
      |
      = help: write `office`

    error: `to` in an `ingress` entry
      --> policy.yaml:10:9
       |
    10 |         to: office
       |         ^^
       |
       = help: write `from`

    error: unknown key `editor`
      --> policy.yaml:11:5
       |
    11 |     editor: []
       |     ^^^^^^
       |
       = help: write `editors`; the keys here are `groups`, `ingress`, `egress`, `editors`, `mode` and `on-violation`
    ");
}

#[test]
fn letters_of_any_width_do_not_move_the_mark() {
    assert_snapshot!(errors("# Büro\nversion: 1\ntiers:\n  bürö: { groups: { tags: { \"größe 漢字\": x } }, ingress: [{ allow: 1/tcp, from: bürö2 }] }\n"), @r#"
    error: unknown name `bürö2`
     --> policy.yaml:4:80
      |
    4 |   bürö: { groups: { tags: { "größe 漢字": x } }, ingress: [{ allow: 1/tcp, from: bürö2 }] }
      |                                                                                  ^^^^^
      |
      = help: write `bürö`
    "#);
}

#[test]
fn a_long_line_is_cut_around_the_mark() {
    let tags = (0..60).map(|n| format!("k{n}: v")).collect::<Vec<_>>().join(", ");
    assert_snapshot!(errors(&format!("version: 1\ntiers: {{ web: {{ groups: {{ tags: {{ {tags} }} }}, mod: enforce, ingress: [{{ allow: all, from: self }}], egress: [{{ allow: all, to: anywhere }}, {{ allow: all, to: anywhere }}] }} }}")), @"
    error: unknown key `mod`
     --> policy.yaml:2:509
      |
    2 | … v, k51: v, k52: v, k53: v, k54: v, k55: v, k56: v, k57: v, k58: v, k59: v } }, mod: enforce, ingress: [{ allow: all, from: self }], egress: [{ allow: all, to:
      |                                                                                  ^^^
      |
      = help: write `mode`; the keys here are `groups`, `ingress`, `egress`, `editors`, `mode` and `on-violation`
    ");
}

#[test]
fn nothing_of_the_file_commands_the_terminal() {
    assert_snapshot!(errors("version: 1\n\"\\e[31mx\\u202e\": 1\ntiers: {}\n\"a\u{9b}31m\": 1\n"), @r#"
    error: the policy has neither `tiers` nor `elsewhere`
     --> policy.yaml:1:1
      |
    1 | version: 1
      | ^^^^^^^^^^
      |
      = help: write `tiers`, `elsewhere`, or both

    error: unknown key `�[31mx�`
     --> policy.yaml:2:1
      |
    2 | "\e[31mx\u202e": 1
      | ^^^^^^^^^^^^^^^
      |
      = help: the keys here are `version`, `mode`, `on-violation`, `networks`, `principals`, `tiers`, `elsewhere`, `break-glass`, `exemptions`, `interfaces`, `sweep` and `disputes`

    error: unknown key `a�31m`
     --> policy.yaml:4:1
      |
    4 | "a�31m": 1
      | ^^^^^^^
      |
      = help: the keys here are `version`, `mode`, `on-violation`, `networks`, `principals`, `tiers`, `elsewhere`, `break-glass`, `exemptions`, `interfaces`, `sweep` and `disputes`
    "#);
}

#[test]
fn colour_is_there_when_asked_for() {
    assert!(errors("").coloured().contains("\u{1b}["));
    assert!(!errors("").to_string().contains('\u{1b}'));
}

#[test]
fn a_file_that_is_no_policy() {
    assert_snapshot!(errors(""), @"
    error: the policy is empty
    --> policy.yaml:1:1
     = help: start with `version: 1`, and write `tiers`
    ");
    assert_snapshot!(said("# nothing but a comment\n"), @"
    1:1: the policy is empty
        start with `version: 1`, and write `tiers`
    ");
    assert_snapshot!(said("---\n"), @"
    1:1: the policy is empty
        start with `version: 1`, and write `tiers`
    ");
    assert_snapshot!(said("[1, 2]"), @"
    1:1: expected a mapping with `version` and `tiers`, found a list
        write `version: 1`
    ");
    assert_snapshot!(said("hello"), @"
    1:1: expected a mapping with `version` and `tiers`, found `hello`
        write `version: 1`
    ");
    assert_snapshot!(said("{}"), @"
    1:1: `version` is missing
        write `version: 1`
    1:1: the policy has neither `tiers` nor `elsewhere`
        write `tiers`, `elsewhere`, or both
    ");
    assert_snapshot!(said("version: 1"), @"
    1:1: the policy has neither `tiers` nor `elsewhere`
        write `tiers`, `elsewhere`, or both
    ");
    assert_snapshot!(said("version: 1\ntiers: {}"), @"
    1:1: the policy has neither `tiers` nor `elsewhere`
        write `tiers`, `elsewhere`, or both
    ");
    assert_snapshot!(said("version: 1\ntiers:"), @"
    2:1: expected a mapping of tiers by name, found nothing
        write `tiers: { web: { groups: { tags: { tier: web } }, ingress: [] } }`
    ");
    assert_snapshot!(said(&"# large\n".repeat(40_000)), @"
    1:1: the file is larger than 256 KiB
        write a smaller policy; long lists of networks belong in a prefix list
    ");
}

#[test]
fn what_is_not_yaml_or_too_much_of_it() {
    assert_snapshot!(errors("version: 1\ntiers: { web: [\n"), @"
    error: this is not YAML: while parsing a node, did not find expected node content
     --> policy.yaml:2:15
      |
    2 | tiers: { web: [
      |               ^
      |
      = help: look at the indentation, and close quotes and brackets
    ");
    assert_snapshot!(said("version: 1\n  tiers: {}\n"), @"
    2:8: this is not YAML: mapping values are not allowed in this context
        look at the indentation, and close quotes and brackets
    ");
    assert_snapshot!(said("version: 1\ntiers: \"open\n"), @"
    2:8: this is not YAML: while scanning a quoted scalar, found unexpected end of stream
        look at the indentation, and close quotes and brackets
    ");
    assert_snapshot!(said("version: 1\n\ttiers: {}\n"), @"
    1:10: this is not YAML: while scanning a plain scalar, found a tab
        look at the indentation, and close quotes and brackets
    ");
    assert_snapshot!(said("version: 1\ntiers: {}\n---\nversion: 1\n"), @"
    1:1: the policy has neither `tiers` nor `elsewhere`
        write `tiers`, `elsewhere`, or both
    3:1: a second document starts here
        a policy is one document: remove `---` and what follows
    ");
    assert_snapshot!(said("version: 1\nelsewhere: { ingress: &a [], egress: *a }\n"), @"
    2:23: anchors and aliases are not supported
        write the value out where it is used, in quotes if it starts with `&` or `*`
    2:38: anchors and aliases are not supported
        write the value out where it is used, in quotes if it starts with `&` or `*`
    ");
    assert_snapshot!(said("version: !!int 1\nelsewhere: !x { ingress: [] }\n"), @"
    1:10: tags are not supported
        remove the tag, or put the text in quotes if it starts with `!`
    2:12: tags are not supported
        remove the tag, or put the text in quotes if it starts with `!`
    ");
    assert_snapshot!(said("version: 1\n? [a]\n: b\nelsewhere: { ingress: [] }\n"), @"
    2:3: a key must be text
        write `key: value`
    ");
    assert_snapshot!(said("version: 1\nelsewhere: { ingress: [], ingress: [] }\nversion: 1\n"), @"
    2:27: the key `ingress` is given twice
        keep one of them; the first is in line 2
    3:1: the key `version` is given twice
        keep one of them; the first is in line 1
    ");
    assert_snapshot!(said(&format!("version: 1\ntiers: {}", "[".repeat(40))), @"
    2:39: more than 32 values in one another
        take out brackets or indentation
    ");
}

#[test]
fn keys() {
    assert_snapshot!(said("version: 1\non_violation: revoke\ncolour: red\nelsewhere: { ingress: [] }"), @"
    2:1: unknown key `on_violation`
        write `on-violation`; the keys here are `version`, `mode`, `on-violation`, `networks`, `principals`, `tiers`, `elsewhere`, `break-glass`, `exemptions`, `interfaces`, `sweep` and `disputes`
    3:1: unknown key `colour`
        the keys here are `version`, `mode`, `on-violation`, `networks`, `principals`, `tiers`, `elsewhere`, `break-glass`, `exemptions`, `interfaces`, `sweep` and `disputes`
    ");
    assert_snapshot!(said("version: 1\nbreak_glass: []\nexemption: []\neditors: []\nallow: all\nelsewhere: { ingress: [] }"), @"
    2:1: unknown key `break_glass`
        write `break-glass`; the keys here are `version`, `mode`, `on-violation`, `networks`, `principals`, `tiers`, `elsewhere`, `break-glass`, `exemptions`, `interfaces`, `sweep` and `disputes`
    3:1: unknown key `exemption`
        write `exemptions`; the keys here are `version`, `mode`, `on-violation`, `networks`, `principals`, `tiers`, `elsewhere`, `break-glass`, `exemptions`, `interfaces`, `sweep` and `disputes`
    4:1: `editors` does not belong here
        move it to a tier; the keys here are `version`, `mode`, `on-violation`, `networks`, `principals`, `tiers`, `elsewhere`, `break-glass`, `exemptions`, `interfaces`, `sweep` and `disputes`
    5:1: `allow` does not belong here
        move it to an entry of `ingress`, `egress` or `exemptions`; the keys here are `version`, `mode`, `on-violation`, `networks`, `principals`, `tiers`, `elsewhere`, `break-glass`, `exemptions`, `interfaces`, `sweep` and `disputes`
    ");
    assert_snapshot!(in_tier("principals: {}, group: x"), @"
    5:3: `principals` does not belong here
        move it to the top of the file; the keys here are `groups`, `ingress`, `egress`, `editors`, `mode` and `on-violation`
    5:19: unknown key `group`
        write `groups`; the keys here are `groups`, `ingress`, `egress`, `editors`, `mode` and `on-violation`
    ");
    assert_snapshot!(in_tier("ingress: [{ allow: all, from: self, require: true, port: 1 }]"), @"
    5:39: unknown key `require`
        write `required`; the keys here are `allow`, `from` and `required`
    5:54: unknown key `port`
        the keys here are `allow`, `from` and `required`
    ");
    assert_snapshot!(said("version: 1\nelsewhere: { ingres: [], deny: [{ port: 22/tcp, from: internet, expect: [] }] }"), @"
    2:14: unknown key `ingres`
        write `ingress`; the keys here are `ingress`, `egress`, `deny`, `mode` and `on-violation`
    2:33: `ports` is missing
        write `ports: 22/tcp`
    2:35: unknown key `port`
        write `ports`; the keys here are `ports`, `from`, `to` and `except`
    2:65: unknown key `expect`
        write `except`; the keys here are `ports`, `from`, `to` and `except`
    ");
    assert_snapshot!(said("version: 1\ntiers: { web: { groups: { tag: { a: b }, vpc: x } } }"), @"
    2:27: unknown key `tag`
        write `tags`; the keys here are `tags`, `names` and `ids`
    2:42: unknown key `vpc`
        the keys here are `tags`, `names` and `ids`
    ");
}

#[test]
fn missing_keys() {
    assert_snapshot!(said("tiers:\n  web:\n    ingress: []"), @"
    1:1: `version` is missing
        write `version: 1`
    2:3: `groups` is missing
        write `groups: { tags: { tier: web } }`
    ");
    assert_snapshot!(in_tier("ingress: [{ allow: all }, { from: self }], egress: [{ allow: all }, {}]"), @"
    5:13: `from` is missing
        write `from: anywhere`
    5:29: `allow` is missing
        write `allow: 443/tcp`
    5:55: `to` is missing
        write `to: anywhere`
    5:71: `allow` is missing
        write `allow: 443/tcp`
    5:71: `to` is missing
        write `to: anywhere`
    ");
    assert_snapshot!(said("version: 1\nelsewhere: { deny: [{ ports: all }, { from: self }] }"), @"
    2:21: `from` or `to` is missing
        write `from: internet` or `to: internet`
    2:37: `ports` is missing
        write `ports: 22/tcp`
    ");
}

#[test]
fn values_of_the_wrong_kind() {
    assert_snapshot!(said("version: [1]\nmode: {}\non-violation:\nnetworks: []\ntiers: web\nelsewhere: ~"), @"
    1:10: expected the version, found a list
        write `version: 1`
    2:7: expected a mode, found a mapping
        write `enforce` or `observe`
    3:1: expected an answer to violations, found nothing
        write `revoke`, `narrow` or `notify`
    4:11: expected a mapping of networks by name, found a list
        write `networks: { office: 203.0.113.0/24 }`
    5:8: expected a mapping of tiers by name, found `web`
        write `tiers: { web: { groups: { tags: { tier: web } }, ingress: [] } }`
    6:12: expected a mapping with `ingress`, `egress` or `deny`, found nothing
        write `elsewhere: { ingress: [] }`
    ");
    assert_snapshot!(in_tier("ingress: { allow: all, from: self }, egress: ~"), @"
    5:12: expected a list of what is allowed, found a mapping
        write `[{ allow: 443/tcp, from: anywhere }]`, or `[]` to allow nothing
    5:48: expected a list of what is allowed, found nothing
        write `[{ allow: 443/tcp, to: anywhere }]`, or `[]` to allow nothing
    ");
    assert_snapshot!(in_tier("ingress: [all], egress: [[{ allow: all, to: self }]], mode: [observe]"), @"
    5:13: expected a mapping with `allow` and `from`, found `all`
        write `{ allow: 443/tcp, from: anywhere }`
    5:28: expected a mapping with `allow` and `to`, found a list
        write `{ allow: 443/tcp, to: anywhere }`
    5:63: expected a mode, found a list
        write `enforce` or `observe`
    ");
    assert_snapshot!(in_tier("ingress: [{ allow: { tcp: 1 }, from: [[self]] }, { allow: , from: [~] }]"), @"
    5:22: expected ports or a list, found a mapping
        write `443/tcp`, or a list such as `[80/tcp, 443/tcp]`
    5:41: expected a peer, found a list
        write `anywhere`, or a list such as `[office, 203.0.113.0/24]`
    5:54: expected ports or a list, found nothing
        write `443/tcp`, or a list such as `[80/tcp, 443/tcp]`
    5:70: expected a peer, found nothing
        write `anywhere`, or a list such as `[office, 203.0.113.0/24]`
    ");
    assert_snapshot!(said("version: 1\nelsewhere: { deny: { ports: all } }"), @"
    2:20: expected a list of what is denied, found a mapping
        write `[{ ports: 22/tcp, from: internet }]`
    ");
    assert_snapshot!(said("version: 1\ntiers: { a: [], b: { groups: b }, c: { groups: { tags: [a], names: {}, ids: [{}] } }, d: { groups: { tags: { x: [1], y: } } } }"), @r#"
    2:13: expected a mapping with `groups`, `ingress` and `egress`, found a list
        write `web: { groups: { tags: { tier: web } }, ingress: [] }`
    2:30: expected a mapping with `tags`, `names` or `ids`, found `b`
        write `groups: { tags: { tier: web } }`
    2:56: expected a mapping of tags, found a list
        write `tags: { tier: web }`
    2:68: expected a group name or a list, found a mapping
        write `names: [web-*]`
    2:78: expected a group id, found a mapping
        write `ids: [sg-0123456789abcdef0]`
    2:113: expected the value of the tag, found a list
        write `tier: "web"`
    2:118: expected the value of the tag, found nothing
        write `tier: "web"`
    "#);
    assert_snapshot!(said("version: 1\nnetworks: { a: { cidr: 10.0.0.0/8 }, b: }\nelsewhere: { ingress: [] }"), @r#"
    2:16: expected a network or a list, found a mapping
        write `office: [203.0.113.0/24, "2001:db8::/32"]`
    2:38: expected a network or a list, found nothing
        write `office: [203.0.113.0/24, "2001:db8::/32"]`
    "#);
}

#[test]
fn words_that_mean_nothing() {
    assert_snapshot!(said("version: 1.0\nmode: dry-run\non-violation: delete\nelsewhere: { ingress: [] }"), @"
    1:10: version `1.0` is not supported
        write `version: 1`
    2:7: unknown mode `dry-run`
        write `enforce` or `observe`
    3:15: `delete` is not an answer to violations
        write `revoke`, `narrow` or `notify`
    ");
    assert_snapshot!(in_tier("mode: Enforce, on-violation: narow"), @"
    5:9: unknown mode `Enforce`
        write `enforce` or `observe`
    5:32: `narow` is not an answer to violations
        write `revoke`, `narrow` or `notify`
    ");
}

#[test]
fn ports() {
    assert_snapshot!(in_tier("ingress: [{ allow: [443, 70000/tcp, 90-80/udp, proto/300, icmp/x, http], from: self }]"), @"
    5:23: `443` is not traffic
        write 443/tcp, 1024-65535/udp, all/tcp, icmp, icmp/8, icmp/3.4, icmpv6, proto/50 or all
    5:28: port 70000 is not between 0 and 65535
        write 443/tcp, 1024-65535/udp, all/tcp, icmp, icmp/8, icmp/3.4, icmpv6, proto/50 or all
    5:39: ports 90 to 80 are the wrong way round
        write 443/tcp, 1024-65535/udp, all/tcp, icmp, icmp/8, icmp/3.4, icmpv6, proto/50 or all
    5:50: `proto/300` is not traffic
        write 443/tcp, 1024-65535/udp, all/tcp, icmp, icmp/8, icmp/3.4, icmpv6, proto/50 or all
    5:61: `icmp/x` is not traffic
        write 443/tcp, 1024-65535/udp, all/tcp, icmp, icmp/8, icmp/3.4, icmpv6, proto/50 or all
    5:69: `http` is not traffic
        write 443/tcp, 1024-65535/udp, all/tcp, icmp, icmp/8, icmp/3.4, icmpv6, proto/50 or all
    ");
    assert_snapshot!(in_tier("ingress: [{ allow: [-1/tcp, proto/-1, proto/tcp, proto/6, proto/58, icmp/+3, \"\"], from: self }]"), @"
    5:23: `-1/tcp` is not traffic
        write 443/tcp, 1024-65535/udp, all/tcp, icmp, icmp/8, icmp/3.4, icmpv6, proto/50 or all
    5:31: `proto/-1` is not traffic
        write 443/tcp, 1024-65535/udp, all/tcp, icmp, icmp/8, icmp/3.4, icmpv6, proto/50 or all
    5:41: `proto/tcp` is not traffic
        write 443/tcp, 1024-65535/udp, all/tcp, icmp, icmp/8, icmp/3.4, icmpv6, proto/50 or all
    5:52: `proto/6` is TCP, which is not written as a number
        write all/tcp, or its ports: 443/tcp
    5:61: `proto/58` is ICMPv6, which is not written as a number
        write icmpv6, or its types: icmpv6/128
    5:71: `icmp/+3` is not traffic
        write 443/tcp, 1024-65535/udp, all/tcp, icmp, icmp/8, icmp/3.4, icmpv6, proto/50 or all
    5:80: an empty text is not traffic
        write 443/tcp, 1024-65535/udp, all/tcp, icmp, icmp/8, icmp/3.4, icmpv6, proto/50 or all
    ");
    assert_snapshot!(in_tier("ingress: [{ allow: [], from: self }]"), @"
    5:22: nothing is listed here
        write 443/tcp, 1024-65535/udp, all/tcp, icmp, icmp/8, icmp/3.4, icmpv6, proto/50 or all
    ");
}

#[test]
fn peers() {
    assert_snapshot!(in_peer("[offcie, wbe, internett, elsewhere, cache, 10.0.0.0-10.0.0.9]"), @"
    5:34: unknown name `offcie`
        write `office`
    5:42: unknown name `wbe`
        write `web`
    5:47: unknown name `internett`
        write `internet`
    5:58: unknown name `elsewhere`
        write the name of a network or tier, `anywhere`, `internet`, `private`, `self`, a network such as `203.0.113.0/24`, `sg-…`, `123456789012/sg-…` or `pl-…`
    5:69: unknown name `cache`
        write the name of a network or tier, `anywhere`, `internet`, `private`, `self`, a network such as `203.0.113.0/24`, `sg-…`, `123456789012/sg-…` or `pl-…`
    5:76: unknown name `10.0.0.0-10.0.0.9`
        write the name of a network or tier, `anywhere`, `internet`, `private`, `self`, a network such as `203.0.113.0/24`, `sg-…`, `123456789012/sg-…` or `pl-…`
    ");
    assert_snapshot!(in_peer("[198.51.100.7, \"2001:db8::1\", 10.0.0.0/33, 10.0.0/8, web/app]"), @"
    5:34: `198.51.100.7` is an address, not a network
        write `198.51.100.7/32`
    5:48: `2001:db8::1` is an address, not a network
        write `2001:db8::1/128`
    5:63: `10.0.0.0/33` is not a network in CIDR notation
        write an address, `/` and a length: `203.0.113.0/24` or `2001:db8::/32`
    5:76: `10.0.0/8` is not a network in CIDR notation
        write an address, `/` and a length: `203.0.113.0/24` or `2001:db8::/32`
    5:86: `web/app` is not a network in CIDR notation
        write an address, `/` and a length: `203.0.113.0/24` or `2001:db8::/32`
    ");
    assert_snapshot!(in_peer("[sg-web, sg-, SG-0a, sg-0A, pl-x, 12345/sg-0a, 123456789012/sg-x]"), @"
    5:34: `sg-web` is not a security group id
        write `sg-` and the hexadecimal digits of the id, `sg-0123456789abcdef0`
    5:42: `sg-` is not a security group id
        write `sg-` and the hexadecimal digits of the id, `sg-0123456789abcdef0`
    5:47: unknown name `SG-0a`
        write the name of a network or tier, `anywhere`, `internet`, `private`, `self`, a network such as `203.0.113.0/24`, `sg-…`, `123456789012/sg-…` or `pl-…`
    5:54: `sg-0A` is not a security group id
        write `sg-` and the hexadecimal digits of the id, `sg-0123456789abcdef0`
    5:61: `pl-x` is not a prefix list id
        write `pl-` and the hexadecimal digits of the id, `pl-0123456789abcdef0`
    5:67: `12345` is not an account id
        write the twelve digits of the account, `123456789012/sg-0123456789abcdef0`
    5:80: `sg-x` is not a security group id
        write `sg-` and the hexadecimal digits of the id, `sg-0123456789abcdef0`
    ");
    assert_snapshot!(in_peer("[]"), @"
    5:33: nothing is listed here
        name a peer, or remove the entry
    ");
}

#[test]
fn directions() {
    assert_snapshot!(in_tier("ingress: [{ allow: all, to: offic }], egress: [{ allow: all, from: self, to: self }]"), @"
    5:27: `to` in an `ingress` entry
        write `from`
    5:31: unknown name `offic`
        write `office`
    5:64: `from` in an `egress` entry
        remove it; `egress` has `to`
    ");
    assert_snapshot!(said("version: 1\nelsewhere: { deny: [{ ports: 22/tcp, from: internet, to: internet }] }"), @"
    2:54: `from` and `to` in one entry
        write two entries, one for each direction
    ");
}

#[test]
fn names() {
    assert_snapshot!(said("\
version: 1
networks: { office: 10.0.0.0/8, anywhere: 10.0.0.0/8, sg-0a: 10.0.0.0/8, 10.0.0.0/8: 10.0.0.0/8, \"a\\nb\": 10.0.0.0/8 }
tiers:
  office: { groups: { names: a }, ingress: [{ allow: all, from: [office, sg-0a] }] }
  self: { groups: { names: a } }
  elsewhere: { groups: { names: a } }
  pl-0a: { groups: { names: a } }
  10.0.0.1: { groups: { names: a } }
  \"\": { groups: { names: a } }
"), @"
    2:33: the name `anywhere` is reserved
        choose another; `anywhere`, `internet`, `private`, `self` and `elsewhere` have a meaning already
    2:55: the name `sg-0a` looks like an id
        choose a name that does not start with `sg-` or `pl-`
    2:74: the name `10.0.0.0/8` looks like a network
        choose a name that is not an address and has no `/`
    2:98: `a�b` cannot be a name
        write letters, digits, `-`, `_` and `.`
    4:3: the name `office` is that of a network already
        choose another; networks and tiers share one name space
    5:3: the name `self` is reserved
        choose another; `anywhere`, `internet`, `private`, `self` and `elsewhere` have a meaning already
    6:3: the name `elsewhere` is reserved
        choose another; `anywhere`, `internet`, `private`, `self` and `elsewhere` have a meaning already
    7:3: the name `pl-0a` looks like an id
        choose a name that does not start with `sg-` or `pl-`
    8:3: the name `10.0.0.1` looks like a network
        choose a name that is not an address and has no `/`
    9:3: `` cannot be a name
        write letters, digits, `-`, `_` and `.`
    ");
}

#[test]
fn networks() {
    assert_snapshot!(said("\
version: 1
networks:
  office: [203.0.113.0/24, 203.0.113.7, home]
  home: [office, anywhere, self, web]
  lists: [pl-, pl-0a, sg-0a, 123456789012/sg-0a]
  none: []
  typo: 10.0.0.0/40
tiers:
  web: { groups: { names: web }, ingress: [{ allow: all, from: [office, home, lists, none, typo] }] }
"), @"
    3:28: `203.0.113.7` is an address, not a network
        write `203.0.113.7/32`
    3:41: `home` is not a network
        write networks such as `203.0.113.0/24`, or `pl-…`; names can be put together where they are used: `from: [office, bastion]`
    4:10: `office` is not a network
        write networks such as `203.0.113.0/24`, or `pl-…`; names can be put together where they are used: `from: [office, bastion]`
    4:18: `anywhere` is not a network
        write networks such as `203.0.113.0/24`, or `pl-…`; names can be put together where they are used: `from: [office, bastion]`
    4:28: `self` is not a network
        write networks such as `203.0.113.0/24`, or `pl-…`; names can be put together where they are used: `from: [office, bastion]`
    4:34: `web` is not a network
        write networks such as `203.0.113.0/24`, or `pl-…`; names can be put together where they are used: `from: [office, bastion]`
    5:11: `pl-` is not a prefix list id
        write `pl-` and the hexadecimal digits of the id, `pl-0123456789abcdef0`
    5:23: `sg-0a` is not a network
        write networks such as `203.0.113.0/24`, or `pl-…`; names can be put together where they are used: `from: [office, bastion]`
    5:30: `123456789012/sg-0a` is not a network
        write networks such as `203.0.113.0/24`, or `pl-…`; names can be put together where they are used: `from: [office, bastion]`
    6:9: nothing is listed here
        write a network, or remove the name
    7:9: `10.0.0.0/40` is not a network in CIDR notation
        write an address, `/` and a length: `203.0.113.0/24` or `2001:db8::/32`
    ");
}

#[test]
fn selectors() {
    assert_snapshot!(said("\
version: 1
tiers:
  a: { groups: {} }
  b: { groups: { ids: [sg-web, web, sg-0a], names: [] } }
  c: { groups: { names: [sg-0123, web], tags: {} } }
  d: { groups: { ids: [] } }
"), @"
    3:16: this selects every group
        write `tags`, `names` or `ids`: `groups: { tags: { tier: web } }`
    4:24: `sg-web` is not a security group id
        write `sg-` and the hexadecimal digits of the id, `sg-0123456789abcdef0`
    4:32: `web` is not a security group id
        write `sg-` and the hexadecimal digits of the id, `sg-0123456789abcdef0`
    4:52: nothing is listed here
        name a group, or remove `names`
    5:26: no group has the name `sg-0123`, which looks like an id
        write it under `ids`
    5:47: nothing is listed here
        name a tag, or remove `tags`
    6:23: nothing is listed here
        name a group, or remove `ids`
    ");
}

#[test]
fn elsewhere() {
    assert_snapshot!(said("version: 1\nelsewhere: { ingress: [], deny: [] }"), @"
    2:27: `elsewhere` has both `deny` and what is allowed
        keep `deny`, or keep `ingress` and `egress`
    ");
    assert_snapshot!(said("version: 1\nelsewhere: { mode: observe }"), @"
    2:1: `elsewhere` neither allows nor denies anything
        write `deny`, `ingress` or `egress`, or remove `elsewhere`
    ");
    assert_snapshot!(said("version: 1\nelsewhere: { deny: [{ ports: 22/tcp, from: internet, except: [offic] }] }\nnetworks: { office: 10.0.0.0/8 }"), @"
    2:63: unknown name `offic`
        write `office`
    ");
}

/// The errors of a policy with a network `office`, a tier `web` with this in it, and these lines.
fn with(tier: &str, lines: &str) -> String {
    said(&format!(
        "version: 1\nnetworks: {{ office: 203.0.113.0/24 }}\ntiers:\n web: {{ groups: {{ names: w }}, {tier} }}\n{lines}"
    ))
}

#[test]
fn keys_in_the_wrong_place() {
    assert_snapshot!(with("principals: {}, required: true, deny: [], from: self", "groups: {}\neditors: []"), @"
    4:31: `principals` does not belong here
        move it to the top of the file; the keys here are `groups`, `ingress`, `egress`, `editors`, `mode` and `on-violation`
    4:47: `required` does not belong here
        move it to an entry of a tier's `ingress` or `egress`; the keys here are `groups`, `ingress`, `egress`, `editors`, `mode` and `on-violation`
    4:63: `deny` does not belong here
        move it to `elsewhere`; the keys here are `groups`, `ingress`, `egress`, `editors`, `mode` and `on-violation`
    4:73: `from` does not belong here
        move it to an entry of `ingress`, `egress`, `deny` or `exemptions`; the keys here are `groups`, `ingress`, `egress`, `editors`, `mode` and `on-violation`
    5:1: `groups` does not belong here
        move it to a tier or an exemption; the keys here are `version`, `mode`, `on-violation`, `networks`, `principals`, `tiers`, `elsewhere`, `break-glass`, `exemptions`, `interfaces`, `sweep` and `disputes`
    6:1: `editors` does not belong here
        move it to a tier; the keys here are `version`, `mode`, `on-violation`, `networks`, `principals`, `tiers`, `elsewhere`, `break-glass`, `exemptions`, `interfaces`, `sweep` and `disputes`
    ");
    assert_snapshot!(with("ingress: [{ allow: all, from: self, mode: observe, except: office, ports: 1/tcp }]", ""), @"
    4:67: `mode` does not belong here
        move it to the top of the file, a tier, `elsewhere` or `interfaces`; the keys here are `allow`, `from` and `required`
    4:82: `except` does not belong here
        move it to an entry of `deny`; the keys here are `allow`, `from` and `required`
    4:98: `ports` does not belong here
        move it to an entry of `deny`; the keys here are `allow`, `from` and `required`
    ");
    assert_snapshot!(with("", "elsewhere: { editors: [], deny: [{ ports: all, from: self, required: true, allow: all }] }"), @"
    5:14: `editors` does not belong here
        move it to a tier; the keys here are `ingress`, `egress`, `deny`, `mode` and `on-violation`
    5:60: `required` does not belong here
        move it to an entry of a tier's `ingress` or `egress`; the keys here are `ports`, `from`, `to` and `except`
    5:76: `allow` does not belong here
        move it to an entry of `ingress`, `egress` or `exemptions`; the keys here are `ports`, `from`, `to` and `except`
    ");
    assert_snapshot!(with("", "interfaces: { together: [], sweep: enforce, editors: [] }"), @"
    5:29: `sweep` does not belong here
        move it to the top of the file; the keys here are `together`, `on-violation` and `mode`
    5:45: `editors` does not belong here
        move it to a tier; the keys here are `together`, `on-violation` and `mode`
    ");
    // Either of two slips.
    assert_snapshot!(said("version: 1\ntiers: { web: { groups: { names: w, id: sg-0a, mode: observe } } }"), @"
    2:37: `id` does not belong here
        write `ids`, or move it to an entry of `exemptions`; the keys here are `tags`, `names` and `ids`
    2:48: `mode` does not belong here
        move it to the top of the file, a tier, `elsewhere` or `interfaces`; the keys here are `tags`, `names` and `ids`
    ");
}

#[test]
fn principals() {
    assert_snapshot!(with("", "\
principals:
  sessions:
    - arn:aws:sts::111122223333:assumed-role/CloudAdmin/alice
    - arn:aws-cn:sts::*:assumed-role/Cloud*
    - arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Administrator_0123456789abcdef/alice
  others: [alice, \"*\", 111122223333, \"\", CloudAdmin, Lambda.amazonaws.com, \"*.amazonaws.com\", .amazonaws.com]
  partition: arn:aws-gov:iam::*:role/a
  accounts: [arn:aws:iam::1111:role/a, arn:aws:iam:::role/a, arn:aws:iam::prod*:role/a, arn:aws:iam::1234567890123*:root]
  resources: [arn:aws:iam::*:group/a, \"arn:aws:iam::*:*\", arn:aws:iam::*:role, arn:aws:iam::*:role/, arn:aws:iam::*:role//a, arn:aws:iam::*:user/a b, arn:aws:iam::*:root/a]
  arns: [\"arn:\", arn:aws:iam, arn:aws:ec2::*:role/a, arn:aws:iam:eu-west-1:*:role/a, arn:aws:sts::*:federated-user/a]
  none: []
  nothing:
  map: { a: b }
  list: [[a]]
"), @r#"
    7:7: `arn:aws:sts::111122223333:assumed-role/CloudAdmin/alice` is a session, and whoever starts one chooses its name
        name the role: write `arn:aws:iam::111122223333:role/CloudAdmin`, with its path if it has one
    8:7: `arn:aws-cn:sts::*:assumed-role/Cloud*` is a session, and whoever starts one chooses its name
        name the role: write `arn:aws-cn:iam::*:role/Cloud*`, with its path if it has one
    9:7: `arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Administra…` is a session, and whoever starts one chooses its name
        name the role: write `arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Administrator_0123456789abcdef`, without `*/` where IAM Identity Center is in us-east-1
    10:12: `alice` is neither the ARN of a role or user nor the name of a service
        write `arn:aws:iam::111122223333:role/CloudAdmin`, `arn:aws:iam::111122223333:user/alice`, `arn:aws:iam::111122223333:root` or `cloudformation.amazonaws.com`
    10:19: `*` is neither the ARN of a role or user nor the name of a service
        write `arn:aws:iam::111122223333:role/CloudAdmin`, `arn:aws:iam::111122223333:user/alice`, `arn:aws:iam::111122223333:root` or `cloudformation.amazonaws.com`
    10:24: `111122223333` is neither the ARN of a role or user nor the name of a service
        write `arn:aws:iam::111122223333:role/CloudAdmin`, `arn:aws:iam::111122223333:user/alice`, `arn:aws:iam::111122223333:root` or `cloudformation.amazonaws.com`
    10:38: `` is neither the ARN of a role or user nor the name of a service
        write `arn:aws:iam::111122223333:role/CloudAdmin`, `arn:aws:iam::111122223333:user/alice`, `arn:aws:iam::111122223333:root` or `cloudformation.amazonaws.com`
    10:42: `CloudAdmin` is neither the ARN of a role or user nor the name of a service
        write `arn:aws:iam::111122223333:role/CloudAdmin`, `arn:aws:iam::111122223333:user/alice`, `arn:aws:iam::111122223333:root` or `cloudformation.amazonaws.com`
    10:54: `Lambda.amazonaws.com` is neither the ARN of a role or user nor the name of a service
        write `arn:aws:iam::111122223333:role/CloudAdmin`, `arn:aws:iam::111122223333:user/alice`, `arn:aws:iam::111122223333:root` or `cloudformation.amazonaws.com`
    10:76: `*.amazonaws.com` is neither the ARN of a role or user nor the name of a service
        write `arn:aws:iam::111122223333:role/CloudAdmin`, `arn:aws:iam::111122223333:user/alice`, `arn:aws:iam::111122223333:root` or `cloudformation.amazonaws.com`
    10:95: `.amazonaws.com` is neither the ARN of a role or user nor the name of a service
        write `arn:aws:iam::111122223333:role/CloudAdmin`, `arn:aws:iam::111122223333:user/alice`, `arn:aws:iam::111122223333:root` or `cloudformation.amazonaws.com`
    11:14: `aws-gov` is not a partition
        write `aws`, `aws-cn`, `aws-us-gov` or `*`
    12:14: `1111` is not an account id
        write the twelve digits of the account, or `*`
    12:40: `` is not an account id
        write the twelve digits of the account, or `*`
    12:62: `prod*` is not an account id
        write the twelve digits of the account, or `*`
    12:89: `1234567890123*` is not an account id
        write the twelve digits of the account, or `*`
    13:15: `group/a` is neither a role, a user nor `root`
        write `role/NAME`, `user/NAME` or `root`; a path goes before the name, and `*` stands for any text between two `/`
    13:39: `*` is neither a role, a user nor `root`
        write `role/NAME`, `user/NAME` or `root`; a path goes before the name, and `*` stands for any text between two `/`
    13:59: `role` is neither a role, a user nor `root`
        write `role/NAME`, `user/NAME` or `root`; a path goes before the name, and `*` stands for any text between two `/`
    13:80: `role/` is neither a role, a user nor `root`
        write `role/NAME`, `user/NAME` or `root`; a path goes before the name, and `*` stands for any text between two `/`
    13:102: `role//a` is neither a role, a user nor `root`
        write `role/NAME`, `user/NAME` or `root`; a path goes before the name, and `*` stands for any text between two `/`
    13:126: `user/a b` is neither a role, a user nor `root`
        write `role/NAME`, `user/NAME` or `root`; a path goes before the name, and `*` stands for any text between two `/`
    13:151: `root/a` is neither a role, a user nor `root`
        write `role/NAME`, `user/NAME` or `root`; a path goes before the name, and `*` stands for any text between two `/`
    14:10: `arn:` is neither the ARN of a role or user nor the name of a service
        write `arn:aws:iam::111122223333:role/CloudAdmin`, `arn:aws:iam::111122223333:user/alice`, `arn:aws:iam::111122223333:root` or `cloudformation.amazonaws.com`
    14:18: `arn:aws:iam` is neither the ARN of a role or user nor the name of a service
        write `arn:aws:iam::111122223333:role/CloudAdmin`, `arn:aws:iam::111122223333:user/alice`, `arn:aws:iam::111122223333:root` or `cloudformation.amazonaws.com`
    14:31: `arn:aws:ec2::*:role/a` is neither the ARN of a role or user nor the name of a service
        write `arn:aws:iam::111122223333:role/CloudAdmin`, `arn:aws:iam::111122223333:user/alice`, `arn:aws:iam::111122223333:root` or `cloudformation.amazonaws.com`
    14:54: `arn:aws:iam:eu-west-1:*:role/a` is neither the ARN of a role or user nor the name of a service
        write `arn:aws:iam::111122223333:role/CloudAdmin`, `arn:aws:iam::111122223333:user/alice`, `arn:aws:iam::111122223333:root` or `cloudformation.amazonaws.com`
    14:86: `arn:aws:sts::*:federated-user/a` is neither the ARN of a role or user nor the name of a service
        write `arn:aws:iam::111122223333:role/CloudAdmin`, `arn:aws:iam::111122223333:user/alice`, `arn:aws:iam::111122223333:root` or `cloudformation.amazonaws.com`
    15:9: nothing is listed here
        write a caller, or remove the name
    16:3: expected a caller or a list, found nothing
        write `cloud-admins: ["arn:aws:iam::*:role/CloudAdmin", cloudformation.amazonaws.com]`
    17:8: expected a caller or a list, found a mapping
        write `cloud-admins: ["arn:aws:iam::*:role/CloudAdmin", cloudformation.amazonaws.com]`
    18:10: expected a caller, found a list
        write `cloud-admins: ["arn:aws:iam::*:role/CloudAdmin", cloudformation.amazonaws.com]`
    "#);
    assert_snapshot!(with("", "principals: [\"arn:aws:iam::*:role/a\"]"), @r#"
    5:13: expected a mapping of callers by name, found a list
        write `principals: { cloud-admins: ["arn:aws:iam::*:role/CloudAdmin"] }`
    "#);
}

#[test]
fn names_of_principals() {
    assert_snapshot!(with("", "\
principals:
  \"a&b\": eks.amazonaws.com
  \"\": eks.amazonaws.com
  self: eks.amazonaws.com
  sg-0a: eks.amazonaws.com
  10.0.0.1: eks.amazonaws.com
  \"arn:aws:iam::*:role/a\": eks.amazonaws.com
"), @"
    6:3: `a&b` cannot be a name
        write letters, digits, `-`, `_` and `.`
    7:3: `` cannot be a name
        write letters, digits, `-`, `_` and `.`
    8:3: the name `self` is reserved
        choose another; `anywhere`, `internet`, `private`, `self` and `elsewhere` have a meaning already
    9:3: the name `sg-0a` looks like an id
        choose a name that does not start with `sg-` or `pl-`
    10:3: the name `10.0.0.1` looks like a network
        choose a name that is not an address and has no `/`
    11:3: `arn:aws:iam::*:role/a` cannot be a name
        write letters, digits, `-`, `_` and `.`
    ");
}

#[test]
fn lists_of_principals() {
    let principals = "principals: { cloud-admins: eks.amazonaws.com, incident: ecs.amazonaws.com }\n";
    assert_snapshot!(with("editors: [cloud-admin, office, web, nobody, self]", principals), @"
    4:41: no principal has the name `cloud-admin`
        write `cloud-admins`
    4:54: `office` is a network, not a principal
        write a name that stands under `principals`, or `[]` for nobody
    4:62: `web` is a tier, not a principal
        write a name that stands under `principals`, or `[]` for nobody
    4:67: no principal has the name `nobody`
        write a name that stands under `principals`, or `[]` for nobody
    4:75: no principal has the name `self`
        write a name that stands under `principals`, or `[]` for nobody
    ");
    assert_snapshot!(with("editors: [\"arn:aws:iam::*:role/CloudAdmin\", eks.amazonaws.com]", principals), @"
    4:41: `arn:aws:iam::*:role/CloudAdmin` is a caller, not the name of one
        give it a name under `principals`, and write that name here
    4:75: `eks.amazonaws.com` is a caller, not the name of one
        give it a name under `principals`, and write that name here
    ");
    assert_snapshot!(with("editors: cloud-admins", "break-glass: office"), @"
    4:40: no principal has the name `cloud-admins`
        write a name that stands under `principals`, or `[]` for nobody
    5:14: `office` is a network, not a principal
        write a name that stands under `principals`, or `[]` for nobody
    ");
    assert_snapshot!(with("editors: ", "break-glass: { a: b }"), @"
    4:31: expected the name of a principal or a list, found nothing
        write `[cloud-admins]`, or `[]` for nobody
    5:14: expected the name of a principal or a list, found a mapping
        write `[cloud-admins]`, or `[]` for nobody
    ");
    assert_snapshot!(with("editors: [[a]]", ""), @"
    4:41: expected the name of a principal, found a list
        write `[cloud-admins]`, or `[]` for nobody
    ");
    // A principal is no peer.
    assert_snapshot!(with("ingress: [{ allow: all, from: incident }]", principals), @"
    4:61: unknown name `incident`
        write the name of a network or tier, `anywhere`, `internet`, `private`, `self`, a network such as `203.0.113.0/24`, `sg-…`, `123456789012/sg-…` or `pl-…`
    ");
}

#[test]
fn exemptions() {
    assert_snapshot!(with("", "exemptions: [{}]"), @"
    5:14: `id` is missing
        write `id: OPS-1234`
    5:14: `groups` is missing
        write `groups: { ids: [sg-0123456789abcdef0] }`
    5:14: `allow` is missing
        write `allow: 5432/tcp`
    5:14: `from` or `to` is missing
        write `from: 198.51.100.0/24` or `to: 198.51.100.0/24`
    5:14: `until` is missing
        write `until: 2026-12-31T00:00:00Z`
    5:14: `owner` is missing
        write `owner: dba@example.com`
    5:14: `reason` is missing
        write `reason: migration of the ledger`
    ");
    assert_snapshot!(with("", "exemptions: { id: A }"), @"
    5:13: expected a list of exemptions, found a mapping
        write `- id: OPS-1234`, with the other keys under it
    ");
    assert_snapshot!(with("", "exemptions: [OPS-1]\n"), @"
    5:14: expected a mapping with `id`, `groups`, `allow`, `from` or `to`, `until`, `owner` and `reason`, found `OPS-1`
        write `{ id: OPS-1234, groups: { ids: sg-0123456789abcdef0 }, allow: 5432/tcp, from: 198.51.100.0/24, until: 2026-12-31T00:00:00Z, owner: dba@example.com, reason: migration of the ledger }`
    ");
    assert_snapshot!(with("", "\
exemptions:
- { id: A, groups: {}, allow: [443], from: offic, until: 2026-12-31, owner: \"\", reason: \" \", required: true }
- { id: A, groups: { names: [] }, allow: [], from: [], until: 2026-12-31T12:00:00, owner: [a], reason: , to: self }
- { id: \"\", groups: web, allow: all, to: web, until: soon, owner: o, reason: r, editors: [], ids: sg-0a }
- { id: B, groups: { names: w }, allow: all, to: web, until: 9999-12-31, owner: o, reason: r }
- { id: B, groups: { names: w }, allow: all, to: web, until: , owner: o, reason: r, expires: 2026-12-31 }
"), @"
    6:20: this selects every group
        write `tags`, `names` or `ids`: `groups: { tags: { tier: web } }`
    6:32: `443` is not traffic
        write 443/tcp, 1024-65535/udp, all/tcp, icmp, icmp/8, icmp/3.4, icmpv6, proto/50 or all
    6:44: unknown name `offic`
        write `office`
    6:58: `2026-12-31` is not an instant
        write `2026-12-31T00:00:00Z`, or another offset from UTC in place of `Z`
    6:77: `owner` is empty
        write `owner: dba@example.com`
    6:89: `reason` is empty
        write `reason: migration of the ledger`
    6:94: `required` in an exemption
        remove it; what an exemption allows may be there for a time, and what must be there stands in a tier
    7:9: the id `A` is given twice
        choose another; the first is in line 6
    7:29: nothing is listed here
        name a group, or remove `names`
    7:42: nothing is listed here
        write 443/tcp, 1024-65535/udp, all/tcp, icmp, icmp/8, icmp/3.4, icmpv6, proto/50 or all
    7:52: nothing is listed here
        name a peer, or remove the entry
    7:63: `2026-12-31T12:00:00` is not an instant
        write `2026-12-31T12:00:00Z`, or another offset from UTC in place of `Z`
    7:91: expected whom to ask, found a list
        write `owner: dba@example.com`
    7:96: expected what the exemption is for, found nothing
        write `reason: migration of the ledger`
    7:106: `from` and `to` in one entry
        write two entries, one for each direction
    8:9: `id` is empty
        write `id: OPS-1234`
    8:21: expected a mapping with `tags`, `names` or `ids`, found `web`
        write `groups: { tags: { tier: web } }`
    8:54: `soon` is not an instant
        write a date, a time and `Z` or an offset from UTC: `2026-12-31T00:00:00Z`
    8:81: `editors` does not belong here
        move it to a tier; the keys here are `id`, `groups`, `allow`, `from`, `to`, `until`, `owner` and `reason`
    8:94: `ids` does not belong here
        write `id`, or move it to `groups`; the keys here are `id`, `groups`, `allow`, `from`, `to`, `until`, `owner` and `reason`
    9:62: `9999-12-31` is not an instant
        write a date, a time and `Z` or an offset from UTC: `2026-12-31T00:00:00Z`
    10:9: the id `B` is given twice
        choose another; the first is in line 9
    10:55: expected the end of the exemption, found nothing
        write `until: 2026-12-31T00:00:00Z`
    10:85: unknown key `expires`
        the keys here are `id`, `groups`, `allow`, `from`, `to`, `until`, `owner` and `reason`
    ");
}

#[test]
fn interfaces() {
    assert_snapshot!(with("", "interfaces: {}"), @"
    5:13: `together` is missing
        write `together: [[web, ssh-admin]]`
    ");
    assert_snapshot!(with("", "interfaces: [[web]]"), @"
    5:13: expected a mapping with `together`, found a list
        write `interfaces: { together: [[web, ssh-admin], [app, ssh-admin]] }`
    ");
    assert_snapshot!(with("", "interfaces: { together: web }"), @"
    5:25: expected a list of lists of tiers, found `web`
        write `together: [[web, ssh-admin], [app, ssh-admin]]`, or `[]` where no two tiers may meet
    ");
    assert_snapshot!(with("", "interfaces: { together: [web, [], [web, web], [office, wbe, anywhere, cache], [[web]], ~], on-violation: revoke, mode: notify }"), @"
    5:26: expected a list of tiers that may meet, found `web`
        write `[web, ssh-admin]`
    5:31: nothing is listed here
        name the tiers that may meet, or remove this list
    5:41: `web` is in this list already
        remove one; groups of one tier may always meet
    5:48: `office` is a network, not a tier
        write the name of a tier
    5:56: no tier has the name `wbe`
        write `web`
    5:61: no tier has the name `anywhere`
        write the name of a tier: `web`
    5:71: no tier has the name `cache`
        write the name of a tier: `web`
    5:80: expected the name of a tier, found a list
        write `[web, ssh-admin]`
    5:88: expected a list of tiers that may meet, found nothing
        write `[web, ssh-admin]`
    5:106: `revoke` is not an answer to violations
        write `notify` or `detach`
    5:120: unknown mode `notify`
        write `enforce` or `observe`
    ");
}

#[test]
fn required() {
    assert_snapshot!(with("ingress: [{ allow: all, from: self, required: yes }], egress: [{ allow: all, to: self, required: True }]", ""), @"
    4:77: `yes` is neither `true` nor `false`
        write `required: true` or `required: false`
    4:128: `True` is neither `true` nor `false`
        write `required: true` or `required: false`
    ");
    assert_snapshot!(with("ingress: [{ allow: all, from: self, required: }, { allow: all, from: self, required: [true] }]", ""), @"
    4:67: expected `true` or `false`, found nothing
        write `true` or `false`
    4:116: expected `true` or `false`, found a list
        write `true` or `false`
    ");
    assert_snapshot!(with("", "elsewhere: { ingress: [{ allow: all, from: self, required: true }], egress: [{ allow: all, to: self, required: false, from: self }] }"), @"
    5:50: `required` in `elsewhere`
        remove it; a rule can be required only in a tier, and these groups are in none
    5:102: `required` in `elsewhere`
        remove it; a rule can be required only in a tier, and these groups are in none
    5:119: `from` in an `egress` entry
        remove it; `egress` has `to`
    ");
}

#[test]
fn sweep() {
    assert_snapshot!(with("", "sweep: true"), @"
    5:8: unknown mode `true`
        write `enforce` or `observe`
    ");
    assert_snapshot!(with("", "sweep: { mode: observe }"), @"
    5:8: expected a mode, found a mapping
        write `enforce` or `observe`
    ");
}

#[test]
fn disputes() {
    for wrong in [
        "disputes: 5",
        "disputes: { after: 1 }",
        "disputes: { after: 21 }",
        "disputes: { after: often }",
        "disputes: { within: 30 }",
        "disputes: { within: 59s }",
        "disputes: { within: 169h }",
        "disputes: { after: 1, within: soon }",
        "disputes: { afer: 5 }",
    ] {
        assert!(!with("", wrong).is_empty(), "{wrong}");
    }
    assert_snapshot!(with("", "disputes: { after: 1, within: soon }"), @"
    5:20: `1` is not a number from 2 to 20
        write how often something is undone before it is in dispute: `after: 5`
    5:31: `soon` is not a time from one minute to seven days
        write hours and minutes: `within: 1h`, or `30m`
    ");
    assert_snapshot!(with("", "disputes: { within: [] }"), @"
    5:21: expected a time, found a list
        write `within: 1h`
    ");
    assert_snapshot!(with("", "disputes: often"), @"
    5:11: expected a mapping with `after` and `within`, found `often`
        write `disputes: { after: 5, within: 1h }`
    ");
}
