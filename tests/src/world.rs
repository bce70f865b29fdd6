//! A small AWS account to play in: a VPC, groups, prefix lists, a topic with a queue behind it. All of it is made, changed
//! and read through the public API.

use std::sync::atomic::{AtomicU32, Ordering};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_ec2::Client as Ec2;
use aws_sdk_ec2::config::Credentials;
use aws_sdk_ec2::types::{AddPrefixListEntry, Filter};
use aws_sdk_sns::Client as Sns;
use aws_sdk_sqs::Client as Sqs;
use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::Value;

use crate::call::Call;
use crate::event::{Effect, Made, REGION};
use crate::function::{Function, Settings};
use crate::moto::MOTO;
use crate::proxy::Proxy;
use crate::rule::{Rule, Way};

/// The account.
#[derive(Debug)]
pub struct World {
    /// The EC2 API, not through the proxy.
    pub ec2: Ec2,
    /// A VPC of this world's own; not the default VPC.
    pub vpc: String,
    /// What the function's calls pass through.
    pub proxy: Proxy,
    sqs: Sqs,
    topic: String,
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
    /// An account with nothing in it yet.
    pub async fn new() -> Self {
        let config = config().await;
        let ec2 = Ec2::new(&config);
        let vpc = ec2.create_vpc().cidr_block("10.20.0.0/16").send().await.expect("a VPC is made");
        let vpc = vpc.vpc().and_then(|vpc| vpc.vpc_id()).expect("a VPC has an id").to_owned();
        let sqs = Sqs::new(&config);
        let (topic, queue) = topic(&Sns::new(&config), &sqs).await;
        Self { ec2, vpc, proxy: Proxy::start(MOTO.address()), sqs, topic, queue }
    }

    /// Starts the function with this policy; its calls pass through the proxy.
    #[must_use]
    pub fn function(&self, policy: &str) -> Function {
        self.function_in_mode(policy, None)
    }

    /// The same, with `TIERGUARD_MODE`.
    #[must_use]
    pub fn function_in_mode(&self, policy: &str, mode: Option<&str>) -> Function {
        let function = Function::start(&Settings {
            endpoint: self.proxy.url(),
            topic: self.topic.clone(),
            mode: mode.map(str::to_owned),
            policy: policy.to_owned(),
        });
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
    /// What was added is found by comparing before and after: moto answers only the rules of a call's last item.
    pub async fn make(&self, call: Call) -> Made {
        let before = self.ids(call.group()).await;
        let result = call.make(&self.ec2).await;
        let group = self.id_of(&call).await.unwrap_or_else(|| call.group().to_owned());
        let after = if matches!(call, Call::Authorize { .. }) {
            self.rules_with_ids(&group).await
        } else {
            Vec::new()
        };
        let added =
            after.into_iter().filter(|(_, id, _)| !before.contains(id)).map(|(_, id, rule)| (id, rule));
        Made { outcome: result.map(|()| Effect { added: added.collect() }), call, group }
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
        let filter = Filter::builder().name("group-id").values(group).build();
        let rules = self.ec2.describe_security_group_rules().filters(filter).send().await;
        let rules = rules.expect("rules are described");
        let way = |is_egress| if is_egress == Some(true) { Way::Out } else { Way::In };
        let id = |id: Option<&str>| id.expect("a rule has an id").to_owned();
        let rules = rules.security_group_rules().iter();
        rules.map(|rule| (way(rule.is_egress()), id(rule.security_group_rule_id()), Rule::of(rule))).collect()
    }

    /// The id of the rule of `group` that says `rule`.
    pub async fn rule_id(&self, group: &str, rule: &Rule) -> String {
        let rules = self.rules_with_ids(group).await;
        let found = rules.into_iter().find(|(_, _, found)| found == rule);
        found.map_or_else(|| panic!("{group} has no rule {rule}"), |(_, id, _)| id)
    }

    /// The messages since this was last asked. SNS hands them on before it answers, so there is nothing to wait for.
    pub async fn messages(&self) -> Vec<Message> {
        let mut messages = Vec::new();
        loop {
            let batch =
                self.sqs.receive_message().queue_url(&self.queue).max_number_of_messages(10).send().await;
            let batch = batch.expect("a queue can be read");
            if batch.messages().is_empty() {
                return messages;
            }
            for message in batch.messages() {
                messages.push(Message::read(message.body().unwrap_or_default()));
                let receipt = message.receipt_handle().expect("a message has a receipt");
                let delete = self.sqs.delete_message().queue_url(&self.queue).receipt_handle(receipt);
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

    async fn ids(&self, group: &str) -> Vec<String> {
        if !group.starts_with("sg-") {
            return Vec::new();
        }
        self.rules_with_ids(group).await.into_iter().map(|(_, id, _)| id).collect()
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

/// Settings for clients of moto.
async fn config() -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(Credentials::for_tests())
        .endpoint_url(format!("http://{}", MOTO.address()))
        .load()
        .await
}

/// Makes a topic and a queue that gets its messages.
async fn topic(sns: &Sns, sqs: &Sqs) -> (String, String) {
    let name = unique("notices");
    let queue = sqs.create_queue().queue_name(&name).send().await.expect("a queue is made");
    let queue = queue.queue_url().expect("a queue has a URL").to_owned();
    let arn = sqs.get_queue_attributes().queue_url(&queue).attribute_names(QueueAttributeName::QueueArn);
    let arn = arn.send().await.expect("a queue has attributes");
    let arn = arn
        .attributes()
        .and_then(|found| found.get(&QueueAttributeName::QueueArn))
        .expect("a queue has an ARN");
    let topic = sns.create_topic().name(&name).send().await.expect("a topic is made");
    let topic = topic.topic_arn().expect("a topic has an ARN").to_owned();
    sns.subscribe()
        .topic_arn(&topic)
        .protocol("sqs")
        .endpoint(arn)
        .send()
        .await
        .expect("a queue can subscribe");
    (topic, queue)
}

/// A name that no other world has.
fn unique(stem: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("{stem}-{}", COUNT.fetch_add(1, Ordering::Relaxed))
}
