//! Something that somebody asks AWS for.

use std::collections::BTreeMap;

/// A request, as far as policies can tell one from another.
#[derive(Debug, Clone)]
pub struct Request {
    /// The ARN of an IAM principal, or the name of a service. Unknown where a policy of the caller's own is asked.
    pub caller: Option<String>,
    /// `ec2:RevokeSecurityGroupIngress`.
    pub action: String,
    /// The ARN of what it is about; `*` where the action knows no resource.
    pub resource: String,
    /// The condition keys that it has, each with its values.
    pub context: BTreeMap<String, Vec<String>>,
}

impl From<&str> for Request {
    /// Of a line `<action> <resource> [by <caller>] [<key>=<value>[,<value>…]]…`.
    fn from(line: &str) -> Self {
        let mut words = line.split_whitespace();
        let action = words.next().expect("a request has an action").to_owned();
        let resource = words.next().expect("a request has a resource").to_owned();
        let mut request = Self { caller: None, action, resource, context: BTreeMap::new() };
        while let Some(word) = words.next() {
            match word.split_once('=') {
                Some((key, values)) => request.add(key, values.split(',')),
                None if word == "by" => request.caller = words.next().map(str::to_owned),
                None => panic!("`{word}` in `{line}` is no condition key"),
            }
        }
        if let Some(arn) = request.caller.clone().filter(|caller| caller.starts_with("arn:")) {
            request.add("aws:PrincipalArn", [arn.as_str()].into_iter());
        }
        request
    }
}

impl Request {
    fn add<'v>(&mut self, key: &str, values: impl Iterator<Item = &'v str>) {
        self.context.insert(key.to_owned(), values.map(str::to_owned).collect());
    }
}
