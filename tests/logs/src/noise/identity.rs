//! Who signs in, takes roles, and decrypts.

use super::{Category, Effect, Kind, Outcome, PLAIN};

const KEY: &str = r#""resources":[{"accountId":"«account»","type":"AWS::KMS::Key","ARN":"arn:aws:kms:«region»:«account»:key/«uuid»"}],"#;

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "AssumeRole",
        source: "sts",
        share: 110,
        identity: r#"{"type":"AWSService","invokedBy":"ec2.amazonaws.com"}"#,
        request: r#"{"roleArn":"arn:aws:iam::«account»:role/app-instance","roleSessionName":"i-«hex17»"}"#,
        response: r#"{"credentials":{"accessKeyId":"ASIA«capitals»","sessionToken":"«hex64»«hex64»«hex64»«hex64»«hex64»«hex64»«hex64»«hex64»«hex64»«hex64»","expiration":"Jan 1, 2026, 7:12:31 PM"},"assumedRoleUser":{"assumedRoleId":"AROA«capitals»:i-«hex17»","arn":"arn:aws:sts::«account»:assumed-role/app-instance/i-«hex17»"}}"#,
        more: r#""resources":[{"accountId":"«account»","type":"AWS::IAM::Role","ARN":"arn:aws:iam::«account»:role/app-instance"}],"sharedEventID":"«uuid»","#,
        ..PLAIN
    },
    Kind { name: "GetCallerIdentity", source: "sts", share: 30, ..PLAIN },
    Kind {
        name: "Decrypt",
        source: "kms",
        share: 90,
        request: r#"{"encryptionContext":{"aws:lambda:FunctionArn":"arn:aws:lambda:«region»:«account»:function:order-intake","SecretARN":"arn:aws:secretsmanager:«region»:«account»:secret:ledger-«hex8»"},"encryptionAlgorithm":"SYMMETRIC_DEFAULT"}"#,
        more: KEY,
        ..PLAIN
    },
    Kind {
        name: "GenerateDataKey",
        source: "kms",
        share: 60,
        request: r#"{"keyId":"arn:aws:kms:«region»:«account»:key/«uuid»","encryptionContext":{"aws:s3:arn":"arn:aws:s3:::intake-«account»"},"keySpec":"AES_256"}"#,
        more: KEY,
        ..PLAIN
    },
    Kind {
        name: "ConsoleLogin",
        source: "signin",
        share: 3,
        effect: Effect::Writes,
        category: Category::SignIn,
        response: r#"{"ConsoleLogin":"Success"}"#,
        more: r#""additionalEventData":{"LoginTo":"https://console.aws.amazon.com/console/home?hashArgs=%23\u0026isauthcode=true\u0026state=hashArgs","MobileVersion":"No","MFAUsed":"Yes"},"#,
        ..PLAIN
    },
    Kind {
        name: "ConsoleLogin",
        source: "signin",
        share: 1,
        effect: Effect::Writes,
        category: Category::SignIn,
        outcome: Outcome::Failed { code: "Failure", message: "Failed authentication" },
        more: r#""additionalEventData":{"LoginTo":"https://console.aws.amazon.com/console/home","MobileVersion":"No","MFAUsed":"No"},"#,
        ..PLAIN
    },
    Kind {
        name: "PutRolePolicy",
        source: "iam",
        share: 3,
        effect: Effect::Writes,
        request: r#"{"roleName":"order-intake-lambda-role","policyName":"inline","policyDocument":"{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\n      \"Sid\": \"Read«number»\",\n      \"Effect\": \"Allow\",\n      \"Action\": [\"s3:GetObject\", \"s3:ListBucket\", \"ec2:AuthorizeSecurityGroupIngress\"],\n      \"Resource\": [\"arn:aws:s3:::intake-«account»\", \"arn:aws:s3:::intake-«account»/*\"],\n      \"Condition\": {\"StringEquals\": {\"aws:PrincipalTag/team\": \"«word»\"}}\n    },\n    {\"Effect\": \"Deny\", \"Action\": \"*\", \"Resource\": \"*\", \"Condition\": {\"Bool\": {\"aws:SecureTransport\": \"false\"}}}\n  ]\n}"}"#,
        ..PLAIN
    },
    Kind {
        name: "GetRole",
        source: "iam",
        share: 20,
        request: r#"{"roleName":"order-intake-lambda-role"}"#,
        ..PLAIN
    },
    Kind {
        name: "ListAttachedRolePolicies",
        source: "iam",
        share: 15,
        request: r#"{"roleName":"app-instance"}"#,
        ..PLAIN
    },
    Kind {
        name: "GetSecretValue",
        source: "secretsmanager",
        share: 30,
        request: r#"{"secretId":"arn:aws:secretsmanager:«region»:«account»:secret:«word»-«hex8»"}"#,
        ..PLAIN
    },
    Kind {
        name: "GetSecretValue",
        source: "secretsmanager",
        share: 5,
        outcome: Outcome::Failed {
            code: "AccessDenied",
            message: "User: arn:aws:sts::«account»:assumed-role/app-instance/i-«hex17» is not authorized to perform: secretsmanager:GetSecretValue on resource: ledger because no identity-based policy allows the secretsmanager:GetSecretValue action",
        },
        ..PLAIN
    },
    Kind {
        name: "RotateKey",
        source: "kms",
        share: 1,
        effect: Effect::Writes,
        category: Category::Service,
        identity: r#"{"accountId":"«account»","invokedBy":"kms.amazonaws.com"}"#,
        more: r#""serviceEventDetails":{"keyId":"arn:aws:kms:«region»:«account»:key/«uuid»","rotationType":"AUTOMATIC","backingKeyId":"«hex64»"},"#,
        ..PLAIN
    },
];
