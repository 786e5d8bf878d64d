//! A page of HTML that is one file: it opens from the disk, and asks nothing of any network.
//!
//! Styles, script and data stand inside of it, and a policy in its head forbids the browser to fetch anything, whatever
//! the data may hold. The styles that every page shares are `page.css`: colours for light and dark, tables, controls.

use std::io::{self, Write};

use serde::Serialize;

use super::escape::terminal;

/// What is written by hand, and differs from page to page.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// The title of the window. It may hold anything.
    pub title: &'a str,
    /// Styles beside the shared ones.
    pub css: &'a str,
    /// What stands in `<body>`: HTML that is ours, with every name of others passed through [`text`].
    pub body: &'a str,
    /// The script, which finds the data as the text of `#data`. Without one, nothing of it is written.
    pub script: &'a str,
}

/// Writes the page, with `data` as JSON in an element that no name within it can end.
pub fn write(out: &mut impl Write, page: &Page<'_>, data: &impl Serialize) -> io::Result<()> {
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; base-uri 'none'; \
         form-action 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:\">\n\
         <title>{}</title>\n<style>\n{}{}</style>\n</head>\n<body>\n{}",
        text(page.title),
        include_str!("page.css"),
        page.css,
        page.body,
    )?;
    if !page.script.is_empty() {
        out.write_all(b"<script type=\"application/json\" id=\"data\">")?;
        serde_json::to_writer(Island { out }, data)?;
        write!(out, "</script>\n<script>\n{}</script>\n", page.script)?;
    }
    out.write_all(b"</body>\n</html>\n")
}

/// Writes `text` as the text or the quoted attribute of an element.
pub fn text(text: &str) -> String {
    let safe = terminal(text);
    let mut escaped = String::with_capacity(safe.len() + 16);
    for character in safe.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A writer of JSON that keeps every byte HTML could read as markup out of it. They occur within strings only, where
/// JSON has another way to write them.
struct Island<'a, W> {
    out: &'a mut W,
}

impl<W: Write> Write for Island<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut from = 0;
        for (at, byte) in bytes.iter().enumerate() {
            let escaped: &[u8] = match byte {
                b'<' => b"\\u003c",
                b'>' => b"\\u003e",
                b'&' => b"\\u0026",
                _ => continue,
            };
            self.out.write_all(&bytes[from..at])?;
            self.out.write_all(escaped)?;
            from = at + 1;
        }
        self.out.write_all(&bytes[from..])?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(title: &str, data: &[&str]) -> String {
        let page = Page { title, css: "b{}\n", body: "<main></main>\n", script: "go();\n" };
        let mut out = Vec::new();
        write(&mut out, &page, &data).expect("memory takes everything");
        String::from_utf8(out).expect("it is text")
    }

    #[test]
    fn no_name_ends_the_data_early() {
        let hostile = ["</script><script>alert(1)</script>", "<!--", "]]>", "a&amp;b", "\u{2028}\"\\"];
        let page = written("<b>&\x1b", &hostile);
        let (_, rest) = page.split_once("id=\"data\">").expect("the data is there");
        let (data, rest) = rest.split_once("</script>").expect("the data ends");
        assert_eq!(serde_json::from_str::<Vec<String>>(data).expect("it is JSON"), hostile);
        assert_eq!(rest, "\n<script>\ngo();\n</script>\n</body>\n</html>\n");
        assert!(page.contains("<title>&lt;b&gt;&amp;\\x1b</title>"), "{page}");
    }

    #[test]
    fn the_shared_styles_fetch_nothing() {
        let css = include_str!("page.css");
        assert!(!css.contains("url(") && !css.contains("@import") && !css.contains("</"), "{css}");
    }
}
