//! Logs, metrics, parameters, and what watches the rest.

use super::{Category, Effect, Kind, Outcome, PLAIN};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "PutLogEvents",
        source: "logs",
        share: 25,
        effect: Effect::Writes,
        category: Category::Data,
        request: r#"{"logGroupName":"/aws/lambda/order-intake","logStreamName":"2026/01/01/[live]«hex17»","logEvents":"HIDDEN_DUE_TO_SECURITY_REASONS"}"#,
        response: r#"{"nextSequenceToken":"496«number»«number»«number»"}"#,
        ..PLAIN
    },
    Kind {
        name: "CreateLogStream",
        source: "logs",
        share: 15,
        effect: Effect::Writes,
        request: r#"{"logGroupName":"/aws/lambda/order-intake","logStreamName":"2026/01/01/[live]«hex17»"}"#,
        ..PLAIN
    },
    Kind {
        name: "CreateLogStream",
        source: "logs",
        share: 3,
        effect: Effect::Writes,
        outcome: Outcome::Failed {
            code: "ResourceAlreadyExistsException",
            message: "The specified log stream already exists",
        },
        request: r#"{"logGroupName":"/aws/lambda/order-intake","logStreamName":"2026/01/01/[live]«hex17»"}"#,
        ..PLAIN
    },
    Kind {
        name: "DescribeAlarms",
        source: "monitoring",
        share: 12,
        request: r#"{"alarmNamePrefix":"«word»","maxRecords":100}"#,
        ..PLAIN
    },
    Kind {
        name: "GetParametersByPath",
        source: "ssm",
        share: 18,
        request: r#"{"path":"/orders/live","recursive":true,"withDecryption":true,"maxResults":10}"#,
        ..PLAIN
    },
    Kind {
        name: "UpdateInstanceInformation",
        source: "ssm",
        share: 30,
        effect: Effect::Writes,
        request: r#"{"instanceId":"i-«hex17»","agentVersion":"3.3.987.0","agentStatus":"Active","platformType":"Linux","platformName":"Amazon Linux","platformVersion":"2023","iPAddress":"«address»","computerName":"ip-10-0-17-4.«region».compute.internal","agentName":"amazon-ssm-agent","availabilityZone":"«region»a","availabilityZoneId":"use1-az1","sSMConnectionChannel":"ssmmessages"}"#,
        ..PLAIN
    },
    Kind {
        name: "PutEvaluations",
        source: "config",
        share: 5,
        effect: Effect::Writes,
        request: r#"{"resultToken":"«hex64»«hex64»«hex64»«hex64»","evaluations":[{"complianceResourceType":"AWS::EC2::SecurityGroup","complianceResourceId":"sg-«hex17»","complianceType":"NON_COMPLIANT","annotation":"22 is open: \"0.0.0.0/0\"","orderingTimestamp":"Jan 1, 2026, 6:12:31 PM"},{"complianceResourceType":"AWS::EC2::SecurityGroup","complianceResourceId":"sg-«hex17»","complianceType":"COMPLIANT","annotation":"«word»","orderingTimestamp":"Jan 1, 2026, 6:12:31 PM"}],"testMode":false}"#,
        response: r#"{"failedEvaluations":[]}"#,
        ..PLAIN
    },
    Kind {
        name: "PolicyExecution",
        source: "dlm",
        share: 2,
        effect: Effect::Writes,
        category: Category::Service,
        identity: r#"{"accountId":"«account»","invokedBy":"dlm.amazonaws.com"}"#,
        more: r#""serviceEventDetails":{"policyId":"policy-«hex17»","snapshots":["snap-«hex17»","snap-«hex17»","snap-«hex17»"],"state":"COMPLETED"},"#,
        ..PLAIN
    },
];
