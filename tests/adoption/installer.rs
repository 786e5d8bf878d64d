//! `scripts/install.sh` and `scripts/release.sh`, on releases in a folder: what holds, what is refused, what is built.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::support::{Ran, command, path, program, read, root, run};

const VERSION: &str = concat!("v", env!("CARGO_PKG_VERSION"));

/// A source with releases, and a machine to install on.
struct Place {
    folder: TempDir,
}

impl Place {
    /// A source without any release.
    fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir_all(place.releases()).unwrap();
        place
    }

    /// A source that has a release of this program.
    fn with(script: &str) -> Self {
        let place = Self::new();
        let binary = place.path("binary");
        program(&binary, script);
        let mut release = command("sh", place.folder.path());
        release.arg(root().join("scripts/release.sh")).args(["--target", &machine(), "--binary"]).arg(binary);
        run(release.arg("--to").arg(place.releases())).with(0);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn releases(&self) -> PathBuf {
        self.path("source/releases/download").join(VERSION)
    }

    fn archive(&self) -> PathBuf {
        self.releases().join(format!("laneway-{VERSION}-{}.tar.gz", machine()))
    }

    fn checksum(&self) -> PathBuf {
        self.releases().join(format!("laneway-{VERSION}-{}.tar.gz.sha256", machine()))
    }

    /// Writes the checksum of the archive as it is now.
    fn sign(&self) {
        let sum =
            run(command("sha256sum", &self.releases()).arg(self.archive().file_name().unwrap())).with(0);
        fs::write(self.checksum(), sum.stdout).unwrap();
    }

    /// Installs this version from the source, with a cargo that builds a program which says so.
    fn install(&self, version: &str) -> Ran {
        let source = format!("file://{}", self.path("source").display());
        self.install_as(&["--version", version, "--source", &source])
    }

    fn install_as(&self, arguments: &[&str]) -> Ran {
        let cargo = format!(
            "#!/bin/sh\nset -eu\nprintf '%s\\n' \"$PWD\" \"$@\" >'{}'\nwhile [ \"$1\" != --root ]; do shift; done\n\
             mkdir -p \"$2/bin\"\nprintf '#!/bin/sh\\necho built\\n' >\"$2/bin/laneway\"\n",
            self.path("cargo-was-asked").display()
        );
        program(&self.path("bin/cargo"), &cargo);
        let mut install = command("sh", self.folder.path());
        install
            .arg(root().join("scripts/install.sh"))
            .args(arguments)
            .arg("--to")
            .arg(self.path("installed"));
        install.env("PATH", path(&[&self.path("bin")])).env("GITHUB_PATH", self.path("github-path"));
        run(&mut install)
    }

    /// Returns what the installed program says, if there is one.
    fn says(&self) -> Option<String> {
        let program = self.path("installed/laneway");
        program.exists().then(|| run(&mut command(program, self.folder.path())).stdout.trim().to_owned())
    }

    /// Returns what cargo was asked for, if it was.
    fn built(&self) -> Option<String> {
        fs::read_to_string(self.path("cargo-was-asked")).ok()
    }

    #[track_caller]
    fn refuses(&self, version: &str, because: &str) {
        let ran = self.install(version).with(2);
        assert!(ran.stderr.contains(because), "{}", ran.stderr);
        assert_eq!((self.says(), self.built()), (None, None), "{}", ran.stderr);
    }
}

/// The target whose archive this machine installs.
fn machine() -> String {
    let system = if cfg!(target_os = "macos") { "apple-darwin" } else { "unknown-linux-musl" };
    format!("{}-{system}", std::env::consts::ARCH)
}

/// A program that says what a release must say of itself.
fn good() -> String {
    format!("#!/bin/sh\necho laneway {}\n", env!("CARGO_PKG_VERSION"))
}

#[test]
fn a_release_whose_checksum_holds_is_installed() {
    for version in ["auto", VERSION, env!("CARGO_PKG_VERSION")] {
        let place = Place::with(&good());
        let ran = place.install(version).with(0);
        let folder = fs::canonicalize(place.path("installed")).unwrap().to_str().unwrap().to_owned();
        assert_eq!(ran.stdout.trim(), folder, "only the folder is printed");
        assert_eq!(fs::read_to_string(place.path("github-path")).unwrap().trim(), folder);
        assert_eq!(
            (place.says(), place.built()),
            (Some(format!("laneway {}", env!("CARGO_PKG_VERSION"))), None)
        );
    }
}

#[test]
fn the_same_binary_gives_the_same_archive() {
    let [first, second] = [Place::with(&good()), Place::with(&good())];
    assert_eq!(fs::read(first.archive()).unwrap(), fs::read(second.archive()).unwrap());
    let mut list = command("tar", first.folder.path());
    let listed = run(list.arg("-tzf").arg(first.archive())).with(0).stdout;
    for file in ["laneway", "LICENSE-APACHE", "LICENSE-MIT", "README.md"] {
        assert!(listed.contains(&format!("laneway-{VERSION}-{}/{file}\n", machine())), "{listed}");
    }
}

#[test]
fn a_wrong_checksum_is_refused_and_nothing_is_built_instead() {
    let place = Place::with(&good());
    let mut archive = fs::read(place.archive()).unwrap();
    *archive.last_mut().unwrap() ^= 1;
    fs::write(place.archive(), archive).unwrap();
    place.refuses(VERSION, "checksum of");
}

#[test]
fn an_archive_without_a_checksum_is_refused() {
    let place = Place::with(&good());
    for (text, because) in [
        (String::new(), "is no checksum"),
        ("00".to_owned(), "is no checksum"),
        ("zz".repeat(32), "is no checksum"),
        (format!("{}  laneway-v0.0.1-x.tar.gz\n", "00".repeat(32)), "is no checksum"),
        ("00".repeat(32), "checksum of"),
    ] {
        fs::write(place.checksum(), text).unwrap();
        place.refuses(VERSION, because);
    }
    fs::remove_file(place.checksum()).unwrap();
    place.refuses(VERSION, "has no checksum beside it");
}

#[test]
fn a_truncated_archive_is_refused_even_where_its_checksum_holds() {
    let place = Place::with(&good());
    let archive = fs::read(place.archive()).unwrap();
    fs::write(place.archive(), &archive[..archive.len() / 2]).unwrap();
    place.refuses(VERSION, "checksum of");
    place.sign();
    place.refuses(VERSION, "cannot be unpacked");
}

#[test]
fn an_archive_of_something_else_is_refused() {
    Place::with("#!/bin/sh\necho laneway 99.0.0\n").refuses(VERSION, "says that it is");
    Place::with("#!/bin/sh\nexit 3\n").refuses(VERSION, "does not run here");
    let place = Place::with(&good());
    let folder = place.path(&format!("laneway-{VERSION}-{}", machine()));
    fs::create_dir(&folder).unwrap();
    std::os::unix::fs::symlink("/bin/true", folder.join("laneway")).unwrap();
    let mut tar = command("tar", place.folder.path());
    run(tar.arg("-czf").arg(place.archive()).arg(folder.file_name().unwrap())).with(0);
    place.sign();
    place.refuses(VERSION, "is not a file");
}

#[test]
fn a_release_that_is_not_there_is_built() {
    let place = Place::new();
    place.install(VERSION).with(0);
    assert_eq!(place.says().as_deref(), Some("built"));
    // From the checkout, whose version it is, and in it: not with what the repository around says to cargo.
    let asked = place.built().unwrap();
    let checkout = fs::canonicalize(root()).unwrap();
    assert!(asked.starts_with(&format!("{}\ninstall\n--locked\n--path\n.\n", checkout.display())), "{asked}");
    // Another version, from its tag.
    let place = Place::new();
    place.install("9.9.9").with(0);
    let asked = place.built().unwrap();
    let source = format!("file://{}", place.path("source").display());
    assert!(asked.contains(&format!("\ninstall\n--locked\n--git\n{source}\n--tag\nv9.9.9\n")), "{asked}");
    // On request, whatever is released.
    let place = Place::with(&good());
    place.install("build").with(0);
    assert_eq!(place.says().as_deref(), Some("built"));
    // Without a source there is only the checkout.
    let place = Place::new();
    place.install_as(&[]).with(0);
    assert_eq!(place.says().as_deref(), Some("built"));
    let ran = Place::new().install_as(&["--version", "9.9.9"]).with(2);
    assert!(ran.stderr.contains("nothing to build"), "{}", ran.stderr);
}

#[test]
fn without_cargo_it_says_what_to_do() {
    let place = Place::new();
    // The few programs that it calls, and no others.
    for tool in ["sh", "dirname", "grep", "mktemp", "rm", "uname", "cut", "tr", "sed", "head", "cat"] {
        let found = run(command("sh", root()).args(["-c", &format!("command -v {tool}")])).with(0).stdout;
        fs::create_dir_all(place.path("few")).unwrap();
        std::os::unix::fs::symlink(found.trim(), place.path("few").join(tool)).unwrap();
    }
    let mut install = command("sh", place.folder.path());
    install.arg(root().join("scripts/install.sh")).env("PATH", place.path("few"));
    let ran = run(&mut install).with(2);
    assert!(
        ran.stderr.contains("cargo is not here") && ran.stderr.contains("help: install Rust"),
        "{}",
        ran.stderr
    );
}

#[test]
fn the_latest_is_the_highest_tag_that_is_not_a_candidate() {
    let place = Place::with(&good());
    let source = place.path("source");
    let git = |arguments: &[&str]| run(command("git", &source).args(arguments)).with(0);
    git(&["init", "-q"]);
    git(&["commit", "-q", "--allow-empty", "-m", "x"]);
    place.install("latest").with(0);
    assert_eq!(place.says().as_deref(), Some("built"), "no tag: nothing is released");
    for tag in ["v0.0.9", "v0.0.10", VERSION, "v99.0.0-rc.1", "v99", "next"] {
        git(&["tag", tag]);
    }
    place.install("latest").with(0);
    assert_eq!(place.says(), Some(format!("laneway {}", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn the_one_on_the_path_is_left_as_it_is() {
    let place = Place::new();
    program(&place.path("bin/laneway"), "#!/bin/sh\necho laneway of the machine\n");
    let ran = place.install("path").with(0);
    assert_eq!(ran.stdout.trim(), place.path("bin").to_str().unwrap());
    assert_eq!((place.says(), place.built()), (None, None));
}

#[test]
fn what_is_not_a_version_or_a_url_is_refused() {
    let place = Place::with(&good());
    for version in [
        "1.2.3; touch pwned",
        "$(touch pwned)",
        "../../etc",
        "1.2",
        "v",
        "-rf",
        "1.2.3\n::error::x",
        "main",
        "1.2.3/..",
        "1.2.3\u{1b}[2J",
    ] {
        let ran = place.install(version).with(2);
        assert!(ran.stderr.contains("is not a version"), "{}", ran.stderr);
        assert!(!ran.stderr.contains('\u{1b}') && !ran.stderr.contains("\n::"), "{:?}", ran.stderr);
        assert!(!place.path("pwned").exists());
    }
    for source in
        ["http://example.com/x", "ext::sh -c touch% pwned", "--upload-pack=x", "https://x/`id`", "/tmp"]
    {
        let ran = place.install_as(&["--source", source]).with(2);
        assert!(ran.stderr.contains("is not a URL"), "{}", ran.stderr);
    }
    for arguments in [&["--version", ""][..], &["--source", ""], &["--ref", ""], &["--nonsense", "x"]] {
        place.install_as(arguments).with(2);
    }
    assert_eq!((place.says(), place.built()), (None, None));
}

#[test]
fn a_reference_that_is_a_version_is_the_version() {
    let place = Place::new();
    let source = format!("file://{}", place.path("source").display());
    place.install_as(&["--source", &source, "--ref", "v7.0.0"]).with(0);
    assert!(place.built().unwrap().contains("\n--tag\nv7.0.0\n"));
    // A branch and a commit are not: the version is what the checkout says.
    for reference in ["main", "0000000000000000000000000000000000000000", "v7"] {
        place.install_as(&["--source", &source, "--ref", reference]).with(0);
        assert!(place.built().unwrap().contains("\n--path\n.\n"), "{reference}");
    }
}

#[test]
fn every_shell_script_is_one() {
    for (shell, script) in [
        ("sh", "scripts/install.sh"),
        ("sh", "scripts/release.sh"),
        ("sh", "scripts/pre-push"),
        ("bash", "hooks/command"),
    ] {
        run(command(shell, root()).args(["-n", script])).with(0);
        assert!(read(script).starts_with("#!"), "{script}");
        let mode = fs::metadata(root().join(script)).unwrap();
        assert_ne!(
            std::os::unix::fs::PermissionsExt::mode(&mode.permissions()) & 0o111,
            0,
            "{script} is run"
        );
    }
}
