//! Objects and items: data events, for the greater part.

use super::{Category, Effect, Kind, Outcome, PLAIN};

const S3: Kind = Kind { source: "s3", category: Category::Data, ..PLAIN };

const OBJECT: &str = r#""additionalEventData":{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"SSEApplied":"SSE_KMS","AuthenticationMethod":"AuthHeader","x-amz-id-2":"«hex64»=","bytesTransferredOut":«number»},"resources":[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::intake-«account»/«uuid»"},{"accountId":"«account»","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::intake-«account»"}],"#;

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "GetObject",
        share: 80,
        request: r#"{"bucketName":"intake-«account»","Host":"intake-«account».s3.«region».amazonaws.com","key":"2026/«word»/«uuid».json"}"#,
        more: OBJECT,
        ..S3
    },
    Kind {
        name: "GetObject",
        share: 6,
        outcome: Outcome::Failed { code: "NoSuchKey", message: "The specified key does not exist." },
        request: r#"{"bucketName":"intake-«account»","Host":"intake-«account».s3.«region».amazonaws.com","key":"2026/«uuid».json"}"#,
        more: OBJECT,
        ..S3
    },
    Kind {
        name: "PutObject",
        share: 40,
        effect: Effect::Writes,
        request: r#"{"bucketName":"intake-«account»","Host":"intake-«account».s3.«region».amazonaws.com","key":"2026/«uuid».json","x-amz-server-side-encryption":"aws:kms","x-amz-acl":"bucket-owner-full-control"}"#,
        response: r#"{"x-amz-server-side-encryption":"aws:kms","x-amz-server-side-encryption-aws-kms-key-id":"arn:aws:kms:«region»:«account»:key/«uuid»"}"#,
        more: OBJECT,
        ..S3
    },
    Kind {
        name: "GetBucketAcl",
        source: "s3",
        share: 15,
        request: r#"{"bucketName":"intake-«account»","Host":"intake-«account».s3.«region».amazonaws.com","acl":""}"#,
        ..PLAIN
    },
    Kind {
        name: "PutBucketPolicy",
        source: "s3",
        share: 1,
        effect: Effect::Writes,
        request: r#"{"bucketName":"intake-«account»","bucketPolicy":{"Version":"2012-10-17","Statement":[{"Sid":"Nur für interne Zwecke \"intern\"","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::intake-«account»/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]},"policy":""}"#,
        ..PLAIN
    },
    Kind {
        name: "GetItem",
        source: "dynamodb",
        share: 30,
        category: Category::Data,
        request: r#"{"tableName":"orders","key":{"id":{"s":"HIDDEN_DUE_TO_SECURITY_REASONS"}},"consistentRead":false}"#,
        more: r#""resources":[{"accountId":"«account»","type":"AWS::DynamoDB::Table","ARN":"arn:aws:dynamodb:«region»:«account»:table/orders"}],"#,
        ..PLAIN
    },
];
