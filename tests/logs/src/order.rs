//! What is asked for.

use std::str::FromStr;

use jiff::Timestamp;
use thiserror::Error;

use crate::mix::Mix;

/// Which logs to make. The same order makes the same bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// What chance begins with.
    pub seed: Seed,
    /// How much JSON, about: files are not cut.
    pub size: Size,
    /// How many accounts.
    pub accounts: u16,
    /// How many Regions each account is in: 17 at most.
    pub regions: u16,
    /// When the first day begins.
    pub start: Timestamp,
    /// How many days.
    pub days: u16,
    /// What of.
    pub mix: Mix,
    /// As what.
    pub form: Form,
    /// Whose.
    pub organisation: Option<Organisation>,
}

/// What chance begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seed(pub u64);

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    bytes: u64,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `.json.gz`, as CloudTrail delivers it.
    Gzip,
    /// `.json`.
    Plain,
}

/// The id of an organisation: `o-` and letters and digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation(String);

/// An order that makes no sense.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum OrderError {
    /// Not a size.
    #[error("`{text}` is not a size")]
    Size {
        /// What it is.
        text: String,
    },
    /// Not a number of which there can be one in so many.
    #[error("`{text}` is not a number from 1 upwards")]
    OneIn {
        /// What it is.
        text: String,
    },
    /// Not the id of an organisation.
    #[error("`{text}` is not the id of an organisation")]
    Organisation {
        /// What it is.
        text: String,
    },
}

impl OrderError {
    /// What to do about it.
    #[must_use]
    pub const fn help(&self) -> &'static str {
        match self {
            Self::Size { .. } => "write it like 500KB, 100MB or 10GB",
            Self::OneIn { .. } => "write it like 100, for one in a hundred",
            Self::Organisation { .. } => "write it like o-a1b2c3d4e5",
        }
    }
}

impl Size {
    /// So many bytes.
    #[must_use]
    pub const fn new(bytes: u64) -> Self {
        Self { bytes }
    }

    /// In bytes.
    #[must_use]
    pub const fn bytes(self) -> u64 {
        self.bytes
    }
}

impl FromStr for Size {
    type Err = OrderError;

    fn from_str(text: &str) -> Result<Self, OrderError> {
        let error = || OrderError::Size { text: text.to_owned() };
        let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
        let unit = match unit {
            "" | "B" => 1,
            "KB" => 1_000,
            "MB" => 1_000_000,
            "GB" => 1_000_000_000,
            _ => return Err(error()),
        };
        let number: u64 = number.parse().map_err(|_| error())?;
        number.checked_mul(unit).map(Self::new).ok_or_else(error)
    }
}

impl Organisation {
    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Organisation {
    type Err = OrderError;

    fn from_str(text: &str) -> Result<Self, OrderError> {
        let is_one = text.strip_prefix("o-").is_some_and(|id| {
            !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        });
        if is_one {
            Ok(Self(text.to_owned()))
        } else {
            Err(OrderError::Organisation { text: text.to_owned() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_others_refused_with_what_to_write() {
        assert_eq!("100MB".parse(), Ok(Size::new(100_000_000)));
        assert_eq!("17".parse(), Ok(Size::new(17)));
        for text in ["", "MB", "1.5GB", "-1KB", "10TB", "99999999999999GB"] {
            assert_eq!(text.parse::<Size>(), Err(OrderError::Size { text: text.to_owned() }));
        }
    }

    #[test]
    fn organisations_are_read_and_others_refused() {
        assert_eq!("o-abc1".parse::<Organisation>().unwrap().as_str(), "o-abc1");
        for text in ["", "o-", "abc", "o-../x", "o-ABC"] {
            assert_eq!(text.parse::<Organisation>(), Err(OrderError::Organisation { text: text.to_owned() }));
        }
    }
}
