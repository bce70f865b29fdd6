//! Where the files go.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::PathBuf;

/// Something that takes files.
pub trait Shelf {
    /// Takes a file; `path` is relative, with `/` between its parts.
    ///
    /// # Errors
    /// When it cannot.
    fn put(&mut self, path: &str, content: &[u8]) -> io::Result<()>;
}

/// A folder, which is made if it is not there.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
}

/// Memory: the files by their paths.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// All of them.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Folder {
    /// The folder at this path.
    #[must_use]
    pub const fn new(root: PathBuf) -> Self {
        Self { root }
    }
}

impl Shelf for Folder {
    fn put(&mut self, path: &str, content: &[u8]) -> io::Result<()> {
        let path = self.root.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, content)
    }
}

impl Shelf for Memory {
    fn put(&mut self, path: &str, content: &[u8]) -> io::Result<()> {
        self.files.insert(path.to_owned(), content.to_vec());
        Ok(())
    }
}
