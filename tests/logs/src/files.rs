//! What a file is called and how it is packed, as CloudTrail does it.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::moment::Moment;
use crate::order::{Form, Order};
use crate::scene::Scene;

const LETTERS: [&str; 16] = ["a", "B", "c", "7", "e", "F", "k", "9", "M", "q", "R", "s", "2", "v", "X", "z"];

/// The path of the file that is delivered at `delivered`.
pub(crate) fn path(order: &Order, scene: &mut Scene, delivered: Moment) -> String {
    let organisation = order.organisation.as_ref().map_or(String::new(), |id| format!("{}/", id.as_str()));
    let random: String = (0..16).map(|_| scene.dice.word(&LETTERS)).collect();
    let ending = match order.form {
        Form::Gzip => "json.gz",
        Form::Plain => "json",
    };
    let (account, region) = (&scene.account, scene.region);
    format!(
        "AWSLogs/{organisation}{account}/CloudTrail/{region}/{}/{account}_CloudTrail_{region}_{}_{random}.{ending}",
        delivered.day(),
        delivered.minute()
    )
}

/// `json` as a file of this form.
pub(crate) fn packed(form: Form, json: Vec<u8>) -> io::Result<Vec<u8>> {
    match form {
        Form::Plain => Ok(json),
        Form::Gzip => {
            let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
            gzip.write_all(&json)?;
            gzip.finish()
        }
    }
}
