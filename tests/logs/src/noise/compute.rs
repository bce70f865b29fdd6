//! Instances, functions, and what starts and stops them.

use super::{Effect, Kind, Outcome, PLAIN, Tells};

const EC2: Kind = Kind { source: "ec2", ..PLAIN };

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "DescribeInstances",
        share: 50,
        request: r#"{"maxResults":1000,"instancesSet":{},"filterSet":{"items":[{"name":"instance-state-name","valueSet":{"items":[{"value":"running"}]}},{"name":"tag:app","valueSet":{"items":[{"value":"«word»"}]}}]}}"#,
        ..EC2
    },
    Kind {
        name: "DescribeInstanceStatus",
        share: 30,
        request: r#"{"instancesSet":{"items":[{"instanceId":"i-«hex17»"}]},"filterSet":{},"includeAllInstances":false}"#,
        ..EC2
    },
    Kind {
        name: "DescribeInstances",
        share: 8,
        outcome: Outcome::Failed {
            code: "Client.UnauthorizedOperation",
            message: "You are not authorized to perform this operation. User: arn:aws:iam::«account»:user/monitoring is not authorized to perform: ec2:DescribeInstances because no identity-based policy allows the ec2:DescribeInstances action",
        },
        request: r#"{"instancesSet":{},"filterSet":{}}"#,
        ..EC2
    },
    Kind {
        name: "RunInstances",
        share: 3,
        tells: Tells::Attachment,
        effect: Effect::Writes,
        request: r#"{"instancesSet":{"items":[{"imageId":"ami-«hex17»","minCount":1,"maxCount":2,"keyName":"ops"}]},"groupSet":{"items":[{"groupId":"sg-«hex17»"}]},"userData":"<sensitiveDataRemoved>","instanceType":"m7g.large","blockDeviceMapping":{"items":[{"deviceName":"/dev/xvda","ebs":{"volumeSize":30,"deleteOnTermination":true,"volumeType":"gp3","encrypted":true}}]},"availabilityZone":"«region»a","monitoring":{"enabled":false},"subnetId":"subnet-«hex17»","disableApiTermination":false,"clientToken":"«uuid»","iamInstanceProfile":{"name":"app-instance"},"tagSpecificationSet":{"items":[{"resourceType":"instance","tags":[{"key":"Name","value":"«word»"},{"key":"aws:autoscaling:groupName","value":"app-blue"}]}]}}"#,
        response: RUN_INSTANCES,
        ..EC2
    },
    Kind {
        name: "RunInstances",
        share: 1,
        tells: Tells::Failure,
        effect: Effect::Writes,
        outcome: Outcome::Failed {
            code: "Server.InsufficientInstanceCapacity",
            message: "We currently do not have sufficient m7g.large capacity in the Availability Zone you requested («region»a). Our system will be working on provisioning additional capacity.",
        },
        request: r#"{"instancesSet":{"items":[{"imageId":"ami-«hex17»","minCount":1,"maxCount":1}]},"groupSet":{"items":[{"groupId":"sg-«hex17»"}]},"instanceType":"m7g.large","subnetId":"subnet-«hex17»"}"#,
        ..EC2
    },
    Kind {
        name: "TerminateInstances",
        share: 4,
        effect: Effect::Writes,
        request: r#"{"instancesSet":{"items":[{"instanceId":"i-«hex17»"}]}}"#,
        response: r#"{"requestId":"«uuid»","instancesSet":{"items":[{"instanceId":"i-«hex17»","currentState":{"code":32,"name":"shutting-down"},"previousState":{"code":16,"name":"running"}}]}}"#,
        ..EC2
    },
    Kind {
        name: "CreateTags",
        share: 8,
        effect: Effect::Writes,
        request: r#"{"resourcesSet":{"items":[{"resourceId":"i-«hex17»"},{"resourceId":"vol-«hex17»"}]},"tagSet":{"items":[{"key":"owner","value":"«word»"}]}}"#,
        response: r#"{"requestId":"«uuid»","_return":true}"#,
        ..EC2
    },
    Kind {
        name: "DescribeVolumes",
        share: 15,
        request: r#"{"maxResults":500,"volumeSet":{},"filterSet":{"items":[{"name":"attachment.instance-id","valueSet":{"items":[{"value":"i-«hex17»"}]}}]}}"#,
        ..EC2
    },
    Kind {
        name: "Invoke",
        source: "lambda",
        share: 40,
        effect: Effect::Writes,
        category: super::Category::Data,
        request: r#"{"functionName":"arn:aws:lambda:«region»:«account»:function:order-intake","qualifier":"live","invocationType":"Event"}"#,
        more: r#""additionalEventData":{"functionVersion":"arn:aws:lambda:«region»:«account»:function:order-intake:«number»"},"resources":[{"accountId":"«account»","type":"AWS::Lambda::Function","ARN":"arn:aws:lambda:«region»:«account»:function:order-intake"}],"#,
        ..PLAIN
    },
    Kind {
        name: "GetFunction20150331v2",
        source: "lambda",
        share: 12,
        request: r#"{"functionName":"order-intake"}"#,
        ..PLAIN
    },
    Kind {
        name: "SubmitTaskStateChange",
        source: "ecs",
        share: 14,
        effect: Effect::Writes,
        request: r#"{"cluster":"production","task":"arn:aws:ecs:«region»:«account»:task/production/«hex17»","status":"RUNNING","containers":[{"containerName":"«word»","runtimeId":"«hex64»","status":"RUNNING","networkBindings":[]}],"executionStoppedAt":null}"#,
        response: r#"{"acknowledgment":"OK"}"#,
        ..PLAIN
    },
];

const RUN_INSTANCES: &str = r#"{"requestId":"«uuid»","reservationId":"r-«hex17»","ownerId":"«account»","groupSet":{},"instancesSet":{"items":[{"instanceId":"i-«hex17»","imageId":"ami-«hex17»","instanceState":{"code":0,"name":"pending"},"privateDnsName":"ip-10-0-17-4.«region».compute.internal","keyName":"ops","amiLaunchIndex":0,"productCodes":{},"instanceType":"m7g.large","launchTime":1767225600000,"placement":{"availabilityZone":"«region»a","tenancy":"default"},"monitoring":{"state":"disabled"},"subnetId":"subnet-«hex17»","vpcId":"vpc-«hex17»","privateIpAddress":"10.0.17.4","stateReason":{"code":"pending","message":"pending"},"architecture":"arm64","rootDeviceType":"ebs","rootDeviceName":"/dev/xvda","blockDeviceMapping":{},"virtualizationType":"hvm","hypervisor":"xen","tagSet":{"items":[{"key":"Name","value":"«word»"},{"key":"aws:autoscaling:groupName","value":"app-blue"}]},"clientToken":"«uuid»","groupSet":{"items":[{"groupId":"sg-«hex17»","groupName":"app-blue"}]},"sourceDestCheck":true,"networkInterfaceSet":{"items":[{"networkInterfaceId":"eni-«hex17»","subnetId":"subnet-«hex17»","vpcId":"vpc-«hex17»","ownerId":"«account»","status":"in-use","macAddress":"0a:1b:2c:3d:4e:5f","privateIpAddress":"10.0.17.4","privateDnsName":"ip-10-0-17-4.«region».compute.internal","sourceDestCheck":true,"interfaceType":"interface","groupSet":{"items":[{"groupId":"sg-«hex17»","groupName":"app-blue"}]},"attachment":{"attachmentId":"eni-attach-«hex17»","deviceIndex":0,"networkCardIndex":0,"status":"attaching","attachTime":1767225600000,"deleteOnTermination":true},"privateIpAddressesSet":{"item":[{"privateIpAddress":"10.0.17.4","privateDnsName":"ip-10-0-17-4.«region».compute.internal","primary":true}]},"ipv6AddressesSet":{},"tagSet":{}}]},"iamInstanceProfile":{"arn":"arn:aws:iam::«account»:instance-profile/app-instance","id":"AIPA«capitals»"},"ebsOptimized":false,"cpuOptions":{"coreCount":2,"threadsPerCore":1},"capacityReservationSpecification":{"capacityReservationPreference":"open"},"enclaveOptions":{"enabled":false},"metadataOptions":{"state":"pending","httpTokens":"required","httpPutResponseHopLimit":2,"httpEndpoint":"enabled","httpProtocolIpv4":"enabled","httpProtocolIpv6":"disabled","instanceMetadataTags":"enabled"},"maintenanceOptions":{"autoRecovery":"default"},"privateDnsNameOptions":{"hostnameType":"ip-name","enableResourceNameDnsARecord":false,"enableResourceNameDnsAAAARecord":false}}]},"requesterId":"«number»"}"#;
