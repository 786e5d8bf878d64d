//! The last job: what passed is recorded, and the verdict is given.
//!
//! The job needs all others, and a CI starts it only when every one of them passed; that is what it records. It decides
//! the route anew, by the same arguments and the CI's own variables, so that nothing which a gate left behind has a say in
//! what is judged.

use crate::fault::{Code, Fault};
use crate::plan::Plan;
use crate::plan::pack::shell;

/// What people read.
pub(super) const TITLE: &str = "Laneway verdict";

/// Returns the script of the job. `arguments` are those by which the route was decided.
pub(super) fn script(plan: &Plan, arguments: &[String]) -> Result<String, Fault> {
    if plan.head.is_none() {
        return Err(Fault::new(
            Code::Usage,
            "a route of no commit cannot be verified",
            "commit the change and name it with `--head`, or leave `--verify` out",
        ));
    }
    let arguments: String = arguments.iter().map(|argument| format!(" {}", shell(argument))).collect();
    let ran = plan.gates.iter().filter(|(_, gate)| gate.run.is_some()).map(|(id, _)| shell(id.as_str()));
    let ran: Vec<String> = ran.collect();
    let mut script = "set -e\n".to_owned();
    if !ran.is_empty() {
        script +=
            &format!("laneway record{arguments} --exit-code 0 --without-artifacts -- {}\n", ran.join(" "));
    }
    script += &format!("laneway verify{arguments}\n");
    Ok(script)
}
