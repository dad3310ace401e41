//! From CEL's syntax tree to ours, refusing what no evaluation could answer:
//! undeclared names, unknown functions, wrong numbers of arguments.

use cel::common::ast::{
    CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedEntryExpr, IdedExpr, LiteralValue,
    SelectExpr, SourceInfo, operators,
};
use ordain_schema::nearest;

use super::node::{Function, Literal, Loop, Node, Operator, Path, Root};
use super::{BadExpression, Expression, MAX_NESTING, bounds, functions, names};

/// How deep an expression may be.
const MAX_DEPTH: usize = 64;

/// Reads an expression.
pub(super) fn parse(source: &str) -> Result<Expression, BadExpression> {
    bounds::check(source)?;
    let parser = cel::parser::Parser::new();
    let (tree, places) =
        parser.parse_with_source_info(source).map_err(|errors| syntax(source, &errors))?;
    let mut lowering =
        Lowering { places, scope: Vec::new(), loops: 0, depth: 0, paths: Vec::new() };
    let root = lowering.node(&tree)?;
    Ok(Expression { root, paths: lowering.paths })
}

fn syntax(source: &str, errors: &cel::ParseErrors) -> BadExpression {
    let Some(first) = errors.errors.first() else {
        return BadExpression::new(0, "the expression cannot be read");
    };
    let line = usize::try_from(first.pos.0).unwrap_or(1).max(1);
    let column = usize::try_from(first.pos.1).unwrap_or(1).max(1);
    let before: usize =
        source.split_inclusive('\n').take(line - 1).map(|line| line.chars().count()).sum();
    let said = first.msg.trim();
    let said = said.strip_prefix("Syntax error: ").unwrap_or(said);
    let said = said.split(" expecting ").next().unwrap_or(said);
    BadExpression::new(before + column - 1, format!("no CEL expression: {said}"))
}

struct Lowering {
    places: SourceInfo,
    /// Names that loops bind, by slot.
    scope: Vec<String>,
    loops: usize,
    depth: usize,
    paths: Vec<Box<str>>,
}

impl Lowering {
    fn node(&mut self, expr: &IdedExpr) -> Result<Node, BadExpression> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.bad(expr, "the expression is nested too deeply"));
        }
        let node = self.lower(expr)?;
        self.depth -= 1;
        Ok(node)
    }

    fn lower(&mut self, expr: &IdedExpr) -> Result<Node, BadExpression> {
        if let Some((root, keys)) = self.path(expr) {
            let text = self.read(expr, root, &keys)?;
            return Ok(Node::Path(Path { root, keys, text }));
        }
        match &expr.expr {
            Expr::Ident(name) => self.ident(expr, name),
            Expr::Literal(literal) => match literal_of(literal) {
                Some(literal) => Ok(Node::Literal(literal)),
                None => Err(self.bad(expr, "bytes are no values of facts")),
            },
            Expr::Select(select) => self.select(expr, select),
            Expr::Call(call) => self.call(expr, call),
            Expr::Comprehension(comprehension) => self.comprehension(expr, comprehension),
            Expr::List(list) => Ok(Node::List(self.nodes(&list.elements)?)),
            Expr::Map(map) => {
                let entries = map.entries.iter().map(|entry| self.entry(expr, entry));
                Ok(Node::Map(entries.collect::<Result<_, _>>()?))
            }
            Expr::Struct(message) => {
                let message = format!("there is no message type `{}`", message.type_name);
                Err(self.bad(expr, message))
            }
            Expr::Unspecified => Err(self.bad(expr, "a part of the expression is missing")),
        }
    }

    fn nodes(&mut self, exprs: &[IdedExpr]) -> Result<Vec<Node>, BadExpression> {
        exprs.iter().map(|expr| self.node(expr)).collect()
    }

    fn boxed(&mut self, expr: &IdedExpr) -> Result<Box<Node>, BadExpression> {
        Ok(Box::new(self.node(expr)?))
    }

    fn entry(
        &mut self,
        expr: &IdedExpr,
        entry: &IdedEntryExpr,
    ) -> Result<(Node, Node), BadExpression> {
        match &entry.expr {
            EntryExpr::MapEntry(entry) => Ok((self.node(&entry.key)?, self.node(&entry.value)?)),
            EntryExpr::StructField(_) => Err(self.bad(expr, "a map has keys, not fields")),
        }
    }

    fn ident(&mut self, expr: &IdedExpr, name: &str) -> Result<Node, BadExpression> {
        if let Some(slot) = self.scope.iter().rposition(|bound| bound == name) {
            return Ok(Node::Slot(slot));
        }
        if let Some(known) = names::TYPES.iter().find(|known| **known == name) {
            return Ok(Node::Literal(Literal::Type(known)));
        }
        let known = names::ROOTS.iter().copied();
        let bound = self.scope.iter().map(String::as_str).filter(|name| !name.starts_with('@'));
        let hint = match nearest(name, known.chain(bound)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "an expression begins with `computer`, `person` or `tenant`".to_owned(),
        };
        Err(self.bad(expr, format!("`{name}` is not declared")).hint(hint))
    }

    /// The dotted path that an expression spells from a root, members by
    /// constant key included.
    fn path(&self, expr: &IdedExpr) -> Option<(Root, Vec<Box<str>>)> {
        let mut keys: Vec<Box<str>> = Vec::new();
        let mut at = expr;
        let root = loop {
            match &at.expr {
                Expr::Select(select) if !select.test => {
                    keys.push(select.field.as_str().into());
                    at = &select.operand;
                }
                Expr::Call(call) => {
                    let (of, key) = constant_index(call)?;
                    keys.push(key.into());
                    at = of;
                }
                Expr::Ident(name) if !self.scope.contains(name) => match name.as_str() {
                    "computer" => break Root::Computer,
                    "person" => break Root::Person,
                    "tenant" => break Root::Tenant,
                    _ => return None,
                },
                _ => return None,
            }
        };
        keys.reverse();
        Some((root, keys))
    }

    /// Notes a path as read, where all of it is declared.
    fn read(
        &mut self,
        expr: &IdedExpr,
        root: Root,
        keys: &[Box<str>],
    ) -> Result<Box<str>, BadExpression> {
        self.declared(expr, root, keys)?;
        let text = dotted(root.word(), keys);
        if !self.paths.contains(&text) {
            self.paths.push(text.clone());
        }
        Ok(text)
    }

    fn declared(
        &self,
        expr: &IdedExpr,
        root: Root,
        keys: &[Box<str>],
    ) -> Result<(), BadExpression> {
        for length in 0..keys.len() {
            let path = dotted(root.word(), &keys[..length]);
            let Some(record) = names::record(&path) else {
                return Ok(());
            };
            let key = &*keys[length];
            if record.names().any(|name| name == key) {
                continue;
            }
            let hint = match nearest(key, record.names()) {
                Some(near) => format!("did you mean `{path}.{near}`?"),
                None if &*path == "computer" => {
                    format!(
                        "facts of your own stand below `computer.facts`: `computer.facts.{key}`"
                    )
                }
                None => format!("it has {}", record.names().collect::<Vec<_>>().join(", ")),
            };
            return Err(self.bad(expr, format!("`{path}` has no `{key}`")).hint(hint));
        }
        Ok(())
    }

    fn select(&mut self, expr: &IdedExpr, select: &SelectExpr) -> Result<Node, BadExpression> {
        let key: Box<str> = select.field.as_str().into();
        if !select.test {
            let of = self.boxed(&select.operand)?;
            let text = spelled(expr);
            return Ok(Node::Member { of, key, text });
        }
        let Some((root, mut keys)) = self.path(&select.operand) else {
            return Ok(Node::Has(self.boxed(&select.operand)?, key));
        };
        keys.push(key.clone());
        self.read(expr, root, &keys)?;
        keys.pop();
        let text = dotted(root.word(), &keys);
        Ok(Node::Has(Box::new(Node::Path(Path { root, keys, text })), key))
    }

    fn comprehension(
        &mut self,
        expr: &IdedExpr,
        comprehension: &ComprehensionExpr,
    ) -> Result<Node, BadExpression> {
        let range = self.node(&comprehension.iter_range)?;
        let init = self.node(&comprehension.accu_init)?;
        if self.loops == MAX_NESTING {
            let message =
                format!("`all`, `exists` and the like stand more than {MAX_NESTING} deep");
            return Err(self.bad(expr, message));
        }
        self.loops += 1;
        self.scope.push(comprehension.accu_var.clone());
        self.scope.push(comprehension.iter_var.clone());
        let condition = self.node(&comprehension.loop_cond)?;
        let step = self.node(&comprehension.loop_step)?;
        self.scope.pop();
        let result = self.node(&comprehension.result)?;
        self.scope.pop();
        self.loops -= 1;
        Ok(Node::Loop(Box::new(Loop { range, init, condition, step, result })))
    }

    fn call(&mut self, expr: &IdedExpr, call: &CallExpr) -> Result<Node, BadExpression> {
        if let (None, [left, right]) = (&call.target, call.args.as_slice()) {
            if let Some(operator) = operator(&call.func_name) {
                return Ok(Node::Binary(operator, self.boxed(left)?, self.boxed(right)?));
            }
            match call.func_name.as_str() {
                operators::LOGICAL_AND => {
                    return Ok(Node::And(self.boxed(left)?, self.boxed(right)?));
                }
                operators::LOGICAL_OR => {
                    return Ok(Node::Or(self.boxed(left)?, self.boxed(right)?));
                }
                operators::INDEX => {
                    let text = spelled(left);
                    let (of, key) = (self.boxed(left)?, self.boxed(right)?);
                    return Ok(Node::Index { of, key, text });
                }
                _ => {}
            }
        }
        match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::CONDITIONAL, [condition, yes, no]) => {
                let nodes = [self.node(condition)?, self.node(yes)?, self.node(no)?];
                Ok(Node::If(Box::new(nodes)))
            }
            (operators::LOGICAL_NOT, [operand]) => Ok(Node::Not(self.boxed(operand)?)),
            (operators::NEGATE, [operand]) => Ok(Node::Negate(self.boxed(operand)?)),
            (operators::NOT_STRICTLY_FALSE, [operand]) => Ok(Node::NotFalse(self.boxed(operand)?)),
            (name, _) => self.function(expr, call, name),
        }
    }

    fn function(
        &mut self,
        expr: &IdedExpr,
        call: &CallExpr,
        name: &str,
    ) -> Result<Node, BadExpression> {
        let fault = |(message, hint): (String, Option<String>)| {
            let error = self.bad(expr, message);
            BadExpression { hint, ..error }
        };
        let function =
            functions::find(name, call.args.len(), call.target.is_some()).map_err(fault)?;
        let mut args = Vec::with_capacity(call.args.len() + 1);
        if let Some(target) = &call.target {
            args.push(self.node(target)?);
        }
        args.extend(self.nodes(&call.args)?);
        if let (Function::Matches, [_, Node::Literal(Literal::Text(pattern))]) =
            (function, args.as_slice())
        {
            let regex = functions::pattern(pattern).map_err(|error| {
                self.bad(expr, format!("`{pattern}` is no regular expression: {error}"))
            })?;
            return Ok(Node::Matches(Box::new(args.swap_remove(0)), regex));
        }
        Ok(Node::Call(function, args))
    }

    fn bad(&self, expr: &IdedExpr, message: impl Into<String>) -> BadExpression {
        let offset = self.places.offset_for(expr.id).map_or(0, |(start, _)| start as usize);
        BadExpression::new(offset, message)
    }
}

impl Root {
    fn word(self) -> &'static str {
        match self {
            Self::Computer => "computer",
            Self::Person => "person",
            Self::Tenant => "tenant",
        }
    }
}

fn dotted(root: &str, keys: &[Box<str>]) -> Box<str> {
    let mut text = root.to_owned();
    for key in keys {
        text.push('.');
        text.push_str(key);
    }
    text.into()
}

/// The dotted path that an expression spells from whatever name.
fn spelled(expr: &IdedExpr) -> Option<Box<str>> {
    match &expr.expr {
        Expr::Ident(name) => Some(name.as_str().into()),
        Expr::Select(select) if !select.test => {
            Some(format!("{}.{}", spelled(&select.operand)?, select.field).into())
        }
        _ => None,
    }
}

/// `x["key"]`.
fn constant_index(call: &CallExpr) -> Option<(&IdedExpr, &str)> {
    match (call.func_name.as_str(), &call.target, call.args.as_slice()) {
        (operators::INDEX, None, [of, key]) => match &key.expr {
            Expr::Literal(LiteralValue::String(key)) => Some((of, key.inner())),
            _ => None,
        },
        _ => None,
    }
}

fn literal_of(literal: &LiteralValue) -> Option<Literal> {
    Some(match literal {
        LiteralValue::Boolean(value) => Literal::Bool(*value.inner()),
        LiteralValue::Int(value) => Literal::Int(*value.inner()),
        LiteralValue::UInt(value) => Literal::Uint(*value.inner()),
        LiteralValue::Double(value) => Literal::Double(*value.inner()),
        LiteralValue::String(value) => Literal::Text(value.inner().into()),
        LiteralValue::Null => Literal::Null,
        LiteralValue::Bytes(_) => return None,
    })
}

fn operator(name: &str) -> Option<Operator> {
    Some(match name {
        operators::EQUALS => Operator::Equal,
        operators::NOT_EQUALS => Operator::NotEqual,
        operators::LESS => Operator::Less,
        operators::LESS_EQUALS => Operator::LessEqual,
        operators::GREATER => Operator::Greater,
        operators::GREATER_EQUALS => Operator::GreaterEqual,
        operators::IN => Operator::In,
        operators::ADD => Operator::Add,
        operators::SUBSTRACT => Operator::Subtract,
        operators::MULTIPLY => Operator::Multiply,
        operators::DIVIDE => Operator::Divide,
        operators::MODULO => Operator::Remainder,
        _ => return None,
    })
}

impl BadExpression {
    pub(super) fn new(offset: usize, message: impl Into<String>) -> Self {
        Self { message: message.into(), offset, hint: None }
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
