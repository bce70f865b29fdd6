//! Setting the groups of a network interface.

use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use tierguard::act::SetGroupsError;
use tierguard::id::GroupId;
use tierguard::plan::SetGroups;

use super::Ec2;
use super::change::refusal;

impl Ec2 {
    /// Makes `call`.
    pub(super) async fn set_interface_groups(&self, call: &SetGroups) -> Result<(), SetGroupsError> {
        let groups = call.groups().iter().map(GroupId::to_string).collect();
        let request = self.client.modify_network_interface_attribute();
        let request = request.network_interface_id(call.interface().as_str()).set_groups(Some(groups));
        request.send().await.map(drop).map_err(|error| refused(&error))
    }
}

fn refused<E>(error: &SdkError<E>) -> SetGroupsError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let (code, error) = refusal(error);
    match code.as_deref() {
        Some("InvalidNetworkInterfaceID.NotFound" | "InvalidNetworkInterfaceId.NotFound") => {
            SetGroupsError::InterfaceGone
        }
        Some(_) | None => error.into(),
    }
}
