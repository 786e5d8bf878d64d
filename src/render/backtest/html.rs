//! A backtest for a browser: one page that opens from the disk.

use std::io::{self, Write};

use super::report::Backtest;
use super::wire::BacktestV1;
use crate::render::page::{self, Page, text};

/// Writes the page. Its data is the JSON document, whole; the plots are drawn from it where the page is read.
pub fn write(out: &mut impl Write, report: &Backtest<'_>) -> io::Result<()> {
    let body = format!(
        "<header class=\"top\"><h1>Laneway backtest</h1></header>\n<main>\n\
         <noscript><p class=\"note\">{}. The plots and tables of this page need its script.</p></noscript>\n</main>\n",
        text(&report.headline()),
    );
    let page = Page {
        title: "Laneway backtest",
        css: include_str!("page.css"),
        body: &body,
        script: include_str!("page.js"),
    };
    page::write(out, &page, &BacktestV1::new(report))
}
