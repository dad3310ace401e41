//! What the layout does, and what it leaves alone.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use super::*;

#[test]
fn what_changes() {
    let text = "\u{feff}\n\n# head  \nkind:   Deployment   # why   \nname: a\n\n\n\ntarget: { all :  true,only: servers }\n\
                list:\n- a\n-   b: 1\n    c:  [ x,y , {k: 'v,  w'} ]   # kept\n    d:\n        e: 1\n        # deep\n\n    f: 2\n\
                # at the key\nother:\n      - - x\n        - y\n      -\n          z: 1\n\
                text: |\n     one\n       two  \n\n     three\n\n\n\
                fold: >-\n  a\n  b\nplain: a long\n         text\n\nquoted: \"over\n    two   \n\n  lines\"  # c\n\
                flow: [\n a,   # first\n\n    {b: c,\n  d: e}\n]\nlast: &x {a: 1}\n---   \n  deep: 1\n  more:\n  - x\n# end\n\n\n";
    let text = text.replace("{ all :", "{ all:");
    let laid_out = format(&text).unwrap();
    insta::assert_snapshot!(laid_out, @r#"
    # head
    kind: Deployment   # why
    name: a

    target: {all: true, only: servers}
    list:
      - a
      - b: 1
        c: [x, y, {k: 'v,  w'}]   # kept
        d:
          e: 1
          # deep

        f: 2
    # at the key
    other:
      - - x
        - y
      -
        z: 1
    text: |
      one
        two  

      three

    fold: >-
      a
      b
    plain: a long
      text

    quoted: "over
      two

      lines"  # c
    flow: [
      a, # first
      {b: c,
        d: e}
    ]
    last: &x {a: 1}
    ---
    deep: 1
    more:
      - x
    # end
    "#);
    assert_eq!(format(&laid_out).unwrap(), laid_out);
}

#[test]
fn what_stays() {
    let texts = [
        "",
        "# only a comment\n",
        "a: 1\n",
        "kind: Deployment\nname: a\nsoftware: s # x\n\n# y\ntarget: {all: true}\n",
        "a:\n  - b: 1\n    c: 2\n  - d\n",
        "where: a in [x ,y]\n",
        "text: |+\n  a\n\n\nb: 1\n",
        "text: |2\n    a\n  b\n",
        "? a\n: b\n",
        "%YAML 1.2\n---\na:    1\n",
        "--- {a:   1}\n",
        "a: 'x\n\n  y'\n",
        "a: \"x\\\n  \\  y\"\n",
    ];
    for text in texts {
        assert_eq!(format(text).unwrap(), text);
    }
}

#[test]
fn faults_are_told() {
    assert_eq!(format("a: [1\n").unwrap_err().code, crate::Code::Syntax);
    // A key that stands twice is no matter of layout.
    assert_eq!(format("a:   1\na: 2").unwrap(), "a: 1\na: 2\n");
    assert_eq!(format("a: 1\r\nb:\r\n- c\r\n").unwrap(), "a: 1\nb:\n  - c\n");
}
