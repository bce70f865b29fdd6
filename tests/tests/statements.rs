//! Each statement of each policy, against requests that it is for and requests that it must not be about.
#![expect(clippy::expect_used, reason = "helpers of tests stop at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::{Value, json};
use tierguard_tests::cargo::checkout;
use tierguard_tests::iam::request::Request;
use tierguard_tests::iam::statement::{Effect, Statement};
use tierguard_tests::template::{Document, Template};

/// A statement by its policy and Sid, requests that it is about, and requests that it is not about.
type Row = (&'static str, &'static [&'static str], &'static [&'static str]);

/// What the guard's role allows. A statement that nothing here names fails the test.
const ROLE: [Row; 12] = [
    (
        "Role/log/WriteOwnLog",
        &[
            "logs:CreateLogStream arn:aws:logs:eu-west-1:111122223333:log-group:LogGroup:log-stream:a",
            "logs:PutLogEvents arn:aws:logs:eu-west-1:111122223333:log-group:LogGroup:log-stream:a",
        ],
        &[
            "logs:PutLogEvents arn:aws:logs:eu-west-1:111122223333:log-group:Another:log-stream:a",
            "logs:PutLogEvents arn:aws:logs:us-east-1:111122223333:log-group:LogGroup:log-stream:a",
            "logs:PutLogEvents arn:aws:logs:eu-west-1:444455556666:log-group:LogGroup:log-stream:a",
            "logs:CreateLogGroup arn:aws:logs:eu-west-1:111122223333:log-group:LogGroup:log-stream:",
            "logs:DeleteLogStream arn:aws:logs:eu-west-1:111122223333:log-group:LogGroup:log-stream:a",
            "logs:GetLogEvents arn:aws:logs:eu-west-1:111122223333:log-group:LogGroup:log-stream:a",
        ],
    ),
    (
        "Role/guard/ReadSecurityGroups",
        &[
            "ec2:DescribeSecurityGroups * aws:RequestedRegion=eu-west-1",
            "ec2:DescribeSecurityGroupRules * aws:RequestedRegion=eu-west-1",
            "ec2:DescribeVpcs * aws:RequestedRegion=eu-west-1",
        ],
        &[
            "ec2:DescribeSecurityGroups * aws:RequestedRegion=us-east-1",
            "ec2:DescribeSecurityGroups *",
            "ec2:DescribeInstances * aws:RequestedRegion=eu-west-1",
            "ec2:CreateSecurityGroup * aws:RequestedRegion=eu-west-1",
            "ec2:ModifySecurityGroupRules * aws:RequestedRegion=eu-west-1",
        ],
    ),
    (
        "Role/guard/ReadPrefixLists",
        &[
            "ec2:GetManagedPrefixListEntries arn:aws:ec2:eu-west-1:111122223333:prefix-list/pl-1",
            "ec2:GetManagedPrefixListEntries arn:aws:ec2:eu-west-1:444455556666:prefix-list/pl-1",
            "ec2:GetManagedPrefixListEntries arn:aws:ec2:eu-west-1:aws:prefix-list/pl-1",
        ],
        &[
            "ec2:GetManagedPrefixListEntries arn:aws:ec2:us-east-1:111122223333:prefix-list/pl-1",
            "ec2:GetManagedPrefixListEntries arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1",
            "ec2:ModifyManagedPrefixList arn:aws:ec2:eu-west-1:111122223333:prefix-list/pl-1",
            "ec2:RestoreManagedPrefixListVersion arn:aws:ec2:eu-west-1:111122223333:prefix-list/pl-1",
        ],
    ),
    (
        "Role/guard/ReadPrefixListVersions",
        &["ec2:DescribeManagedPrefixLists * aws:RequestedRegion=eu-west-1"],
        &[
            "ec2:DescribeManagedPrefixLists * aws:RequestedRegion=us-east-1",
            "ec2:DescribeManagedPrefixLists *",
            "ec2:DescribePrefixLists * aws:RequestedRegion=eu-west-1",
            "ec2:DeleteManagedPrefixList * aws:RequestedRegion=eu-west-1",
        ],
    ),
    (
        "Role/guard/ReadInterfaces",
        &["ec2:DescribeNetworkInterfaces * aws:RequestedRegion=eu-west-1"],
        &[
            "ec2:DescribeNetworkInterfaces * aws:RequestedRegion=us-east-1",
            "ec2:DescribeNetworkInterfaces *",
            "ec2:ModifyNetworkInterfaceAttribute * aws:RequestedRegion=eu-west-1",
            "ec2:DetachNetworkInterface * aws:RequestedRegion=eu-west-1",
        ],
    ),
    (
        "Role/guard/RevokeRules",
        &[
            "ec2:RevokeSecurityGroupIngress arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1",
            "ec2:RevokeSecurityGroupEgress arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1",
            "ec2:RevokeSecurityGroupIngress arn:aws:ec2:eu-west-1:111122223333:security-group-rule/sgr-1",
        ],
        &[
            "ec2:RevokeSecurityGroupIngress arn:aws:ec2:us-east-1:111122223333:security-group/sg-1",
            "ec2:RevokeSecurityGroupIngress arn:aws:ec2:eu-west-1:444455556666:security-group/sg-1",
            "ec2:RevokeSecurityGroupIngress arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-1",
            "ec2:AuthorizeSecurityGroupIngress arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1",
            "ec2:AuthorizeSecurityGroupEgress arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1",
            "ec2:ModifySecurityGroupRules arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1",
            "ec2:DeleteSecurityGroup arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1",
            "ec2:CreateTags arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1",
        ],
    ),
    (
        "Role/guard/PutRulesBackAndNarrowThem",
        &[
            "ec2:AuthorizeSecurityGroupIngress arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1",
            "ec2:AuthorizeSecurityGroupEgress arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1",
            "ec2:AuthorizeSecurityGroupIngress arn:aws:ec2:eu-west-1:111122223333:security-group-rule/*",
        ],
        &[
            "ec2:AuthorizeSecurityGroupIngress arn:aws:ec2:us-east-1:111122223333:security-group/sg-1",
            "ec2:AuthorizeSecurityGroupIngress arn:aws:ec2:eu-west-1:444455556666:security-group/sg-1",
            "ec2:ModifySecurityGroupRules arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1",
            "ec2:CreateTags arn:aws:ec2:eu-west-1:111122223333:security-group-rule/sgr-1",
        ],
    ),
    (
        "Role/guard/RestorePrefixLists",
        &["ec2:RestoreManagedPrefixListVersion arn:aws:ec2:eu-west-1:111122223333:prefix-list/pl-1"],
        &[
            "ec2:RestoreManagedPrefixListVersion arn:aws:ec2:us-east-1:111122223333:prefix-list/pl-1",
            "ec2:RestoreManagedPrefixListVersion arn:aws:ec2:eu-west-1:444455556666:prefix-list/pl-1",
            "ec2:RestoreManagedPrefixListVersion arn:aws:ec2:eu-west-1:aws:prefix-list/pl-1",
            "ec2:ModifyManagedPrefixList arn:aws:ec2:eu-west-1:111122223333:prefix-list/pl-1",
            "ec2:DeleteManagedPrefixList arn:aws:ec2:eu-west-1:111122223333:prefix-list/pl-1",
        ],
    ),
    (
        "Role/guard/DetachGroupsFromInterfaces",
        &[
            "ec2:ModifyNetworkInterfaceAttribute arn:aws:ec2:eu-west-1:111122223333:network-interface/eni-1",
            "ec2:ModifyNetworkInterfaceAttribute arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1",
            "ec2:ModifyNetworkInterfaceAttribute arn:aws:ec2:eu-west-1:111122223333:instance/i-1",
        ],
        &[
            "ec2:ModifyNetworkInterfaceAttribute arn:aws:ec2:us-east-1:111122223333:network-interface/eni-1",
            "ec2:ModifyNetworkInterfaceAttribute arn:aws:ec2:eu-west-1:444455556666:network-interface/eni-1",
            "ec2:ModifyInstanceAttribute arn:aws:ec2:eu-west-1:111122223333:instance/i-1",
            "ec2:DeleteNetworkInterface arn:aws:ec2:eu-west-1:111122223333:network-interface/eni-1",
            "ec2:TerminateInstances arn:aws:ec2:eu-west-1:111122223333:instance/i-1",
        ],
    ),
    (
        "Role/tell/PublishNotices",
        &["sns:Publish arn:aws:sns:eu-west-1:111122223333:Topic"],
        &[
            "sns:Publish arn:aws:sns:eu-west-1:111122223333:SweepTopic",
            "sns:Publish arn:aws:sns:eu-west-1:111122223333:Topic2",
            "sns:Publish arn:aws:sns:us-east-1:111122223333:Topic",
            "sns:Publish arn:aws:sns:eu-west-1:444455556666:Topic",
            "sns:Subscribe arn:aws:sns:eu-west-1:111122223333:Topic",
            "sns:SetTopicAttributes arn:aws:sns:eu-west-1:111122223333:Topic",
        ],
    ),
    (
        "Role/tell/ContinueSweeps",
        &["sns:Publish arn:aws:sns:eu-west-1:111122223333:SweepTopic"],
        &[
            "sns:Publish arn:aws:sns:eu-west-1:111122223333:Topic",
            "sns:Publish arn:aws:sns:eu-west-1:444455556666:SweepTopic",
            "sns:Subscribe arn:aws:sns:eu-west-1:111122223333:SweepTopic",
        ],
    ),
    (
        "Role/tell/EncryptNotices",
        &[
            "kms:Decrypt arn:aws:kms:eu-west-1:111122223333:key/TopicKey kms:ViaService=sns.eu-west-1.amazonaws.com",
            "kms:GenerateDataKey arn:aws:kms:eu-west-1:111122223333:key/TopicKey kms:ViaService=sns.eu-west-1.amazonaws.com",
        ],
        &[
            "kms:Decrypt arn:aws:kms:eu-west-1:111122223333:key/TopicKey",
            "kms:Decrypt arn:aws:kms:eu-west-1:111122223333:key/TopicKey kms:ViaService=s3.eu-west-1.amazonaws.com",
            "kms:Decrypt arn:aws:kms:eu-west-1:111122223333:key/TopicKey kms:ViaService=sns.us-east-1.amazonaws.com",
            "kms:Decrypt arn:aws:kms:eu-west-1:111122223333:key/Another kms:ViaService=sns.eu-west-1.amazonaws.com",
            "kms:Encrypt arn:aws:kms:eu-west-1:111122223333:key/TopicKey kms:ViaService=sns.eu-west-1.amazonaws.com",
            "kms:ScheduleKeyDeletion arn:aws:kms:eu-west-1:111122223333:key/TopicKey kms:ViaService=sns.eu-west-1.amazonaws.com",
        ],
    ),
];

/// What the roles beside it allow, and who may be which role.
const ROLES: [Row; 8] = [
    (
        "Role/tell/RememberWhatWasTold",
        &[
            "dynamodb:GetItem arn:aws:dynamodb:eu-west-1:111122223333:table/Memory",
            "dynamodb:PutItem arn:aws:dynamodb:eu-west-1:111122223333:table/Memory",
            "dynamodb:Scan arn:aws:dynamodb:eu-west-1:111122223333:table/Memory",
        ],
        &[
            "dynamodb:GetItem arn:aws:dynamodb:eu-west-1:111122223333:table/Another",
            "dynamodb:PutItem arn:aws:dynamodb:us-east-1:111122223333:table/Memory",
            "dynamodb:Scan arn:aws:dynamodb:eu-west-1:444455556666:table/Memory",
            "dynamodb:DeleteItem arn:aws:dynamodb:eu-west-1:111122223333:table/Memory",
            "dynamodb:DeleteTable arn:aws:dynamodb:eu-west-1:111122223333:table/Memory",
            "dynamodb:UpdateTimeToLive arn:aws:dynamodb:eu-west-1:111122223333:table/Memory",
        ],
    ),
    (
        "Role/take/TakeEvents",
        &[
            "sqs:ReceiveMessage arn:aws:sqs:eu-west-1:111122223333:EventsQueue",
            "sqs:DeleteMessage arn:aws:sqs:eu-west-1:111122223333:EventsQueue",
            "sqs:GetQueueAttributes arn:aws:sqs:eu-west-1:111122223333:EventsQueue",
        ],
        &[
            "sqs:ReceiveMessage arn:aws:sqs:eu-west-1:111122223333:FailedEventsQueue",
            "sqs:DeleteMessage arn:aws:sqs:eu-west-1:444455556666:EventsQueue",
            "sqs:SendMessage arn:aws:sqs:eu-west-1:111122223333:EventsQueue",
            "sqs:PurgeQueue arn:aws:sqs:eu-west-1:111122223333:EventsQueue",
            "sqs:SetQueueAttributes arn:aws:sqs:eu-west-1:111122223333:EventsQueue",
        ],
    ),
    (
        "Role/tell/KeepFailedEvents",
        &["sqs:SendMessage arn:aws:sqs:eu-west-1:111122223333:FailedEventsQueue"],
        &[
            "sqs:SendMessage arn:aws:sqs:eu-west-1:111122223333:UndeliveredEventsQueue",
            "sqs:SendMessage arn:aws:sqs:eu-west-1:444455556666:FailedEventsQueue",
            "sqs:ReceiveMessage arn:aws:sqs:eu-west-1:111122223333:FailedEventsQueue",
            "sqs:PurgeQueue arn:aws:sqs:eu-west-1:111122223333:FailedEventsQueue",
        ],
    ),
    (
        "SweepRole/sweep/BeginSweeps",
        &["lambda:InvokeFunction arn:aws:lambda:eu-west-1:111122223333:function:Function"],
        &[
            "lambda:InvokeFunction arn:aws:lambda:eu-west-1:111122223333:function:Another",
            "lambda:InvokeFunction arn:aws:lambda:eu-west-1:444455556666:function:Function",
            "lambda:UpdateFunctionCode arn:aws:lambda:eu-west-1:111122223333:function:Function",
            "lambda:UpdateFunctionConfiguration arn:aws:lambda:eu-west-1:111122223333:function:Function",
        ],
    ),
    (
        "SweepRole/sweep/KeepSweepsThatDidNotBegin",
        &["sqs:SendMessage arn:aws:sqs:eu-west-1:111122223333:UndeliveredEventsQueue"],
        &[
            "sqs:SendMessage arn:aws:sqs:eu-west-1:111122223333:FailedEventsQueue",
            "sqs:ReceiveMessage arn:aws:sqs:eu-west-1:111122223333:UndeliveredEventsQueue",
        ],
    ),
    (
        "Role/trust/LambdaRunsAsThisRole",
        &["sts:AssumeRole arn:aws:iam::111122223333:role/Role by lambda.amazonaws.com"],
        &[
            "sts:AssumeRole arn:aws:iam::111122223333:role/Role by ec2.amazonaws.com",
            "sts:AssumeRole arn:aws:iam::111122223333:role/Role by arn:aws:iam::111122223333:role/Developer",
            "sts:AssumeRole arn:aws:iam::111122223333:role/Role by arn:aws:iam::444455556666:root",
            "sts:TagSession arn:aws:iam::111122223333:role/Role by lambda.amazonaws.com",
        ],
    ),
    (
        "SweepRole/trust/ScheduleRunsAsThisRole",
        &["sts:AssumeRole arn:aws:iam::111122223333:role/SweepRole by scheduler.amazonaws.com \
           aws:SourceAccount=111122223333 aws:SourceArn=arn:aws:scheduler:eu-west-1:111122223333:schedule-group/SweepScheduleGroup"],
        &[
            "sts:AssumeRole arn:aws:iam::111122223333:role/SweepRole by scheduler.amazonaws.com",
            "sts:AssumeRole arn:aws:iam::111122223333:role/SweepRole by scheduler.amazonaws.com \
             aws:SourceAccount=444455556666 aws:SourceArn=arn:aws:scheduler:eu-west-1:111122223333:schedule-group/SweepScheduleGroup",
            "sts:AssumeRole arn:aws:iam::111122223333:role/SweepRole by scheduler.amazonaws.com \
             aws:SourceAccount=111122223333 aws:SourceArn=arn:aws:scheduler:eu-west-1:111122223333:schedule-group/default",
            "sts:AssumeRole arn:aws:iam::111122223333:role/SweepRole by lambda.amazonaws.com \
             aws:SourceAccount=111122223333 aws:SourceArn=arn:aws:scheduler:eu-west-1:111122223333:schedule-group/SweepScheduleGroup",
        ],
    ),
    (
        "SlackRole/trust/ChatRunsAsThisRole",
        &["sts:AssumeRole arn:aws:iam::111122223333:role/SlackRole by chatbot.amazonaws.com"],
        &[
            "sts:AssumeRole arn:aws:iam::111122223333:role/SlackRole by lambda.amazonaws.com",
            "sts:AssumeRole arn:aws:iam::111122223333:role/SlackRole by arn:aws:iam::111122223333:role/Developer",
        ],
    ),
];

/// Who may use the topics and the key.
const TOPICS: [Row; 8] = [
    (
        "TopicPolicy/GuardPublishes",
        &["sns:Publish arn:aws:sns:eu-west-1:111122223333:Topic by arn:aws:iam::111122223333:role/Role"],
        &[
            "sns:Publish arn:aws:sns:eu-west-1:111122223333:Topic by arn:aws:iam::111122223333:role/Developer",
            "sns:Publish arn:aws:sns:eu-west-1:111122223333:Topic by arn:aws:iam::444455556666:role/Role",
            "sns:Publish arn:aws:sns:eu-west-1:111122223333:Topic by events.amazonaws.com",
            "sns:Subscribe arn:aws:sns:eu-west-1:111122223333:Topic by arn:aws:iam::111122223333:role/Role",
            "sns:SetTopicAttributes arn:aws:sns:eu-west-1:111122223333:Topic by arn:aws:iam::111122223333:role/Role",
        ],
    ),
    (
        "TopicPolicy/AlarmsPublish",
        &["sns:Publish arn:aws:sns:eu-west-1:111122223333:Topic by cloudwatch.amazonaws.com \
           aws:SourceAccount=111122223333 aws:SourceArn=arn:aws:cloudwatch:eu-west-1:111122223333:alarm:any"],
        &[
            "sns:Publish arn:aws:sns:eu-west-1:111122223333:Topic by cloudwatch.amazonaws.com",
            "sns:Publish arn:aws:sns:eu-west-1:111122223333:Topic by cloudwatch.amazonaws.com \
             aws:SourceAccount=444455556666 aws:SourceArn=arn:aws:cloudwatch:eu-west-1:444455556666:alarm:any",
            "sns:Publish arn:aws:sns:eu-west-1:111122223333:Topic by cloudwatch.amazonaws.com \
             aws:SourceAccount=111122223333 aws:SourceArn=arn:aws:cloudwatch:us-east-1:111122223333:alarm:any",
            "sns:Publish arn:aws:sns:eu-west-1:111122223333:Topic by s3.amazonaws.com \
             aws:SourceAccount=111122223333 aws:SourceArn=arn:aws:cloudwatch:eu-west-1:111122223333:alarm:any",
            "sns:Subscribe arn:aws:sns:eu-west-1:111122223333:Topic by cloudwatch.amazonaws.com \
             aws:SourceAccount=111122223333 aws:SourceArn=arn:aws:cloudwatch:eu-west-1:111122223333:alarm:any",
        ],
    ),
    (
        "TopicPolicy/OnlyOverTls",
        &[
            "sns:Publish arn:aws:sns:eu-west-1:111122223333:Topic by arn:aws:iam::111122223333:role/Role aws:SecureTransport=false",
        ],
        &[
            "sns:Publish arn:aws:sns:eu-west-1:111122223333:Topic by arn:aws:iam::111122223333:role/Role aws:SecureTransport=true",
        ],
    ),
    (
        "SweepTopicPolicy/GuardPublishes",
        &["sns:Publish arn:aws:sns:eu-west-1:111122223333:SweepTopic by arn:aws:iam::111122223333:role/Role"],
        &[
            "sns:Publish arn:aws:sns:eu-west-1:111122223333:SweepTopic by arn:aws:iam::111122223333:role/Admin",
            "sns:Publish arn:aws:sns:eu-west-1:111122223333:SweepTopic by cloudwatch.amazonaws.com",
            "sns:Subscribe arn:aws:sns:eu-west-1:111122223333:SweepTopic by arn:aws:iam::111122223333:role/Role",
        ],
    ),
    (
        "SweepTopicPolicy/NobodyElsePublishes",
        &[
            "sns:Publish arn:aws:sns:eu-west-1:111122223333:SweepTopic by arn:aws:iam::111122223333:role/Admin",
            "sns:Publish arn:aws:sns:eu-west-1:111122223333:SweepTopic by arn:aws:iam::444455556666:role/Role",
            "sns:Publish arn:aws:sns:eu-west-1:111122223333:SweepTopic by arn:aws:iam::111122223333:root",
            "sns:Publish arn:aws:sns:eu-west-1:111122223333:SweepTopic by cloudwatch.amazonaws.com",
        ],
        &["sns:Publish arn:aws:sns:eu-west-1:111122223333:SweepTopic by arn:aws:iam::111122223333:role/Role"],
    ),
    (
        "SweepTopicPolicy/OnlyOverTls",
        &[
            "sns:Publish arn:aws:sns:eu-west-1:111122223333:SweepTopic by arn:aws:iam::111122223333:role/Role aws:SecureTransport=false",
        ],
        &[
            "sns:Publish arn:aws:sns:eu-west-1:111122223333:SweepTopic by arn:aws:iam::111122223333:role/Role aws:SecureTransport=true",
        ],
    ),
    (
        "TopicKey/AccountAdministersKey",
        &[
            "kms:PutKeyPolicy arn:aws:kms:eu-west-1:111122223333:key/TopicKey by arn:aws:iam::111122223333:role/Admin",
        ],
        &[
            "kms:Decrypt arn:aws:kms:eu-west-1:111122223333:key/TopicKey by arn:aws:iam::444455556666:role/Admin",
            "kms:Decrypt arn:aws:kms:eu-west-1:111122223333:key/TopicKey by cloudwatch.amazonaws.com",
        ],
    ),
    (
        "TopicKey/AlarmsPublishEncrypted",
        &["kms:GenerateDataKey arn:aws:kms:eu-west-1:111122223333:key/TopicKey by cloudwatch.amazonaws.com \
           aws:SourceAccount=111122223333 aws:SourceArn=arn:aws:cloudwatch:eu-west-1:111122223333:alarm:any"],
        &[
            "kms:Decrypt arn:aws:kms:eu-west-1:111122223333:key/TopicKey by cloudwatch.amazonaws.com",
            "kms:Decrypt arn:aws:kms:eu-west-1:111122223333:key/TopicKey by cloudwatch.amazonaws.com \
             aws:SourceAccount=444455556666 aws:SourceArn=arn:aws:cloudwatch:eu-west-1:444455556666:alarm:any",
            "kms:Decrypt arn:aws:kms:eu-west-1:111122223333:key/TopicKey by sns.amazonaws.com \
             aws:SourceAccount=111122223333 aws:SourceArn=arn:aws:cloudwatch:eu-west-1:111122223333:alarm:any",
            "kms:PutKeyPolicy arn:aws:kms:eu-west-1:111122223333:key/TopicKey by cloudwatch.amazonaws.com \
             aws:SourceAccount=111122223333 aws:SourceArn=arn:aws:cloudwatch:eu-west-1:111122223333:alarm:any",
        ],
    ),
];

/// Who may use the queues and invoke the function.
const WAYS_IN: [Row; 11] = [
    (
        "UndeliveredEventsQueuePolicy/RuleSendsUndeliveredEvents",
        &[
            "sqs:SendMessage arn:aws:sqs:eu-west-1:111122223333:UndeliveredEventsQueue by events.amazonaws.com \
             aws:SourceArn=arn:aws:events:eu-west-1:111122223333:rule/ChangeRule",
            "sqs:SendMessage arn:aws:sqs:eu-west-1:111122223333:UndeliveredEventsQueue by events.amazonaws.com \
             aws:SourceArn=arn:aws:events:eu-west-1:111122223333:rule/TagRule",
            "sqs:SendMessage arn:aws:sqs:eu-west-1:111122223333:UndeliveredEventsQueue by events.amazonaws.com \
             aws:SourceArn=arn:aws:events:eu-west-1:111122223333:rule/InterfaceRule",
        ],
        &[
            "sqs:SendMessage arn:aws:sqs:eu-west-1:111122223333:UndeliveredEventsQueue by events.amazonaws.com",
            "sqs:SendMessage arn:aws:sqs:eu-west-1:111122223333:UndeliveredEventsQueue by events.amazonaws.com \
             aws:SourceArn=arn:aws:events:eu-west-1:444455556666:rule/ChangeRule",
            "sqs:SendMessage arn:aws:sqs:eu-west-1:111122223333:UndeliveredEventsQueue by sns.amazonaws.com \
             aws:SourceArn=arn:aws:events:eu-west-1:111122223333:rule/ChangeRule",
            "sqs:ReceiveMessage arn:aws:sqs:eu-west-1:111122223333:UndeliveredEventsQueue by events.amazonaws.com \
             aws:SourceArn=arn:aws:events:eu-west-1:111122223333:rule/ChangeRule",
        ],
    ),
    (
        "UndeliveredEventsQueuePolicy/TopicSendsUndeliveredSweeps",
        &["sqs:SendMessage arn:aws:sqs:eu-west-1:111122223333:UndeliveredEventsQueue by sns.amazonaws.com \
           aws:SourceArn=arn:aws:sns:eu-west-1:111122223333:SweepTopic"],
        &[
            "sqs:SendMessage arn:aws:sqs:eu-west-1:111122223333:UndeliveredEventsQueue by sns.amazonaws.com",
            "sqs:SendMessage arn:aws:sqs:eu-west-1:111122223333:UndeliveredEventsQueue by sns.amazonaws.com \
             aws:SourceArn=arn:aws:sns:eu-west-1:111122223333:Topic",
            "sqs:SendMessage arn:aws:sqs:eu-west-1:111122223333:UndeliveredEventsQueue by sns.amazonaws.com \
             aws:SourceArn=arn:aws:sns:eu-west-1:444455556666:SweepTopic",
        ],
    ),
    (
        "UndeliveredEventsQueuePolicy/OnlyOverTls",
        &[
            "sqs:SendMessage arn:aws:sqs:eu-west-1:111122223333:UndeliveredEventsQueue by events.amazonaws.com aws:SecureTransport=false",
            "sqs:ReceiveMessage arn:aws:sqs:eu-west-1:111122223333:UndeliveredEventsQueue by arn:aws:iam::111122223333:role/Admin aws:SecureTransport=false",
        ],
        &[
            "sqs:ReceiveMessage arn:aws:sqs:eu-west-1:111122223333:UndeliveredEventsQueue by arn:aws:iam::111122223333:role/Admin aws:SecureTransport=true",
        ],
    ),
    (
        "EventsQueuePolicy/RulesSendEvents",
        &[
            "sqs:SendMessage arn:aws:sqs:eu-west-1:111122223333:EventsQueue by events.amazonaws.com aws:SourceArn=arn:aws:events:eu-west-1:111122223333:rule/ChangeRule",
            "sqs:SendMessage arn:aws:sqs:eu-west-1:111122223333:EventsQueue by events.amazonaws.com aws:SourceArn=arn:aws:events:eu-west-1:111122223333:rule/TagRule",
            "sqs:SendMessage arn:aws:sqs:eu-west-1:111122223333:EventsQueue by events.amazonaws.com aws:SourceArn=arn:aws:events:eu-west-1:111122223333:rule/InterfaceRule",
        ],
        &[
            "sqs:SendMessage arn:aws:sqs:eu-west-1:111122223333:EventsQueue by events.amazonaws.com",
            "sqs:SendMessage arn:aws:sqs:eu-west-1:111122223333:EventsQueue by events.amazonaws.com aws:SourceArn=arn:aws:events:eu-west-1:111122223333:rule/Another",
            "sqs:SendMessage arn:aws:sqs:eu-west-1:111122223333:EventsQueue by events.amazonaws.com aws:SourceArn=arn:aws:events:eu-west-1:444455556666:rule/ChangeRule",
            "sqs:SendMessage arn:aws:sqs:eu-west-1:111122223333:EventsQueue by sns.amazonaws.com aws:SourceArn=arn:aws:events:eu-west-1:111122223333:rule/ChangeRule",
            "sqs:SendMessage arn:aws:sqs:eu-west-1:111122223333:EventsQueue by arn:aws:iam::111122223333:role/Developer aws:SourceArn=arn:aws:events:eu-west-1:111122223333:rule/ChangeRule",
            "sqs:ReceiveMessage arn:aws:sqs:eu-west-1:111122223333:EventsQueue by events.amazonaws.com aws:SourceArn=arn:aws:events:eu-west-1:111122223333:rule/ChangeRule",
        ],
    ),
    (
        "EventsQueuePolicy/OnlyOverTls",
        &[
            "sqs:SendMessage arn:aws:sqs:eu-west-1:111122223333:EventsQueue by events.amazonaws.com aws:SecureTransport=false",
        ],
        &[
            "sqs:SendMessage arn:aws:sqs:eu-west-1:111122223333:EventsQueue by events.amazonaws.com aws:SecureTransport=true",
        ],
    ),
    (
        "PoisonedEventsQueuePolicy/OnlyOverTls",
        &[
            "sqs:ReceiveMessage arn:aws:sqs:eu-west-1:111122223333:PoisonedEventsQueue by arn:aws:iam::111122223333:role/Admin aws:SecureTransport=false",
        ],
        &[
            "sqs:ReceiveMessage arn:aws:sqs:eu-west-1:111122223333:PoisonedEventsQueue by arn:aws:iam::111122223333:role/Admin aws:SecureTransport=true",
        ],
    ),
    (
        "FailedEventsQueuePolicy/OnlyOverTls",
        &[
            "sqs:SendMessage arn:aws:sqs:eu-west-1:111122223333:FailedEventsQueue by arn:aws:iam::111122223333:role/Role aws:SecureTransport=false",
        ],
        &[
            "sqs:SendMessage arn:aws:sqs:eu-west-1:111122223333:FailedEventsQueue by arn:aws:iam::111122223333:role/Role aws:SecureTransport=true",
        ],
    ),
    (
        "ChangeRuleInvokesFunction/Invoke",
        &[
            "lambda:InvokeFunction arn:aws:lambda:eu-west-1:111122223333:function:Function by events.amazonaws.com \
           aws:SourceArn=arn:aws:events:eu-west-1:111122223333:rule/ChangeRule",
        ],
        &[
            "lambda:InvokeFunction arn:aws:lambda:eu-west-1:111122223333:function:Function by events.amazonaws.com",
            "lambda:InvokeFunction arn:aws:lambda:eu-west-1:111122223333:function:Function by events.amazonaws.com \
             aws:SourceArn=arn:aws:events:eu-west-1:444455556666:rule/ChangeRule",
            "lambda:InvokeFunction arn:aws:lambda:eu-west-1:111122223333:function:Function by s3.amazonaws.com \
             aws:SourceArn=arn:aws:events:eu-west-1:111122223333:rule/ChangeRule",
            "lambda:UpdateFunctionCode arn:aws:lambda:eu-west-1:111122223333:function:Function by events.amazonaws.com \
             aws:SourceArn=arn:aws:events:eu-west-1:111122223333:rule/ChangeRule",
        ],
    ),
    (
        "TagRuleInvokesFunction/Invoke",
        &[
            "lambda:InvokeFunction arn:aws:lambda:eu-west-1:111122223333:function:Function by events.amazonaws.com \
           aws:SourceArn=arn:aws:events:eu-west-1:111122223333:rule/TagRule",
        ],
        &[
            "lambda:InvokeFunction arn:aws:lambda:eu-west-1:111122223333:function:Function by events.amazonaws.com",
            "lambda:InvokeFunction arn:aws:lambda:eu-west-1:111122223333:function:Function by events.amazonaws.com \
             aws:SourceArn=arn:aws:events:eu-west-1:111122223333:rule/ChangeRule",
        ],
    ),
    (
        "InterfaceRuleInvokesFunction/Invoke",
        &[
            "lambda:InvokeFunction arn:aws:lambda:eu-west-1:111122223333:function:Function by events.amazonaws.com \
           aws:SourceArn=arn:aws:events:eu-west-1:111122223333:rule/InterfaceRule",
        ],
        &[
            "lambda:InvokeFunction arn:aws:lambda:eu-west-1:111122223333:function:Function by events.amazonaws.com",
        ],
    ),
    (
        "SweepTopicInvokesFunction/Invoke",
        &[
            "lambda:InvokeFunction arn:aws:lambda:eu-west-1:111122223333:function:Function by sns.amazonaws.com \
           aws:SourceArn=arn:aws:sns:eu-west-1:111122223333:SweepTopic",
        ],
        &[
            "lambda:InvokeFunction arn:aws:lambda:eu-west-1:111122223333:function:Function by sns.amazonaws.com",
            "lambda:InvokeFunction arn:aws:lambda:eu-west-1:111122223333:function:Function by sns.amazonaws.com \
             aws:SourceArn=arn:aws:sns:eu-west-1:111122223333:Topic",
            "lambda:InvokeFunction arn:aws:lambda:eu-west-1:111122223333:function:Function by sns.amazonaws.com \
             aws:SourceArn=arn:aws:sns:eu-west-1:444455556666:SweepTopic",
        ],
    ),
];

/// What the service control policy denies, and must leave alone.
const SCP: [Row; 2] = [
    (
        "protect-tier-tag/OnlyEditorsChangeTheTierTag",
        &[
            "ec2:CreateTags arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1 by arn:aws:iam::111122223333:role/Developer aws:TagKeys=tier",
            "ec2:DeleteTags arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1 by arn:aws:iam::111122223333:role/Developer aws:TagKeys=Name,tier",
            "ec2:CreateTags arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1 by arn:aws:iam::111122223333:user/CloudAdmin aws:TagKeys=tier",
            "ec2:CreateTags arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1 by arn:aws:iam::111122223333:role/x/CloudAdmin2 aws:TagKeys=tier",
        ],
        &[
            "ec2:CreateTags arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1 by arn:aws:iam::111122223333:role/CloudAdmin aws:TagKeys=tier",
            "ec2:CreateTags arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1 by arn:aws:iam::111122223333:role/Developer aws:TagKeys=Name",
            "ec2:CreateTags arn:aws:ec2:eu-west-1:111122223333:instance/i-1 by arn:aws:iam::111122223333:role/Developer aws:TagKeys=tier",
            "ec2:DescribeTags arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1 by arn:aws:iam::111122223333:role/Developer aws:TagKeys=tier",
        ],
    ),
    (
        "protect-tier-tag/OnlyEditorsDeleteAllTagsAtOnce",
        &[
            "ec2:DeleteTags arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1 by arn:aws:iam::111122223333:role/Developer",
        ],
        &[
            "ec2:DeleteTags arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1 by arn:aws:iam::111122223333:role/CloudAdmin",
            "ec2:DeleteTags arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1 by arn:aws:iam::111122223333:role/Developer aws:TagKeys=Name",
            "ec2:CreateTags arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1 by arn:aws:iam::111122223333:role/Developer",
        ],
    ),
];

/// What no role of the stack may ever do, whatever its parameters say.
const NEVER: [&str; 14] = [
    "iam:PassRole arn:aws:iam::111122223333:role/Role",
    "iam:PutRolePolicy arn:aws:iam::111122223333:role/Role",
    "iam:CreateAccessKey arn:aws:iam::111122223333:user/root",
    "sts:AssumeRole arn:aws:iam::111122223333:role/Admin",
    "ec2:RunInstances * aws:RequestedRegion=eu-west-1",
    "ec2:CreateTags arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1 aws:RequestedRegion=eu-west-1",
    "ec2:DeleteSecurityGroup arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1 aws:RequestedRegion=eu-west-1",
    "ec2:ModifySecurityGroupRules arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1 aws:RequestedRegion=eu-west-1",
    "ec2:ModifyManagedPrefixList arn:aws:ec2:eu-west-1:111122223333:prefix-list/pl-1 aws:RequestedRegion=eu-west-1",
    "sns:Subscribe arn:aws:sns:eu-west-1:111122223333:Topic",
    "sns:Publish arn:aws:sns:eu-west-1:111122223333:Another",
    "lambda:UpdateFunctionCode arn:aws:lambda:eu-west-1:111122223333:function:Function",
    "logs:DeleteLogGroup arn:aws:logs:eu-west-1:111122223333:log-group:LogGroup:*",
    "sqs:DeleteMessage arn:aws:sqs:eu-west-1:111122223333:FailedEventsQueue",
];

fn rows() -> impl Iterator<Item = Row> {
    ROLE.into_iter().chain(ROLES).chain(TOPICS).chain(WAYS_IN).chain(SCP)
}

/// The policies of a stack in which `holds` says which conditions do, and the one that stands beside it.
fn policies(holds: impl Fn(&str) -> bool) -> Vec<Document> {
    let path = checkout().join("infra/protect-tier-tag.scp.json");
    let scp = fs::read_to_string(path).expect("a file of the repository can be read");
    let scp = serde_json::from_str(&scp).expect("the service control policy is JSON");
    let beside = Document { name: "protect-tier-tag".to_owned(), policy: scp };
    Template::deployed(holds).policies().into_iter().chain([beside]).collect()
}

/// Their statements, by `<policy>/<Sid>`.
fn statements(policies: &[Document]) -> BTreeMap<String, &Value> {
    let sid = |statement: &Value| statement["Sid"].as_str().expect("every statement has a Sid").to_owned();
    let of =
        |policy| Document::statements(policy).map(move |it| (format!("{}/{}", policy.name, sid(it)), it));
    policies.iter().flat_map(of).collect()
}

/// Whether a statement is about the request that `line` is.
fn is_about(statement: &Value, line: &str) -> bool {
    let statement = Statement::new(statement).expect("every element is known");
    statement.is_about(&Request::from(line)).expect("every operator is known")
}

#[test]
fn each_statement_is_about_what_it_is_for_and_about_nothing_else() {
    let policies = policies(|_| true);
    let statements = statements(&policies);
    let listed: BTreeSet<_> = rows().map(|(name, ..)| name).collect();
    let there: BTreeSet<_> = statements.keys().map(String::as_str).collect();
    assert_eq!(
        there.difference(&listed).collect::<Vec<_>>(),
        Vec::<&&str>::new(),
        "statements without a row"
    );
    assert_eq!(
        listed.difference(&there).collect::<Vec<_>>(),
        Vec::<&&str>::new(),
        "rows without a statement"
    );
    for (name, is_for, is_not_for) in rows() {
        let statement = statements[name];
        assert!(!is_for.is_empty() && !is_not_for.is_empty(), "{name} is held against both");
        for line in is_for {
            assert!(is_about(statement, line), "{name} is to be about {line}");
        }
        for line in is_not_for {
            assert!(!is_about(statement, line), "{name} must not be about {line}");
        }
        println!("{name}: about {}, not about {}", is_for.len(), is_not_for.len());
    }
}

#[test]
fn what_a_parameter_turns_off_no_role_may() {
    for (parameter, name) in [
        ("MayAddRules", "Role/guard/PutRulesBackAndNarrowThem"),
        ("MayRestoreLists", "Role/guard/RestorePrefixLists"),
        ("MayDetach", "Role/guard/DetachGroupsFromInterfaces"),
        ("Sweeps", "SweepRole/sweep/BeginSweeps"),
        ("IsBuffered", "Role/take/TakeEvents"),
    ] {
        let (_, is_for, _) = rows().find(|(row, ..)| *row == name).expect("the statement has a row");
        for (off, may) in [(parameter, false), ("nothing", true)] {
            let policies = Template::deployed(|condition| condition != off).identity_policies();
            let statements = statements(&policies);
            for line in is_for {
                let allows = statements.values().any(|statement| is_about(statement, line));
                assert_eq!(allows, may, "{line} without {off}");
            }
        }
    }
}

#[test]
fn a_rule_that_is_not_there_sends_nothing() {
    let policies = policies(|condition| !condition.starts_with("WatchesInterfaces"));
    let statements = statements(&policies);
    assert!(!statements.contains_key("InterfaceRuleInvokesFunction/Invoke"));
    let queue = statements["UndeliveredEventsQueuePolicy/RuleSendsUndeliveredEvents"];
    let from = |rule: &str| {
        format!(
            "sqs:SendMessage arn:aws:sqs:eu-west-1:111122223333:UndeliveredEventsQueue by events.amazonaws.com \
             aws:SourceArn=arn:aws:events:eu-west-1:111122223333:rule/{rule}"
        )
    };
    assert!(is_about(queue, &from("ChangeRule")) && !is_about(queue, &from("InterfaceRule")));
}

#[test]
fn no_role_may_what_the_guard_is_not_for() {
    let policies = Template::deployed(|_| true).identity_policies();
    for (name, statement) in statements(&policies) {
        for line in NEVER {
            assert!(!is_about(statement, line), "{name} must not be about {line}");
        }
    }
}

/// A role allows; what is about everybody denies.
#[test]
fn whatever_is_about_everybody_denies() {
    let policies = policies(|_| true);
    for (name, value) in statements(&policies) {
        let effect = Statement::new(value).and_then(Statement::effect).expect("it is known");
        let is_about_all = value["Principal"] == "*" || name.starts_with("protect-tier-tag/");
        assert_eq!(effect == Effect::Deny, is_about_all, "{name}");
    }
}

#[test]
fn what_is_not_known_is_an_error() {
    let good = json!({ "Effect": "Allow", "Principal": "*", "Action": "sns:*", "Resource": "*" });
    let request =
        Request::from("sns:Publish arn:aws:sns:eu-west-1:111122223333:Topic by sns.amazonaws.com a=b");
    let judged = |statement: &Value| Statement::new(statement)?.is_about(&request);
    assert_eq!(judged(&good), Ok(true));
    for (key, value) in [
        ("NotAction", json!("sns:*")),
        ("NotPrincipal", json!("*")),
        ("NotResource", json!("*")),
        ("Principal", json!("arn:aws:iam::111122223333:root")),
        ("Principal", json!({ "Federated": "*" })),
        ("Condition", json!({ "DateGreaterThan": { "a": "b" } })),
        ("Condition", json!({ "StringEqualsIfExists": { "a": "b" } })),
        ("Condition", json!({ "ForAllValues:StringEquals": { "a": "b" } })),
    ] {
        let mut statement = good.clone();
        statement[key] = value;
        assert!(judged(&statement).is_err(), "{statement}");
    }
    let mut statement = good.clone();
    statement["Effect"] = json!("allow");
    assert!(Statement::new(&statement).and_then(Statement::effect).is_err());
}

/// The rules of the language that a wildcard or an absent key could get wrong.
#[test]
fn conditions_hold_as_iam_says() {
    let held = |condition: Value, context: &str| {
        let statement =
            json!({ "Effect": "Allow", "Action": "a:*", "Resource": "*", "Condition": condition });
        is_about(&statement, &format!("a:B * {context}"))
    };
    let arn = |pattern: &str| json!({ "ArnLike": { "k": pattern } });
    assert!(held(arn("arn:aws:sns:*:111122223333:T?pic"), "k=arn:aws:sns:eu-west-1:111122223333:Topic"));
    // A wildcard does not reach into the next part of an ARN.
    assert!(!held(arn("arn:aws:sns:*:Topic"), "k=arn:aws:sns:eu-west-1:111122223333:Topic"));
    assert!(!held(arn("arn:aws:sns:*:111122223333:Topic"), ""));
    assert!(held(json!({ "ArnNotEquals": { "k": "arn:aws:a:b:c:d" } }), ""));
    assert!(held(json!({ "StringEquals": { "k": ["a", "b"] } }), "k=b"));
    assert!(!held(json!({ "StringEquals": { "k": "a*" } }), "k=ab"));
    assert!(held(json!({ "StringLike": { "k": "a*" } }), "k=ab"));
    assert!(!held(json!({ "StringEquals": { "k": "a" }, "Bool": { "s": "true" } }), "k=a s=false"));
    assert!(!held(json!({ "StringEquals": { "k": "a", "l": "a" } }), "k=a"));
    assert!(held(json!({ "ForAnyValue:StringEquals": { "k": "b" } }), "k=a,b"));
    assert!(!held(json!({ "ForAnyValue:StringEquals": { "k": "b" } }), ""));
    assert!(held(json!({ "Null": { "k": "true" } }), "") && !held(json!({ "Null": { "k": "true" } }), "k=a"));
}
