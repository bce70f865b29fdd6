//! The calls that put groups on network interfaces, and their records.

use aws_sdk_ec2::types::{Filter, InstanceType, NetworkInterface, VpcEndpoint, VpcEndpointType};
use serde_json::{Value, json};

use crate::event::{ACCOUNT, Record};
use crate::world::World;

/// The image that moto always has.
const IMAGE: &str = "ami-12c6146b";

/// A new interface, or a new instance, and the record of the call that made it.
#[derive(Debug, Clone, PartialEq)]
pub struct New {
    /// Its id.
    pub id: String,
    /// The record.
    pub record: Record,
}

/// `CreateNetworkInterface`.
pub async fn create(world: &World, groups: &[&str]) -> New {
    let subnet = world.subnet().await;
    let call = world.ec2.create_network_interface().subnet_id(subnet).set_groups(Some(texts(groups)));
    let made = call.send().await.expect("an interface is made");
    let made = made.network_interface().and_then(|made| made.network_interface_id());
    let id = made.expect("an interface has an id").to_owned();
    let request = json!({"subnetId": "subnet-1", "groupSet": set(groups)});
    let interface = json!({"networkInterfaceId": id, "vpcId": world.vpc, "groupSet": set(groups)});
    let response = json!({"requestId": "a-request", "networkInterface": interface});
    New { record: Record::new("CreateNetworkInterface", &request, &response, None), id }
}

/// `ModifyNetworkInterfaceAttribute`: makes `groups` the groups of `interface`.
pub async fn replace(world: &World, interface: &str, groups: &[&str]) -> Record {
    let call = world.ec2.modify_network_interface_attribute().network_interface_id(interface);
    call.set_groups(Some(texts(groups))).send().await.expect("an interface is changed");
    replaced(interface, groups)
}

/// The record that says so.
#[must_use]
pub fn replaced(interface: &str, groups: &[&str]) -> Record {
    let request = json!({"networkInterfaceId": interface, "groupSet": set(groups)});
    Record::new("ModifyNetworkInterfaceAttribute", &request, &done(), None)
}

/// `RunInstances` of one instance, whose only interface gets `groups`.
pub async fn launch(world: &World, groups: &[&str]) -> New {
    let call = world.ec2.run_instances().image_id(IMAGE).instance_type(InstanceType::T3Micro);
    let call = call.min_count(1).max_count(1).subnet_id(world.subnet().await);
    let made = call.set_security_group_ids(Some(texts(groups))).send().await.expect("an instance is started");
    let instance = made.instances().first().and_then(|instance| instance.instance_id());
    let id = instance.expect("an instance has an id").to_owned();
    let interface = json!({
        "networkInterfaceId": primary_of(world, &id).await, "vpcId": world.vpc, "groupSet": set(groups),
    });
    let instance = json!({
        "instanceId": id, "vpcId": world.vpc, "groupSet": set(groups),
        "networkInterfaceSet": {"items": [interface]},
    });
    let request = json!({"instancesSet": {"items": [{"imageId": IMAGE}]}, "groupSet": set(groups)});
    let response =
        json!({"requestId": "a-request", "ownerId": ACCOUNT, "instancesSet": {"items": [instance]}});
    New { record: Record::new("RunInstances", &request, &response, None), id }
}

/// `ModifyInstanceAttribute`: makes `groups` the groups of the primary interface of `instance`.
pub async fn replace_of_instance(world: &World, instance: &str, groups: &[&str]) -> Record {
    let call = world.ec2.modify_instance_attribute().instance_id(instance);
    call.set_groups(Some(texts(groups))).send().await.expect("an instance is changed");
    let request = json!({"instanceId": instance, "groupSet": set(groups)});
    Record::new("ModifyInstanceAttribute", &request, &done(), None)
}

/// The interface of a new VPC endpoint with these groups, which AWS manages.
pub async fn of_endpoint(world: &World, groups: &[&str]) -> String {
    let call =
        world.ec2.create_vpc_endpoint().vpc_id(&world.vpc).vpc_endpoint_type(VpcEndpointType::Interface);
    let call = call.service_name("com.amazonaws.us-east-1.sns").subnet_ids(world.subnet().await);
    let made = call.set_security_group_ids(Some(texts(groups))).send().await.expect("an endpoint is made");
    let ids = made.vpc_endpoint().map(VpcEndpoint::network_interface_ids).unwrap_or_default();
    ids.first().expect("an endpoint has an interface").clone()
}

/// The primary interface of `instance`.
pub async fn primary_of(world: &World, instance: &str) -> String {
    let filter = Filter::builder().name("attachment.instance-id").values(instance).build();
    let found = world.ec2.describe_network_interfaces().filters(filter).send().await;
    let found = found.expect("interfaces are described");
    let id = found.network_interfaces().first().and_then(|interface| interface.network_interface_id());
    id.expect("an instance has an interface").to_owned()
}

/// The groups of `interface`, sorted.
pub async fn groups_of(world: &World, interface: &str) -> Vec<String> {
    let found = world.ec2.describe_network_interfaces().network_interface_ids(interface).send().await;
    let found = found.expect("interfaces are described");
    let groups = found.network_interfaces().first().map(NetworkInterface::groups).unwrap_or_default();
    let mut groups: Vec<_> = groups.iter().filter_map(|group| group.group_id()).map(str::to_owned).collect();
    groups.sort();
    groups
}

fn texts(groups: &[&str]) -> Vec<String> {
    groups.iter().map(|id| (*id).to_owned()).collect()
}

fn set(groups: &[&str]) -> Value {
    let items: Vec<_> = groups.iter().map(|id| json!({"groupId": id})).collect();
    json!({ "items": items })
}

fn done() -> Value {
    json!({"requestId": "a-request", "_return": true})
}
