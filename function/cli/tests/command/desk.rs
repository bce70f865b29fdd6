//! A folder of its own for each test, the files in it, and the command run there.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

/// A folder in which the command is run.
pub(crate) struct Desk {
    folder: PathBuf,
}

/// What a run of the command came to.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// A policy of two tiers.
pub(crate) const POLICY: &str = "\
version: 1
mode: enforce
on-violation: revoke
networks:
  office: [203.0.113.0/24]
tiers:
  web:
    groups: { tags: { tier: web } }
    ingress:
      - { allow: [80/tcp, 443/tcp], from: anywhere }
  db:
    groups: { tags: { tier: db } }
    ingress:
      - { allow: 3306/tcp, from: [web, office] }
";

impl Desk {
    /// An empty folder.
    pub(crate) fn empty(test: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
        // It is there only if the test ran before.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self { folder }
    }

    /// A folder with a policy and an account.
    pub(crate) fn new(test: &str) -> Self {
        let desk = Self::empty(test);
        desk.write("policy.yaml", POLICY);
        desk.write("account.json", account().to_string());
        desk
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }

    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub(crate) fn command(&self, arguments: &str) -> Command {
        let mut command = Command::cargo_bin("tierguard").unwrap();
        for name in ["TIERGUARD_ROLE_ARN", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "TERM"] {
            command.env_remove(name);
        }
        command.current_dir(&self.folder).args(arguments.split_whitespace());
        command
    }

    pub(crate) fn run(&self, arguments: &str) -> Ran {
        Ran::of(&mut self.command(arguments))
    }
}

impl Ran {
    pub(crate) fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        Self {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// `<verdict> <event id> <source>` of each line of JSON.
    pub(crate) fn lines(&self) -> Vec<String> {
        assert_eq!((self.code, self.err.as_str()), (0, ""));
        self.verdicts()
    }

    /// The same, whatever went wrong.
    pub(crate) fn verdicts(&self) -> Vec<String> {
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let line = |line: &str| {
            let report: Value = serde_json::from_str(line).unwrap();
            [&report["verdict"], &report["event_id"], &report["source"]].map(text).join(" ")
        };
        self.out.lines().map(line).collect()
    }

    /// The same, with each error that was told to a machine as it is told to a person.
    pub(crate) fn in_words(self) -> Self {
        let in_words = |line: &str| match serde_json::from_str::<Value>(line) {
            Ok(told) => {
                format!(
                    "error: {}\n  help: {}\n",
                    told["error"].as_str().unwrap(),
                    told["help"].as_str().unwrap()
                )
            }
            Err(_) => format!("{line}\n"),
        };
        Self { err: self.err.lines().map(in_words).collect(), ..self }
    }

    /// All of it, for a snapshot.
    pub(crate) fn shown(&self) -> String {
        let mut shown = format!("exit {}\n", self.code);
        for (name, text) in [("stdout", &self.out), ("stderr", &self.err)] {
            if !text.is_empty() {
                write!(shown, "--- {name}\n{text}").unwrap();
            }
        }
        shown
    }
}

/// An account of a web group and a db group, each without rules.
pub(crate) fn account() -> Value {
    let group = |id: &str, name: &str, tier: &str| {
        json!({
            "GroupId": id, "GroupName": name, "OwnerId": "111122223333", "VpcId": "vpc-0a4e92abb9b3c7181",
            "Tags": [{"Key": "tier", "Value": tier}], "IpPermissions": [], "IpPermissionsEgress": [],
        })
    };
    json!({"SecurityGroups": [
        group("sg-0000000000000web1", "web-shop", "web"),
        group("sg-00000000000000db1", "db-shop", "db"),
        group("sg-0000000000000misc", "misc", "none"),
    ]})
}

/// The record of a call that is no change.
pub(crate) fn unrelated(id: &str) -> Value {
    json!({
        "eventVersion": "1.11", "eventID": id, "eventName": "DescribeInstances", "eventSource": "ec2.amazonaws.com",
        "eventTime": "2026-03-02T09:00:00Z", "awsRegion": "eu-west-1", "recipientAccountId": "111122223333",
        "userIdentity": {"type": "AWSService", "invokedBy": "autoscaling.amazonaws.com"},
        "requestParameters": {"filterSet": {}}, "responseElements": null,
    })
}

/// The record of `port` of the web group opened to the whole of IPv4, at this second of a certain minute.
pub(crate) fn opened(id: &str, second: u32, port: u16) -> Value {
    rule(id, second, "sg-0000000000000web1", port, "0.0.0.0/0")
}

/// The record of `port` of `group` opened to `peer`.
pub(crate) fn rule(id: &str, second: u32, group: &str, port: u16, peer: &str) -> Value {
    let rule = json!({
        "groupOwnerId": "111122223333", "groupId": group, "securityGroupRuleId": format!("sgr-0{port:0>16}"),
        "isEgress": false, "ipProtocol": "tcp", "fromPort": port, "toPort": port, "cidrIpv4": peer,
    });
    let request = json!({"groupId": group, "ipPermissions": {"items": [{
        "ipProtocol": "tcp", "fromPort": port, "toPort": port, "ipRanges": {"items": [{"cidrIp": peer}]},
    }]}});
    let response = json!({"_return": true, "securityGroupRuleSet": {"items": [rule]}});
    event(id, second, "AuthorizeSecurityGroupIngress", &request, &response)
}

/// The record of a call, at this second of a certain minute.
pub(crate) fn event(id: &str, second: u32, name: &str, request: &Value, response: &Value) -> Value {
    json!({
        "eventVersion": "1.11", "eventID": id, "eventName": name,
        "eventSource": "ec2.amazonaws.com", "eventTime": format!("2026-03-02T09:00:{second:0>2}Z"),
        "awsRegion": "eu-west-1", "recipientAccountId": "111122223333", "sourceIPAddress": "198.51.100.23",
        "userIdentity": {
            "type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/Developer/alice",
            "sessionContext": {"sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::111122223333:role/Developer"}},
        },
        "requestParameters": request,
        "responseElements": response,
    })
}

/// `record` as EventBridge delivers it.
pub(crate) fn envelope(record: &Value) -> Value {
    json!({
        "version": "0", "id": "5d75f35a", "detail-type": "AWS API Call via CloudTrail", "source": "aws.ec2",
        "account": "111122223333", "region": "eu-west-1", "resources": [], "detail": record,
    })
}

/// `record` as `lookup-events` prints it.
pub(crate) fn row(record: &Value) -> Value {
    json!({"EventId": record["eventID"], "EventName": record["eventName"], "CloudTrailEvent": record.to_string()})
}

pub(crate) fn gzip(content: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content.as_ref()).unwrap();
    encoder.finish().unwrap()
}
