"""Starts moto on a free loopback port, prints the port, and stops when standard input closes.

Standard input closes when the test process ends, however it ends, so no server is left behind.

Where moto answers otherwise than EC2 and a test would notice, it is corrected here and nowhere else; tests/README.md
lists the differences.
"""

import ipaddress
import sys

from moto.core.responses import ActionResult
from moto.ec2.exceptions import (
    InvalidParameterValue,
    InvalidPermissionDuplicateError,
    InvalidPermissionNotFoundError,
    InvalidSecurityGroupNotFoundError,
    InvalidSecurityGroupRuleIdNotFoundError,
)
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ec2.responses.security_groups import SecurityGroups
from moto.server import ThreadedMotoServer


def as_ec2_keeps_it(made):
    """A bare protocol number needs no ports in a request; moto fails on it. EC2 keeps `1.2.3.4/8` as `1.0.0.0/8`, and
    answers -1 as the ports of a bare protocol number, whatever was asked for."""

    def make(self, ec2_backend, ip_protocol, group_id, from_port, to_port, ip_range, *rest, **named):
        if str(ip_protocol) != "-1":
            from_port, to_port = (-1 if port is None else port for port in (from_port, to_port))
        made(self, ec2_backend, ip_protocol, group_id, from_port, to_port, canonical(ip_range), *rest, **named)
        if self.ip_protocol not in ("tcp", "udp", "icmp", "icmpv6", "-1"):
            self.from_port = self.to_port = -1

    return make


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
        for part in ("ip_protocol", "from_port", "to_port", "ip_range", "source_group", "prefix_list_id"):
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
        {"PrefixListId": prefix_list} if prefix_list else None,
        is_egress=rule.is_egress,
    )


def modify_call(self):
    self.error_on_dryrun()
    rules = {rule["SecurityGroupRuleId"]: rule["SecurityGroupRule"] for rule in self._get_param("SecurityGroupRules", [])}
    modify(self.ec2_backend, self._get_param("GroupId"), rules)
    return ActionResult({"Return": True})


SecurityGroupRule.__init__ = as_ec2_keeps_it(SecurityGroupRule.__init__)
SecurityGroups.authorize_security_group_ingress = authorize("authorize_security_group_ingress", "ingress_rules")
SecurityGroups.authorize_security_group_egress = authorize("authorize_security_group_egress", "egress_rules")
SecurityGroups.revoke_security_group_ingress = revoke("ingress_rules")
SecurityGroups.revoke_security_group_egress = revoke("egress_rules")
SecurityGroups.modify_security_group_rules = modify_call

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
