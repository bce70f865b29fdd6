//! The policy file as a JSON Schema, so that an editor completes and checks a policy while it is written.
//!
//! The reader decides what a policy is. The schema refuses nothing that the reader takes, but two names that YAML takes for
//! one number (`1` and `1.0`) in one list of tiers. It is laxer than the reader
//! - where one place of a file has to be held against another: names that nothing defines, a network and a tier of one
//!   name, an exemption's id that is given twice, and how much all of it comes to;
//! - where a pattern would say less than the reader does: ports that are the wrong way round, how the groups of an IPv6
//!   address are put together, days that a month does not have, how long `within` is;
//! - where YAML has made a number or a truth value of what the reader takes by its letters: `1.0`, `0x5`, `True`;
//! - in what is YAML's own: anchors, tags, keys that are given twice, a second document.

mod term;
#[cfg(test)]
pub(super) mod testing;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

use crate::permission::Direction;

/// The dialect that it is written in.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The JSON Schema (draft 2020-12) of the policy file.
///
/// ```
/// let schema = tierguard::policy::schema();
/// assert_eq!(schema["properties"]["sweep"]["default"], "observe");
/// ```
#[must_use]
pub fn schema() -> Value {
    json!({
        "$schema": DIALECT,
        "title": "tierguard policy",
        "description": "Which security groups are a tier, who may reach it, and what is done about a rule \
            that opens more.",
        "type": "object",
        "required": ["version"],
        "anyOf": [
            { "required": ["elsewhere"] },
            { "required": ["tiers"], "properties": { "tiers": { "minProperties": 1 } } },
        ],
        "properties": properties(),
        "additionalProperties": false,
        "$defs": definitions(),
    })
}

/// What the file's own keys hold.
fn properties() -> Value {
    json!({
        "version": { "description": "The version of this format: 1.", "enum": [1, "1"] },
        "mode": {
            "description": "Whether the guard acts (`enforce`), or judges and tells and changes nothing \
                (`observe`). A tier, `elsewhere` and `interfaces` may set their own. Default: `enforce`.",
            "$ref": "#/$defs/mode",
            "default": "enforce",
        },
        "on-violation": {
            "description": "What is done about a rule that is not allowed: `revoke` takes it away, `narrow` \
                leaves what is allowed of it, `notify` only tells. A tier, or `elsewhere`, may set its own. \
                Default: `revoke`.",
            "$ref": "#/$defs/on-violation",
            "default": "revoke",
        },
        "networks": networks(),
        "principals": principals(),
        "tiers": tiers(),
        "elsewhere": {
            "description": "What holds for groups that are in no tier. Absent: they are not managed.",
            "$ref": "#/$defs/elsewhere",
        },
        "break-glass": any("name", "Callers, by their names under `principals`, whose changes are never \
            undone and always announced. Default: nobody."),
        "exemptions": {
            "description": "What is allowed to some groups for a time. Default: nothing.",
            "type": "array",
            "items": { "$ref": "#/$defs/exemption" },
        },
        "interfaces": {
            "description": "Which tiers may meet on one network interface. Absent: interfaces are not \
                looked at.",
            "$ref": "#/$defs/interfaces",
        },
        "sweep": {
            "description": "Whether the sweep acts (`enforce`), or only says what it would do (`observe`). \
                Where the file's own `mode` is `observe`, the sweep observes too. Default: `observe`.",
            "$ref": "#/$defs/mode",
            "default": "observe",
        },
        "disputes": {
            "description": "When something that is undone again and again is in dispute. Default: \
                `{ after: 5, within: 1h }`.",
            "$ref": "#/$defs/disputes",
        },
    })
}

fn networks() -> Value {
    json!({
        "description": "Addresses by name. Networks and tiers share one name space. Default: none.",
        "type": "object",
        "propertyNames": { "$ref": "#/$defs/name" },
        "additionalProperties": some("network", "Networks, or prefix lists, whose live entries are meant."),
        "examples": [{ "office": ["203.0.113.0/24", "2001:db8:10::/48"], "bastion": "198.51.100.7/32" }],
    })
}

fn principals() -> Value {
    json!({
        "description": "Callers by name, for `editors` and `break-glass`. Default: none.",
        "type": "object",
        "propertyNames": { "$ref": "#/$defs/name" },
        "additionalProperties": some("caller", "ARNs of IAM roles, users or `root`, with `*` for any text \
            within one segment, or names of AWS services."),
        "examples": [{ "cloud-admins": ["arn:aws:iam::*:role/CloudAdmin"] }],
    })
}

fn tiers() -> Value {
    json!({
        "description": "The tiers by name, from the outside in.",
        "type": "object",
        "propertyNames": { "$ref": "#/$defs/name" },
        "additionalProperties": { "$ref": "#/$defs/tier" },
        "examples": [{
            "web": {
                "groups": { "tags": { "tier": "web" } },
                "ingress": [{ "allow": ["80/tcp", "443/tcp"], "from": "anywhere" }],
            },
        }],
    })
}

/// What is referred to, by name.
fn definitions() -> Map<String, Value> {
    let mappings = [
        ("tier", tier()),
        ("groups", groups()),
        ("ingress", allow_in_tier(Direction::Ingress)),
        ("egress", allow_in_tier(Direction::Egress)),
        ("ingress-elsewhere", allow_elsewhere(Direction::Ingress)),
        ("egress-elsewhere", allow_elsewhere(Direction::Egress)),
        ("elsewhere", elsewhere()),
        ("deny", deny()),
        ("exemption", exemption()),
        ("interfaces", interfaces()),
        ("disputes", disputes()),
    ];
    let all = mappings.into_iter().chain(term::definitions());
    all.map(|(name, definition)| (name.to_owned(), definition)).collect()
}

fn tier() -> Value {
    json!({
        "description": "A set of groups, and what their rules may open.",
        "type": "object",
        "required": ["groups"],
        "properties": {
            "groups": { "$ref": "#/$defs/groups", "description": "Which groups are the tier." },
            "ingress": list("ingress", "What is allowed into the tier. An empty list allows nothing. \
                Absent: ingress is not governed."),
            "egress": list("egress", "What is allowed out of the tier. An empty list allows nothing. \
                Absent: egress is not governed."),
            "editors": any("name", "Who may change the groups of the tier, by their names under \
                `principals`; `[]` is nobody. Absent: anybody, as far as the content is allowed."),
            "mode": mode(),
            "on-violation": on_violation(),
        },
        "additionalProperties": false,
    })
}

fn groups() -> Value {
    json!({
        "description": "Which groups are meant: what is given must all match, and one of the `names` or \
            `ids`.",
        "type": "object",
        "minProperties": 1,
        "properties": {
            "tags": {
                "description": "Tags with their exact values, all of which a group must have.",
                "type": "object",
                "minProperties": 1,
                "additionalProperties": { "$ref": "#/$defs/scalar" },
                "examples": [{ "tier": "web" }],
            },
            "names": some("group-name", "Names of groups, in which `*` is any text."),
            "ids": some("group-id", "Ids of groups."),
        },
        "additionalProperties": false,
    })
}

/// An entry of `ingress` or `egress` of a tier.
fn allow_in_tier(direction: Direction) -> Value {
    let properties = json!({
        "allow": traffic("The traffic that is allowed, or a list."),
        (direction.preposition()): peers(direction),
        "required": {
            "description": "Whether such a rule must be there, and is put back where it is missing. \
                Default: `false`.",
            "enum": [true, false, "true", "false"],
            "default": false,
        },
    });
    allow(direction, &properties)
}

/// An entry of `ingress` or `egress` of `elsewhere`, where nothing can be required.
fn allow_elsewhere(direction: Direction) -> Value {
    let properties = json!({
        "allow": traffic("The traffic that is allowed, or a list."),
        (direction.preposition()): peers(direction),
    });
    allow(direction, &properties)
}

fn allow(direction: Direction, properties: &Value) -> Value {
    let way = direction.preposition();
    json!({
        "description": format!("Something that is allowed: `allow` and `{way}`."),
        "type": "object",
        "required": ["allow", way],
        "properties": properties,
        "additionalProperties": false,
        "examples": [{ "allow": "443/tcp", (way): "anywhere" }],
    })
}

fn elsewhere() -> Value {
    json!({
        "description": "What holds for groups that are in no tier: what is allowed, or else what is denied.",
        "type": "object",
        "oneOf": [
            { "required": ["deny"] },
            { "anyOf": [{ "required": ["ingress"] }, { "required": ["egress"] }] },
        ],
        "properties": {
            "ingress": list("ingress-elsewhere", "What is allowed in. An empty list allows nothing. Absent: \
                ingress is not governed."),
            "egress": list("egress-elsewhere", "What is allowed out. An empty list allows nothing. Absent: \
                egress is not governed."),
            "deny": list("deny", "What no rule may touch, however wide it is; everything else is allowed."),
            "mode": mode(),
            "on-violation": on_violation(),
        },
        "additionalProperties": false,
    })
}

fn deny() -> Value {
    json!({
        "description": "Something that is denied: `ports`, `from` or `to`, and `except`.",
        "type": "object",
        "required": ["ports"],
        "oneOf": either_way(),
        "properties": {
            "ports": traffic("The traffic that is denied, or a list."),
            "from": peers(Direction::Ingress),
            "to": peers(Direction::Egress),
            "except": any("peer", "Peers that it does not hold for. Default: none."),
        },
        "additionalProperties": false,
        "examples": [{ "ports": ["22/tcp", "3389/tcp"], "from": "internet" }],
    })
}

fn exemption() -> Value {
    json!({
        "description": "Something that is allowed to some groups for a time, with an owner and a reason.",
        "type": "object",
        "required": ["id", "groups", "allow", "until", "owner", "reason"],
        "oneOf": either_way(),
        "properties": {
            "id": {
                "description": "What people know it by, such as a ticket. Each id once.",
                "$ref": "#/$defs/words",
                "examples": ["OPS-1234"],
            },
            "groups": { "$ref": "#/$defs/groups", "description": "The groups that it holds for." },
            "allow": traffic("The traffic that is allowed, or a list."),
            "from": peers(Direction::Ingress),
            "to": peers(Direction::Egress),
            "until": {
                "description": "When it ends: it counts before this instant.",
                "$ref": "#/$defs/instant",
            },
            "owner": {
                "description": "Whom to ask.",
                "$ref": "#/$defs/words",
                "examples": ["dba@example.com"],
            },
            "reason": {
                "description": "What it is for.",
                "$ref": "#/$defs/words",
                "examples": ["migration of the ledger"],
            },
        },
        "additionalProperties": false,
    })
}

fn interfaces() -> Value {
    json!({
        "description": "Which tiers may meet on one network interface.",
        "type": "object",
        "required": ["together"],
        "properties": {
            "together": {
                "description": "Lists of tiers: the tiers of an interface must all be in one of them. A \
                    tier alone always may be; `[]` where no two may meet.",
                "type": "array",
                "items": {
                    "type": "array",
                    "items": { "$ref": "#/$defs/name" },
                    "minItems": 1,
                    "uniqueItems": true,
                },
                "examples": [[["web", "ssh-admin"], ["app", "ssh-admin"]]],
            },
            "on-violation": {
                "description": "What is done about tiers that may not meet: `notify` only tells, `detach` \
                    takes off the groups of the tier that the policy lists first. Default: `notify`.",
                "enum": ["notify", "detach"],
                "default": "notify",
            },
            "mode": mode(),
        },
        "additionalProperties": false,
    })
}

fn disputes() -> Value {
    json!({
        "description": "When something that is undone again and again is in dispute: from then on it is \
            counted, and no longer told each time.",
        "type": "object",
        "properties": {
            "after": {
                "description": "How often it is undone before it is in dispute, 2 to 20. Default: `5`.",
                "$ref": "#/$defs/times",
                "default": 5,
            },
            "within": {
                "description": "Within what time, from `1m` to `168h`. Default: `1h`.",
                "$ref": "#/$defs/time",
                "default": "1h",
            },
        },
        "additionalProperties": false,
    })
}

fn mode() -> Value {
    json!({ "$ref": "#/$defs/mode", "description": "Whether the guard acts here (`enforce`) or only tells \
        (`observe`). Default: the file's `mode`." })
}

fn on_violation() -> Value {
    json!({ "$ref": "#/$defs/on-violation", "description": "What is done here about a rule that is not \
        allowed: `revoke`, `narrow` or `notify`. Default: the file's `on-violation`." })
}

fn traffic(description: &str) -> Value {
    some("traffic", description)
}

fn peers(direction: Direction) -> Value {
    let whose = match direction {
        Direction::Ingress => "From whom",
        Direction::Egress => "To whom",
    };
    let kinds = "the name of a network or of a tier, a CIDR, `sg-…`, `123456789012/sg-…`, `pl-…` (that list \
        itself), `self`, `anywhere`, `private`, `internet`, or a list of these";
    some("peer", &format!("{whose}: {kinds}."))
}

/// `from` or `to`, and not both.
fn either_way() -> Value {
    json!([{ "required": ["from"] }, { "required": ["to"] }])
}

/// One of what is defined as `name`, or a list of them that is not empty.
fn some(name: &str, description: &str) -> Value {
    let one = reference(name);
    json!({ "description": description, "anyOf": [one, { "type": "array", "items": one, "minItems": 1 }] })
}

/// The same, where the list may be empty.
fn any(name: &str, description: &str) -> Value {
    let one = reference(name);
    json!({ "description": description, "anyOf": [one, { "type": "array", "items": one }] })
}

/// A list of what is defined as `name`.
fn list(name: &str, description: &str) -> Value {
    json!({ "description": description, "type": "array", "items": reference(name) })
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}
