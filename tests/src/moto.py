"""Starts moto on a free loopback port, prints the port, and stops when standard input closes.

Standard input closes when the test process ends, however it ends, so no server is left behind.

Where moto answers otherwise than EC2 and a test would notice, it is corrected here and nowhere else; tests/README.md
lists the differences.
"""

import ipaddress
import sys

from moto.core.responses import ActionResult
from moto.ec2.models import EC2Backend
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.exceptions import (
    EC2ClientError,
    InvalidParameterValue,
    InvalidPermissionDuplicateError,
    InvalidPermissionNotFoundError,
    InvalidSecurityGroupNotFoundError,
    InvalidSecurityGroupRuleIdNotFoundError,
)
from moto.ec2.models.security_groups import SecurityGroup, SecurityGroupRule
from moto.ec2.responses.security_groups import SecurityGroups
from moto.ec2.responses.vpcs import VPCs
from moto.server import ThreadedMotoServer


# The most that one answer holds, whatever MaxResults allows: EC2 may answer less than a page too.
PAGE = 40


def paged(answer, key):
    """A long answer comes in parts, if the caller asks for pages; moto answers everything at once."""

    def call(self):
        result = answer(self)
        asked, start = self._get_param("MaxResults"), int(self._get_param("NextToken") or 0)
        if not asked:
            return result
        everything = list(result.result[key])
        end = start + min(PAGE, int(asked))
        token = {"NextToken": str(end)} if end < len(everything) else {}
        return ActionResult({key: everything[start:end], **token})

    return call


def as_ec2_keeps_it(made):
    """A bare protocol number needs no ports in a request; moto fails on it. EC2 keeps `1.2.3.4/8` as `1.0.0.0/8`, and
    answers -1 as the ports of a bare protocol number, whatever was asked for. A rule with another text beside it is the
    same rule, whatever its peer."""

    def make(
        self,
        ec2_backend,
        ip_protocol,
        group_id,
        from_port,
        to_port,
        ip_range,
        source_group=None,
        prefix_list_id=None,
        **named,
    ):
        if str(ip_protocol) != "-1":
            from_port, to_port = (-1 if port is None else port for port in (from_port, to_port))
        ip_range, source_group = canonical(ip_range), dict(source_group or {})
        self.text = (prefix_list_id or {}).get("Description") or source_group.pop("Description", None)
        made(
            self, ec2_backend, ip_protocol, group_id, from_port, to_port, ip_range, source_group, prefix_list_id, **named
        )
        if self.ip_protocol not in ("tcp", "udp", "icmp", "icmpv6", "-1"):
            self.from_port = self.to_port = -1

    return make


def description(rule):
    return rule.ip_range.get("Description") or rule.text


def canonical(ip_range):
    """The network without the bits of a host."""
    keep = {key: text for key, text in (ip_range or {}).items() if not key.startswith("Cidr")}
    networks = {key: text for key, text in (ip_range or {}).items() if key.startswith("Cidr")}
    return {**keep, **{key: str(ipaddress.ip_network(text, strict=False)) for key, text in networks.items()}}


def find(backend, group_name_or_id):
    """The group of this id, or of this name in the default VPC; moto takes a name of any VPC."""
    group = backend.get_security_group_from_id(group_name_or_id)
    group = group or backend.get_security_group_from_name(group_name_or_id, backend.default_vpc.id)
    if group is None:
        raise InvalidSecurityGroupNotFoundError(group_name_or_id)
    return group


def authorize(add, rules_of):
    """All or nothing, and every rule in the answer; moto adds item by item, and answers the rules of the last one."""

    def call(self):
        self.error_on_dryrun()
        items = list(self._process_rules_from_querystring())
        group = find(self.ec2_backend, items[0]["group_name_or_id"])
        before, added = list(getattr(group, rules_of)), []
        try:
            for item in items:
                item["group_name_or_id"] = group.id
                added += getattr(self.ec2_backend, add)(**item)[0]
        except Exception:
            setattr(group, rules_of, before)
            raise
        return ActionResult({"Return": True, "SecurityGroupRules": added})

    return call


def revoke(rules_of):
    """All or nothing; but in the default VPC the rules that are there, and a list of the others. An unknown rule id has
    an error code of its own. IPv6 egress rules can be revoked in every VPC."""

    def call(self):
        self.error_on_dryrun()
        items = list(self._process_rules_from_querystring())
        group = find(self.ec2_backend, items[0]["group_name_or_id"])
        rules, doomed, unknown = getattr(group, rules_of), [], []
        for id in items[0]["security_rule_ids"]:
            if not any(rule.id == id for rule in rules):
                raise InvalidSecurityGroupRuleIdNotFoundError(id)
            doomed.append(id)
        for item in items if not doomed else []:
            for wanted in named(self.ec2_backend, group, item):
                found = next((rule.id for rule in rules if wanted == rule), None)
                doomed.append(found) if found else unknown.append(permission(wanted))
        if unknown and group.vpc_id != self.ec2_backend.default_vpc.id:
            raise InvalidPermissionNotFoundError()
        setattr(group, rules_of, [rule for rule in rules if rule.id not in doomed])
        return ActionResult({"Return": True, "UnknownIpPermissions": unknown})

    return call


def named(backend, group, item):
    """The rules that one item of a request names."""
    return backend._iterate_security_rules(
        item["ip_protocol"],
        group.id,
        item["from_port"],
        item["to_port"],
        item["ip_ranges"],
        backend._add_source_group(item["source_groups"], None),
        item["prefix_list_ids"],
    )


def permission(rule):
    """A rule as an `IpPermission`."""
    shape = {"IpProtocol": rule.ip_protocol, "FromPort": rule.from_port, "ToPort": rule.to_port}
    if rule.cidr_ipv4:
        shape["IpRanges"] = [{"CidrIp": rule.cidr_ipv4}]
    if rule.cidr_ipv6:
        shape["Ipv6Ranges"] = [{"CidrIpv6": rule.cidr_ipv6}]
    if rule.prefix_list_id:
        shape["PrefixListIds"] = [{"PrefixListId": rule.prefix_list_id}]
    if rule.source_group:
        shape["UserIdGroupPairs"] = [{key: rule.source_group[key] for key in ("GroupId", "UserId")}]
    return shape


def modify(backend, group_id, rules):
    """Every kind of peer can be changed, but not its kind; no two rules may come to say the same. moto changes only
    IPv4 networks, and asks for ports with every protocol."""
    group = find(backend, group_id)
    edited = []
    for id, new in rules.items():
        rule = group.get_rule(id)
        if rule is None:
            raise InvalidSecurityGroupRuleIdNotFoundError(id)
        edited.append((rule, content(backend, rule, new)))
    for rule, new in edited:
        others = group.egress_rules if rule.is_egress else group.ingress_rules
        if any(new == other for other in others if other is not rule):
            raise InvalidPermissionDuplicateError()
    for rule, new in edited:
        for part in ("ip_protocol", "from_port", "to_port", "ip_range", "source_group", "prefix_list_id", "text"):
            setattr(rule, part, getattr(new, part))


def content(backend, rule, new):
    """What `rule` is to say."""
    old = (rule.cidr_ipv4, rule.cidr_ipv6, rule.prefix_list_id, rule.source_group)
    keys = ("CidrIpv4", "CidrIpv6", "PrefixListId", "ReferencedGroupId")
    if [bool(peer) for peer in old] != [key in new for key in keys]:
        raise InvalidParameterValue(f"Invalid rule type for security group rule '{rule.id}'.")
    ipv4, ipv6, prefix_list, group = (new.get(key) for key in keys)
    texts = {"Description": new["Description"]} if "Description" in new else {}
    network = {"CidrIp": ipv4} if ipv4 else {"CidrIpv6": ipv6}
    return SecurityGroupRule(
        backend,
        new["IpProtocol"],
        rule.group_id,
        new.get("FromPort"),
        new.get("ToPort"),
        {**network, **texts} if ipv4 or ipv6 else None,
        {**backend._add_source_group([{"GroupId": group}], None)[0], **texts} if group else None,
        {"PrefixListId": prefix_list, **texts} if prefix_list else None,
        is_egress=rule.is_egress,
    )


def modify_call(self):
    self.error_on_dryrun()
    rules = {rule["SecurityGroupRuleId"]: rule["SecurityGroupRule"] for rule in self._get_param("SecurityGroupRules", [])}
    modify(self.ec2_backend, self._get_param("GroupId"), rules)
    return ActionResult({"Return": True})


class VersionMismatch(EC2ClientError):
    def __init__(self, list, version):
        message = f"The prefix list '{list.id}' has the version {list.version}, not {version}."
        super().__init__("PrefixListVersionMismatch", message)


def current(backend, id, version):
    """The list of this id, which must have this version; moto takes any, and makes the next one of it."""
    found = backend.managed_prefix_lists.get(id)
    if found is None:
        raise EC2ClientError("InvalidPrefixListID.NotFound", f"The prefix list '{id}' does not exist.")
    if found.version != version:
        raise VersionMismatch(found, version)
    return found


def modify_list(self):
    """The entries of the current version, less and more. One entry has one text; a list keeps its name."""
    id, version = self._get_param("PrefixListId"), self._get_param("CurrentVersion")
    found = current(self.ec2_backend, id, int(version))
    gone, new = (self._get_param(key, []) for key in ("RemoveEntries", "AddEntries"))
    changed = {entry["Cidr"] for entry in gone + new}
    kept = [entry for entry in found.entries.get(found.version) or [] if entry["Cidr"] not in changed]
    return turned(found, kept + new)


def restore_list(self):
    """The entries of an earlier version, as those of the next one; moto does not have this call."""
    id, version, earlier = (self._get_param(key) for key in ("PrefixListId", "CurrentVersion", "PreviousVersion"))
    found = current(self.ec2_backend, id, int(version))
    return turned(found, found.entries[int(earlier)])


def turned(found, entries):
    """Makes these the entries of the next version. EC2 is at once done with it here, and answers as if it were not."""
    answer = {"PrefixListId": found.id, "Version": found.version, "State": "modify-in-progress"}
    found.version += 1
    found.entries[found.version] = entries
    return ActionResult({"PrefixList": answer})


def uses_list(rules_of):
    """Whether one of the rules names one of these prefix lists; moto does not have these filters."""
    return lambda group, lists: any(rule.prefix_list_id in lists for rule in getattr(group, rules_of))


def interface_filter(known):
    """moto does not know which interface of an instance is its first."""

    def value(self, name, method_name=None):
        if name == "attachment.device-index":
            return str(self.device_index) if self.instance else None
        return known(self, name, method_name)

    return value


def set_groups_of_instance(backend, instance_id, groups):
    """They are those of its first interface; in moto an interface has those that it was made with as well."""
    instance = backend.get_instance(instance_id)
    instance.security_groups = [backend.get_security_group_from_id(id) for id in groups]
    instance.nics[0]._group_set = instance.security_groups
    return instance


def endpoint(make):
    """Its interfaces have its groups, and belong to AWS; moto's are anybody's, with the default group."""

    def call(backend, *args, security_group_ids=None, **named):
        made = make(backend, *args, security_group_ids=security_group_ids, **named)
        for id in made.network_interface_ids or []:
            interface = backend.get_network_interface(id)
            interface._group_set = [backend.get_security_group_from_id(id) for id in security_group_ids]
            interface.requester_managed, interface.interface_type = True, "vpc_endpoint"
        return made

    return call


SecurityGroupRule.__init__ = as_ec2_keeps_it(SecurityGroupRule.__init__)
SecurityGroupRule.description = property(description)
SecurityGroup.filter_ip_permission__prefix_list_id = uses_list("ingress_rules")
SecurityGroup.filter_egress__ip_permission__prefix_list_id = uses_list("egress_rules")
SecurityGroups.authorize_security_group_ingress = authorize("authorize_security_group_ingress", "ingress_rules")
SecurityGroups.authorize_security_group_egress = authorize("authorize_security_group_egress", "egress_rules")
SecurityGroups.revoke_security_group_ingress = revoke("ingress_rules")
SecurityGroups.revoke_security_group_egress = revoke("egress_rules")
SecurityGroups.modify_security_group_rules = modify_call
SecurityGroups.describe_security_groups = paged(SecurityGroups.describe_security_groups, "SecurityGroups")
SecurityGroups.describe_security_group_rules = paged(SecurityGroups.describe_security_group_rules, "SecurityGroupRules")
VPCs.modify_managed_prefix_list = modify_list
VPCs.restore_managed_prefix_list_version = restore_list
NetworkInterface.group_set = property(lambda interface: interface._group_set)
NetworkInterface.get_filter_value = interface_filter(NetworkInterface.get_filter_value)
EC2Backend.modify_instance_security_groups = set_groups_of_instance
EC2Backend.create_vpc_endpoint = endpoint(EC2Backend.create_vpc_endpoint)

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
