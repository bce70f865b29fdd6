//! From JSON to an account.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value};
use tierguard::group::{Group, Rule};
use tierguard::id::{AccountId, GroupId, GroupName, VpcId};
use tierguard::network::Network;
use tierguard::permission::Direction;
use tierguard::policy::nearest;
use tierguard::shape::{InvalidRule, ReferencedGroup, SecurityGroupRule};

use super::object::Object;
use super::permissions;
use super::{GROUPS, INTERFACES, LISTS, RULES, VPCS, interfaces, lists};
use crate::account::{Account, Key, Vpc};
use crate::entry::{Entry, REFERENCE};
use crate::error::Problem;
use crate::rules::Held;

/// The keys of a group that [`Group`] and its rules stand for, but for the tags.
const GROUP_KEYS: [&str; 6] =
    ["GroupId", "OwnerId", "GroupName", "VpcId", "IpPermissions", "IpPermissionsEgress"];
/// The keys of a rule that [`Rule`] and its group stand for, but for the reference to a group.
const RULE_KEYS: [&str; 11] = [
    "SecurityGroupRuleId",
    "GroupId",
    "GroupOwnerId",
    "IsEgress",
    "IpProtocol",
    "FromPort",
    "ToPort",
    "CidrIpv4",
    "CidrIpv6",
    "PrefixListId",
    "Description",
];

/// The keys of a file that are read.
const KEYS: [&str; 5] = [GROUPS, RULES, LISTS, INTERFACES, VPCS];

pub(super) fn account(text: &str) -> Result<Account, Problem> {
    let mut rest = match serde_json::from_str(text) {
        Ok(Value::Object(fields)) => fields,
        Ok(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
            return Err(Problem::NotAnObject);
        }
        Err(source) => return Err(Problem::Json { source }),
    };
    rest.keys().try_for_each(|key| spelt(key))?;
    let mut account = Account::default();
    account.read(&Object::file(&rest))?;
    let is_held = |key: &str| match key {
        GROUPS | RULES => true,
        LISTS => !account.lists.is_empty(),
        INTERFACES => !account.interfaces.is_empty(),
        _ => false,
    };
    rest.retain(|key, _| !is_held(key));
    Ok(Account { rest, ..account })
}

/// Refuses a key that is nearly one of those that are read: what stands under it would be passed over in silence. Keys
/// that are nothing like them are other output of the AWS CLI.
fn spelt(key: &str) -> Result<(), Problem> {
    if KEYS.contains(&key) {
        return Ok(());
    }
    match nearest(key, KEYS) {
        Some(likely) => Err(Problem::Misspelt { key: key.to_owned(), likely }),
        None => Ok(()),
    }
}

impl Account {
    fn read(&mut self, file: &Object<'_>) -> Result<(), Problem> {
        if let Some(Value::String(_)) = file.value("NextToken") {
            return Err(Problem::Partial);
        }
        let groups = once(file.objects(GROUPS)?, "GroupId");
        for group in &groups {
            self.read_group(group)?;
        }
        if file.value(RULES).is_some() {
            self.read_rules(&once(file.objects(RULES)?, "SecurityGroupRuleId"))?;
            groups.iter().try_for_each(|group| self.compare_permissions(group))?;
        } else {
            groups.iter().try_for_each(|group| self.read_permissions(group))?;
        }
        self.lists = lists::read(&once(file.objects(LISTS)?, "PrefixListId"))?;
        self.interfaces = interfaces::read(&once(file.objects(INTERFACES)?, "NetworkInterfaceId"))?;
        self.vpcs = file.objects(VPCS)?.iter().map(vpc).collect::<Result<_, _>>()?;
        Ok(())
    }

    fn read_group(&mut self, object: &Object<'_>) -> Result<(), Problem> {
        let group = group(object)?;
        let mut extras = without(object.fields, &GROUP_KEYS);
        if !group.tags.is_empty() {
            extras.remove("Tags");
        }
        // EC2 gives no id twice, whoever owns the group.
        if self.entry(None, &group.id).is_some() {
            return Err(Problem::Repeated { place: object.place.clone(), id: group.id.to_string() });
        }
        let key = (group.id.clone(), group.owner.clone());
        self.groups.insert(key, Entry { extras, ..Entry::new(group) });
        Ok(())
    }

    /// Takes the rules of a group from its permissions. The AWS CLI prints both lists of every group: where one is
    /// absent, nobody knows what is open.
    fn read_permissions(&mut self, object: &Object<'_>) -> Result<(), Problem> {
        let Group { id, owner, .. } = group(object)?;
        let Some(entry) = self.groups.get_mut(&(id, owner)) else { return Ok(()) };
        for direction in [Direction::Ingress, Direction::Egress] {
            let key = permissions::key(direction);
            object.list(key)?.ok_or_else(|| object.missing(key))?;
            for rule in permissions::rules(object, direction)? {
                entry.push(held(&rule.as_object())?);
            }
        }
        Ok(())
    }

    /// Holds the permissions of a group, as far as there are any, against the rules that were read. One that is not among
    /// them was closed between the two calls, or the rules are only some of them, and what is open is not to be missed. A
    /// rule that is not among the permissions was opened between the calls, and is taken.
    fn compare_permissions(&self, object: &Object<'_>) -> Result<(), Problem> {
        let Group { id, owner, .. } = group(object)?;
        let Some(entry) = self.entry(owner.as_ref(), &id) else { return Ok(()) };
        for direction in [Direction::Ingress, Direction::Egress] {
            for rule in permissions::rules(object, direction)? {
                let permission = held(&rule.as_object())?.rule.permission;
                let is_there = !entry.rules.same_as(&permission, owner.as_ref()).is_empty()
                    // Of a group that is gone, not every call tells whose it was.
                    || entry.rules().any(|rule| rule.permission.is_one_with(&permission));
                if !is_there {
                    return Err(Problem::Unlisted { place: rule.place });
                }
            }
        }
        Ok(())
    }

    fn read_rules(&mut self, objects: &[Object<'_>]) -> Result<(), Problem> {
        let (mut ids, mut nameless) = (BTreeSet::new(), Vec::new());
        for object in objects {
            let key = self.group_of(object)?;
            let held = held(object)?;
            if let Some(id) = held.rule.id.clone().filter(|id| !ids.insert(id.clone())) {
                return Err(Problem::Repeated { place: object.place.clone(), id: id.to_string() });
            }
            match held.rule.id {
                Some(_) => self.push(&key, held),
                None => nameless.push((key, held)),
            }
        }
        // Ids are made up only when it is known which are taken.
        for (key, held) in nameless {
            self.push(&key, held);
        }
        Ok(())
    }

    fn push(&mut self, group: &Key, held: Held) {
        if let Some(entry) = self.groups.get_mut(group) {
            entry.push(held);
        }
    }

    /// The group that a rule belongs to.
    fn group_of(&self, rule: &Object<'_>) -> Result<Key, Problem> {
        let id = needed_id(rule, "GroupId", GroupId::new)?;
        let owner = id_under(rule, "GroupOwnerId", AccountId::new)?;
        let seen = self.entry(owner.as_ref(), &id).map(Entry::key);
        seen.ok_or_else(|| Problem::NoSuchGroup { place: rule.place.clone(), group: id.to_string() })
    }
}

/// `objects` without the copies of others: what two accounts share, both tell.
fn once<'o>(objects: Vec<Object<'o>>, id: &'static str) -> Vec<Object<'o>> {
    let mut seen: HashMap<&str, &Map<String, Value>> = HashMap::new();
    let mut is_copy = |object: &Object<'o>| {
        let id = object.value(id).and_then(Value::as_str);
        id.is_some_and(|id| seen.insert(id, object.fields) == Some(object.fields))
    };
    objects.into_iter().filter(|object| !is_copy(object)).collect()
}

fn group(object: &Object<'_>) -> Result<Group, Problem> {
    let tag = |tag: Object<'_>| {
        let value = tag.text("Value")?.unwrap_or_default();
        Ok((tag.needed_text("Key")?.to_owned(), value.to_owned()))
    };
    Ok(Group {
        id: needed_id(object, "GroupId", GroupId::new)?,
        owner: id_under(object, "OwnerId", AccountId::new)?,
        name: object.text("GroupName")?.map(GroupName::new),
        vpc: id_under(object, "VpcId", VpcId::new)?,
        tags: object.objects("Tags")?.into_iter().map(tag).collect::<Result<_, Problem>>()?,
    })
}

fn vpc(object: &Object<'_>) -> Result<Vpc, Problem> {
    Ok(Vpc {
        id: needed_id(object, "VpcId", VpcId::new)?,
        owner: id_under(object, "OwnerId", AccountId::new)?,
        is_default: object.flag("IsDefault")?.unwrap_or_default(),
    })
}

/// A rule in the shape of `SecurityGroupRules`.
fn held(object: &Object<'_>) -> Result<Held, Problem> {
    let invalid = |source| Problem::Invalid { place: object.place.clone(), source };
    let rule = Rule::try_from(&shape(object)?).map_err(invalid)?;
    let mut extras = without(object.fields, &RULE_KEYS);
    if let Some(Value::Object(reference)) = extras.remove(REFERENCE) {
        // The name of a group is how it is named, or, beside its id, something that we keep.
        let named =
            if reference.get("GroupId").is_some_and(Value::is_string) { "GroupId" } else { "GroupName" };
        let reference = without(&reference, &[named, "UserId"]);
        if !reference.is_empty() {
            extras.insert(REFERENCE.to_owned(), Value::Object(reference));
        }
    }
    Ok(Held { rule, extras })
}

fn shape(object: &Object<'_>) -> Result<SecurityGroupRule, Problem> {
    let text = |key| object.text(key).map(|text| text.map(str::to_owned));
    Ok(SecurityGroupRule {
        security_group_rule_id: text("SecurityGroupRuleId")?,
        group_id: None,
        group_owner_id: None,
        is_egress: object.flag("IsEgress")?.ok_or_else(|| object.missing("IsEgress"))?,
        ip_protocol: object.needed_text("IpProtocol")?.to_owned(),
        from_port: object.number("FromPort")?,
        to_port: object.number("ToPort")?,
        cidr_ipv4: text("CidrIpv4")?,
        cidr_ipv6: text("CidrIpv6")?,
        prefix_list_id: text("PrefixListId")?,
        referenced_group_info: object.object(REFERENCE)?.as_ref().map(reference).transpose()?,
        description: text("Description")?,
    })
}

fn reference(object: &Object<'_>) -> Result<ReferencedGroup, Problem> {
    let text = |key| object.text(key).map(|text| text.map(str::to_owned));
    Ok(ReferencedGroup {
        group_id: text("GroupId")?,
        group_name: text("GroupName")?,
        user_id: text("UserId")?,
    })
}

pub(super) fn network(object: &Object<'_>, key: &'static str) -> Result<Network, Problem> {
    let network = object.needed_text(key)?.parse::<Network>();
    network.map_err(|source| Problem::Invalid { place: object.place_of(key), source: source.into() })
}

pub(super) fn id_under<T, E: Into<InvalidRule>>(
    object: &Object<'_>,
    key: &'static str,
    new: impl Fn(&str) -> Result<T, E>,
) -> Result<Option<T>, Problem> {
    let id = object.text(key)?.map(new).transpose();
    id.map_err(|source| Problem::Invalid { place: object.place_of(key), source: source.into() })
}

pub(super) fn needed_id<T, E: Into<InvalidRule>>(
    object: &Object<'_>,
    key: &'static str,
    new: impl Fn(&str) -> Result<T, E>,
) -> Result<T, Problem> {
    id_under(object, key, new)?.ok_or_else(|| object.missing(key))
}

pub(super) fn without(fields: &Map<String, Value>, keys: &[&str]) -> Map<String, Value> {
    let others = fields.iter().filter(|(key, _)| !keys.contains(&key.as_str()));
    others.map(|(key, value)| (key.clone(), value.clone())).collect()
}
