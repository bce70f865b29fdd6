//! Networks, load balancers, and who looks at security groups without changing them.

use super::{Effect, Kind, PLAIN};

const EC2: Kind = Kind { source: "ec2", ..PLAIN };

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "DescribeSecurityGroups",
        share: 40,
        request: r#"{"securityGroupSet":{},"securityGroupIdSet":{"items":[{"groupId":"sg-«hex17»"}]},"filterSet":{}}"#,
        ..EC2
    },
    Kind {
        name: "DescribeSecurityGroupRules",
        share: 10,
        request: r#"{"DescribeSecurityGroupRulesRequest":{"Filter":{"Name":"group-id","tag":1,"Value":{"content":"sg-«hex17»","tag":1}},"MaxResults":1000}}"#,
        ..EC2
    },
    Kind {
        name: "DescribeNetworkInterfaces",
        share: 35,
        request: r#"{"networkInterfaceIdSet":{},"filterSet":{"items":[{"name":"group-id","valueSet":{"items":[{"value":"sg-«hex17»"}]}},{"name":"requester-id","valueSet":{"items":[{"value":"amazon-elb"}]}}]}}"#,
        ..EC2
    },
    Kind {
        name: "DescribeSubnets",
        share: 20,
        request: r#"{"subnetSet":{},"filterSet":{"items":[{"name":"vpc-id","valueSet":{"items":[{"value":"vpc-«hex17»"}]}}]}}"#,
        ..EC2
    },
    Kind {
        name: "DescribeRouteTables",
        share: 15,
        request: r#"{"routeTableIdSet":{},"filterSet":{"items":[{"name":"association.subnet-id","valueSet":{"items":[{"value":"subnet-«hex17»"}]}}]}}"#,
        ..EC2
    },
    Kind {
        name: "RegisterTargets",
        source: "elasticloadbalancing",
        share: 8,
        effect: Effect::Writes,
        request: r#"{"targetGroupArn":"arn:aws:elasticloadbalancing:«region»:«account»:targetgroup/app-blue/«hex17»","targets":[{"id":"i-«hex17»","port":8080},{"id":"i-«hex17»","port":8080}]}"#,
        ..PLAIN
    },
    Kind {
        name: "DescribeTargetHealth",
        source: "elasticloadbalancing",
        share: 20,
        request: r#"{"targetGroupArn":"arn:aws:elasticloadbalancing:«region»:«account»:targetgroup/app-blue/«hex17»"}"#,
        ..PLAIN
    },
    Kind {
        name: "DescribeDBInstances",
        source: "rds",
        share: 15,
        request: r#"{"dBInstanceIdentifier":"ledger-«number»"}"#,
        ..PLAIN
    },
    Kind {
        name: "ChangeResourceRecordSets",
        source: "route53",
        share: 2,
        effect: Effect::Writes,
        request: r#"{"hostedZoneId":"Z«capitals»","changeBatch":{"comment":"«word»","changes":[{"action":"UPSERT","resourceRecordSet":{"name":"app.example.com.","type":"CNAME","tTL":60,"resourceRecords":[{"value":"app-blue-«number».«region».elb.amazonaws.com"}]}}]}}"#,
        response: r#"{"changeInfo":{"id":"/change/C«capitals»","status":"PENDING","submittedAt":"Jan 1, 2026, 6:12:31 PM","comment":"«word»"}}"#,
        ..PLAIN
    },
];
