//! A policy that works below `{place}`: one program and one note, by scripts
//! that write down each of their starts.

/// Paths and texts; `{place}` is the test's own folder.
pub(crate) const POLICY: &[(&str, &str)] = &[
    ("ordain.yaml", "apiVersion: ordain/v1\nkind: Repository\nname: e2e\ntimezone: Etc/UTC\n"),
    ("tenants/acme/tenant.yaml", "kind: Tenant\nname: acme\n"),
    ("tenants/other/tenant.yaml", "kind: Tenant\nname: other\n"),
    ("software/tool/software.yaml", TOOL),
    ("software/tool/install.sh", INSTALL),
    ("software/tool/uninstall.sh", UNINSTALL),
    (
        "tasks/note/task.yaml",
        "kind: Task\nname: note\ntest: {script: test.sh}\nset: {script: set.sh}\n",
    ),
    ("tasks/note/test.sh", "[ \"$(cat {place}/note)\" = kept ] && echo true || echo false\n"),
    ("tasks/note/set.sh", "echo set note >> {place}/starts\necho kept > {place}/note\n"),
    (
        "deployments/tool.yaml",
        "kind: Deployment\nname: tool\nsoftware: tool\ntarget: {all: true}\n",
    ),
    ("deployments/note.yaml", "kind: Deployment\nname: note\ntask: note\ntarget: {all: true}\n"),
];

const TOOL: &str = r#"kind: Software
name: tool
detect: {file: {path: "{place}/tool", version: 'version=(?P<version>\S+)'}}
versions: [{version: "1.0"}]
install: {script: install.sh, timeout: 2m}
uninstall: {script: uninstall.sh}
"#;

// A named pipe that a test has made holds it until the test lets it go on.
const INSTALL: &str = r#"echo install "$ORDAIN_VERSION" >> {place}/starts
if [ -p {place}/gate ]; then read -r _ < {place}/gate; fi
echo "version=$ORDAIN_VERSION" > {place}/tool.new
mv {place}/tool.new {place}/tool
echo "the tool is in place"
"#;

const UNINSTALL: &str = "echo uninstall >> {place}/starts\nrm -f {place}/tool\n";
