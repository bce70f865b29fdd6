//! The two parts of a record that tell a change: what was asked, and what was answered.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::loose::{Flag, is_present, unwrapped};
use super::{Malformed, Unreadable};
use crate::id::InvalidId;

/// What was asked.
pub(super) const REQUEST: &str = "requestParameters";
/// What was answered.
pub(super) const RESPONSE: &str = "responseElements";

/// Both parts, unread.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parts<'a> {
    pub(super) request: Option<&'a RawValue>,
    pub(super) response: Option<&'a RawValue>,
}

impl<'a> Parts<'a> {
    /// The request; one that is not there asks for nothing.
    pub(super) fn request<T: Default + Deserialize<'a>>(self) -> Result<T, Malformed> {
        read(self.request, REQUEST)
    }

    /// The response; one that is not there says nothing.
    pub(super) fn response<T: Default + Deserialize<'a>>(self) -> Result<T, Malformed> {
        read(self.response, RESPONSE)
    }

    /// Whether CloudTrail cut one of them for its length.
    pub(super) fn is_cut(self) -> bool {
        #[derive(Default, Deserialize)]
        struct Cut {
            omitted: Option<Flag>,
        }
        let is_cut = |part: Result<Cut, Malformed>| part.is_ok_and(|cut| cut.omitted == Some(Flag(true)));
        is_cut(self.request()) || is_cut(self.response())
    }

    /// What to say of a field that is not there.
    pub(super) fn missing(self, part: &'static str, field: &'static str) -> Unreadable {
        if self.is_cut() { Unreadable::Truncated } else { Malformed::Missing { part, field }.into() }
    }
}

/// An id that stands in `part`.
pub(super) fn id<T>(id: Result<T, InvalidId>, part: &'static str) -> Result<T, Malformed> {
    id.map_err(|source| Malformed::Id { part, source })
}

fn read<'a, T: Default + Deserialize<'a>>(
    json: Option<&'a RawValue>,
    part: &'static str,
) -> Result<T, Malformed> {
    let Some(json) = json.filter(|json| is_present(json)) else { return Ok(T::default()) };
    serde_json::from_str(unwrapped(json).get())
        .map_err(|error| Malformed::Json { part, message: error.to_string() })
}
