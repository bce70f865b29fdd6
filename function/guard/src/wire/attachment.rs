//! `RunInstances`, `CreateNetworkInterface`, `ModifyNetworkInterfaceAttribute`, `ModifyInstanceAttribute`.
//!
//! A launch or a new interface is told by its response, which alone names interfaces, and groups that a template or
//! the VPC's default gave them; the request fills in where the response names no group.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::call::AttachmentCall;
use super::loose::{List, Named, Number, Text};
use super::part::{self, Parts, REQUEST, RESPONSE};
use super::{Malformed, Unreadable};
use crate::change::{Attached, Attachment, InterfaceKey};
use crate::id::{GroupId, InstanceId, InterfaceId, VpcId};

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Request {
    #[serde(alias = "InstanceId")]
    instance_id: Option<Text>,
    #[serde(alias = "NetworkInterfaceId")]
    network_interface_id: Option<Text>,
    #[serde(alias = "Attribute")]
    attribute: Option<Text>,
    #[serde(alias = "Value")]
    value: Option<Named>,
    #[serde(
        alias = "GroupSet",
        alias = "groupId",
        alias = "GroupId",
        alias = "groupIdSet",
        alias = "groups"
    )]
    #[serde(alias = "Groups", alias = "securityGroupSet", alias = "SecurityGroupSet")]
    #[serde(alias = "securityGroupId", alias = "SecurityGroupId", alias = "securityGroupIdSet")]
    #[serde(alias = "securityGroups", alias = "SecurityGroups")]
    group_set: List<Named>,
    #[serde(alias = "NetworkInterfaceSet", alias = "NetworkInterface", alias = "networkInterfaces")]
    network_interface_set: List<Specification>,
}

/// An interface that a launch asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Specification {
    #[serde(alias = "DeviceIndex")]
    device_index: Option<Number>,
    #[serde(alias = "GroupSet", alias = "securityGroupId", alias = "SecurityGroupId", alias = "groups")]
    group_set: List<Named>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Launched {
    #[serde(alias = "InstancesSet")]
    instances_set: List<Instance>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Instance {
    #[serde(rename = "instanceId", alias = "InstanceId")]
    id: Option<Text>,
    #[serde(alias = "VpcId")]
    vpc_id: Option<Text>,
    #[serde(alias = "GroupSet")]
    group_set: List<Named>,
    #[serde(alias = "NetworkInterfaceSet")]
    network_interface_set: List<Interface>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Created {
    #[serde(alias = "NetworkInterface")]
    network_interface: Interface,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Interface {
    #[serde(alias = "NetworkInterfaceId")]
    network_interface_id: Option<Text>,
    #[serde(alias = "VpcId")]
    vpc_id: Option<Text>,
    #[serde(alias = "GroupSet")]
    group_set: List<Named>,
}

/// Which groups the call put on which interfaces; `None` if it changed something else.
pub(super) fn change(call: AttachmentCall, parts: Parts<'_>) -> Result<Option<Attachment>, Unreadable> {
    let attached = match call {
        AttachmentCall::RunInstances => launched(parts)?,
        AttachmentCall::CreateInterface => vec![created(parts)?],
        AttachmentCall::ModifyInterface | AttachmentCall::ModifyInstance => {
            replaced(call, parts)?.into_iter().collect()
        }
    };
    let interfaces = once(attached);
    Ok((!interfaces.is_empty()).then_some(Attachment { interfaces }))
}

/// The interfaces of new instances.
fn launched(parts: Parts<'_>) -> Result<Vec<Attached>, Unreadable> {
    let Launched { instances_set: List(instances) } = parts.response()?;
    if instances.is_empty() {
        return Err(parts.missing(RESPONSE, "instancesSet"));
    }
    let attached = instances.iter().map(|instance| instance.attached(parts));
    Ok(attached.collect::<Result<Vec<_>, _>>()?.concat())
}

/// The interface that was made.
fn created(parts: Parts<'_>) -> Result<Attached, Unreadable> {
    let Created { network_interface } = parts.response()?;
    let attached = network_interface.attached(None, None)?;
    let attached = attached.ok_or_else(|| parts.missing(RESPONSE, "networkInterfaceId"))?;
    if attached.groups.is_empty() {
        let groups = groups(&parts.request::<Request>()?.group_set, REQUEST)?;
        return Ok(Attached { groups, ..attached });
    }
    Ok(attached)
}

/// The interface whose groups were replaced, if they were.
fn replaced(call: AttachmentCall, parts: Parts<'_>) -> Result<Option<Attached>, Unreadable> {
    let request: Request = parts.request()?;
    if !request.names_groups() && !parts.is_cut() {
        return Ok(None);
    }
    let instance = instance(request.instance_id.as_ref(), REQUEST)?;
    let (interface, instance) = if call == AttachmentCall::ModifyInstance {
        let instance = instance.ok_or_else(|| parts.missing(REQUEST, "instanceId"))?;
        (InterfaceKey::PrimaryOf(instance.clone()), Some(instance))
    } else {
        let id = request.network_interface_id.as_ref();
        let Text(id) = id.ok_or_else(|| parts.missing(REQUEST, "networkInterfaceId"))?;
        (InterfaceKey::Id(part::id(InterfaceId::new(id), REQUEST)?), None)
    };
    Ok(Some(Attached { interface, instance, vpc: None, groups: request.new_groups()? }))
}

impl Request {
    /// Whether it is about groups at all, and not about another attribute.
    fn names_groups(&self) -> bool {
        !self.group_set.0.is_empty() || self.is_about_attribute()
    }

    /// Whether it is in the form that names an attribute and its new value.
    fn is_about_attribute(&self) -> bool {
        self.attribute.as_ref().is_some_and(|Text(attribute)| attribute == "groupSet")
    }

    /// The groups that take the place of the old ones.
    fn new_groups(&self) -> Result<BTreeSet<GroupId>, Malformed> {
        let mut new = groups(&self.group_set, REQUEST)?;
        if let Some(id) = self.value.as_ref().and_then(Named::as_str).filter(|_| self.is_about_attribute()) {
            new.insert(part::id(GroupId::new(id), REQUEST)?);
        }
        Ok(new)
    }

    /// The groups that the first interface of each new instance was to have.
    fn groups_of_primary(&self) -> Result<BTreeSet<GroupId>, Malformed> {
        let is_primary = |asked: &&Specification| asked.device_index.is_none_or(|Number(index)| index == 0);
        let asked = self.network_interface_set.0.iter().find(is_primary).map(|asked| &asked.group_set);
        groups(asked.filter(|List(groups)| !groups.is_empty()).unwrap_or(&self.group_set), REQUEST)
    }
}

impl Instance {
    fn attached(&self, parts: Parts<'_>) -> Result<Vec<Attached>, Unreadable> {
        let Self { id, vpc_id, group_set, network_interface_set } = self;
        let (instance, vpc) = (instance(id.as_ref(), RESPONSE)?, vpc(vpc_id.as_ref()));
        let interfaces = network_interface_set.0.iter();
        let told = interfaces
            .filter_map(|interface| interface.attached(instance.as_ref(), vpc.as_ref()).transpose())
            .collect::<Result<Vec<_>, _>>()?;
        if !told.is_empty() {
            return Ok(told);
        }
        let instance = instance.ok_or_else(|| parts.missing(RESPONSE, "instanceId"))?;
        let mut groups = groups(group_set, RESPONSE)?;
        if groups.is_empty() {
            groups = parts.request::<Request>()?.groups_of_primary()?;
        }
        let interface = InterfaceKey::PrimaryOf(instance.clone());
        Ok(vec![Attached { interface, instance: Some(instance), vpc, groups }])
    }
}

impl Interface {
    /// The interface, if it has an id.
    fn attached(
        &self,
        instance: Option<&InstanceId>,
        around: Option<&VpcId>,
    ) -> Result<Option<Attached>, Malformed> {
        let Self { network_interface_id, vpc_id, group_set } = self;
        let Some(Text(id)) = network_interface_id else { return Ok(None) };
        Ok(Some(Attached {
            interface: InterfaceKey::Id(part::id(InterfaceId::new(id), RESPONSE)?),
            instance: instance.cloned(),
            vpc: vpc(vpc_id.as_ref()).or_else(|| around.cloned()),
            groups: groups(group_set, RESPONSE)?,
        }))
    }
}

/// Those of `list` that are named by id.
fn groups(List(list): &List<Named>, part: &'static str) -> Result<BTreeSet<GroupId>, Malformed> {
    part::id(list.iter().filter_map(Named::as_str).map(GroupId::new).collect(), part)
}

fn instance(id: Option<&Text>, part: &'static str) -> Result<Option<InstanceId>, Malformed> {
    part::id(id.map(|Text(id)| InstanceId::new(id)).transpose(), part)
}

fn vpc(id: Option<&Text>) -> Option<VpcId> {
    VpcId::new(id?.as_str()).ok()
}

/// Each interface, the first time that it comes.
fn once(mut attached: Vec<Attached>) -> Vec<Attached> {
    let mut seen = BTreeSet::new();
    attached.retain(|attached| seen.insert(attached.interface.clone()));
    attached
}
