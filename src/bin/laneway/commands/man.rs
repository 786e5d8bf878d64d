//! `laneway man`: the manual pages, from the same types as the help.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;
use laneway::fault::{Code, Fault};
use laneway::id::nearest;
use laneway::path::RepoPath;
use laneway::workspace;

use super::gather::is_blank;
use crate::args::{Args, ManArgs, PlaceArgs};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::output;

/// Prints one page, or writes all of them.
pub(crate) fn run(
    _place: &PlaceArgs,
    args: &ManArgs,
    _environment: &Environment,
) -> Result<Exit, Vec<Fault>> {
    let mut laneway = Args::command().disable_help_subcommand(true);
    laneway.build();
    if let Some(folder) = args.output_dir.as_deref() {
        if is_blank(folder) {
            let help = "give `--output-dir` a value, or leave it out";
            return Err(vec![Fault::new(Code::EmptyValue, "the value of `--output-dir` is empty", help)]);
        }
        return write_all(&laneway, folder.as_ref()).map_err(|fault| vec![fault]);
    }
    let command = match &args.command {
        None => &laneway,
        Some(name) => laneway.find_subcommand(name).ok_or_else(|| vec![unknown(name, &laneway)])?,
    };
    let page = page(command).map_err(|error| vec![unwritable("the page", &error)])?;
    output::write(None, false, |out| out.write_all(&page)).map_err(|fault| vec![fault])?;
    Ok(Exit::Holds)
}

/// Writes the page of every command to a folder, and says which.
fn write_all(laneway: &Command, folder: &Path) -> Result<Exit, Fault> {
    let mut pages = BTreeMap::new();
    let mut open = vec![laneway];
    while let Some(command) = open.pop() {
        open.extend(command.get_subcommands().filter(|command| !command.is_hide_set()));
        let name = command.get_display_name().unwrap_or_else(|| command.get_name());
        let page = page(command).map_err(|error| unwritable(name, &error))?;
        pages.insert(RepoPath::new(format!("{name}.1")), page);
    }
    std::fs::create_dir_all(folder).map_err(|error| unwritable(&folder.display().to_string(), &error))?;
    workspace::write_all(folder, &pages, true)?;
    output::write(None, false, |out| pages.keys().try_for_each(|name| writeln!(out, "{name}")))?;
    Ok(Exit::Holds)
}

fn page(command: &Command) -> std::io::Result<Vec<u8>> {
    let mut page = Vec::new();
    let version = format!("laneway {}", env!("CARGO_PKG_VERSION"));
    Man::new(command.clone()).source(version).manual("Laneway").render(&mut page)?;
    Ok(page)
}

fn unknown(name: &str, laneway: &Command) -> Fault {
    let known: Vec<&str> = laneway.get_subcommands().map(Command::get_name).collect();
    let help = match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the commands are {}", known.join(", ")),
    };
    Fault::new(Code::Usage, format!("there is no command `{name}`"), help)
}

fn unwritable(name: &str, error: &std::io::Error) -> Fault {
    Fault::new(
        Code::Output,
        format!("`{name}` cannot be written: {error}"),
        "see whether its folder exists, and whether there is room and permission to write",
    )
}
