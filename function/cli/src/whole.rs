//! A file that is there as a whole or not at all: written beside its place, then moved there.

use std::fs::{self, File};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file that is to be written later.
#[derive(Debug)]
pub(crate) struct WholeFile {
    /// Where it goes: behind every link.
    place: PathBuf,
    /// Where it is written first: in the same folder, by a name that no other run of the command takes.
    beside: PathBuf,
}

impl WholeFile {
    /// A file at `path`, of which it is tried now whether it can be written: until then hours may pass.
    ///
    /// # Errors
    /// When it cannot.
    pub(crate) fn at(path: &Path) -> io::Result<Self> {
        let place = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        // By chance: in containers every run may have the same process number.
        let number = RandomState::new().build_hasher().finish();
        let beside = place.with_file_name(format!(".tierguard-{number:016x}.tmp"));
        let file = Self { place, beside };
        file.try_out()?;
        Ok(file)
    }

    /// Writes a new file at `path`, with `text` in it.
    ///
    /// # Errors
    /// When something is there already, of the kind [`io::ErrorKind::AlreadyExists`], or it cannot be written; nothing of
    /// it is there then.
    pub(crate) fn create(path: &Path, text: &str) -> io::Result<()> {
        // Nobody else makes one there from now on.
        File::create_new(path)?;
        let written = Self::at(path).and_then(|file| file.write(|out| out.write_all(text.as_bytes())));
        if written.is_err() {
            fs::remove_file(path)?;
        }
        written
    }

    /// Writes what `fill` writes.
    ///
    /// # Errors
    /// When it cannot; what was there before is still there then.
    pub(crate) fn write(&self, fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> io::Result<()> {
        let written = self.write_beside(fill).and_then(|()| fs::rename(&self.beside, &self.place));
        written.inspect_err(|_| {
            // It is not there if that is what failed.
            let _ = fs::remove_file(&self.beside);
        })
    }

    fn try_out(&self) -> io::Result<()> {
        if fs::metadata(&self.place).is_ok_and(|there| !there.is_file()) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "something else is there"));
        }
        if self.place.file_name().is_none() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it names no file"));
        }
        File::create_new(&self.beside)?;
        fs::remove_file(&self.beside)
    }

    fn write_beside(&self, fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> io::Result<()> {
        let mut out = BufWriter::new(File::create_new(&self.beside)?);
        fill(&mut out)?;
        out.flush()?;
        out.get_ref().sync_all()
    }
}
