//! `NetworkInterfaces`, as `aws ec2 describe-network-interfaces` prints them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use tierguard::id::{AccountId, GroupId, InstanceId, InterfaceId, VpcId};
use tierguard::interface::{Interface, IsPrimary};

use super::object::Object;
use super::read::{id_under, needed_id};
use crate::account::Account;
use crate::error::Problem;
use crate::interface::HeldInterface;

const ID: &str = "NetworkInterfaceId";
const OWNER: &str = "OwnerId";
const VPC: &str = "VpcId";
const GROUPS: &str = "Groups";
const ATTACHMENT: &str = "Attachment";
const INSTANCE: &str = "InstanceId";
const INDEX: &str = "DeviceIndex";

/// All interfaces of a file.
pub(super) fn read(objects: &[Object<'_>]) -> Result<BTreeMap<InterfaceId, HeldInterface>, Problem> {
    let mut interfaces = BTreeMap::new();
    for object in objects {
        let held = held(object)?;
        let id = held.id().clone();
        if interfaces.insert(id.clone(), held).is_some() {
            return Err(Problem::Repeated { place: object.place.clone(), id: id.to_string() });
        }
    }
    Ok(interfaces)
}

fn held(object: &Object<'_>) -> Result<HeldInterface, Problem> {
    let groups = object.objects(GROUPS)?;
    let groups = groups.iter().map(|group| needed_id(group, "GroupId", GroupId::new));
    let attachment = object.object(ATTACHMENT)?;
    let interface = Interface {
        id: needed_id(object, ID, InterfaceId::new)?,
        instance: attachment.as_ref().map(instance).transpose()?.flatten(),
        vpc: id_under(object, VPC, VpcId::new)?,
        groups: groups.collect::<Result<_, _>>()?,
        told: BTreeSet::new(),
        managed_by: managed_by(object)?,
    };
    let owner = id_under(object, OWNER, AccountId::new)?;
    Ok(HeldInterface { interface, owner, extras: object.fields.clone() })
}

/// The instance of an attachment. Only the interface with the first index is the primary one.
fn instance(attachment: &Object<'_>) -> Result<Option<(InstanceId, IsPrimary)>, Problem> {
    let is_primary = match attachment.number(INDEX)? {
        Some(0) => IsPrimary::Yes,
        Some(_) | None => IsPrimary::No,
    };
    Ok(id_under(attachment, INSTANCE, InstanceId::new)?.map(|instance| (instance, is_primary)))
}

/// Who manages an interface, if its owner does not: the requester, or what is said of the operator.
fn managed_by(object: &Object<'_>) -> Result<Option<String>, Problem> {
    let service = |name: Option<&str>| name.unwrap_or("an AWS service").to_owned();
    if object.flag("RequesterManaged")? == Some(true) {
        return Ok(Some(service(object.text("RequesterId")?)));
    }
    let Some(operator) = object.object("Operator")? else { return Ok(None) };
    let is_managed = operator.flag("Managed")? == Some(true);
    Ok(if is_managed { Some(service(operator.text("Principal")?)) } else { None })
}

/// All interfaces of `account` as they are written.
pub(super) fn written(account: &Account) -> Value {
    account.interfaces.values().map(|held| interface(account, held)).collect()
}

/// What a file said of an interface stays, but for its groups; of one that an event told, what the event told.
fn interface(account: &Account, held: &HeldInterface) -> Value {
    let HeldInterface { interface, owner, extras } = held;
    let mut fields = extras.clone();
    let attachment = interface.instance.as_ref().map(|(instance, is_primary)| match is_primary {
        IsPrimary::Yes => json!({INSTANCE: instance, INDEX: 0}),
        IsPrimary::No => json!({INSTANCE: instance}),
    });
    let told = [
        (ID, Some(json!(interface.id))),
        (OWNER, owner.as_ref().map(|owner| json!(owner))),
        (VPC, interface.vpc.as_ref().map(|vpc| json!(vpc))),
        (ATTACHMENT, attachment),
    ];
    for (key, value) in told.into_iter().filter_map(|(key, value)| Some((key, value?))) {
        fields.entry(key).or_insert(value);
    }
    if extras.contains_key(GROUPS) || !interface.groups.is_empty() {
        fields.insert(GROUPS.to_owned(), groups(account, held));
    }
    Value::Object(fields)
}

/// The groups of an interface: those that its file knows as they stand there, then the others.
fn groups(account: &Account, HeldInterface { interface, owner, extras }: &HeldInterface) -> Value {
    let mut left = interface.groups.clone();
    let known = extras.get(GROUPS).and_then(Value::as_array).into_iter().flatten();
    let known = known.filter(|group| {
        let id = group.get("GroupId").and_then(Value::as_str).and_then(|id| GroupId::new(id).ok());
        id.is_some_and(|id| left.remove(&id))
    });
    let mut groups: Vec<_> = known.cloned().collect();
    groups.extend(left.into_iter().map(|id| {
        let mut fields: Map<_, _> = [("GroupId".to_owned(), json!(id))].into_iter().collect();
        if let Some(name) = account.group(owner.as_ref(), &id).and_then(|group| group.name.as_ref()) {
            fields.insert("GroupName".to_owned(), json!(name));
        }
        Value::Object(fields)
    }));
    Value::Array(groups)
}
