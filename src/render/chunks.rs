//! Long lists, written in threads.

use std::io::{self, Write};

use rayon::prelude::*;

/// How many items a thread writes at a time. A shorter list is written as it comes, without threads.
const CHUNK: usize = 2048;

/// Writes items with `,` between them, in their order.
pub(super) fn in_chunks<T: Sync>(
    out: &mut impl Write,
    items: &[T],
    write: impl Fn(&mut Vec<u8>, &T) -> serde_json::Result<()> + Sync,
) -> io::Result<()> {
    let join = |chunk: &[T]| {
        let mut text = Vec::new();
        for (at, item) in chunk.iter().enumerate() {
            if at > 0 {
                text.push(b',');
            }
            write(&mut text, item)?;
        }
        Ok::<Vec<u8>, io::Error>(text)
    };
    if items.len() <= CHUNK {
        return out.write_all(&join(items)?);
    }
    let chunks: Vec<Vec<u8>> = items.par_chunks(CHUNK).map(join).collect::<io::Result<_>>()?;
    for (at, chunk) in chunks.iter().enumerate() {
        if at > 0 {
            out.write_all(b",")?;
        }
        out.write_all(chunk)?;
    }
    Ok(())
}
