//! A small AWS account to play in: a VPC, groups, prefix lists, a topic with a queue behind it. All of it is made, changed
//! and read through the public API. What `tags`, `list` and `interface` change is there too.

use std::sync::atomic::{AtomicU32, Ordering};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_ec2::Client as Ec2;
use aws_sdk_ec2::config::Credentials;
use aws_sdk_ec2::types::{AddPrefixListEntry, Filter};
use aws_sdk_sns::Client as Sns;
use aws_sdk_sqs::Client as Sqs;
use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::{Value, json};

use crate::call::Call;
use crate::event::{Effect, Held, Made, REGION};
use crate::function::{Function, Settings};
use crate::moto::{MOTO, Moto};
use crate::proxy::Proxy;
use crate::rule::{Rule, Way};
use crate::table::Memory;

/// The account.
#[derive(Debug)]
pub struct World {
    /// The EC2 API, not through the proxy.
    pub ec2: Ec2,
    /// A VPC of this world's own; not the default VPC.
    pub vpc: String,
    /// What the function's calls pass through.
    pub proxy: Proxy,
    /// The table in which the function remembers what it told, once it is asked for.
    pub memory: Memory,
    sqs: Sqs,
    notices: Topic,
    sweeps: Topic,
    /// The API server, where it is this world's own.
    _moto: Option<Moto>,
}

/// A topic, and the queue that gets its messages.
#[derive(Debug)]
struct Topic {
    arn: String,
    queue: String,
}

/// A message of the topic, as the queue behind it got it.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// The subject.
    pub subject: String,
    /// The text: SNS picks the `sqs` variant of a message that has one.
    pub text: String,
    /// The message attributes, by name.
    pub attributes: Value,
}

impl World {
    /// An account with nothing in it yet. Others play in it too, each in a VPC of their own.
    pub async fn new() -> Self {
        Self::at(MOTO.address(), None).await
    }

    /// The same, in the account of this server, which must outlive it.
    pub async fn on(moto: &Moto) -> Self {
        Self::at(moto.address(), None).await
    }

    /// An account in which nobody else plays: for what looks at all groups.
    pub async fn alone() -> Self {
        let moto = Moto::start();
        Self::at(moto.address(), Some(moto)).await
    }

    async fn at(address: String, moto: Option<Moto>) -> Self {
        let config = config(&address).await;
        let ec2 = Ec2::new(&config);
        let vpc = ec2.create_vpc().cidr_block("10.20.0.0/16").send().await.expect("a VPC is made");
        let vpc = vpc.vpc().and_then(|vpc| vpc.vpc_id()).expect("a VPC has an id").to_owned();
        let (sns, sqs) = (Sns::new(&config), Sqs::new(&config));
        let notices = Topic::make(&unique("notices"), &sns, &sqs).await;
        let sweeps = Topic::make(&unique("sweeps"), &sns, &sqs).await;
        let memory = Memory::new(&config, unique("memory"));
        Self { ec2, vpc, proxy: Proxy::start(address), memory, sqs, notices, sweeps, _moto: moto }
    }

    /// Starts the function with this policy; its calls pass through the proxy.
    #[must_use]
    pub fn function(&self, policy: &str) -> Function {
        self.function_in_mode(policy, None)
    }

    /// The same, with `TIERGUARD_MODE`.
    #[must_use]
    pub fn function_in_mode(&self, policy: &str, mode: Option<&str>) -> Function {
        self.start(&Settings { mode: mode.map(str::to_owned), ..self.settings(policy) })
    }

    /// Starts the function with this policy; it remembers what it told in a table, as it is deployed.
    pub async fn remembering(&self, policy: &str) -> Function {
        let table = Some(self.memory.table().await);
        self.start(&Settings { table, ..self.settings(policy) })
    }

    /// Starts the function with this policy; it believes only events that come with `proof`.
    #[must_use]
    pub fn asking_for_proof(&self, policy: &str, proof: &str) -> Function {
        self.start(&Settings { proof: Some(proof.to_owned()), ..self.settings(policy) })
    }

    fn settings(&self, policy: &str) -> Settings {
        Settings {
            endpoint: self.proxy.url(),
            topic: self.notices.arn.clone(),
            sweep_topic: self.sweeps.arn.clone(),
            table: None,
            proof: None,
            mode: None,
            policy: policy.to_owned(),
        }
    }

    fn start(&self, settings: &Settings) -> Function {
        let function = Function::start(settings);
        // What it did to get ready is not what a test asks about.
        drop(self.proxy.seen());
        function
    }

    /// Makes a group of `tier` in this world's VPC and returns its id.
    pub async fn group(&self, tier: &str) -> String {
        self.group_in(&self.vpc, &unique(tier), tier).await
    }

    /// Makes a group of `tier` with this name in `vpc` and returns its id.
    pub async fn group_in(&self, vpc: &str, name: &str, tier: &str) -> String {
        let tags = vec![("tier".to_owned(), tier.to_owned())];
        self.make(Call::Create { name: name.to_owned(), vpc: vpc.to_owned(), tags }).await.group
    }

    /// The Region's default VPC.
    pub async fn default_vpc(&self) -> String {
        let filter = Filter::builder().name("is-default").values("true").build();
        let vpcs = self.ec2.describe_vpcs().filters(filter).send().await.expect("VPCs are described");
        vpcs.vpcs().first().and_then(|vpc| vpc.vpc_id()).expect("the Region has a default VPC").to_owned()
    }

    /// A subnet of this world's VPC.
    pub async fn subnet(&self) -> String {
        let filter = Filter::builder().name("vpc-id").values(&self.vpc).build();
        let found = self.ec2.describe_subnets().filters(filter).send().await.expect("subnets are described");
        if let Some(id) = found.subnets().first().and_then(|subnet| subnet.subnet_id()) {
            return id.to_owned();
        }
        let made = self.ec2.create_subnet().vpc_id(&self.vpc).cidr_block("10.20.0.0/24").send().await;
        let made = made.expect("a subnet is made");
        made.subnet().and_then(|subnet| subnet.subnet_id()).expect("a subnet has an id").to_owned()
    }

    /// Makes a prefix list with these entries and returns its id.
    pub async fn prefix_list(&self, entries: &[&str]) -> String {
        let entries = entries.iter().map(|cidr| AddPrefixListEntry::builder().cidr(*cidr).build()).collect();
        let made =
            self.ec2.create_managed_prefix_list().prefix_list_name(unique("list")).address_family("IPv4");
        let made =
            made.max_entries(10).set_entries(Some(entries)).send().await.expect("a prefix list is made");
        made.prefix_list().and_then(|list| list.prefix_list_id()).expect("a prefix list has an id").to_owned()
    }

    /// Makes `call`, which EC2 may refuse, and notes what came of it.
    ///
    /// What was added or removed is found by comparing before and after: moto answers only the rules of a call's last
    /// item, and none that were revoked.
    pub async fn make(&self, call: Call) -> Made {
        let before = self.held_in(call.group()).await;
        let result = call.make(&self.ec2).await;
        let group = self.id_of(&call).await.unwrap_or_else(|| call.group().to_owned());
        let effect = match &call {
            Call::Authorize { .. } => {
                Effect { added: less(self.held(&group).await, &before), removed: Vec::new() }
            }
            Call::Revoke { .. } | Call::RevokeIds { .. } => {
                Effect { added: Vec::new(), removed: less(before, &self.held(&group).await) }
            }
            Call::Modify { .. } | Call::Describe { .. } | Call::Create { .. } | Call::Delete { .. } => {
                Effect::default()
            }
        };
        Made { outcome: result.map(|()| effect), call, group }
    }

    /// Makes `call`, which EC2 must take.
    pub async fn must(&self, call: Call) -> Made {
        let made = self.make(call).await;
        assert!(made.outcome.is_ok(), "{made:?}");
        made
    }

    /// The rules of `group` in this direction, sorted. None if there is no such group.
    pub async fn rules(&self, group: &str, way: Way) -> Vec<Rule> {
        let rules = self.rules_with_ids(group).await.into_iter();
        let mut rules: Vec<_> = rules.filter(|(is, _, _)| *is == way).map(|(_, _, rule)| rule).collect();
        rules.sort();
        rules
    }

    /// The ingress rules of `group`, sorted.
    pub async fn ingress(&self, group: &str) -> Vec<Rule> {
        self.rules(group, Way::In).await
    }

    /// Every rule of `group`, with its direction and its id.
    pub async fn rules_with_ids(&self, group: &str) -> Vec<(Way, String, Rule)> {
        self.held(group).await.into_iter().map(|Held { id, way, rule, .. }| (way, id, rule)).collect()
    }

    /// Every rule of `group`.
    pub async fn held(&self, group: &str) -> Vec<Held> {
        let filter = Filter::builder().name("group-id").values(group).build();
        let rules = self.ec2.describe_security_group_rules().filters(filter).send().await;
        let rules = rules.expect("rules are described");
        let held = rules.security_group_rules().iter().map(|rule| Held {
            id: rule.security_group_rule_id().expect("a rule has an id").to_owned(),
            way: if rule.is_egress() == Some(true) { Way::Out } else { Way::In },
            rule: Rule::of(rule),
            description: rule.description().filter(|text| !text.is_empty()).map(str::to_owned),
        });
        held.collect()
    }

    /// The text beside the rule of `group` that says `rule`.
    pub async fn description(&self, group: &str, rule: &Rule) -> Option<String> {
        let found = self.held(group).await.into_iter().find(|held| held.rule == *rule);
        found.unwrap_or_else(|| panic!("{group} has no rule {rule}")).description
    }

    /// The id of the rule of `group` that says `rule`.
    pub async fn rule_id(&self, group: &str, rule: &Rule) -> String {
        let rules = self.rules_with_ids(group).await;
        let found = rules.into_iter().find(|(_, _, found)| found == rule);
        found.map_or_else(|| panic!("{group} has no rule {rule}"), |(_, id, _)| id)
    }

    /// The messages since this was last asked. SNS hands them on before it answers, so there is nothing to wait for.
    pub async fn messages(&self) -> Vec<Message> {
        self.sent_to(&self.notices).await
    }

    /// What sweeps have handed on since this was last asked, as SNS hands it to the function.
    pub async fn handed_on(&self) -> Vec<Value> {
        let messages = self.sent_to(&self.sweeps).await.into_iter();
        let deliveries = messages.map(|message| {
            json!({"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": {
                "Type": "Notification", "TopicArn": self.sweeps.arn, "Subject": null, "Message": message.text,
                "MessageAttributes": {},
            }}]})
        });
        deliveries.collect()
    }

    async fn sent_to(&self, topic: &Topic) -> Vec<Message> {
        let mut messages = Vec::new();
        loop {
            let batch = self.sqs.receive_message().queue_url(&topic.queue).max_number_of_messages(10);
            let batch = batch.send().await.expect("a queue can be read");
            if batch.messages().is_empty() {
                return messages;
            }
            for message in batch.messages() {
                messages.push(Message::read(message.body().unwrap_or_default()));
                let receipt = message.receipt_handle().expect("a message has a receipt");
                let delete = self.sqs.delete_message().queue_url(&topic.queue).receipt_handle(receipt);
                delete.send().await.expect("a message can be deleted");
            }
        }
    }

    /// The one message since this was last asked.
    pub async fn message(&self) -> Message {
        let mut messages = self.messages().await;
        assert_eq!(messages.len(), 1, "one message: {messages:#?}");
        messages.remove(0)
    }

    /// The rules of the group of this id; of one that is named otherwise, none.
    async fn held_in(&self, group: &str) -> Vec<Held> {
        if group.starts_with("sg-") { self.held(group).await } else { Vec::new() }
    }

    /// The id of the group that `call` names.
    async fn id_of(&self, call: &Call) -> Option<String> {
        let vpc = match call {
            _ if call.group().starts_with("sg-") => return Some(call.group().to_owned()),
            Call::Create { vpc, .. } => vpc.clone(),
            _ => self.default_vpc().await,
        };
        let filter = |name, value: &str| Filter::builder().name(name).values(value).build();
        let groups = self.ec2.describe_security_groups();
        let groups = groups.filters(filter("group-name", call.group())).filters(filter("vpc-id", &vpc));
        let groups = groups.send().await.expect("groups are described");
        groups.security_groups().first()?.group_id().map(str::to_owned)
    }
}

impl Message {
    /// Reads the JSON in which SNS hands a message to a queue.
    fn read(body: &str) -> Self {
        let json: Value = serde_json::from_str(body).expect("SNS sends JSON");
        let text = |key: &str| json[key].as_str().unwrap_or_default().to_owned();
        Self {
            subject: text("Subject"),
            text: text("Message"),
            attributes: json["MessageAttributes"].clone(),
        }
    }
}

/// Settings for clients of the API server at `address`.
async fn config(address: &str) -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(Credentials::for_tests())
        .endpoint_url(format!("http://{address}"))
        .load()
        .await
}

impl Topic {
    /// Makes a topic and a queue that gets its messages.
    async fn make(name: &str, sns: &Sns, sqs: &Sqs) -> Self {
        let queue = sqs.create_queue().queue_name(name).send().await.expect("a queue is made");
        let queue = queue.queue_url().expect("a queue has a URL").to_owned();
        let arn = sqs.get_queue_attributes().queue_url(&queue).attribute_names(QueueAttributeName::QueueArn);
        let found = arn.send().await.expect("a queue has attributes");
        let found = found.attributes().and_then(|found| found.get(&QueueAttributeName::QueueArn));
        let endpoint = found.expect("a queue has an ARN");
        let topic = sns.create_topic().name(name).send().await.expect("a topic is made");
        let arn = topic.topic_arn().expect("a topic has an ARN").to_owned();
        let subscribe = sns.subscribe().topic_arn(&arn).protocol("sqs").endpoint(endpoint);
        subscribe.send().await.expect("a queue can subscribe");
        Self { arn, queue }
    }
}

/// Those of `rules` that are not among `others`, by their ids.
fn less(rules: Vec<Held>, others: &[Held]) -> Vec<Held> {
    rules.into_iter().filter(|rule| !others.iter().any(|other| other.id == rule.id)).collect()
}

/// A name that no other world has.
pub(crate) fn unique(stem: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("{stem}-{}", COUNT.fetch_add(1, Ordering::Relaxed))
}
