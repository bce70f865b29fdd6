//! Who calls: as CloudTrail tells it, and as a report names it.

use crate::dice::Dice;
use crate::template::{Template, TemplateError};

/// Who calls in an account.
#[derive(Debug)]
pub(crate) struct People {
    /// Those who change security groups.
    editors: Vec<Caller>,
    /// Those who do anything else.
    others: Vec<Caller>,
    /// Who is there if nobody else is.
    nobody: Caller,
}

/// Somebody who calls.
#[derive(Debug)]
pub(crate) struct Caller {
    /// The ARN of the role, or of the user.
    pub(crate) arn: String,
    /// The `userIdentity`.
    pub(crate) identity: Template,
    /// What they call with.
    pub(crate) agent: &'static str,
}

/// A caller as it is in every account.
struct Cast {
    is: Being,
    name: &'static str,
    agent: &'static str,
}

enum Being {
    /// A role, in a session of this name.
    Role(&'static str),
    User,
}

const TERRAFORM: &str = "APN/1.0 HashiCorp/1.0 Terraform/1.9.8 (+https://www.terraform.io) terraform-provider-aws/5.80.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.32.6 os/linux lang/go#1.23.3";
const CONSOLE: &str = "AWS Internal";
const CLI: &str = "aws-cli/2.22.7 md/awscrt#0.23.1 ua/2.0 os/macos#24.1.0 md/arch#arm64 lang/python#3.12.6";

const EDITORS: [Cast; 4] = [
    Cast { is: Being::Role("ci-4711"), name: "Deploy", agent: TERRAFORM },
    Cast { is: Being::Role("kim.berg@example.com"), name: "CloudAdmin", agent: CONSOLE },
    Cast { is: Being::User, name: "dana.ruiz", agent: CLI },
    Cast {
        is: Being::User,
        name: "legacy-jenkins",
        agent: "Boto3/1.35.80 md/Botocore#1.35.80 ua/2.0 os/linux#5.10.230",
    },
];

const OTHERS: [Cast; 6] = [
    Cast { is: Being::Role("order-intake"), name: "order-intake-lambda-role", agent: CLI },
    Cast { is: Being::Role("i-0f3c2ad81b9e47d60"), name: "app-instance", agent: CLI },
    Cast {
        is: Being::Role("AutoScaling"),
        name: "aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
        agent: CONSOLE,
    },
    Cast {
        is: Being::Role("sam.okafor@example.com"),
        name: "aws-reserved/sso.amazonaws.com/AWSReservedSSO_ReadOnly_3f9c0d2b7a61e854",
        agent: CONSOLE,
    },
    Cast { is: Being::User, name: "monitoring", agent: CLI },
    Cast { is: Being::User, name: "dana.ruiz", agent: CLI },
];

impl People {
    /// Those of `account`.
    pub(crate) fn of(account: &str) -> Result<Self, TemplateError> {
        let all =
            |casts: &[Cast]| casts.iter().map(|cast| cast.in_account(account)).collect::<Result<_, _>>();
        let nobody = Cast { is: Being::User, name: "nobody", agent: CLI };
        Ok(Self { editors: all(&EDITORS)?, others: all(&OTHERS)?, nobody: nobody.in_account(account)? })
    }

    /// Somebody who changes security groups.
    pub(crate) fn editor(&self, dice: &mut Dice) -> &Caller {
        dice.pick(&self.editors).unwrap_or(&self.nobody)
    }

    /// Somebody who does anything else.
    pub(crate) fn anybody(&self, dice: &mut Dice) -> &Caller {
        dice.pick(&self.others).unwrap_or(&self.nobody)
    }
}

impl Cast {
    fn in_account(&self, account: &str) -> Result<Caller, TemplateError> {
        let name = self.name;
        let (arn, identity) = match self.is {
            Being::Role(session) => {
                let arn = format!("arn:aws:iam::{account}:role/{name}");
                (arn.clone(), role(account, &arn, last(name), session))
            }
            Being::User => {
                let arn = format!("arn:aws:iam::{account}:user/{name}");
                (arn.clone(), user(account, &arn, name))
            }
        };
        Ok(Caller { arn, identity: Template::parse(&identity)?, agent: self.agent })
    }
}

/// What comes after the path in the name of a role.
fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

fn role(account: &str, arn: &str, name: &str, session: &str) -> String {
    let principal = principal("AROA", arn);
    format!(
        r#"{{"type":"AssumedRole","principalId":"{principal}:{session}","arn":"arn:aws:sts::{account}:assumed-role/{name}/{session}","accountId":"{account}","accessKeyId":"ASIA«capitals»","sessionContext":{{"sessionIssuer":{{"type":"Role","principalId":"{principal}","arn":"{arn}","accountId":"{account}","userName":"{name}"}},"attributes":{{"creationDate":"«since»","mfaAuthenticated":"false"}}}}}}"#
    )
}

fn user(account: &str, arn: &str, name: &str) -> String {
    let principal = principal("AIDA", arn);
    format!(
        r#"{{"type":"IAMUser","principalId":"{principal}","arn":"{arn}","accountId":"{account}","accessKeyId":"AKIA«capitals»","userName":"{name}"}}"#
    )
}

/// The id that IAM gives whoever has this ARN: always the same.
fn principal(kind: &str, arn: &str) -> String {
    let mut bits = arn.bytes().fold(5381_u64, |hash, byte| hash.wrapping_mul(33) ^ u64::from(byte));
    let mut id = kind.to_owned();
    for _ in 0..17 {
        bits = bits.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
        let [.., high] = bits.to_le_bytes();
        id.push(char::from(b'A' + high % 26));
    }
    id
}
