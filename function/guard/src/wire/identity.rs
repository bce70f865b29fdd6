//! Who made a call: `userIdentity`.

use serde::Deserialize;

use super::loose::Text;
use crate::change::Actor;
use crate::id::{RoleArn, UserArn};

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct UserIdentity {
    r#type: Option<Text>,
    arn: Option<Text>,
    principal_id: Option<Text>,
    pub(super) account_id: Option<Text>,
    user_name: Option<Text>,
    invoked_by: Option<Text>,
    session_context: Option<SessionContext>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SessionContext {
    session_issuer: Option<SessionIssuer>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SessionIssuer {
    arn: Option<Text>,
}

impl UserIdentity {
    /// The role behind a session.
    pub(super) fn role(&self) -> Option<RoleArn> {
        RoleArn::new(self.issuer().filter(|arn| arn.contains(":role/"))?).ok()
    }

    pub(super) fn actor(&self) -> Actor {
        let role = self.role();
        let named = [
            &self.arn,
            &self.user_name,
            &self.principal_id,
            &self.invoked_by,
            &self.account_id,
            &self.r#type,
        ];
        let name = named.into_iter().flatten().next().map(|Text(name)| name.clone());
        Actor {
            name: name.or_else(|| role.as_ref().map(RoleArn::to_string)),
            user: self.user(),
            role,
            invoked_by: self.invoked_by.as_ref().map(|Text(service)| service.clone()),
        }
    }

    /// The user whose own credentials made the call, or who gave them to a federated user.
    fn user(&self) -> Option<UserArn> {
        let arn = match self.r#type.as_ref().map(Text::as_str) {
            Some("IAMUser" | "Root") => self.arn.as_ref().map(Text::as_str),
            Some("FederatedUser") => self.issuer(),
            Some(_) | None => None,
        };
        UserArn::new(arn.filter(|arn| arn.contains(":user/") || arn.ends_with(":root"))?).ok()
    }

    fn issuer(&self) -> Option<&str> {
        let issuer = self.session_context.as_ref()?.session_issuer.as_ref()?;
        issuer.arn.as_ref().map(Text::as_str)
    }
}
