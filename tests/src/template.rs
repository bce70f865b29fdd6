//! The deployment template as it is deployed: with its conditions decided, and names in the place of references.

use std::process::Output;
use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use crate::cargo;
use crate::venv::Venv;

/// Where it is, from the root of the repository.
pub const PATH: &str = "infra/template.yaml";

/// Prints a template as JSON, CloudFormation's short tags in their long form.
const TO_JSON: &str = "
import json, sys, yaml
def long_form(loader, tag, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if tag == 'GetAtt' and isinstance(value, str):
        value = value.split('.', 1)
    return {tag if tag in ('Ref', 'Condition') else 'Fn::' + tag: value}
yaml.SafeLoader.add_multi_constructor('!', long_form)
print(json.dumps(yaml.safe_load(open(sys.argv[1]))))
";

const PSEUDO_PARAMETERS: [(&str, &str); 5] = [
    ("AWS::Partition", "aws"),
    ("AWS::Region", "eu-west-1"),
    ("AWS::AccountId", "111122223333"),
    ("AWS::StackName", "tierguard"),
    ("AWS::URLSuffix", "amazonaws.com"),
];

/// The resources of a stack.
#[derive(Debug, Clone)]
pub struct Template(Map<String, Value>);

/// A metric that something in the template reads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Read {
    /// The alarm, or the dashboard.
    pub by: String,
    /// The metric's namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The names of its dimensions.
    pub dimensions: Vec<String>,
}

/// An IAM policy in the template.
#[derive(Debug, Clone)]
pub struct Document {
    /// `Role/guard`: the role, and the name of the policy.
    pub name: String,
    /// The policy.
    pub policy: Value,
}

impl Template {
    /// The template, deployed so that `holds` says which of its conditions do.
    #[must_use]
    pub fn deployed(holds: impl Fn(&str) -> bool) -> Self {
        let written = AS_WRITTEN["Resources"].as_object().expect("a template has resources");
        let stays = |resource: &Value| resource.get("Condition").and_then(Value::as_str).is_none_or(&holds);
        let resolve = Resolve { written, holds: &holds };
        let kept = written.iter().filter(|(_, resource)| stays(resource));
        Self(kept.filter_map(|(name, resource)| Some((name.clone(), resolve.value(resource)?))).collect())
    }

    /// The patterns of the rules that take EC2's events, by the name of the rule.
    #[must_use]
    pub fn event_patterns(&self) -> Vec<(&str, &Value)> {
        self.of_type("AWS::Events::Rule")
            .map(|(name, properties)| (name, &properties["EventPattern"]))
            .collect()
    }

    /// The metrics that the alarms read.
    #[must_use]
    pub fn alarmed(&self) -> Vec<Read> {
        let alarms = self.of_type("AWS::CloudWatch::Alarm");
        alarms.flat_map(|(alarm, properties)| in_alarm(properties).map(|read| read.by(alarm))).collect()
    }

    /// The metrics that the dashboards show.
    ///
    /// # Panics
    /// When the body of a dashboard is no JSON.
    #[must_use]
    pub fn shown(&self) -> Vec<Read> {
        let dashboards = self.of_type("AWS::CloudWatch::Dashboard");
        dashboards
            .flat_map(|(dashboard, properties)| {
                let body = properties["DashboardBody"].as_str().expect("a dashboard has a body");
                let body: Value = serde_json::from_str(body).expect("the body of a dashboard is JSON");
                let widgets = body["widgets"].as_array().expect("a dashboard has widgets");
                widgets.iter().flat_map(in_widget).map(|read| read.by(dashboard)).collect::<Vec<_>>()
            })
            .collect()
    }

    /// The policies of the roles: what they may do.
    #[must_use]
    pub fn identity_policies(&self) -> Vec<Document> {
        let roles = self.of_type("AWS::IAM::Role");
        roles
            .flat_map(|(role, properties)| {
                let policies = properties["Policies"].as_array().into_iter().flatten();
                policies.map(move |policy| Document {
                    name: format!("{role}/{}", policy["PolicyName"].as_str().expect("a policy has a name")),
                    policy: policy["PolicyDocument"].clone(),
                })
            })
            .collect()
    }

    /// Every policy of the stack: what its roles may do and who may be them, who may use its topics, queues and keys, and
    /// who may invoke its function.
    #[must_use]
    pub fn policies(&self) -> Vec<Document> {
        let of = |kind: &'static str, field: &'static str, suffix: &'static str| {
            self.of_type(kind).map(move |(name, properties)| Document {
                name: format!("{name}{suffix}"),
                policy: properties[field].clone(),
            })
        };
        let trusts = of("AWS::IAM::Role", "AssumeRolePolicyDocument", "/trust");
        let topics = of("AWS::SNS::TopicPolicy", "PolicyDocument", "");
        let queues = of("AWS::SQS::QueuePolicy", "PolicyDocument", "");
        let keys = of("AWS::KMS::Key", "KeyPolicy", "");
        let invocations = self.of_type("AWS::Lambda::Permission").map(|(name, it)| invocation(name, it));
        let others = trusts.chain(topics).chain(queues).chain(keys).chain(invocations);
        self.identity_policies().into_iter().chain(others).collect()
    }

    /// The resources of this type, each by its name with its properties.
    pub fn of_type(&self, wanted: &str) -> impl Iterator<Item = (&str, &Value)> {
        let is_it = move |resource: &Value| resource["Type"] == wanted;
        let found = self.0.iter().filter(move |(_, resource)| is_it(resource));
        found.map(|(name, resource)| (name.as_str(), &resource["Properties"]))
    }
}

impl Document {
    /// Its statements.
    pub fn statements(&self) -> impl Iterator<Item = &Value> {
        self.policy["Statement"].as_array().expect("statements are a list").iter()
    }
}

impl Read {
    fn by(self, by: &str) -> Self {
        Self { by: by.to_owned(), ..self }
    }
}

/// The one metric of an alarm, or those of its expression.
fn in_alarm(properties: &Value) -> impl Iterator<Item = Read> {
    let of_expression = properties["Metrics"].as_array().into_iter().flatten();
    let of_expression = of_expression.filter_map(|metric| metric.pointer("/MetricStat/Metric"));
    let all = properties.get("MetricName").map(|_| properties).into_iter().chain(of_expression);
    all.map(|metric| {
        let text = |key: &str| metric[key].as_str().expect("a metric has names").to_owned();
        let dimensions = metric["Dimensions"].as_array().into_iter().flatten();
        let names = dimensions.filter_map(|dimension| dimension["Name"].as_str());
        Read {
            by: String::new(),
            namespace: text("Namespace"),
            name: text("MetricName"),
            dimensions: names.map(str::to_owned).collect(),
        }
    })
}

/// The metrics of a widget: `["namespace", "name", "dimension", "value", …, { … }]`. Expressions are none.
fn in_widget(widget: &Value) -> Vec<Read> {
    let metrics = widget["properties"]["metrics"].as_array().cloned().unwrap_or_default();
    let read = |metric: &Value| {
        let texts: Vec<_> = metric.as_array()?.iter().map_while(Value::as_str).map(str::to_owned).collect();
        let (namespace, name) = (texts.first()?.clone(), texts.get(1)?.clone());
        let dimensions = texts.into_iter().skip(2).step_by(2).collect();
        Some(Read { by: String::new(), namespace, name, dimensions })
    };
    metrics.iter().filter_map(read).collect()
}

/// The statement that Lambda makes of a permission in the function's policy.
fn invocation(name: &str, permission: &Value) -> Document {
    let conditions = [("SourceArn", "ArnLike"), ("SourceAccount", "StringEquals")].into_iter();
    let conditions = conditions.filter_map(|(key, operator)| {
        let value = permission.get(key)?;
        Some((operator.to_owned(), json!({ format!("aws:{key}"): value })))
    });
    let statement = json!({
        "Sid": "Invoke",
        "Effect": "Allow",
        "Principal": { "Service": permission["Principal"] },
        "Action": permission["Action"],
        "Resource": "arn:aws:lambda:eu-west-1:111122223333:function:Function",
        "Condition": conditions.collect::<Map<_, _>>(),
    });
    Document { name: name.to_owned(), policy: json!({ "Statement": [statement] }) }
}

/// What a field that takes one text or a list of them holds.
pub fn texts(field: &Value) -> impl Iterator<Item = &str> {
    let one = field.as_str().into_iter();
    one.chain(field.as_array().into_iter().flatten().filter_map(Value::as_str))
}

/// The template as JSON, undecided.
static AS_WRITTEN: LazyLock<Value> = LazyLock::new(|| {
    let output = Venv::ready().python().current_dir(cargo::checkout()).args(["-c", TO_JSON, PATH]).output();
    let Output { status, stdout, stderr } = output.expect("the environment's Python starts");
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    serde_json::from_slice(&stdout).expect("Python prints JSON")
});

/// Puts values in the place of CloudFormation's functions.
struct Resolve<'a> {
    written: &'a Map<String, Value>,
    holds: &'a dyn Fn(&str) -> bool,
}

impl Resolve<'_> {
    /// What `written` comes to; nothing where that is `AWS::NoValue`.
    fn value(&self, written: &Value) -> Option<Value> {
        match written {
            Value::Array(values) => Some(values.iter().filter_map(|value| self.value(value)).collect()),
            Value::Object(fields) => match function(fields) {
                Some(("Ref", Value::String(name))) if name == "AWS::NoValue" => None,
                Some(("Fn::If", branches)) => self.value(self.chosen(branches)),
                Some((function, argument)) => Some(self.result(function, argument)),
                None => Some(Value::Object(self.fields(fields))),
            },
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Some(written.clone()),
        }
    }

    fn fields(&self, fields: &Map<String, Value>) -> Map<String, Value> {
        fields.iter().filter_map(|(key, value)| Some((key.clone(), self.value(value)?))).collect()
    }

    /// Of the name of a condition and two values, the one that it chooses.
    fn chosen<'v>(&self, branches: &'v Value) -> &'v Value {
        let holds = (self.holds)(branches[0].as_str().expect("a condition has a name"));
        &branches[if holds { 1 } else { 2 }]
    }

    fn result(&self, function: &str, argument: &Value) -> Value {
        match (function, argument) {
            ("Ref", Value::String(name)) => self.reference(name),
            ("Fn::GetAtt", Value::Array(path)) => {
                json!(self.arn(path[0].as_str().expect("a resource has a name")))
            }
            ("Fn::Sub", Value::String(text)) => json!(substituted(text)),
            ("Fn::Sub", Value::Array(parts)) => json!(substituted(&self.filled_in(parts))),
            (function, argument) => panic!("{function} of {argument} is not known here"),
        }
    }

    /// A text, with values in the place of the names that stand beside it.
    fn filled_in(&self, parts: &[Value]) -> String {
        let [Value::String(text), Value::Object(values)] = parts else {
            panic!("a text and its values are expected: {parts:?}")
        };
        values.iter().fold(text.clone(), |text, (name, value)| {
            let value = self.value(value).unwrap_or_default();
            text.replace(&format!("${{{name}}}"), value.as_str().unwrap_or_default())
        })
    }

    /// A pseudo parameter, the ARN of a topic, or else the name itself.
    fn reference(&self, name: &str) -> Value {
        let pseudo = PSEUDO_PARAMETERS.iter().find(|(known, _)| *known == name);
        match (pseudo, self.written.get(name)) {
            (Some((_, value)), _) => json!(value),
            (None, Some(resource)) if resource["Type"] == "AWS::SNS::Topic" => json!(self.arn(name)),
            (None, _) => json!(name),
        }
    }

    /// An ARN such as the resource `name` might have.
    fn arn(&self, name: &str) -> String {
        let kind = self.written.get(name).and_then(|resource| resource["Type"].as_str());
        let pattern = match kind.unwrap_or_else(|| panic!("there is no resource {name}")) {
            "AWS::DynamoDB::Table" => "arn:aws:dynamodb:eu-west-1:111122223333:table/{}",
            "AWS::Events::Rule" => "arn:aws:events:eu-west-1:111122223333:rule/{}",
            "AWS::IAM::Role" => "arn:aws:iam::111122223333:role/{}",
            "AWS::KMS::Key" => "arn:aws:kms:eu-west-1:111122223333:key/{}",
            "AWS::Logs::LogGroup" => "arn:aws:logs:eu-west-1:111122223333:log-group:{}:*",
            "AWS::SNS::Topic" => "arn:aws:sns:eu-west-1:111122223333:{}",
            "AWS::SQS::Queue" => "arn:aws:sqs:eu-west-1:111122223333:{}",
            "AWS::Scheduler::ScheduleGroup" => "arn:aws:scheduler:eu-west-1:111122223333:schedule-group/{}",
            "AWS::Serverless::Function" => "arn:aws:lambda:eu-west-1:111122223333:function:{}",
            other => panic!("what the ARN of {name}, a {other}, looks like is not known here"),
        };
        pattern.replace("{}", name)
    }
}

/// The function that `fields` are, and its argument, if they are one.
fn function(fields: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (name, argument) = fields.iter().next().filter(|_| fields.len() == 1)?;
    (name == "Ref" || name.starts_with("Fn::")).then_some((name.as_str(), argument))
}

fn substituted(text: &str) -> String {
    PSEUDO_PARAMETERS
        .iter()
        .fold(text.to_owned(), |text, (name, value)| text.replace(&format!("${{{name}}}"), value))
}
