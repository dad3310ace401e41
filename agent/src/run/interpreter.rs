//! What interprets a script: always an absolute path, never a search by the shell.

use std::path::{Path, PathBuf};

use ordain_core::order::Interpreter;

use super::CannotRun;

/// Where interpreters are looked for, below the root.
#[derive(Debug, Clone)]
pub(super) struct Interpreters {
    root: PathBuf,
}

impl Default for Interpreters {
    fn default() -> Self {
        Self { root: "/".into() }
    }
}

impl Interpreters {
    /// The program, and the arguments that stand before the script.
    pub(super) fn find(
        &self,
        interpreter: Interpreter,
    ) -> Result<(PathBuf, &'static [&'static str]), CannotRun> {
        let (name, places, leading): (_, &[&str], &[&str]) = match interpreter {
            Interpreter::Sh => ("sh", &["bin/sh", "usr/bin/sh"], &[]),
            Interpreter::Bash => ("bash", &["bin/bash", "usr/bin/bash", "usr/local/bin/bash"], &[]),
            Interpreter::Python3 => {
                ("python3", &["usr/bin/python3", "usr/local/bin/python3", "bin/python3"], &[])
            }
            Interpreter::Pwsh => (
                "pwsh",
                &[
                    "usr/bin/pwsh",
                    "usr/local/bin/pwsh",
                    "opt/microsoft/powershell/7/pwsh",
                    "snap/bin/pwsh",
                ],
                &["-NoLogo", "-NoProfile", "-NonInteractive", "-File"],
            ),
            Interpreter::Powershell => {
                return Err(CannotRun::OnlyOnWindows("powershell (use pwsh)"));
            }
            Interpreter::Cmd => return Err(CannotRun::OnlyOnWindows("cmd")),
        };
        let found =
            places.iter().map(|place| self.root.join(Path::new(place))).find(|path| path.is_file());
        found.map(|path| (path, leading)).ok_or(CannotRun::NoInterpreter(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interpreters_are_absolute_or_named_as_missing() {
        let here = Interpreters::default();
        assert_eq!(
            here.find(Interpreter::Sh).expect("every Linux has one").0,
            Path::new("/bin/sh")
        );
        let empty = Interpreters { root: "/nonexistent".into() };
        for (interpreter, message) in [
            (Interpreter::Sh, "there is no sh on this computer"),
            (Interpreter::Pwsh, "there is no pwsh on this computer"),
            (Interpreter::Cmd, "cmd runs on Windows only"),
        ] {
            assert_eq!(empty.find(interpreter).expect_err("none").to_string(), message);
        }
    }
}
