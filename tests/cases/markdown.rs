//! What the Markdown of a case is made of.

use std::ops::Range;

/// Returns the lines of each case: from its `# Title` to the next.
pub(crate) fn sections(text: &str) -> Vec<Range<usize>> {
    let fenced = blocks(text);
    let title = |at: &usize| !fenced.iter().any(|block| block.lines.contains(at));
    let starts: Vec<usize> =
        text.lines().enumerate().filter(|(_, line)| line.starts_with("# ")).map(|(at, _)| at).collect();
    let mut starts: Vec<usize> = starts.into_iter().filter(title).collect();
    starts.push(text.lines().count());
    starts.windows(2).map(|pair| pair[0]..pair[1]).collect()
}

/// A fenced block: the words after the fence, the text in it, and the lines of that text.
pub(crate) struct Block<'a> {
    pub(crate) info: &'a str,
    pub(crate) text: String,
    pub(crate) lines: Range<usize>,
}

/// Returns the fenced blocks of a text. A fence ends at a line of nothing but its own marks, as many or more.
pub(crate) fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut found = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let info = line.trim_start_matches(['`', '~']);
        let fence = &line[..line.len() - info.len()];
        if fence.len() >= 3 {
            let inside = lines.by_ref().take_while(|(_, line)| {
                !(line.starts_with(fence) && line.trim_start_matches(&fence[..1]).is_empty())
            });
            let inside: Vec<&str> = inside.map(|(_, line)| line).collect();
            let lines = at + 1..at + 1 + inside.len();
            found.push(Block { info, text: inside.join("\n"), lines });
        }
    }
    found
}
