//! The schema is one, is the one that is committed, and says of every policy what the reader says.

use std::fs;
use std::path::{Path, PathBuf};

use super::schema;
use super::testing::{Seen, check_accepted, complaints};
use crate::policy::Policy;

const COMMITTED: &str = include_str!("../../../../../infra/policy.schema.json");

#[test]
fn it_is_a_schema() {
    let invalid = jsonschema::meta::validate(&schema()).err().map(|error| error.to_string());
    assert_eq!(invalid, None);
}

#[test]
fn the_committed_schema_is_this_one() {
    let current = format!("{:#}\n", schema());
    assert!(
        COMMITTED == current,
        "infra/policy.schema.json is not current: cargo run -- policy schema > infra/policy.schema.json"
    );
}

/// The policies in the fences of a document.
fn fenced(document: &str) -> impl Iterator<Item = &str> {
    let blocks = document.split("\n```yaml\n").skip(1).filter_map(|rest| rest.split("\n```").next());
    blocks.filter(|block| block.starts_with("version:"))
}

/// The policies in `folder` and below it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let below = |path: PathBuf| if path.is_dir() { files(&path) } else { vec![path] };
    entries.flat_map(below).filter(|path| path.ends_with("policy.yaml")).collect()
}

#[test]
fn every_policy_of_the_documents_is_accepted() {
    let readme = include_str!("../../../../../README.md");
    let cookbook = include_str!("../../../../../docs/COOKBOOK.md");
    let policies: Vec<_> = fenced(readme).chain(fenced(cookbook)).collect();
    assert_eq!(policies.len(), 7);
    policies.into_iter().for_each(check_accepted);
}

#[test]
fn the_policy_to_start_with_is_accepted_with_all_that_it_shows() {
    let starter = include_str!("../../../../../infra/policy.yaml");
    assert!(
        starter.starts_with("# yaml-language-server: $schema=policy.schema.json\n"),
        "an editor finds no schema"
    );
    check_accepted(starter);
    check_accepted(&starter.replace("\n#> ", "\n"));
}

#[test]
fn every_policy_of_the_sample_events_is_accepted() {
    let files = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events"));
    assert!(files.len() > 10, "{files:?}");
    for file in files {
        check_accepted(&fs::read_to_string(file).unwrap());
    }
}

/// A policy with everything in it. What the tables below put in place of something stands in it once.
const WHOLE: &str = r#"
version: 1
mode: enforce
on-violation: revoke
sweep: observe
networks:
  office: [203.0.113.0/24, "2001:db8:10::/48"]
  vendors: pl-0123456789abcdef0
principals:
  admins: ["arn:aws:iam::*:role/team/CloudAdmin", cloudformation.amazonaws.com]
break-glass: [admins]
tiers:
  web:
    groups: { tags: { tier: "web" }, names: [web-*], ids: sg-0a }
    ingress:
      - { allow: [80/tcp, 443/tcp], from: anywhere, required: true }
    egress:
      - { allow: all, to: [office, 123456789012/sg-0b] }
    editors: []
    mode: observe
    on-violation: narrow
  app:
    groups: { names: app }
interfaces:
  together: [[web, app], [app]]
  on-violation: detach
  mode: observe
exemptions:
  - { id: OPS-1, groups: { ids: [sg-0c] }, allow: 5432/tcp, from: self, until: 2026-12-31T00:00:00Z, owner: dba, reason: why }
elsewhere:
  deny:
    - { ports: 22/tcp, from: internet, except: [vendors] }
  on-violation: notify
disputes: { after: 5, within: 1h }
"#;

/// `WHOLE` with its one `part` replaced by `other`.
fn with(part: &str, other: &str) -> String {
    assert_eq!(WHOLE.matches(part).count(), 1, "`{part}` is not there once");
    WHOLE.replace(part, other)
}

const NETWORKS: &str = "networks:
  office: [203.0.113.0/24, \"2001:db8:10::/48\"]
  vendors: pl-0123456789abcdef0
";
const ELSEWHERE: &str = "elsewhere:
  deny:
    - { ports: 22/tcp, from: internet, except: [vendors] }
  on-violation: notify
";
const DENY: &str = "  deny:\n    - { ports: 22/tcp, from: internet, except: [vendors] }";

fn reads(text: &str) -> bool {
    Policy::parse("policy.yaml", text).is_ok()
}

#[test]
fn what_may_be_written_in_several_ways_is_accepted_in_each() {
    for (part, other) in [
        ("version: 1", "version: \"1\""),
        ("mode: enforce", "mode: 'observe'"),
        ("[80/tcp, 443/tcp]", "080/tcp"),
        ("[80/tcp, 443/tcp]", "[0-65535/udp, all/udp, icmp, icmp/8, icmp/3.4, icmpv6/255.255]"),
        ("[80/tcp, 443/tcp]", "[proto/0, proto/050, proto/16, proto/158, proto/255, 65535/tcp, 1-1/tcp]"),
        ("from: anywhere", "from: [anywhere, internet, private, self, web, sg-0a, pl-0b, 10.1.2.3/8]"),
        ("from: anywhere", "from: [\" 10.0.0.0/8 \", 010.0.0.0/08, \"::ffff:10.0.0.0/104\", \"::/000\"]"),
        ("from: anywhere, required: true", "from: anywhere, required: \"false\""),
        ("[web, app], [app]", ""),
        ("office: [203.0.113.0/24, \"2001:db8:10::/48\"]", "office: pl-0b"),
        ("break-glass: [admins]", "break-glass: admins"),
        ("break-glass: [admins]", "break-glass: []"),
        ("editors: []", "editors: [admins, admins]"),
        ("tier: \"web\"", "tier: 1, empty: \"\", \"\": true, float: 1.5"),
        ("names: [web-*]", "names: [\"\", 1, true, \" sg-\"]"),
        ("id: OPS-1", "id: 7"),
        ("owner: dba", "owner: true"),
        ("until: 2026-12-31T00:00:00Z", "until: 2026-12-31 01:00+01:00"),
        ("until: 2026-12-31T00:00:00Z", "until: \"20261231t010000,5+01[Europe/Berlin]\""),
        ("after: 5", "after: \"+020\""),
        ("within: 1h", "within: PT90M"),
        ("within: 1h", "within: 2 hours 30 minutes"),
        ("disputes: { after: 5, within: 1h }", "disputes: {}"),
        ("except: [vendors]", "except: []"),
        ("except: [vendors]", "except: vendors"),
        ("arn:aws:iam::*:role/team/CloudAdmin", "arn:*:iam::1111*:user/a:b/*"),
        ("arn:aws:iam::*:role/team/CloudAdmin", "arn:aws-cn:iam::111122223333:root"),
        ("cloudformation.amazonaws.com", "ec2.amazonaws.com.cn"),
        (
            "  office: [",
            "  1: 10.0.0.0/8\n  true: 10.0.0.0/8\n  größe 2: 10.0.0.0/8\n  010.0.0.1: 10.0.0.0/8\n  office: [",
        ),
        (DENY, "  ingress: []"),
        (DENY, "  egress: [{ allow: all, to: self }]"),
    ] {
        let text = with(part, other);
        assert!(reads(&text), "the reader refuses `{other}`");
        check_accepted(&text);
    }
    check_accepted(WHOLE);
    let named = "version: 1\nnetworks: { 7: 10.0.0.0/8 }\ntiers: { true: { groups: { names: a }, ingress: [{ allow: all, from: [7, true] }] } }";
    assert!(reads(named));
    check_accepted(named);
}

/// What the reader refuses and the schema with it.
const REFUSED: [(&str, &str); 150] = [
    // Keys.
    ("version: 1\n", ""),
    ("sweep: observe", "colour: red"),
    ("sweep: observe", "on_violation: revoke"),
    ("sweep: observe", "editors: []"),
    ("editors: []", "editor: []"),
    ("editors: []", "sweep: enforce"),
    ("editors: []", "deny: []"),
    ("groups: { names: app }", "ingress: []"),
    ("groups: { names: app }", "groups: { names: app, vpc: x }"),
    ("allow: all, ", ""),
    ("allow: all, ", "allow: all, from: self, "),
    ("allow: all, ", "allow: all, except: self, "),
    ("to: [office, 123456789012/sg-0b]", "from: office"),
    ("required: true", "require: true"),
    ("from: anywhere, ", ""),
    ("from: anywhere, ", "to: anywhere, "),
    ("except: [vendors]", "expect: [vendors]"),
    ("except: [vendors]", "required: true"),
    ("except: [vendors]", "to: internet"),
    ("ports: 22/tcp, ", ""),
    ("ports: 22/tcp, ", "allow: 22/tcp, "),
    ("from: internet, ", ""),
    ("  deny:\n", "  ingress: []\n  deny:\n"),
    ("  deny:\n", "  egress: []\n  deny:\n"),
    ("  deny:\n", "  editors: []\n  deny:\n"),
    (DENY, "  mode: observe"),
    (DENY, "  ingress: [{ allow: all, from: self, required: true }]"),
    (DENY, "  egress: [{ allow: all, to: self, required: false }]"),
    ("  together: [[web, app], [app]]\n", ""),
    ("  together: [[web, app], [app]]\n", "  together: []\n  sweep: observe\n"),
    ("id: OPS-1, ", ""),
    ("groups: { ids: [sg-0c] }, ", ""),
    ("allow: 5432/tcp, ", ""),
    ("from: self, ", ""),
    ("from: self, ", "from: self, to: self, "),
    ("until: 2026-12-31T00:00:00Z, ", ""),
    ("owner: dba, ", ""),
    (", reason: why", ""),
    (", reason: why", ", reason: why, required: true"),
    (", reason: why", ", reason: why, expires: never"),
    ("after: 5", "afer: 5"),
    // Values of the wrong kind.
    ("version: 1", "version: [1]"),
    ("mode: enforce", "mode: {}"),
    ("mode: enforce", "mode:"),
    ("on-violation: revoke", "on-violation: [revoke]"),
    ("sweep: observe", "sweep: { mode: observe }"),
    (NETWORKS, "networks: []\n"),
    ("  vendors: pl-0123456789abcdef0", "  vendors: { cidr: 10.0.0.0/8 }"),
    ("  vendors: pl-0123456789abcdef0", "  vendors:"),
    ("  vendors: pl-0123456789abcdef0", "  vendors: []"),
    ("  vendors: pl-0123456789abcdef0", "  vendors: [[10.0.0.0/8]]"),
    ("cloudformation.amazonaws.com", "[cloudformation.amazonaws.com]"),
    ("[\"arn:aws:iam::*:role/team/CloudAdmin\", cloudformation.amazonaws.com]", "[]"),
    ("break-glass: [admins]", "break-glass:"),
    ("break-glass: [admins]", "break-glass: { a: b }"),
    ("editors: []", "editors: ~"),
    ("editors: []", "editors: [[admins]]"),
    ("editors: []", "editors: [null]"),
    ("groups: { names: app }", "groups: app"),
    ("groups: { names: app }", "groups: {}"),
    ("names: app", "names: []"),
    ("names: app", "names: { a: b }"),
    ("tags: { tier: \"web\" }", "tags: {}"),
    ("tags: { tier: \"web\" }", "tags: [tier]"),
    ("tier: \"web\"", "tier: [web]"),
    ("tier: \"web\"", "tier:"),
    ("ids: sg-0a", "ids: []"),
    ("ids: sg-0a", "ids: [{}]"),
    ("      - { allow: all, to: [office, 123456789012/sg-0b] }", "      all"),
    ("      - { allow: all, to: [office, 123456789012/sg-0b] }", "      - all"),
    ("      - { allow: all, to: [office, 123456789012/sg-0b] }", "      ~"),
    ("[80/tcp, 443/tcp]", "[]"),
    ("[80/tcp, 443/tcp]", "{ tcp: 80 }"),
    ("[80/tcp, 443/tcp]", "[[80/tcp]]"),
    ("from: anywhere", "from: []"),
    ("from: anywhere", "from: { cidr: 10.0.0.0/8 }"),
    ("from: anywhere", "from: [~]"),
    ("required: true", "required: [true]"),
    ("required: true", "required:"),
    ("[[web, app], [app]]", "web"),
    ("[[web, app], [app]]", "[web]"),
    ("[[web, app], [app]]", "[[]]"),
    ("[[web, app], [app]]", "[[web, [app]]]"),
    ("  - { id: OPS-1", "    { id: OPS-1"),
    (ELSEWHERE, "elsewhere: ~\n"),
    (ELSEWHERE, "elsewhere: []\n"),
    ("disputes: { after: 5, within: 1h }", "disputes: often"),
    ("within: 1h", "within: []"),
    // Words.
    ("version: 1", "version: 2"),
    ("mode: enforce", "mode: Enforce"),
    ("mode: enforce", "mode: true"),
    ("on-violation: revoke", "on-violation: detach"),
    ("on-violation: narrow", "on-violation: narow"),
    ("on-violation: detach", "on-violation: revoke"),
    ("on-violation: notify", "on-violation: tell"),
    ("sweep: observe", "sweep: daily"),
    ("required: true", "required: yes"),
    ("required: true", "required: 1"),
    ("id: OPS-1", "id: \" \""),
    ("owner: dba", "owner: \"\""),
    ("reason: why", "reason: \" \\n\""),
    ("after: 5", "after: 1"),
    ("after: 5", "after: 21"),
    ("after: 5", "after: often"),
    ("after: 5", "after: -5"),
    ("within: 1h", "within: 30"),
    ("within: 1h", "within: soon"),
    ("until: 2026-12-31T00:00:00Z", "until: 2026-12-31"),
    ("until: 2026-12-31T00:00:00Z", "until: 2026-12-31T00:00:00"),
    ("until: 2026-12-31T00:00:00Z", "until: 2026-13-31T00:00:00Z"),
    ("until: 2026-12-31T00:00:00Z", "until: soon"),
    // Traffic.
    ("ports: 22/tcp", "ports: 22"),
    ("ports: 22/tcp", "ports: ssh"),
    ("ports: 22/tcp", "ports: \"\""),
    ("ports: 22/tcp", "ports: 65536/tcp"),
    ("ports: 22/tcp", "ports: -1/tcp"),
    ("ports: 22/tcp", "ports: 22-/tcp"),
    ("ports: 22/tcp", "ports: 22/sctp"),
    ("ports: 22/tcp", "ports: 22/TCP"),
    ("ports: 22/tcp", "ports: proto/6"),
    ("ports: 22/tcp", "ports: proto/058"),
    ("ports: 22/tcp", "ports: proto/256"),
    ("ports: 22/tcp", "ports: icmp/256"),
    ("ports: 22/tcp", "ports: icmp/3."),
    ("ports: 22/tcp", "ports: icmp/+3"),
    ("ports: 22/tcp", "ports: icmpv4"),
    ("ports: 22/tcp", "ports: \" 22/tcp\""),
    // Peers, networks, ids.
    ("from: anywhere", "from: 10.0.0.1"),
    ("from: anywhere", "from: \"2001:db8::1\""),
    ("from: anywhere", "from: 10.0.0.0/33"),
    ("from: anywhere", "from: 10.0.0/8"),
    ("from: anywhere", "from: \"::/129\""),
    ("from: anywhere", "from: sg-web"),
    ("from: anywhere", "from: 12345/sg-0a"),
    ("from: anywhere", "from: pl-"),
    ("from: anywhere", "from: elsewhere"),
    ("  vendors: pl-0123456789abcdef0", "  vendors: sg-0a"),
    ("  vendors: pl-0123456789abcdef0", "  vendors: anywhere"),
    ("  vendors: pl-0123456789abcdef0", "  vendors: 10.0.0.1"),
    ("ids: sg-0a", "ids: web"),
    ("names: [web-*]", "names: [sg-0a]"),
    // Names and callers.
    ("  office: [", "  self: 10.0.0.0/8\n  office: ["),
    ("  office: [", "  sg-0a: 10.0.0.0/8\n  office: ["),
    ("  office: [", "  10.0.0.1: 10.0.0.0/8\n  office: ["),
    ("  office: [", "  \"a \": 10.0.0.0/8\n  office: ["),
    ("  office: [", "  \"\": 10.0.0.0/8\n  office: ["),
    ("  app:\n", "  elsewhere: { groups: { names: a } }\n  app:\n"),
    ("  admins: [", "  \"a&b\": eks.amazonaws.com\n  admins: ["),
    ("cloudformation.amazonaws.com", "CloudFormation.amazonaws.com"),
    ("arn:aws:iam::*:role/team/CloudAdmin", "arn:aws:sts::*:assumed-role/CloudAdmin/alice"),
];

/// Of callers, by their ARNs.
const REFUSED_CALLERS: [&str; 14] = [
    "arn:",
    "alice",
    "*",
    "111122223333",
    ".amazonaws.com",
    "arn:aws-gov:iam::*:role/a",
    "arn:aws:iam:eu-west-1:*:role/a",
    "arn:aws:iam::1111:role/a",
    "arn:aws:iam:::role/a",
    "arn:aws:iam::1234567890123*:root",
    "arn:aws:iam::*:group/a",
    "arn:aws:iam::*:role/",
    "arn:aws:iam::*:role//a",
    "arn:aws:iam::*:user/a b",
];

#[test]
fn what_the_reader_refuses_is_refused() {
    let callers = REFUSED_CALLERS.map(|caller| ("arn:aws:iam::*:role/team/CloudAdmin", caller));
    for (part, other) in REFUSED.into_iter().chain(callers) {
        let text = with(part, other);
        assert!(!reads(&text), "the reader takes `{other}` in place of `{part}`");
        for seen in [Seen::Quoted, Seen::Plain] {
            assert!(
                !complaints(&text, seen).is_empty(),
                "{seen:?}: the schema takes `{other}` in place of `{part}`"
            );
        }
    }
    for text in ["", "{}", "[1, 2]", "hello", "version: 1", "version: 1\ntiers: {}", "version: 1\ntiers:"] {
        assert!(!reads(text) && !complaints(text, Seen::Plain).is_empty(), "{text}");
    }
}

/// Where the schema is laxer than the reader: what the documentation of the module says, by example.
#[test]
fn what_only_the_reader_can_refuse_is_accepted() {
    for (part, other) in [
        ("from: anywhere", "from: offcie"),
        ("editors: []", "editors: [web]"),
        ("[[web, app], [app]]", "[[web, office]]"),
        ("  app:\n", "  office:\n"),
        ("[80/tcp, 443/tcp]", "443-80/tcp"),
        ("from: anywhere", "from: \"1:2:3/32\""),
        ("until: 2026-12-31T00:00:00Z", "until: 2026-02-31T00:00:00Z"),
        ("within: 1h", "within: 59s"),
        ("within: 1h", "within: 169h"),
    ] {
        let text = with(part, other);
        assert!(!reads(&text), "the reader takes `{other}`");
        check_accepted(&text);
    }
    let text = with("version: 1", "version: 1.0");
    assert!(
        !reads(&text)
            && complaints(&text, Seen::Plain).is_empty()
            && !complaints(&text, Seen::Quoted).is_empty()
    );
}
