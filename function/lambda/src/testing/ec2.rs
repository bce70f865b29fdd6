//! The account behind a server on this machine.

use std::time::Duration;

use aws_sdk_ec2::Client;
use aws_sdk_ec2::config::retry::RetryConfig;
use aws_sdk_ec2::config::{BehaviorVersion, Credentials, Region};
use tierguard::change::{InterfaceKey, ListVersion};
use tierguard::id::{AccountId, GroupId, GroupName, InstanceId, InterfaceId, PrefixListId};
use tierguard::look::Questions;

use super::server::Server;
use crate::ec2::{Ec2, Home};

/// The account of `server`, of which what is missing is asked for again at once.
pub(crate) fn ec2(server: &Server) -> Ec2 {
    let config = aws_sdk_ec2::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(&server.url)
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new("AKIDEXAMPLE", "secret", None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .build();
    let region = tierguard::id::Region::new("eu-west-1").unwrap();
    let home = Home { account: AccountId::new("111122223333").unwrap(), region };
    Ec2::new(Client::from_conf(config), home).with_lag([Duration::ZERO; 3])
}

pub(crate) fn ok(inside: impl Into<String>) -> (u16, String) {
    (200, inside.into())
}

pub(crate) fn error(status: u16, code: &str, message: &str) -> (u16, String) {
    (
        status,
        format!(
            "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors></Response>"
        ),
    )
}

pub(crate) fn group_id(text: &str) -> GroupId {
    GroupId::new(text).unwrap()
}

pub(crate) fn list_id(text: &str) -> PrefixListId {
    PrefixListId::new(text).unwrap()
}

pub(crate) fn interface_id(text: &str) -> InterfaceId {
    InterfaceId::new(text).unwrap()
}

/// Everything there is to ask, in one round of eleven calls.
pub(crate) fn everything() -> Questions {
    let instance = InstanceId::new("i-1").unwrap();
    Questions {
        groups: [group_id("sg-1")].into(),
        named: [GroupName::new("default*")].into(),
        users_of: Some(list_id("pl-1")),
        rules_of: [group_id("sg-1"), group_id("sg-2")].into(),
        prefix_lists: [list_id("pl-1"), list_id("pl-2")].into(),
        entries_at: Some((list_id("pl-1"), ListVersion(3))),
        list_states: [list_id("pl-1")].into(),
        interfaces: [InterfaceKey::Id(interface_id("eni-1")), InterfaceKey::PrimaryOf(instance)].into(),
        ..Questions::default()
    }
}
