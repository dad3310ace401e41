//! One filter script over the facts of one tenant.

use std::thread;

use serde_json::Value as Json;
use starlark::codemap::Span;
use starlark::environment::Module;
use starlark::eval::Evaluator;
use starlark::syntax::ast::{AssignOp, AstLiteral, AstStmt, ExprP, StmtP};
use starlark::syntax::{AstModule, Dialect};
use starlark::values::list::{AllocList, ListRef};
use starlark::values::tuple::TupleRef;
use starlark::values::{FrozenHeap, FrozenHeapRef, FrozenValue, Value};

use crate::bounds::{self, MAX_SOURCE, MAX_STEPS};
use crate::{FilterError, nesting};

/// Enough for the deepest nesting; only what is used of it is taken.
const STACK: usize = 256 << 20;

/// What a script is asked about: one tenant, as expressions see it too.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Input {
    /// The tenant's computers, each as `computer` in an expression.
    pub computers: Vec<Json>,
    /// The tenant's persons, each as `person` in an expression.
    pub persons: Vec<Json>,
    /// The tenant, as `tenant` in an expression.
    pub tenant: Json,
}

/// What `members` of a script returns: names of computers, as written there.
///
/// # Errors
/// A script that cannot be read, fails, exceeds its bounds or returns anything
/// but a list of texts.
pub fn evaluate(path: &str, source: &str, input: &Input) -> Result<Vec<String>, FilterError> {
    within(path, source, input, MAX_STEPS)
}

/// The same with another bound of steps.
pub(crate) fn within(
    path: &str,
    source: &str,
    input: &Input,
    steps: u64,
) -> Result<Vec<String>, FilterError> {
    apart(path, || run(path, source, Some(input), steps))
}

/// What can be said of a script without facts: line and column, from 1, and
/// what is wrong.
pub fn check(path: &str, source: &str) -> Option<(u32, u32, String)> {
    let error = apart(path, || run(path, source, None, MAX_STEPS)).err()?;
    Some((error.line, error.column, error.message))
}

/// Runs on a stack of its own, so that nesting cannot exhaust the caller's,
/// and a fault of the interpreter stays there.
fn apart<T: Send>(
    path: &str,
    work: impl FnOnce() -> Result<T, FilterError> + Send,
) -> Result<T, FilterError> {
    let failed = |why: &str| Err(FilterError::whole(path, why));
    thread::scope(|scope| {
        let thread = thread::Builder::new().name("filter".to_owned()).stack_size(STACK);
        match thread.spawn_scoped(scope, work) {
            Ok(running) => running.join().unwrap_or_else(|_| failed("the interpreter gave up")),
            Err(_) => failed("there is no memory to run the script in"),
        }
    })
}

fn run(
    path: &str,
    source: &str,
    input: Option<&Input>,
    steps: u64,
) -> Result<Vec<String>, FilterError> {
    let (ast, metered) = parse(path, source)?;
    let definition = find_members(ast.statement());
    let place = definition.map(|statement| ast.file_span(statement.span));
    let whole = |message: String| match &place {
        Some(place) => FilterError::at(path, place, message),
        None => FilterError::whole(path, message),
    };
    let of = |error: starlark::Error| match FilterError::of(path, &error) {
        said if error.span().is_none() => whole(said.message),
        said => said,
    };
    Module::with_temp_heap(|module| {
        let mut evaluator = Evaluator::new(&module);
        bounds::limit(&mut evaluator, steps, metered).map_err(of)?;
        evaluator.eval_module(ast.clone(), &bounds::globals()).map_err(of)?;
        let Some(members) = module.get("members") else {
            let missing = "there is no `def members(computers, persons, tenant)`";
            return Err(whole(missing.to_owned()));
        };
        let Some(input) = input else {
            return Ok(Vec::new());
        };
        let (facts, arguments) = frozen(input);
        module.frozen_heap().add_reference(&facts);
        let arguments = arguments.map(FrozenValue::to_value);
        let returned = evaluator.eval_function(members, &arguments, &[]).map_err(of)?;
        names(returned).map_err(whole)
    })
}

/// The script as a tree, and whether its memory has to be looked at closely.
fn parse(path: &str, source: &str) -> Result<(AstModule, bool), FilterError> {
    if source.len() > MAX_SOURCE {
        let message = format!("a filter script has at most {} KiB", MAX_SOURCE >> 10);
        return Err(FilterError::whole(path, message));
    }
    if let Some((line, column)) = nesting::too_deep(source) {
        let message = "the script nests too deep".to_owned();
        return Err(FilterError { message, file: path.to_owned(), line, column });
    }
    let dialect = Dialect { enable_load: false, enable_f_strings: true, ..Dialect::Standard };
    let parsed = AstModule::parse(path, source.to_owned(), &dialect);
    let mut ast = parsed.map_err(|error| FilterError::of(path, &error))?;
    let mut updates = Vec::new();
    find_updates(ast.statement(), &mut updates);
    for (place, operator) in &updates {
        let word = match operator {
            AssignOp::Multiply => "*",
            AssignOp::Percent => "%",
            AssignOp::LeftShift => "<<",
            _ => continue,
        };
        let message = format!("`x {word}= y` is not for filter scripts: write `x = x {word} y`");
        return Err(FilterError::at(path, &ast.file_span(*place), message));
    }
    ast.replace_binary_operators(&bounds::guarded_operators());
    Ok((ast, !updates.is_empty()))
}

/// The assignments with an operator, which ask for no room; counting by a
/// number needs none.
fn find_updates(statement: &AstStmt, found: &mut Vec<(Span, AssignOp)>) {
    if let StmtP::AssignModify(_, operator, by) = &statement.node {
        let counts = matches!(operator, AssignOp::Add | AssignOp::Subtract)
            && matches!(by.node, ExprP::Literal(AstLiteral::Int(_)));
        if !counts {
            found.push((statement.span, *operator));
        }
    }
    statement.visit_stmt(|inner| find_updates(inner, found));
}

/// Where `members` is defined.
fn find_members(statement: &AstStmt) -> Option<&AstStmt> {
    match &statement.node {
        StmtP::Def(def) if def.name.node.ident == "members" => Some(statement),
        StmtP::Statements(all) => all.iter().find_map(find_members),
        _ => None,
    }
}

/// The facts as values that no script can change, and what keeps them alive.
fn frozen(input: &Input) -> (FrozenHeapRef, [FrozenValue; 3]) {
    let heap = FrozenHeap::new();
    let list = |all: &[Json]| {
        let values: Vec<FrozenValue> = all.iter().map(|one| heap.alloc(one)).collect();
        heap.alloc(AllocList(values))
    };
    let arguments = [list(&input.computers), list(&input.persons), heap.alloc(&input.tenant)];
    (heap.into_ref(), arguments)
}

/// The names in what a script returned.
fn names(returned: Value<'_>) -> Result<Vec<String>, String> {
    let elements = match (ListRef::from_value(returned), TupleRef::from_value(returned)) {
        (Some(list), _) => list.content(),
        (None, Some(tuple)) => tuple.content(),
        (None, None) => {
            let kind = returned.get_type();
            return Err(format!("`members` must return a list of computer names, not {kind}"));
        }
    };
    let name = |element: &Value<'_>| match element.unpack_str() {
        Some(name) => Ok(name.to_owned()),
        None => Err(format!(
            "`members` must return names of computers, and one is of type {}",
            element.get_type()
        )),
    };
    elements.iter().map(name).collect()
}
