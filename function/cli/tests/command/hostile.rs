//! What callers and files say is no more than text, in whatever the command prints.

use serde_json::{Value, json};
use tierguard::visible::{hides, turns};

use crate::desk::{Desk, POLICY, Ran, opened};

#[path = "../../../../events/hostile/strings.rs"]
mod strings;

/// Where in a record a text stands.
const FIELDS: [&str; 18] = [
    "/eventID",
    "/eventName",
    "/eventSource",
    "/eventTime",
    "/awsRegion",
    "/recipientAccountId",
    "/sourceIPAddress",
    "/userAgent",
    "/userIdentity/arn",
    "/userIdentity/invokedBy",
    "/userIdentity/sessionContext/sessionIssuer/arn",
    "/requestParameters/groupId",
    "/responseElements/securityGroupRuleSet/items/0/groupId",
    "/responseElements/securityGroupRuleSet/items/0/securityGroupRuleId",
    "/responseElements/securityGroupRuleSet/items/0/description",
    "/responseElements/securityGroupRuleSet/items/0/ipProtocol",
    "/responseElements/securityGroupRuleSet/items/0/cidrIpv4",
    "/responseElements/securityGroupRuleSet/items/0/referencedGroupInfo",
];

/// A format, and what a run with `text` everywhere says that is more than text.
type Format = (&'static str, fn(&Desk, &str) -> Result<(), String>);

const FORMATS: [Format; 8] = [
    ("story", story),
    ("colours", colours),
    ("jsonl", jsonl),
    ("errors", errors),
    ("policy", policy),
    ("summary", summary),
    ("json", json),
    ("draft", draft),
];

/// A change with `text` at each of the fields in turn.
fn events(text: &str) -> Vec<Value> {
    let event = |(n, path): (usize, &&str)| {
        let mut event = opened(&format!("event-{n}"), 1, 22);
        let (parent, key) = path.rsplit_once('/').unwrap();
        event.pointer_mut(parent).unwrap()[key] = json!(text);
        event
    };
    FIELDS.iter().enumerate().map(event).collect()
}

/// A desk with these events, in an account whose group has the text for a name and a tag.
fn prepare(desk: &Desk, text: &str) {
    let mut account = crate::desk::account();
    let group = &mut account["SecurityGroups"][0];
    group["GroupName"] = json!(text);
    group["Tags"].as_array_mut().unwrap().push(json!({"Key": text, "Value": text}));
    desk.write("account.json", account.to_string());
    desk.write("policy.yaml", POLICY);
    desk.write("events.json", json!(events(text)).to_string());
}

fn replay(desk: &Desk, format: &str, settings: &[(&str, &str)]) -> Ran {
    let mut command = desk.command(&format!("replay --format {format} events.json"));
    Ran::of(command.envs(settings.iter().copied()))
}

/// Each line of the story begins as the command's own lines do.
fn story(desk: &Desk, text: &str) -> Result<(), String> {
    const LABELS: [&str; 8] =
        ["opened", "too much", "because", "done", "group", "caller", "event", "removed"];
    prepare(desk, text);
    let Ran { code, out, err } = replay(desk, "text", &[]);
    ensure(code == 0, &err)?;
    for line in out.lines() {
        let is_detail =
            line.strip_prefix("    ").is_some_and(|line| LABELS.iter().any(|it| line.starts_with(it)));
        let is_head = line.is_empty() || line.starts_with("policy policy.yaml, account ");
        let is_row = line.starts_with("2026-03-02T09:00:01Z  ") || line.starts_with("-  ");
        let is_sum = line.starts_with(|c: char| c.is_ascii_digit()) && !line.starts_with("2026");
        ensure(all_seen(line) && (is_detail || is_head || is_row || is_sum), line)?;
    }
    Ok(())
}

/// The colours are the command's own: without them it is the same story.
fn colours(desk: &Desk, text: &str) -> Result<(), String> {
    prepare(desk, text);
    let plain = replay(desk, "text", &[]).out;
    let coloured = replay(desk, "text", &[("CLICOLOR_FORCE", "1")]).out;
    ensure(coloured.contains("\u{1b}["), &coloured)?;
    ensure(anstream::adapter::strip_str(&coloured).to_string() == plain, &coloured)
}

/// One object a line, a line an event, with the text as it came.
fn jsonl(desk: &Desk, text: &str) -> Result<(), String> {
    prepare(desk, text);
    let Ran { code, out, err } = replay(desk, "jsonl", &[]);
    ensure(code == 0, &err)?;
    let reports: Result<Vec<Value>, _> = out.lines().map(serde_json::from_str).collect();
    let reports = reports.map_err(|error| error.to_string())?;
    let came = text.is_empty() || reports.iter().any(|report| report["actor"] == text);
    ensure(came && out.lines().all(all_seen), &out)?;
    ensure(reports.len() >= FIELDS.len() - 2, &format!("{} lines", reports.len()))
}

/// Each line is one of a table, with as many columns as its heading has, or one of the sums.
fn summary(desk: &Desk, text: &str) -> Result<(), String> {
    prepare(desk, text);
    let Ran { code, out, err } = Ran::of(&mut desk.command("replay --summary events.json"));
    ensure(code == 0, &err)?;
    let tables = out.lines().filter(|line| line.contains("  EVENTS  VIOLATIONS  ")).count();
    ensure(tables == 5 && out.lines().all(all_seen), &out)?;
    let rows = out.lines().skip_while(|line| !line.starts_with("TIER ")).filter(|line| !line.is_empty());
    let is_row = |line: &str| {
        line.split("  ").filter(|cell| !cell.trim().is_empty()).count() >= 6 || line.starts_with("and ")
    };
    let is_wrong = rows.into_iter().find(|line| !is_row(line));
    ensure(is_wrong.is_none(), is_wrong.unwrap_or_default())
}

/// One object in one line, with the text as it came.
fn json(desk: &Desk, text: &str) -> Result<(), String> {
    prepare(desk, text);
    let Ran { code, out, err } = replay(desk, "json", &[]);
    ensure(code == 0, &err)?;
    let object: Value = serde_json::from_str(&out).map_err(|error| error.to_string())?;
    let start: String = text.chars().take(700).collect();
    let came = |row: &Value| row["name"] == start.as_str();
    ensure(
        text.is_empty() || object["callers"]["rows"].as_array().is_some_and(|rows| rows.iter().any(came)),
        &out,
    )?;
    ensure(out.lines().count() == 1 && out.lines().all(all_seen), &out)
}

/// A draft is a policy, and each of its lines is the command's own.
fn draft(desk: &Desk, text: &str) -> Result<(), String> {
    prepare(desk, text);
    let mut account = crate::desk::account();
    let group = &mut account["SecurityGroups"][0];
    group["GroupName"] = json!(text);
    group["Tags"] = json!([{"Key": "tier", "Value": text}]);
    group["IpPermissions"] = json!([{
        "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "203.0.113.0/24", "Description": text}],
    }]);
    desk.write("account.json", account.to_string());
    let Ran { code, out, err } = desk.run("policy init --account account.json");
    ensure(code == 0, &err)?;
    ensure(out.lines().all(all_seen), &out)?;
    desk.write("policy.yaml", &out);
    let audit = desk.run("audit --account account.json --fail-on violation,undecidable");
    ensure(audit.code == 0 && !audit.out.contains("unmanaged"), &(out + &audit.out + &audit.err))
}

/// A damaged file is told in lines that are the command's own.
fn errors(desk: &Desk, text: &str) -> Result<(), String> {
    desk.write("policy.yaml", POLICY);
    desk.write("damaged.json", format!("{{\"eventName\": {text}"));
    let name = json!(text).to_string();
    desk.write("row.json", format!("[{{\"CloudTrailEvent\": {name}}}, {{\"eventName\": {name}}}, {name}]"));
    desk.write(
        "account.json",
        json!({ "SecurityGroups": [{ "GroupId": text, "IpPermissions": text }] }).to_string(),
    );
    let mut said = desk.run("replay damaged.json row.json").err;
    desk.write("account.json", crate::desk::account().to_string());
    said.push_str(&desk.run("replay damaged.json row.json").err);
    said.push_str(&Ran::of(desk.command("replay row.json").arg(format!("--role={}", short(text)))).err);
    said.push_str(&Ran::of(desk.command("replay").arg(format!("no-{}", short(text)))).err);
    let mut lines = said.lines();
    ensure(!said.is_empty() && lines.all(|line| all_seen(line) && begins(line)), &said)
}

fn begins(line: &str) -> bool {
    ["error: ", "  help: "].iter().any(|start| line.starts_with(start))
}

/// As much of a text as an argument can be, and the name of a file.
fn short(text: &str) -> String {
    text.replace('\0', "").chars().take(50).collect()
}

/// A policy that is wrong is drawn in characters that can be seen.
fn policy(desk: &Desk, text: &str) -> Result<(), String> {
    prepare(desk, text);
    let quoted = json!(text).to_string();
    for wrong in [
        format!("{POLICY}{text}\n: x\n"),
        format!("{POLICY}{quoted}: x\n"),
        POLICY.replace("80/tcp", &quoted),
        POLICY.replace("203.0.113.0/24", &quoted),
        POLICY.replace("groups: { tags: { tier: db } }", &format!("groups: {quoted} # {text}")),
    ] {
        desk.write("policy.yaml", wrong);
        let Ran { code: _, out, err } = desk.run("replay events.json");
        let seen = |text: &str| text.lines().all(|line| !line.chars().any(hides));
        ensure(seen(&out) && seen(&err), &err)?;
    }
    Ok(())
}

fn all_seen(line: &str) -> bool {
    !line.chars().any(|c| hides(c) || turns(c))
}

fn ensure(holds: bool, what: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what.chars().take(2000).collect()) }
}

/// The table: a text a line, a format a column, each over every field.
#[test]
fn what_others_write_is_no_more_than_text_in_whatever_is_printed() {
    let desk = Desk::empty("what_others_write_is_no_more_than_text");
    println!("{:<24}{}", "", FORMATS.map(|(format, _)| format!("{format:<10}")).concat());
    let mut wrong = Vec::new();
    for (name, text) in strings::strings() {
        let row = FORMATS.map(|(format, check)| {
            let checked = check(&desk, &text);
            let cell = format!("{:<10}", if checked.is_ok() { "ok" } else { "NOT" });
            wrong.extend(checked.err().map(|what| format!("{name}, in {format}: {what:?}")));
            cell
        });
        println!("{name:<24}{}", row.concat());
    }
    assert!(wrong.is_empty(), "{} cells:\n{}", wrong.len(), wrong.join("\n"));
}
