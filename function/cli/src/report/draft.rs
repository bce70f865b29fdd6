//! A file that is there as a whole or not at all: written beside its place, then moved there.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// A file that is to be written later.
#[derive(Debug)]
pub(crate) struct Draft {
    /// As it was given.
    given: PathBuf,
    /// Where it goes: behind every link.
    place: PathBuf,
}

impl Draft {
    /// A file at `path`, of which it is tried now whether it can be written: a replay may take hours.
    ///
    /// # Errors
    /// When it cannot.
    pub(crate) fn at(path: &Path) -> Result<Self, Failure> {
        let place = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let draft = Self { given: path.to_owned(), place };
        draft.try_out().map_err(|source| draft.failure(source))?;
        Ok(draft)
    }

    /// Writes what `fill` writes.
    ///
    /// # Errors
    /// When it cannot; what was there before is still there then.
    pub(crate) fn write(
        &self,
        fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let written = self.write_beside(fill).and_then(|()| fs::rename(self.beside(), &self.place));
        written.map_err(|source| {
            // It is not there if that is what failed.
            let _ = fs::remove_file(self.beside());
            self.failure(source)
        })
    }

    fn try_out(&self) -> io::Result<()> {
        if fs::metadata(&self.place).is_ok_and(|there| !there.is_file()) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "something else is there"));
        }
        if self.place.file_name().is_none() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it names no file"));
        }
        File::create_new(self.beside())?;
        fs::remove_file(self.beside())
    }

    fn write_beside(&self, fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> io::Result<()> {
        let mut out = BufWriter::new(File::create_new(self.beside())?);
        fill(&mut out)?;
        out.flush()?;
        out.get_ref().sync_all()
    }

    /// A name in the same folder, which no other run of the command takes.
    fn beside(&self) -> PathBuf {
        self.place.with_file_name(format!(".tierguard-report-{}.tmp", std::process::id()))
    }

    fn failure(&self, source: io::Error) -> Failure {
        Failure::Report { path: self.given.clone(), source }
    }
}
