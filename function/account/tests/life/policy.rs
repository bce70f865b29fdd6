//! The policy of a life: every arm that a policy has, in some lives and not in others.

use tierguard::Policy;

use crate::clock::{DAY, Moment};
use crate::dice::Dice;
use crate::scene::{ADMIN, DEPLOYER, INCIDENT};

/// A policy, and how it is written.
pub(crate) fn drawn(dice: &mut Dice) -> (Policy, String) {
    let text = text(dice);
    let policy = Policy::parse("policy.yaml", &text);
    (policy.unwrap_or_else(|errors| panic!("{errors}\n{text}")), text)
}

fn text(dice: &mut Dice) -> String {
    let mode = dice.weighted(&[(9, "enforce"), (1, "observe")]);
    let on_violation = dice.weighted(&[(5, "revoke"), (4, "narrow"), (1, "notify")]);
    let sweep = dice.pick(&["enforce", "observe"]);
    let break_glass = dice.pick(&["", "break-glass: [incident]\n"]);
    let parts = [tiers(dice), elsewhere(dice).to_owned(), interfaces(dice), exemptions(dice)];
    format!(
        "version: 1\nmode: {mode}\non-violation: {on_violation}\nsweep: {sweep}\n\
         networks: {{ office: 203.0.113.0/24, vendors: pl-00000001 }}\n\
         principals: {{ admins: [\"{ADMIN}\", \"{DEPLOYER}\"], incident: [\"{INCIDENT}\"] }}\n{break_glass}{}",
        parts.concat()
    )
}

fn tiers(dice: &mut Dice) -> String {
    let vendors = dice.pick(&[
        "",
        "{ allow: 22/tcp, from: vendors }, ",
        "{ allow: [22/tcp, 8080/tcp], from: pl-00000001 }, ",
    ]);
    let web = format!("{vendors}{{ allow: [80/tcp, 443/tcp], from: anywhere{} }}", required(dice));
    let app =
        format!("{{ allow: 8080/tcp, from: {}{} }}", dice.pick(&["web", "[web, vendors]"]), required(dice));
    let db = format!(
        "{{ allow: 3306/tcp, from: {}{} }}",
        dice.pick(&["[app, self]", "[app, 10.0.0.0/8]"]),
        required(dice)
    );
    let ssh = format!(
        "{{ allow: 22/tcp, from: {} }}",
        dice.pick(&["office", "[office, vendors]", "[office, pl-00000001]"])
    );
    let tiers = [
        tier("web", "{ tags: { tier: web } }", &web, dice),
        tier("app", "{ tags: { tier: app } }", &app, dice),
        tier("db", "{ tags: { tier: db } }", &db, dice),
        tier("ssh-admin", "{ names: [ssh-admin] }", &ssh, dice),
    ];
    format!("tiers:\n{}", tiers.concat())
}

fn required(dice: &mut Dice) -> &'static str {
    dice.pick(&["", "", ", required: true"])
}

fn tier(name: &str, groups: &str, ingress: &str, dice: &mut Dice) -> String {
    let editors = dice.weighted(&[(3, ""), (1, "    editors: []\n"), (2, "    editors: [admins]\n")]);
    let on_violation = dice.weighted(&[
        (6, ""),
        (1, "    on-violation: narrow\n"),
        (1, "    on-violation: revoke\n"),
        (1, "    on-violation: notify\n"),
    ]);
    let mode = dice.weighted(&[(8, ""), (1, "    mode: observe\n")]);
    let egress = dice.weighted(&[
        (3, ""),
        (1, "    egress: []\n"),
        (1, "    egress: [{ allow: 443/tcp, to: anywhere }]\n"),
    ]);
    format!(
        "  {name}:\n    groups: {groups}\n{mode}{on_violation}{editors}{egress}    ingress: [{ingress}]\n"
    )
}

fn elsewhere(dice: &mut Dice) -> &'static str {
    dice.pick(&[
        "",
        "elsewhere: { deny: [{ ports: [22/tcp, 3389/tcp], from: internet, except: [office] }] }\n",
        "elsewhere: { ingress: [{ allow: 443/tcp, from: anywhere }, { allow: all, from: private }] }\n",
    ])
}

fn interfaces(dice: &mut Dice) -> String {
    if dice.percent(40) {
        return String::new();
    }
    let on_violation = dice.pick(&["notify", "detach", "detach"]);
    format!(
        "interfaces: {{ together: [[web, ssh-admin], [app, ssh-admin], [db, ssh-admin]], on-violation: {on_violation} }}\n"
    )
}

/// Some end while the life goes on.
fn exemptions(dice: &mut Dice) -> String {
    if dice.percent(40) {
        return String::new();
    }
    let until = Moment(dice.between(2 * DAY, 30 * DAY)).to_the_second();
    let (groups, allow) = dice.pick(&[
        ("{ tags: { tier: db } }", "allow: 5432/tcp, from: 198.51.100.0/24"),
        ("{ ids: [sg-0000000b, sg-0000000e] }", "allow: 22/tcp, from: 0.0.0.0/0"),
        ("{ names: [front] }", "allow: [22/tcp, 8080/tcp], from: vendors"),
    ]);
    format!(
        "exemptions:\n  - {{ id: OPS-1, groups: {groups}, {allow}, until: {until}, owner: o@example.com, reason: test }}\n"
    )
}
