//! The folders in which CloudTrail delivers its logs, and what they tell of the events in a file:
//! `AWSLogs/[o-…/]<account>/CloudTrail/<Region>/<year>/<month>/<day>/`.
//! (AWS: "Finding your CloudTrail log files".) Opens no file.

use std::path::Path;

use jiff::civil::Date;

/// What a file's path tells of the events in it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Layout<'p> {
    /// The digits of their account.
    pub(crate) account: &'p str,
    pub(crate) region: &'p str,
    /// The day on which it was delivered, in UTC.
    pub(crate) day: Date,
}

impl<'p> Layout<'p> {
    /// That of the file at `path`; `None` if it does not lie in such folders.
    pub(crate) fn of(path: &'p Path) -> Option<Self> {
        let mut folders = path.parent()?.iter().map(|folder| folder.to_str().unwrap_or_default());
        let mut account = folders.next()?;
        loop {
            match folders.next()? {
                "CloudTrail" if is_account(account) => break,
                folder => account = folder,
            }
        }
        let region = folders.next().filter(|folder| is_region(folder))?;
        Some(Self { account, region, day: day(folders)? })
    }
}

/// Whether the file at `path` is one of those that other services deliver into the same bucket, or one by which CloudTrail
/// proves its own: `AWSLogs/[o-…/]<account>/<service>/…`.
pub(crate) fn is_of_another_service(path: &Path) -> bool {
    let folders = path.parent().into_iter().flat_map(Path::iter).filter_map(|folder| folder.to_str());
    let mut below = folders
        .skip_while(|folder| *folder != "AWSLogs")
        .skip(1)
        .skip_while(|folder| folder.starts_with("o-"));
    below.next().is_some_and(is_account) && below.next().is_some_and(|service| service != "CloudTrail")
}

/// Whether `text` is the code of a Region: `eu-west-1`, `us-gov-east-1`.
pub(crate) fn is_region(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.split('-').all(is_part)
        && text.rsplit_once('-').is_some_and(|(_, number)| is_number(number))
}

/// Whether `text` has the twelve digits of an account.
pub(crate) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn day<'p>(mut folders: impl Iterator<Item = &'p str>) -> Option<Date> {
    let (year, month, day) = (folders.next()?, folders.next()?, folders.next()?);
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn layout(path: &str) -> Option<(&str, &str, Date)> {
        Layout::of(Path::new(path)).map(|Layout { account, region, day }| (account, region, day))
    }

    #[test]
    fn what_other_services_deliver() {
        for (path, is_it) in [
            ("AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/02/x.json.gz", false),
            ("AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/02/x.json.gz", true),
            ("logs/AWSLogs/o-a1/111122223333/Config/eu-west-1/2026/3/2/x.json.gz", true),
            ("AWSLogs/111122223333/x.json.gz", false),
            ("AWSLogs/mine/x/y.json", false),
            ("111122223333/Config/x.json", false),
        ] {
            assert_eq!(is_of_another_service(Path::new(path)), is_it, "{path}");
        }
    }

    #[test]
    fn what_the_folders_tell() {
        let file = "111122223333_CloudTrail_eu-west-1_20260302T0905Z_x.json.gz";
        let day = date(2026, 3, 2);
        for (folders, expected) in [
            (
                "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/02",
                Some(("111122223333", "eu-west-1", day)),
            ),
            (
                "/logs/x/AWSLogs/o-a1/111122223333/CloudTrail/eu-west-1/2026/03/02",
                Some(("111122223333", "eu-west-1", day)),
            ),
            ("111122223333/CloudTrail/eu-west-1/2026", None),
            ("111122223333/CloudTrail/eu-west-1/2026/02/30", None),
            ("111122223333/CloudTrail", None),
            ("111122223333/CloudTrail/2026/03/02", None),
            ("111122223333/CloudTrail/logs/2026/03/02", None),
            ("AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/02", None),
            ("prod/CloudTrail/eu-west-1/2026/03/02", None),
            ("", None),
        ] {
            assert_eq!(layout(&format!("{folders}/{file}")), expected, "{folders}");
        }
    }
}
