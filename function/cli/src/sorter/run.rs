//! Records that are in order, in memory or in a file that goes when the command does.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::vec;

use jiff::Timestamp;

use crate::record::{Moment, Record, Spot, Step, Turn};

/// Records in order.
#[derive(Debug)]
pub(super) enum Run {
    Kept(vec::IntoIter<Record>),
    Spilled(BufReader<File>),
}

impl Run {
    /// `records`, which are in order.
    pub(super) fn kept(records: Vec<Record>) -> Self {
        Self::Kept(records.into_iter())
    }

    /// `records`, which are in order, in a file.
    ///
    /// # Errors
    /// When it cannot be written, or a record not be read.
    pub(super) fn spilled(records: impl IntoIterator<Item = io::Result<Record>>) -> io::Result<Self> {
        let mut file = BufWriter::new(tempfile::tempfile()?);
        for record in records {
            let record = record?;
            file.write_all(&head(&record))?;
            file.write_all(record.json.as_bytes())?;
        }
        let mut file = file.into_inner()?;
        file.rewind()?;
        Ok(Self::Spilled(BufReader::new(file)))
    }

    /// The next record.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn next(&mut self) -> io::Result<Option<Record>> {
        match self {
            Self::Kept(records) => Ok(records.next()),
            Self::Spilled(file) => read(file),
        }
    }
}

/// Time, step, source, number, and length of the JSON that follows.
type Head = [u8; 16 + 1 + 8 + 8 + 8];
/// What stands where there is no time: a time that there cannot be.
const NO_TIME: i128 = i128::MIN;

fn head(Record { turn, json }: &Record) -> Head {
    let Turn { moment: Moment { time, step }, spot: Spot { source, number } } = *turn;
    let step = match step {
        Step::Create => 0,
        Step::Other => 1,
        Step::Delete => 2,
    };
    let time = time.map_or(NO_TIME, Timestamp::as_nanosecond);
    let [source, number, length] = [source, number, json.len()].map(|count| (count as u64).to_le_bytes());
    let parts = time.to_le_bytes().into_iter().chain([step]).chain(source).chain(number).chain(length);
    let mut head = [0; size_of::<Head>()];
    head.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
    head
}

fn read(file: &mut impl io::BufRead) -> io::Result<Option<Record>> {
    if file.fill_buf()?.is_empty() {
        return Ok(None);
    }
    let time = i128::from_le_bytes(take(file)?);
    let time =
        (time != NO_TIME).then(|| Timestamp::from_nanosecond(time)).transpose().map_err(io::Error::other)?;
    let step = match take(file)? {
        [0] => Step::Create,
        [1] => Step::Other,
        [_] => Step::Delete,
    };
    let (source, number, length) = (count(file)?, count(file)?, count(file)?);
    let mut json = vec![0; length];
    file.read_exact(&mut json)?;
    let json = String::from_utf8(json).map_err(io::Error::other)?.into_boxed_str();
    Ok(Some(Record { turn: Turn { moment: Moment { time, step }, spot: Spot { source, number } }, json }))
}

fn take<const LENGTH: usize>(file: &mut impl Read) -> io::Result<[u8; LENGTH]> {
    let mut bytes = [0; LENGTH];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn count(file: &mut impl Read) -> io::Result<usize> {
    usize::try_from(u64::from_le_bytes(take(file)?)).map_err(io::Error::other)
}
