//! Several gates as one command.

use super::graph::Runnable;
use crate::plan::Vendor;

/// Writes a script that runs every gate, whatever the others do, except those that need one that did not pass; it fails
/// at the end if any did not pass, and names them.
///
/// Each command has a subshell, in which `set -e` counts as it does in a job of its own: that is why the subshell is
/// no part of a condition. `eval` keeps a command that does not parse from taking the script with it.
pub(super) fn script(vendor: Vendor, gates: &[Runnable<'_>]) -> String {
    let (begin, end) = match vendor {
        Vendor::Github => ("::group::$laneway_id", "\n  echo '::endgroup::'"),
        Vendor::Azure => ("##[group]$laneway_id", "\n  echo '##[endgroup]'"),
        Vendor::Buildkite => ("--- $laneway_id", ""),
        Vendor::Gitlab | Vendor::Circleci | Vendor::Jenkins => ("== $laneway_id", ""),
    };
    let mut script = format!(
        "set +e
laneway_failed=''
laneway_not_run=''
laneway_gate() {{
  laneway_id=$1
  laneway_run=$2
  shift 2
  for laneway_need do
    case \"$laneway_failed$laneway_not_run \" in
      *\" $laneway_need \"*)
        echo \"$laneway_id is not run: it needs $laneway_need, which did not pass\" >&2
        laneway_not_run=\"$laneway_not_run $laneway_id\"
        return 0 ;;
    esac
  done
  set --
  echo \"{begin}\"
  (set -e; eval \"$laneway_run\")
  [ $? -eq 0 ] || laneway_failed=\"$laneway_failed $laneway_id\"{end}
}}
"
    );
    for gate in gates {
        script += &format!("laneway_gate {} {}", shell(gate.id.as_str()), shell(gate.run));
        for need in gates.iter().filter(|other| gate.gate.needs.contains(other.id)) {
            script += " ";
            script += &shell(need.id.as_str());
        }
        script += "\n";
    }
    script
        + "[ -z \"$laneway_not_run\" ] || echo \"not run:$laneway_not_run\" >&2
if [ -n \"$laneway_failed\" ]; then echo \"failed:$laneway_failed\" >&2; exit 1; fi
"
}

/// Quotes `text` for a POSIX shell; what needs no quotes has none.
pub fn shell(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/');
    if !text.is_empty() && text.bytes().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
