//! The only place that writes to standard output and standard error.
//!
//! Results go to standard output, everything else to standard error. A reader
//! that goes away early (`ordain plan | head`) is no failure: what it no
//! longer wants is dropped. Any other failure to write ends the command with
//! exit code 3.

use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal, Write};

use serde::Serialize;

use crate::error::CommandError;
use crate::render::Style;

/// Where results and messages go, and whether people look at them.
pub struct Printer {
    out: Channel,
    err: Channel,
}

struct Channel {
    to: Box<dyn Write + Send>,
    colour: bool,
    terminal: bool,
    width: u16,
    failed: Option<io::Error>,
}

/// A failure to write is kept until the command ends.
impl Write for Channel {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.failed.is_none() {
            self.failed = self.to.write_all(bytes).err();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Channel {
    fn new(to: Box<dyn Write + Send>) -> Self {
        Self { to, colour: false, terminal: false, width: 100, failed: None }
    }

    fn text(&mut self, text: &str) {
        if self.failed.is_none() {
            self.failed = self.to.write_all(text.as_bytes()).err();
        }
    }

    fn hand_on(&mut self) {
        if self.failed.is_none() {
            self.failed = self.to.flush().err();
        }
    }

    fn is_lost(&self) -> bool {
        let kind = self.failed.as_ref().map(io::Error::kind);
        kind.is_some_and(|kind| kind != io::ErrorKind::BrokenPipe)
    }
}

impl Printer {
    /// The streams of this process, coloured where people want that.
    pub fn of_process() -> Self {
        let coloured = |choice| !matches!(choice, anstream::ColorChoice::Never);
        let (out, err) = (io::stdout(), io::stderr());
        let width = terminal_width();
        Self {
            out: Channel {
                colour: coloured(anstream::AutoStream::choice(&out)),
                terminal: out.is_terminal(),
                width,
                ..Channel::new(Box::new(BufWriter::new(io::stdout())))
            },
            err: Channel {
                colour: coloured(anstream::AutoStream::choice(&err)),
                terminal: err.is_terminal(),
                width,
                ..Channel::new(Box::new(io::stderr()))
            },
        }
    }

    /// Streams of the caller's: no terminals, no colour.
    pub fn new(out: Box<dyn Write + Send>, err: Box<dyn Write + Send>) -> Self {
        Self { out: Channel::new(out), err: Channel::new(err) }
    }

    pub(crate) fn force_colour(&mut self, on: bool) {
        self.out.colour = on;
        self.err.colour = on;
    }

    /// How results are styled.
    pub(crate) fn style(&self) -> Style {
        Style::new(self.out.colour, self.out.width)
    }

    /// How messages are styled.
    pub(crate) fn error_style(&self) -> Style {
        Style::new(self.err.colour, self.err.width)
    }

    /// Whether a person watches messages as they come.
    pub(crate) fn is_watched(&self) -> bool {
        self.err.terminal
    }

    /// Whether nobody reads results any longer.
    pub(crate) fn is_gone(&self) -> bool {
        self.out.failed.is_some()
    }

    /// Writes a result as it is.
    pub(crate) fn text(&mut self, text: impl Display) {
        self.out.text(&text.to_string());
    }

    /// Writes a line of a result.
    pub(crate) fn line(&mut self, text: impl Display) {
        self.out.text(&format!("{text}\n"));
    }

    /// Writes an object for machines, over several lines.
    pub(crate) fn json(&mut self, value: &impl Serialize) {
        // Written as it is made: a plan of a large fleet is never held as text.
        serde_json::to_writer_pretty(&mut self.out, value).expect("rows have string keys only");
        self.line("");
    }

    /// Writes an object for machines on one line.
    pub(crate) fn json_line(&mut self, value: &impl Serialize) {
        let text = serde_json::to_string(value).expect("rows have string keys only");
        self.line(text);
    }

    /// Hands on what was written so far, for results that come over time.
    pub(crate) fn flush(&mut self) {
        self.out.hand_on();
    }

    /// Clears the screen, where results go to one.
    pub(crate) fn clear(&mut self) {
        if self.out.terminal {
            self.out.text("\u{1b}[2J\u{1b}[3J\u{1b}[H");
        }
    }

    /// Writes a message that is no result.
    pub(crate) fn note(&mut self, text: impl Display) {
        self.err.text(&format!("{text}\n"));
    }

    /// Writes a warning that is no result.
    pub(crate) fn warn(&mut self, text: impl Display) {
        let style = self.error_style();
        self.err.text(&format!("{}: {text}\n", style.yellow("warning")));
    }

    pub(crate) fn error(&mut self, error: &CommandError) {
        let style = self.error_style();
        self.out.hand_on();
        self.err.text(&format!("{}: {error}\n", style.red("error")));
        for hint in error.hints() {
            self.err.text(&format!("  {}: {hint}\n", style.cyan("hint")));
        }
    }

    /// What clap says of the arguments: help is a result, the rest is not.
    pub(crate) fn usage(&mut self, error: &clap::Error) {
        let channel = if error.use_stderr() { &mut self.err } else { &mut self.out };
        let text = error.render();
        let text = if channel.colour { text.ansi().to_string() } else { text.to_string() };
        channel.text(&text);
    }

    /// Hands on the last of it and gives the exit code: the command's own, or
    /// 3 where its result could not be written.
    pub(crate) fn finish(mut self, code: u8) -> u8 {
        self.out.hand_on();
        if self.out.is_lost() {
            let failure = self.out.failed.take().expect("what is lost has failed");
            let error = anyhow::Error::new(failure).context("the result could not be written");
            let error = CommandError::failed(error);
            self.error(&error);
            return error.code();
        }
        code
    }
}

fn terminal_width() -> u16 {
    let width = comfy_table::Table::new().width();
    width.filter(|width| *width >= 40).unwrap_or(100)
}
