//! Whole repositories, as tables of paths and texts.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::fmt::Write;

use super::*;
use crate::Entry;

fn snapshot<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Snapshot {
    let entries = files
        .into_iter()
        .map(|(path, text)| {
            let content = Content::Bytes(text.as_bytes().into());
            (path.to_owned(), Entry { mode: Mode::File, id: None, content })
        })
        .collect();
    Snapshot { revision: None, entries }
}

const ROOT: (&str, &str) = ("ordain.yaml", "apiVersion: ordain/v1\nkind: Repository\nname: root\n");

fn lines(snapshot: &Snapshot) -> Vec<String> {
    let (_, diagnostics) = read(snapshot);
    let line = |of: &Diagnostic| {
        let hint = of.hint.as_deref().map(|hint| format!(" ({hint})")).unwrap_or_default();
        let (span, code) = (of.span, of.code.word());
        let mut related = String::new();
        for other in &of.related {
            write!(related, " [{}:{} {}]", other.file, other.line, other.message).unwrap();
        }
        format!("{}:{}:{} {code} {}{hint}{related}", of.file, span.line, span.column, of.message)
    };
    diagnostics.iter().map(line).collect()
}

fn found(files: &[(&str, &str)]) -> String {
    lines(&snapshot(files.iter().copied().chain([ROOT]))).join("\n")
}

#[test]
fn the_root() {
    let cases: [&[(&str, &str)]; 6] = [
        &[],
        &[("README.md", "x")],
        &[("ordain.yaml", "# nothing\n")],
        &[("ordain.yaml", "kind: Repository\nname: a\n")],
        &[("ordain.yaml", "apiVersion: ordain/v2\nname: a\n---\napiVersion: ordain/v1\nname: b\n")],
        &[ROOT],
    ];
    let all: Vec<String> =
        cases.iter().map(|files| lines(&snapshot(files.iter().copied())).join("\n")).collect();
    insta::assert_snapshot!(all.join("\n~\n"), @"
    ordain.yaml:1:1 missing-key the repository is empty: `ordain.yaml` is missing (write `apiVersion: ordain/v1`, `kind: Repository` and a `name` into `ordain.yaml`)
    ~
    ordain.yaml:1:1 missing-key `ordain.yaml` is missing at the root of the repository (write `apiVersion: ordain/v1`, `kind: Repository` and a `name` into `ordain.yaml`)
    ~
    ordain.yaml:1:1 missing-key `ordain.yaml` holds no Repository document (write `apiVersion: ordain/v1`, `kind: Repository` and a `name` into `ordain.yaml`)
    ~
    ordain.yaml:1:1 missing-key `apiVersion` is missing (add `apiVersion`)
    ~
    ordain.yaml:1:13 bad-value `ordain/v2` is no version of the language (write `apiVersion: ordain/v1`)
    ordain.yaml:4:1 duplicate-name a second Repository document (keep one of them) [ordain.yaml:1 the first one stands here]
    ~
    ");
}

#[test]
fn the_tree() {
    let mut snapshot = snapshot([
        ROOT,
        ("Deployments/a.md", ""),
        ("deployments/b.md", ""),
        ("deployments/c.md", ""),
        ("docs/Readme.md", ""),
        ("docs/readme.md", ""),
        ("Tenants/x/README.md", ""),
        ("tenants/x/readme.md", ""),
        ("tenants/y/tenant.yaml", ""),
        (
            "tenants/z/deployments/d.yaml",
            "kind: Deployment\nname: d\nsoftware: s\ntarget: {all: true}\n",
        ),
        ("tenants/linked/tenant.yaml", ""),
        ("groups/caf\u{e9}.yaml", "kind: Group\nname: caf\n"),
    ]);
    let entry = snapshot.entries.get_mut("tenants/linked/tenant.yaml").unwrap();
    entry.mode = Mode::Symlink;
    let other = |mode, content| Entry { mode, id: None, content };
    let bytes = |bytes: &[u8]| Content::Bytes(bytes.into());
    let entries = [
        ("vendor/lib", other(Mode::Submodule, Content::Withheld)),
        ("groups/\u{fffd}.yaml", other(Mode::File, Content::BadName)),
        ("groups/latin.yaml", other(Mode::File, bytes(b"kind: Group\nname: caf\xe9\n"))),
        ("groups/huge.yaml", other(Mode::File, Content::TooLarge(2 << 20))),
        ("groups/large.yaml", other(Mode::File, bytes(&vec![b'#'; (1 << 20) + 1]))),
        ("groups/unknown.yaml", other(Mode::File, Content::Withheld)),
    ];
    snapshot.entries.extend(entries.map(|(path, entry)| (path.to_owned(), entry)));
    insta::assert_snapshot!(lines(&snapshot).join("\n"), @"
    deployments/b.md:1:1 case-collision `deployments/b.md` and `Deployments/a.md` are one where case does not count (rename one of them) [Deployments/a.md:1 the other one]
    docs/readme.md:1:1 case-collision `docs/readme.md` and `docs/Readme.md` are one where case does not count (rename one of them) [docs/Readme.md:1 the other one]
    groups/huge.yaml:1:1 too-large the file has 2097152 bytes, more than the 1048576 of a document (split it)
    groups/large.yaml:1:1 too-large the file has 1048577 bytes, more than the 1048576 of a document (split it)
    groups/latin.yaml:2:10 not-utf8 the byte 0xe9 is no UTF-8 (save the file as UTF-8)
    groups/�.yaml:1:1 not-utf8 the name of `groups/�.yaml` is not UTF-8 (rename the file)
    tenants/linked/tenant.yaml:1:1 symlink `tenants/linked/tenant.yaml` is a symbolic link, which the repository may not hold (put the file itself there)
    tenants/x/readme.md:1:1 case-collision `tenants/x/readme.md` and `Tenants/x/README.md` are one where case does not count (rename one of them) [Tenants/x/README.md:1 the other one]
    tenants/x/tenant.yaml:1:1 missing-tenant the tenant `x` has no `tenant.yaml` (write `kind: Tenant` and `name: x` into tenants/x/tenant.yaml)
    tenants/y/tenant.yaml:1:1 missing-tenant the tenant `y` has no `tenant.yaml` (write `kind: Tenant` and `name: y` into tenants/y/tenant.yaml)
    tenants/z/tenant.yaml:1:1 missing-tenant the tenant `z` has no `tenant.yaml` (write `kind: Tenant` and `name: z` into tenants/z/tenant.yaml)
    vendor/lib:1:1 symlink `vendor/lib` is a submodule, which the repository may not hold (put the files themselves there)
    ");
    let (documents, _) = read(&snapshot);
    let unread: Vec<&str> = documents.unread.iter().map(|path| &**path).collect();
    insta::assert_snapshot!(unread.join("\n"), @"
    groups/huge.yaml
    groups/large.yaml
    groups/latin.yaml
    groups/unknown.yaml
    tenants/linked/tenant.yaml
    ");
}

#[test]
fn folders_and_names() {
    insta::assert_snapshot!(found(&[
        ("groups/a.yaml", "kind: Deployment\nname: a\nsoftware: s\ntarget: {all: true}\n"),
        ("groups/left-out.yaml", "name: left-out\n"),
        ("groups/unnamed.yaml", "where: \"true\"\n"),
        ("groups/upper.yaml", "# c\nkind: Group\nname: Upper\n"),
        ("groups/number.yaml", "kind: Group\nname: 7\n"),
        ("groups/list.yaml", "- a\n"),
        ("groups/unkind.yaml", "kind: Gruop\nname: g\nwear: x\n"),
        ("deployment/lost.yaml", "kind: Deployment\nname: lost\nsoftware: s\ntarget: {all: true}\n"),
        ("k8s/app.yaml", "apiVersion: apps/v1\nkind: Deployment\nname: x\n"),
        ("docs/note.yaml", "kind: Other\nname: x\n"),
        (".github/workflows/ci.yaml", "kind: Task\nname: ci\n"),
        ("software/a/software.yaml", "detect: {script: d.sh}\n"),
        ("software/b/software.yaml", "name: c\ndetect: {script: d.sh}\n"),
        ("software/B_/software.yaml", "detect: {script: d.sh}\n"),
        ("software/b/data.yaml", "kind: nothing\n"),
        ("tasks/t/task.yaml", "kind: Task\n---\nname: t\n"),
        ("tenants/x/tenant.yaml", "displayName: X\napiVersion: ordain/v1\n"),
        ("tenants/x/roles/r.yaml", "kind: Role\nname: r\nsubjects: []\npermissions: []\n"),
        ("tenants/y/tenant.yaml", "kind: Group\nname: y\n"),
    ]), @r#"
    deployment/lost.yaml:1:1 wrong-folder a Deployment stands in another kind's folder (move it to `deployments/`)
    groups/a.yaml:1:1 wrong-folder a Deployment stands in another kind's folder (move it to `deployments/`)
    groups/list.yaml:1:1 wrong-type the document takes a mapping, not a list (write a mapping)
    groups/number.yaml:2:7 wrong-type `name` takes a text, not a number (quote it: "7")
    groups/unkind.yaml:1:7 bad-value `Gruop` is no kind of document (did you mean `Group`?)
    groups/unkind.yaml:3:1 unknown-key unknown key `wear` (remove it, or write one of `computers`, `persons`, `where`, `script`, `except`, `excluded`)
    groups/unnamed.yaml:1:1 missing-key `name` is missing (add `name`)
    groups/upper.yaml:3:7 bad-name `Upper` breaks the rule for names (use a to z, 0 to 9 and dashes between them, at most 63)
    software/B_/software.yaml:1:1 bad-name `B_` breaks the rule for names (use a to z, 0 to 9 and dashes between them, at most 63)
    software/b/software.yaml:1:7 bad-name the name `c` differs from its folder's, `b` (write `name: b`, or rename the folder)
    tenants/x/roles/r.yaml:1:1 wrong-folder a Role stands in another kind's folder (move it to `roles/`)
    tenants/x/tenant.yaml:2:1 unknown-key unknown key `apiVersion` (`apiVersion` stands in `ordain.yaml` and nowhere else)
    tenants/y/tenant.yaml:1:1 wrong-folder a Group stands in another kind's folder (move it to `tenants/y/groups/`)
    "#);
}
