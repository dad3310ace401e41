//! Walks an expression over facts.

use std::rc::Rc;

use serde_json::Value;

use super::node::{Loop, Node, Path, Root};
use super::operator;
use super::value::{NoValue, Val};
use super::{Expression, Facts, Verdict};

/// How many nodes may be visited, so that no expression takes long whatever the facts.
const MAX_STEPS: usize = 200_000;

/// Why there is no value.
#[derive(Debug, Clone, Copy)]
enum Fault<'a> {
    /// The fact of this dotted path is not there.
    Missing(&'a str),
    /// A type error, or it took too long.
    Type,
}

impl From<NoValue> for Fault<'_> {
    fn from(_: NoValue) -> Self {
        Self::Type
    }
}

type Result<'a> = std::result::Result<Val<'a>, Fault<'a>>;

/// Evaluates an expression.
pub(super) fn verdict(expression: &Expression, facts: &Facts) -> Verdict {
    let mut walk = Walk { facts, slots: Vec::new(), steps: 0 };
    let fault = match walk.node(&expression.root) {
        Ok(Val::Bool(true)) => return Verdict::True,
        Ok(Val::Bool(false)) => return Verdict::False,
        Ok(_) => Fault::Type,
        Err(fault) => fault,
    };
    Verdict::Unknown { fact: fact(expression, fault) }
}

/// The value of an expression, of any type but null.
pub(super) fn value(expression: &Expression, facts: &Facts) -> std::result::Result<Value, String> {
    let mut walk = Walk { facts, slots: Vec::new(), steps: 0 };
    let value = walk.node(&expression.root).and_then(|value| match value.json()? {
        Value::Null => Err(Fault::Type),
        value => Ok(value),
    });
    value.map_err(|fault| fact(expression, fault))
}

/// The fact that stands for a fault.
fn fact(expression: &Expression, fault: Fault<'_>) -> String {
    match fault {
        Fault::Missing(path) => path.to_owned(),
        Fault::Type => expression.paths.first().map_or("", |path| path).to_owned(),
    }
}

struct Walk<'a> {
    facts: &'a Facts,
    slots: Vec<Result<'a>>,
    steps: usize,
}

impl<'a> Walk<'a> {
    fn node(&mut self, node: &'a Node) -> Result<'a> {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return Err(Fault::Type);
        }
        match node {
            Node::Literal(literal) => Ok(literal.into()),
            Node::Path(path) => self.path(path),
            Node::Slot(slot) => self.slots[*slot].clone(),
            Node::Member { of, key, text } => {
                let of = self.node(of)?;
                member(of.entry(key), text.as_deref())
            }
            Node::Has(of, key) => {
                let has = self.node(of).is_ok_and(|of| matches!(of.entry(key), Ok(Some(_))));
                Ok(Val::Bool(has))
            }
            Node::Index { of, key, text } => {
                let (of, key) = (self.node(of)?, self.node(key)?);
                match of.member(&key) {
                    Err(NoValue) => Ok(operator::element(&of, &key)?),
                    entry => member(entry, text.as_deref()),
                }
            }
            Node::Not(operand) => match self.node(operand)? {
                Val::Bool(value) => Ok(Val::Bool(!value)),
                _ => Err(Fault::Type),
            },
            Node::And(left, right) => self.absorbing(left, right, false),
            Node::Or(left, right) => self.absorbing(left, right, true),
            Node::If(parts) => {
                let [condition, yes, no] = &**parts;
                match self.node(condition)? {
                    Val::Bool(true) => self.node(yes),
                    Val::Bool(false) => self.node(no),
                    _ => Err(Fault::Type),
                }
            }
            Node::NotFalse(operand) => {
                let goes_on = !matches!(self.node(operand), Ok(Val::Bool(false)));
                Ok(Val::Bool(goes_on))
            }
            Node::Binary(operator, left, right) => {
                let (left, right) = (self.node(left)?, self.node(right)?);
                Ok(operator::binary(*operator, &left, &right)?)
            }
            Node::Negate(operand) => Ok(operator::negate(&self.node(operand)?)?),
            Node::Call(function, args) => {
                let args = self.nodes(args)?;
                Ok(operator::call(*function, &args)?)
            }
            Node::Matches(text, pattern) => match self.node(text)? {
                Val::Text(text) => Ok(Val::Bool(pattern.is_match(&text))),
                _ => Err(Fault::Type),
            },
            Node::List(elements) => Ok(Val::List(Rc::new(self.nodes(elements)?))),
            Node::Map(entries) => self.map(entries),
            Node::Loop(each) => self.each(each),
        }
    }

    fn nodes(&mut self, nodes: &'a [Node]) -> std::result::Result<Vec<Val<'a>>, Fault<'a>> {
        nodes.iter().map(|node| self.node(node)).collect()
    }

    fn path(&self, path: &'a Path) -> Result<'a> {
        let missing = Fault::Missing(&path.text);
        let mut at = match path.root {
            Root::Computer => &self.facts.computer,
            Root::Person => self.facts.person.as_ref().ok_or(missing)?,
            Root::Tenant => &self.facts.tenant,
        };
        for key in &path.keys {
            at = match at {
                Value::Object(map) => map.get(&**key).ok_or(missing)?,
                _ => return Err(Fault::Type),
            };
        }
        Ok(at.into())
    }

    /// `&&` and `||`: an operand of the value that settles it absorbs the other.
    fn absorbing(&mut self, left: &'a Node, right: &'a Node, settles: bool) -> Result<'a> {
        let left = self.truth(left);
        if matches!(left, Ok(left) if left == settles) {
            return Ok(Val::Bool(settles));
        }
        let right = self.truth(right);
        if matches!(right, Ok(right) if right == settles) {
            return Ok(Val::Bool(settles));
        }
        left?;
        right?;
        Ok(Val::Bool(!settles))
    }

    fn truth(&mut self, node: &'a Node) -> std::result::Result<bool, Fault<'a>> {
        match self.node(node)? {
            Val::Bool(value) => Ok(value),
            _ => Err(Fault::Type),
        }
    }

    fn map(&mut self, nodes: &'a [(Node, Node)]) -> Result<'a> {
        let mut entries: Vec<(Val<'a>, Val<'a>)> = Vec::with_capacity(nodes.len());
        for (key, value) in nodes {
            let (key, value) = (self.node(key)?, self.node(value)?);
            if entries.iter().any(|(own, _)| own.equals(&key)) {
                return Err(Fault::Type);
            }
            entries.push((key, value));
        }
        Ok(Val::Map(Rc::new(entries)))
    }

    fn each(&mut self, each: &'a Loop) -> Result<'a> {
        let range = self.node(&each.range)?.range().ok_or(Fault::Type)?;
        let init = self.node(&each.init);
        let accumulator = self.slots.len();
        self.slots.push(init);
        self.slots.push(Ok(Val::Null));
        for element in range {
            self.slots[accumulator + 1] = Ok(element);
            if !matches!(self.node(&each.condition), Ok(Val::Bool(true))) {
                break;
            }
            let next = self.node(&each.step);
            if let Ok(Val::List(list)) = &next {
                self.steps += list.len();
            }
            self.slots[accumulator] = next;
        }
        self.slots.truncate(accumulator + 1);
        let result = self.node(&each.result);
        self.slots.truncate(accumulator);
        result
    }
}

/// The entry of a map, by the path that was written to it.
fn member<'a>(
    entry: std::result::Result<Option<Val<'a>>, NoValue>,
    text: Option<&'a str>,
) -> Result<'a> {
    match (entry?, text) {
        (Some(value), _) => Ok(value),
        (None, Some(text)) => Err(Fault::Missing(text)),
        (None, None) => Err(Fault::Type),
    }
}
