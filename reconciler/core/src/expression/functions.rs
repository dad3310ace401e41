//! The functions that an expression may call, and how.

use ordain_schema::nearest;
use regex::{Regex, RegexBuilder};

use super::node::Function;

/// How a function may be called.
#[derive(Clone, Copy)]
enum Form {
    Global,
    Method,
    Both,
}

impl Form {
    fn example(self, name: &str, arity: usize) -> String {
        match (self, arity) {
            (Self::Global, _) => format!("{name}(x)"),
            (Self::Both, 1) => format!("{name}(x)` or `x.{name}()"),
            (Self::Method | Self::Both, _) => format!("x.{name}(y)"),
        }
    }
}

/// Name, meaning, number of arguments with the target, form.
const FUNCTIONS: &[(&str, Function, usize, Form)] = &[
    ("size", Function::Size, 1, Form::Both),
    ("contains", Function::Contains, 2, Form::Method),
    ("startsWith", Function::StartsWith, 2, Form::Method),
    ("endsWith", Function::EndsWith, 2, Form::Method),
    ("matches", Function::Matches, 2, Form::Both),
    ("int", Function::Int, 1, Form::Global),
    ("uint", Function::Uint, 1, Form::Global),
    ("double", Function::Double, 1, Form::Global),
    ("string", Function::String, 1, Form::Global),
    ("bool", Function::Bool, 1, Form::Global),
    ("dyn", Function::Dyn, 1, Form::Global),
    ("type", Function::Type, 1, Form::Global),
];

/// Macros, which the parser expands.
const MACROS: [&str; 6] = ["has", "all", "exists", "exists_one", "map", "filter"];

/// The function of a name, called with so many arguments beside its target.
/// A fault says what is wrong and, where something is near, what was meant.
pub(super) fn find(
    name: &str,
    arguments: usize,
    on_target: bool,
) -> Result<Function, (String, Option<String>)> {
    let Some((_, function, arity, form)) = FUNCTIONS.iter().find(|row| row.0 == name) else {
        let known = FUNCTIONS.iter().map(|row| row.0).chain(MACROS);
        let hint = nearest(name, known).map(|near| format!("did you mean `{near}`?"));
        return Err((format!("there is no function `{name}`"), hint));
    };
    let fits = match form {
        Form::Global => !on_target,
        Form::Method => on_target,
        Form::Both => true,
    };
    if arguments + usize::from(on_target) != *arity || !fits {
        let example = form.example(name, *arity);
        return Err((format!("`{name}` is not called like this: write `{example}`"), None));
    }
    Ok(*function)
}

/// A pattern, bounded in size.
pub(super) fn pattern(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(pattern)
        .size_limit(1 << 20)
        .build()
        .map_err(|error| error.to_string().lines().last().unwrap_or_default().to_owned())
}
