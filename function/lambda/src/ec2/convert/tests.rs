use aws_sdk_ec2::types::builders::{
    ManagedPrefixListBuilder, NetworkInterfaceBuilder, SecurityGroupRuleBuilder,
};
use aws_sdk_ec2::types::{GroupIdentifier, OperatorResponse};

use super::*;

/// A permission as its fields are sent, empty ones left out.
fn sent(permission: &IpPermission) -> String {
    let ports = match (permission.from_port(), permission.to_port()) {
        (None, None) => "no ports".to_owned(),
        (from, to) => format!("{from:?}..{to:?}").replace("Some", ""),
    };
    let ipv4 = permission.ip_ranges().iter().filter_map(|range| Some(format!("v4 {}", range.cidr_ip()?)));
    let ipv6 = permission.ipv6_ranges().iter().filter_map(|range| Some(format!("v6 {}", range.cidr_ipv6()?)));
    let lists =
        permission.prefix_list_ids().iter().filter_map(|list| list.prefix_list_id().map(str::to_owned));
    let groups = permission.user_id_group_pairs().iter().map(|pair| {
        format!("group {:?} id {:?} name {:?}", pair.user_id(), pair.group_id(), pair.group_name())
    });
    let peers: Vec<_> = ipv4.chain(ipv6).chain(lists).chain(groups).collect();
    format!("{} {ports} {}", permission.ip_protocol().unwrap(), peers.join(" "))
}

fn permission(traffic: &str, peer: Peer) -> Permission {
    Permission { direction: Direction::Ingress, traffic: traffic.parse().unwrap(), peer }
}

fn anywhere() -> Peer {
    Peer::Network(Network::ALL_IPV4)
}

fn group_ref(owner: Option<&str>, group: GroupKey) -> Peer {
    Peer::Group(GroupRef { owner: owner.map(|owner| AccountId::new(owner).unwrap()), group })
}

fn by_id() -> GroupKey {
    GroupKey::Id(GroupId::new("sg-2").unwrap())
}

fn list() -> Peer {
    Peer::PrefixList(PrefixListId::new("pl-1").unwrap())
}

fn every_kind() -> Vec<(Permission, &'static str)> {
    vec![
        (permission("443/tcp", anywhere()), "tcp (443)..(443) v4 0.0.0.0/0"),
        (permission("all/udp", anywhere()), "udp (0)..(65535) v4 0.0.0.0/0"),
        (permission("all", anywhere()), "-1 no ports v4 0.0.0.0/0"),
        (permission("proto/50", anywhere()), "50 no ports v4 0.0.0.0/0"),
        (permission("icmp", anywhere()), "icmp (-1)..(-1) v4 0.0.0.0/0"),
        (permission("icmp/8", anywhere()), "icmp (8)..(-1) v4 0.0.0.0/0"),
        (permission("icmp/3.4", anywhere()), "icmp (3)..(4) v4 0.0.0.0/0"),
        (permission("icmpv6/128", Peer::Network(Network::ALL_IPV6)), "icmpv6 (128)..(-1) v6 ::/0"),
        (permission("22/tcp", list()), "tcp (22)..(22) pl-1"),
        (
            permission("22/tcp", group_ref(Some("111122223333"), by_id())),
            r#"tcp (22)..(22) group Some("111122223333") id Some("sg-2") name None"#,
        ),
        (
            permission("22/tcp", group_ref(None, GroupKey::Name(GroupName::new("app")))),
            r#"tcp (22)..(22) group None id None name Some("app")"#,
        ),
    ]
}

#[test]
fn every_kind_of_permission_can_be_sent() {
    for (permission, expected) in every_kind() {
        assert_eq!(sent(&ip_permission(&permission)), expected);
    }
}

#[test]
fn what_is_sent_comes_back_the_same() {
    for (permission, _) in every_kind() {
        assert_eq!(permissions(Direction::Ingress, &ip_permission(&permission)), Ok(vec![permission]));
    }
}

#[test]
fn a_permission_of_several_peers_is_several_rules() {
    let several = IpPermission::builder()
        .ip_protocol("-1")
        .ip_ranges(IpRange::builder().cidr_ip("10.0.0.0/8").build())
        .ipv6_ranges(Ipv6Range::builder().cidr_ipv6("::/0").build())
        .build();
    let rules = permissions(Direction::Egress, &several).unwrap();
    assert_eq!(
        rules.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["all to 10.0.0.0/8", "all to ::/0"]
    );
}

fn tcp() -> SecurityGroupRuleBuilder {
    SecurityGroupRule::builder()
        .security_group_rule_id("sgr-1")
        .group_id("sg-1")
        .is_egress(false)
        .ip_protocol("tcp")
        .from_port(22)
        .to_port(22)
}

#[test]
fn a_rule_is_read_with_its_peer() {
    let referenced = ReferencedSecurityGroup::builder().group_id("sg-2").user_id("444455556666").build();
    for (found, expected) in [
        (tcp().cidr_ipv4("10.0.0.0/8"), "22/tcp from 10.0.0.0/8"),
        (tcp().cidr_ipv6("2001:db8::/32"), "22/tcp from 2001:db8::/32"),
        (tcp().prefix_list_id("pl-1"), "22/tcp from pl-1"),
        (tcp().referenced_group_info(referenced), "22/tcp from 444455556666/sg-2"),
        (
            tcp().is_egress(true).ip_protocol("-1").from_port(-1).to_port(-1).cidr_ipv4("0.0.0.0/0"),
            "all to 0.0.0.0/0",
        ),
    ] {
        let read = rule(&found.description("why").build()).unwrap();
        assert_eq!(read.permission.to_string(), expected);
        assert_eq!((read.id.unwrap().as_str(), read.description.as_deref()), ("sgr-1", Some("why")));
    }
}

#[test]
fn a_rule_that_lacks_something_is_an_error() {
    for (found, expected) in [
        (tcp(), "rule sgr-1 cannot be read: the rule names no network, group or prefix list"),
        (
            tcp().cidr_ipv4("10.0.0.0"),
            "rule sgr-1 cannot be read: `10.0.0.0` is not a network in CIDR notation",
        ),
        (tcp().cidr_ipv4("10.0.0.0/8").set_is_egress(None), "a security group rule has no IsEgress"),
        (tcp().cidr_ipv4("10.0.0.0/8").set_ip_protocol(None), "a security group rule has no IpProtocol"),
    ] {
        assert_eq!(rule(&found.build()).unwrap_err().to_string(), expected);
    }
}

#[test]
fn a_group_is_read_with_its_tags() {
    let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build();
    let found =
        SecurityGroup::builder().group_id("sg-1").group_name("web").owner_id("111122223333").vpc_id("vpc-1");
    let read = group(&found.tags(tag("tier", "web")).tags(tag("empty", "")).build()).unwrap();
    assert_eq!(read.id.as_str(), "sg-1");
    assert_eq!(read.name, Some(GroupName::new("web")));
    assert_eq!((read.tags["tier"].as_str(), read.tags["empty"].as_str()), ("web", ""));
    let nameless = group(&SecurityGroup::builder().build()).unwrap_err();
    assert_eq!(nameless.to_string(), "a security group has no GroupId");
}

#[test]
fn an_entry_that_is_no_network_is_an_error() {
    let list = PrefixListId::new("pl-1").unwrap();
    let found = |cidr: &str| entry(&list, &PrefixListEntry::builder().cidr(cidr).build());
    assert_eq!(found("10.0.0.0/8").unwrap().to_string(), "10.0.0.0/8");
    assert_eq!(
        found("example.com").unwrap_err().to_string(),
        "an entry of pl-1 cannot be read: `example.com` is not a network in CIDR notation"
    );
}

#[test]
fn a_list_is_somebodys_or_aws_own() {
    let found = |list: ManagedPrefixListBuilder| super::list(&list.prefix_list_id("pl-1").build());
    let ours = ManagedPrefixList::builder().owner_id("111122223333").version(4).max_entries(20);
    let owner = AccountId::new("111122223333").ok();
    let id = PrefixListId::new("pl-1").unwrap();
    assert_eq!(
        found(ours).unwrap(),
        (id.clone(), ListState { owner, version: Some(ListVersion(4)), max_entries: Some(20) })
    );
    assert_eq!(
        found(ManagedPrefixList::builder().owner_id("AWS")).unwrap(),
        (id, ListState { owner: None, version: None, max_entries: None })
    );
    assert_eq!(found(ManagedPrefixList::builder()).unwrap_err().to_string(), "a prefix list has no OwnerId");
}

fn eni() -> NetworkInterfaceBuilder {
    let group = |id| GroupIdentifier::builder().group_id(id).build();
    NetworkInterface::builder()
        .network_interface_id("eni-1")
        .vpc_id("vpc-1")
        .groups(group("sg-2"))
        .groups(group("sg-1"))
}

fn attached(device: i32, instance: Option<&str>) -> NetworkInterfaceAttachment {
    let attachment = NetworkInterfaceAttachment::builder().device_index(device);
    attachment.set_instance_id(instance.map(str::to_owned)).build()
}

#[test]
fn an_interface_is_read_with_its_groups_and_its_instance() {
    let instance = || InstanceId::new("i-1").unwrap();
    for (attachment, expected) in [
        (None, None),
        (Some(attached(0, Some("i-1"))), Some((instance(), IsPrimary::Yes))),
        (Some(attached(1, Some("i-1"))), Some((instance(), IsPrimary::No))),
        // A load balancer's.
        (Some(attached(0, None)), None),
    ] {
        let read = interface(&eni().set_attachment(attachment).build()).unwrap();
        let groups = ["sg-1", "sg-2"].map(|id| GroupId::new(id).unwrap());
        assert_eq!((read.instance, read.groups), (expected, groups.into()));
        assert_eq!((read.told.len(), read.managed_by), (0, None));
    }
    let nameless = interface(&NetworkInterface::builder().build()).unwrap_err();
    assert_eq!(nameless.to_string(), "a network interface has no NetworkInterfaceId");
}

#[test]
fn an_interface_that_a_service_manages_is_known_by_the_service() {
    let operated = |is: bool| OperatorResponse::builder().managed(is).principal("eks.amazonaws.com").build();
    let of_type = |name: &str| eni().interface_type(NetworkInterfaceType::from(name));
    for (found, expected) in [
        (eni(), None),
        (of_type("interface"), None),
        (of_type("efa"), None),
        (of_type("efa-only"), None),
        (of_type("trunk"), None),
        (of_type("branch"), None),
        (of_type("natGateway"), Some("natGateway")),
        (of_type("lambda"), Some("lambda")),
        (of_type("network_load_balancer"), Some("network_load_balancer")),
        (of_type("of_next_year"), Some("of_next_year")),
        (of_type("interface").requester_managed(true).requester_id("amazon-elb"), Some("amazon-elb")),
        (of_type("interface").requester_managed(true), Some("AWS")),
        // Who asked for it, without AWS managing it: RunInstances says so of every interface.
        (of_type("interface").requester_managed(false).requester_id("AIDAEXAMPLE"), None),
        (of_type("interface").operator(operated(true)), Some("eks.amazonaws.com")),
        (of_type("interface").operator(operated(false)), None),
    ] {
        assert_eq!(interface(&found.build()).unwrap().managed_by.as_deref(), expected);
    }
}
