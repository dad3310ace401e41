//! The command line, called in this process.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use ordain_cli::Printer;
use serde_json::Value;

/// What a command said and how it ended.
pub(crate) struct Ran {
    pub(crate) code: u8,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// The JSON object on standard output.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| {
            panic!("no JSON ({error}), exit {}:\n{}\n{}", self.code, self.out, self.err)
        })
    }
}

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Kept {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// Runs `ordain` with these arguments.
pub(crate) fn ordain(args: &[&str]) -> Ran {
    let (out, err) = (Kept::default(), Kept::default());
    let printer = Printer::new(Box::new(out.clone()), Box::new(err.clone()));
    let code = ordain_cli::run(std::iter::once("ordain").chain(args.iter().copied()), printer);
    Ran { code, out: out.text(), err: err.text() }
}
