//! What differs between two contents, in few lines: for people, and no more
//! than everybody on the computer may read anyway.

/// How many lines of each side are shown.
const SHOWN: usize = 10;
/// How much of a line is shown, in characters.
const LONGEST: usize = 160;

/// Whether everybody may read a file of that mode, and so whoever reads a log.
pub(super) fn is_open(mode: u32) -> bool {
    mode & 0o004 != 0
}

/// How a content changes: its sizes, and where that is fit for a log the lines.
pub(super) fn contents(old: &[u8], new: &[u8], shown: bool) -> String {
    let sizes = format!("content changes, {} bytes become {}", old.len(), new.len());
    let texts = std::str::from_utf8(old).ok().zip(std::str::from_utf8(new).ok());
    match texts {
        Some((old, new)) if shown => format!("{sizes}{}", lines(old, new)),
        _ => sizes,
    }
}

/// The lines between what is the same at the beginning and at the end.
fn lines(old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let same = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let (old, new) = (&old[same..], &new[same..]);
    let end = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
    let sides = [('-', &old[..old.len() - end]), ('+', &new[..new.len() - end])];
    let shown = sides.into_iter().flat_map(|(sign, side)| {
        let lines = side.iter().take(SHOWN);
        let lines = lines.map(move |line| format!("\n  {sign}{}", one_line(line)));
        let more = side.len().checked_sub(SHOWN).filter(|more| *more > 0);
        lines.chain(more.map(move |more| format!("\n  {sign}[{more} more lines]")))
    });
    shown.collect()
}

/// A line as it may stand in a log.
pub(super) fn one_line(line: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let mut text: String = line.chars().take(LONGEST).map(plain).collect();
    if line.chars().nth(LONGEST).is_some() {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_shown() {
        let old = "a\nb\nc\nd\n";
        let new = "a\nB\nc\nd\n";
        assert_eq!(
            contents(old.as_bytes(), new.as_bytes(), true),
            "content changes, 8 bytes become 8\n  -b\n  +B"
        );
        assert_eq!(
            contents(b"a\n", b"a\nb\x1b[31m\n", true),
            "content changes, 2 bytes become 9\n  +b [31m"
        );
        assert_eq!(contents(b"a", b"b", false), "content changes, 1 bytes become 1");
        assert_eq!(contents(b"a", b"\xff", true), "content changes, 1 bytes become 1");
        // The end of the last line differs alone.
        assert_eq!(contents(b"a", b"a\n", true), "content changes, 1 bytes become 2");
    }

    #[test]
    fn long_differences_are_cut() {
        let lines: Vec<String> = (0..50).map(|n| format!("line {n}\n")).collect();
        let new = lines.concat();
        let text = contents(b"", new.as_bytes(), true);
        assert_eq!(text.lines().count(), 1 + SHOWN + 1, "{text}");
        assert!(text.ends_with("  +[40 more lines]"), "{text}");
        assert_eq!(one_line(&"x".repeat(500)).chars().count(), LONGEST + 1);
    }
}
