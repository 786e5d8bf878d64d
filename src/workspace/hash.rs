//! The digest of a file of any size.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::digest::Digest;

/// Returns the digest of a file, which need not fit into memory, and how many bytes it has.
pub fn digest_of(path: &Path) -> Result<(Digest, u64), String> {
    let mut file = File::open(path).map_err(|error| error.to_string())?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    let mut size = 0;
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok((Digest::from_bytes(hash.finalize().into()), size)),
            Ok(some) => {
                hash.update(&buffer[..some]);
                size += some as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_file_has_the_digest_of_its_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let bytes = vec![7; 200_000];
        std::fs::write(dir.path().join("a"), &bytes).unwrap();
        assert_eq!(digest_of(&dir.path().join("a")), Ok((Digest::of(&bytes), 200_000)));
        assert!(digest_of(dir.path()).is_err() && digest_of(&dir.path().join("b")).is_err());
    }
}
