//! Commands that a person can copy. They hold nothing but what cannot mean anything else; where that cannot be, there
//! are none.

use super::link::plain;
use crate::group::Rule;
use crate::id::{GroupId, PrefixListId};
use crate::judge::{ListUndo, Mixture};
use crate::permission::Direction;
use crate::respond::Handled;
use crate::shape::{ReferencedGroup, SecurityGroupRule};

/// Most ids in one command.
const IDS: usize = 10;

/// Removes those of the `rules` of `group` that have ids: at most one command a direction.
pub(super) fn revoke(handled: &Handled, group: &GroupId, rules: &[&Rule]) -> Vec<String> {
    let command = |direction: Direction| {
        let towards = rules.iter().filter(|rule| rule.permission.direction == direction);
        let ids: Vec<_> = towards.filter_map(|rule| plain(rule.id.as_ref()?.as_str())).take(IDS).collect();
        let (region, group) = (region(handled)?, plain(group.as_str())?);
        (!ids.is_empty()).then(|| {
            format!(
                "aws ec2 revoke-security-group-{direction} --region {region} --group-id {group} \
                 --security-group-rule-ids {}",
                ids.join(" ")
            )
        })
    };
    Direction::BOTH.into_iter().filter_map(command).collect()
}

/// Adds `rule` to `group`.
pub(super) fn authorize(handled: &Handled, group: &GroupId, rule: &Rule) -> Option<String> {
    let (region, group) = (region(handled)?, plain(group.as_str())?);
    let direction = rule.permission.direction;
    let permission = permission(rule)?;
    Some(format!(
        "aws ec2 authorize-security-group-{direction} --region {region} --group-id {group} \
         --ip-permissions '{permission}'"
    ))
}

/// Puts a prefix list back.
pub(super) fn restore(handled: &Handled, ListUndo { list, to, from }: &ListUndo) -> Option<String> {
    let (region, list) = (region(handled)?, plain(PrefixListId::as_str(list))?);
    Some(format!(
        "aws ec2 restore-managed-prefix-list-version --region {region} --prefix-list-id {list} \
         --previous-version {to} --current-version {from}"
    ))
}

/// Takes the groups off an interface that have to come off.
pub(super) fn set_groups(handled: &Handled, Mixture { interface, stay, .. }: &Mixture) -> Option<String> {
    let (region, interface) = (region(handled)?, plain(interface.id.as_str())?);
    let stay: Vec<_> = stay.iter().map(|group| plain(group.as_str())).collect::<Option<_>>()?;
    (!stay.is_empty() && stay.len() <= IDS).then(|| {
        format!(
            "aws ec2 modify-network-interface-attribute --region {region} --network-interface-id {interface} \
             --groups {}",
            stay.join(" ")
        )
    })
}

fn region(handled: &Handled) -> Option<&str> {
    plain(handled.event.region.as_ref()?.as_str())
}

/// `rule` in the shorthand of the AWS CLI.
fn permission(rule: &Rule) -> Option<String> {
    let SecurityGroupRule {
        ip_protocol,
        from_port,
        to_port,
        cidr_ipv4,
        cidr_ipv6,
        prefix_list_id,
        referenced_group_info,
        ..
    } = SecurityGroupRule::of(rule, None);
    let peer = match (cidr_ipv4, cidr_ipv6, prefix_list_id, referenced_group_info) {
        (Some(network), ..) => format!("IpRanges=[{{CidrIp={network}}}]"),
        (_, Some(network), ..) => format!("Ipv6Ranges=[{{CidrIpv6={network}}}]"),
        (_, _, Some(list), _) => format!("PrefixListIds=[{{PrefixListId={}}}]", plain(&list)?),
        (_, _, _, Some(group)) => format!("UserIdGroupPairs=[{{{}}}]", pair(&group)?),
        (None, None, None, None) => return None,
    };
    let ports = match (ip_protocol.as_str(), from_port, to_port) {
        ("-1", _, _) | (_, None, _) | (_, _, None) => String::new(),
        (_, Some(from), Some(to)) => format!("FromPort={from},ToPort={to},"),
    };
    Some(format!("IpProtocol={ip_protocol},{ports}{peer}"))
}

fn pair(ReferencedGroup { group_id, group_name: _, user_id }: &ReferencedGroup) -> Option<String> {
    let group = plain(group_id.as_deref()?)?;
    match user_id {
        Some(owner) => Some(format!("GroupId={group},UserId={}", plain(owner)?)),
        None => Some(format!("GroupId={group}")),
    }
}
