//! The scripts beside an imported document, and how it is detected.
//!
//! Texts of a manifest reach a script only as quoted literals at its head; the
//! rest of it is the same for every application.

use std::fmt::Write as _;

use super::App;
use super::manifest::{Contents, Kind};
use crate::catalogue::yaml::Yaml;

/// The file that says which version was placed.
const MARK: &str = "ordain-version.txt";

/// An application that Ordain places by itself.
pub(super) struct Placed<'a> {
    contents: &'a Contents,
    version: &'a str,
    folder: String,
}

impl<'a> Placed<'a> {
    pub(super) fn new(app: &'a App, name: &str) -> Self {
        let folder = name.to_owned();
        Self { contents: &app.contents, version: &app.version, folder }
    }

    /// By the file that the install script writes last.
    pub(super) fn detect(&self) -> Yaml {
        let path = format!("C:\\Program Files\\{}\\{MARK}", self.folder);
        file(&path, r"\S+")
    }

    pub(super) fn files(&self) -> Vec<(&'static str, String)> {
        vec![("install.ps1", self.install()), ("uninstall.ps1", self.uninstall())]
    }

    fn install(&self) -> String {
        let archive = self
            .contents
            .builds
            .first()
            .is_some_and(|build| Kind::of(&build.file) == Kind::Archive);
        let mut out = String::from("# Places the program for every user of the computer.\n");
        self.head(&mut out);
        if archive {
            if !self.contents.inner.is_empty() {
                let _ = writeln!(out, "$inner = {}", self.list(&self.contents.inner));
            }
            out.push_str(UNPACK_HEAD);
            if !self.contents.inner.is_empty() {
                out.push_str(UNPACK_INNER);
            }
            out.push_str(UNPACK_TAIL);
        } else {
            let file =
                self.contents.builds.first().map_or("program.exe", |build| build.file.as_str());
            out.push_str("New-Item -ItemType Directory -Force $to | Out-Null\n");
            let _ = writeln!(
                out,
                "Copy-Item -Force $env:ORDAIN_ARTIFACT (Join-Path $to {})",
                self.quoted(file)
            );
        }
        for (on, text) in [
            (!self.contents.shortcuts.is_empty(), SHORTCUTS),
            (!self.contents.path.is_empty(), PATH),
            (!self.contents.variables.is_empty(), VARIABLES),
        ] {
            if on {
                out.push_str(text);
            }
        }
        let _ = writeln!(
            out,
            "Set-Content -Encoding ascii (Join-Path $to '{MARK}') $env:ORDAIN_VERSION"
        );
        out
    }

    fn uninstall(&self) -> String {
        let mut out = String::from("# Takes the program off again; settings of people stay.\n");
        self.head(&mut out);
        for (on, text) in [
            (!self.contents.shortcuts.is_empty(), NO_SHORTCUTS),
            (!self.contents.path.is_empty(), NO_PATH),
            (!self.contents.variables.is_empty(), NO_VARIABLES),
        ] {
            if on {
                out.push_str(text);
            }
        }
        if self.contents.kept.is_empty() {
            out.push_str("if (Test-Path $to) { Remove-Item -Recurse -Force $to }\n");
        } else {
            let _ = writeln!(out, "$kept = {}", self.list(&self.contents.kept));
            out.push_str("if (Test-Path $to) { Get-ChildItem -Force $to | Where-Object { $kept -notcontains $_.Name } | Remove-Item -Recurse -Force }\n");
        }
        out
    }

    /// What the manifest says, as literals.
    fn head(&self, out: &mut String) {
        out.push_str("$ErrorActionPreference = 'Stop'\n");
        let _ = writeln!(out, "$to = Join-Path $env:ProgramFiles {}", quoted(&self.folder));
        let contents = self.contents;
        if !contents.shortcuts.is_empty() {
            let rows = contents.shortcuts.iter().map(|(program, label, arguments)| {
                let label = label.replace('/', "\\");
                format!(
                    "    @({}, {}, {})",
                    self.quoted(program),
                    quoted(&label),
                    self.quoted(arguments)
                )
            });
            let _ = writeln!(out, "$shortcuts = @(\n{}\n)", rows.collect::<Vec<_>>().join(",\n"));
        }
        if !contents.path.is_empty() {
            let _ = writeln!(out, "$path = {}", self.list(&contents.path));
        }
        if !contents.variables.is_empty() {
            let rows = contents
                .variables
                .iter()
                .map(|(name, value)| format!("    {} = {}", quoted(name), self.quoted(value)));
            let _ = writeln!(out, "$variables = @{{\n{}\n}}", rows.collect::<Vec<_>>().join("\n"));
        }
    }

    fn list(&self, texts: &[String]) -> String {
        let texts = texts.iter().map(|text| self.quoted(text));
        format!("@({})", texts.collect::<Vec<_>>().join(", "))
    }

    /// A literal in which the version stands for whichever is installed.
    fn quoted(&self, text: &str) -> String {
        let own = text.contains(self.version);
        if !own {
            return quoted(text);
        }
        let text = quoted(&text.replace(self.version, "{version}"));
        format!("{text}.Replace('{{version}}', $env:ORDAIN_VERSION)")
    }
}

const UNPACK_HEAD: &str = r"$unpacked = Join-Path $env:ORDAIN_FOLDER 'unpacked'
New-Item -ItemType Directory -Force $unpacked, $to | Out-Null
tar.exe -xf $env:ORDAIN_ARTIFACT -C $unpacked
if ($LASTEXITCODE -ne 0) { throw 'the archive could not be unpacked' }
$from = $unpacked
";

const UNPACK_INNER: &str = r"foreach ($one in $inner) {
    if (Test-Path (Join-Path $unpacked $one)) { $from = Join-Path $unpacked $one; break }
}
";

const UNPACK_TAIL: &str = "Copy-Item -Recurse -Force (Join-Path $from '*') $to\n";

const SHORTCUTS: &str = r"$menu = [Environment]::GetFolderPath('CommonPrograms')
$shell = New-Object -ComObject WScript.Shell
foreach ($one in $shortcuts) {
    $link = Join-Path $menu ($one[1] + '.lnk')
    New-Item -ItemType Directory -Force (Split-Path $link) | Out-Null
    $shortcut = $shell.CreateShortcut($link)
    $shortcut.TargetPath = Join-Path $to $one[0]
    $shortcut.Arguments = $one[2]
    $shortcut.WorkingDirectory = Split-Path $shortcut.TargetPath
    $shortcut.Save()
}
";

const NO_SHORTCUTS: &str = r"$menu = [Environment]::GetFolderPath('CommonPrograms')
foreach ($one in $shortcuts) {
    $link = Join-Path $menu ($one[1] + '.lnk')
    if (Test-Path $link) { Remove-Item -Force $link }
}
";

const PATH: &str = r"$folders = $path | ForEach-Object { (Join-Path $to $_) -replace '\\\.$', '' }
$before = [Environment]::GetEnvironmentVariable('Path', 'Machine') -split ';' | Where-Object { $_ -and $folders -notcontains $_ }
[Environment]::SetEnvironmentVariable('Path', (@($before) + @($folders) -join ';'), 'Machine')
";

const NO_PATH: &str = r"$folders = $path | ForEach-Object { (Join-Path $to $_) -replace '\\\.$', '' }
$before = [Environment]::GetEnvironmentVariable('Path', 'Machine') -split ';' | Where-Object { $_ -and $folders -notcontains $_ }
[Environment]::SetEnvironmentVariable('Path', (@($before) -join ';'), 'Machine')
";

const VARIABLES: &str = r"foreach ($one in $variables.GetEnumerator()) {
    [Environment]::SetEnvironmentVariable($one.Key, $one.Value.Replace('$dir', $to), 'Machine')
}
";

const NO_VARIABLES: &str = r"foreach ($one in $variables.GetEnumerator()) {
    [Environment]::SetEnvironmentVariable($one.Key, $null, 'Machine')
}
";

/// By the manifest that scoop keeps beside what it installed for all users.
pub(super) fn detect_by_scoop(app: &App) -> Yaml {
    let path = format!(r"C:\ProgramData\scoop\apps\{}\current\manifest.json", app.name);
    file(&path, r#""version":\s*"(?P<version>[^"]+)""#)
}

fn file(path: &str, version: &str) -> Yaml {
    let file = Yaml::map([("path", Yaml::text(path)), ("version", Yaml::text(version))]);
    Yaml::map([("file", file)])
}

/// Scoop does it, for every user of the computer.
pub(super) fn through_scoop(app: &App) -> Vec<(&'static str, String)> {
    let add = app.bucket.as_deref().filter(|bucket| *bucket != "main");
    let add = add.map(|bucket| format!("& $scoop bucket add {} *> $null\n", quoted(bucket)));
    let install = format!(
        "# Has scoop install {name} for every user of the computer.\n{FIND}$app = {id}\n{add}& $scoop install --global --no-update-scoop \"$app@$env:ORDAIN_VERSION\"\n",
        name = app.name.replace(|sign: char| sign.is_control(), " "),
        id = quoted(&app.id()),
        add = add.unwrap_or_default(),
    );
    let uninstall = format!(
        "# Has scoop take {name} off; what it keeps for people stays.\n{FIND}& $scoop uninstall --global {quoted}\n",
        name = app.name.replace(|sign: char| sign.is_control(), " "),
        quoted = quoted(&app.name),
    );
    vec![("install.ps1", install), ("uninstall.ps1", uninstall)]
}

const FIND: &str = r"$ErrorActionPreference = 'Stop'
$places = @($env:SCOOP, $env:SCOOP_GLOBAL, 'C:\ProgramData\scoop') | Where-Object { $_ }
$scoop = $places | ForEach-Object { Join-Path $_ 'shims\scoop.ps1' } | Where-Object { Test-Path $_ } | Select-Object -First 1
if (-not $scoop) { throw 'scoop is not on this computer: install it before what it installs' }
";

/// A PowerShell literal: nothing in it is looked at. PowerShell takes
/// typographic quotes for quotes too.
fn quoted(text: &str) -> String {
    let mut out = String::from("'");
    for sign in text.chars().filter(|sign| !sign.is_control()) {
        out.push(sign);
        if matches!(sign, '\'' | '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}') {
            out.push(sign);
        }
    }
    out.push('\'');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_a_literal() {
        assert_eq!(quoted("it's"), "'it''s'");
        assert_eq!(quoted("’; calc; ‘"), "'’’; calc; ‘‘'");
        assert_eq!(quoted("a\nb$(x)`"), "'ab$(x)`'");
    }
}
