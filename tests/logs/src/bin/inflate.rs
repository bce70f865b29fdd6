//! Unpacks all gzip files of a folder with the library that `tierguard replay` uses, and does nothing with them: what
//! `tests/bench_reading.py` holds a replay against.

use std::fs::File;
use std::io;

use flate2::read::MultiGzDecoder;
use walkdir::WalkDir;

fn main() -> io::Result<()> {
    let folder = std::env::args_os().nth(1).ok_or_else(|| io::Error::other("give the path of a folder"))?;
    for entry in WalkDir::new(folder) {
        let entry = entry?;
        if entry.path().extension().is_some_and(|extension| extension == "gz") {
            io::copy(&mut MultiGzDecoder::new(File::open(entry.path())?), &mut io::sink())?;
        }
    }
    Ok(())
}
