//! What an encrypted secret says once it is open: where it may be used, and
//! its value.
//!
//! The first line is `ordain-secret/v1`, then one line `for: ITEM` for each
//! item that may be given it, one line `tenant: ID` for each tenant that a
//! cross-tenant secret is encrypted to, then an empty line; all bytes behind that are the
//! value. A file without these lines names no item and is given to none.

use crate::item::Item;

/// The first line.
const OPENING: &str = "ordain-secret/v1\n";
const USE: &str = "for: ";
const TENANT: &str = "tenant: ";
/// The most items that a secret names.
const MOST: usize = 10_000;

/// A secret, open. It prints nothing of its value.
#[derive(Clone, PartialEq, Eq)]
pub struct OpenSecret {
    /// The items that may be given it; a task without an instance stands for all of them.
    pub items: Vec<Item>,
    /// The tenants that it is encrypted to, where its place does not say that.
    pub tenants: Vec<String>,
    /// The value.
    pub value: Vec<u8>,
}

/// Why a plaintext is no secret of this kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoSecret {
    /// It does not begin as one.
    #[error("it does not say where it may be used")]
    NoUses,
    /// It begins as one, and goes on as none.
    #[error("the lines that say where it may be used are damaged")]
    Damaged,
}

impl OpenSecret {
    /// Reads a plaintext.
    ///
    /// # Errors
    /// Where it does not say where it may be used.
    pub fn read(plain: &[u8]) -> Result<Self, NoSecret> {
        let mut rest = plain.strip_prefix(OPENING.as_bytes()).ok_or(NoSecret::NoUses)?;
        let (mut items, mut tenants) = (Vec::new(), Vec::new());
        loop {
            let end = rest.iter().position(|byte| *byte == b'\n').ok_or(NoSecret::Damaged)?;
            let (line, after) = (&rest[..end], &rest[end + 1..]);
            rest = after;
            if line.is_empty() {
                break;
            }
            let line = str::from_utf8(line).map_err(|_| NoSecret::Damaged)?;
            if let Some(tenant) = line.strip_prefix(TENANT) {
                tenants.push(tenant.to_owned());
            } else {
                let item = line.strip_prefix(USE).and_then(|item| item.parse().ok());
                items.push(item.ok_or(NoSecret::Damaged)?);
            }
            if items.len() + tenants.len() > MOST {
                return Err(NoSecret::Damaged);
            }
        }
        if items.is_empty() {
            return Err(NoSecret::NoUses);
        }
        Ok(Self { items, tenants, value: rest.to_vec() })
    }

    /// The plaintext.
    pub fn write(&self) -> Vec<u8> {
        let mut plain = OPENING.as_bytes().to_vec();
        for item in &self.items {
            plain.extend_from_slice(format!("{USE}{item}\n").as_bytes());
        }
        for tenant in &self.tenants {
            plain.extend_from_slice(format!("{TENANT}{tenant}\n").as_bytes());
        }
        plain.push(b'\n');
        plain.extend_from_slice(&self.value);
        plain
    }

    /// Whether an item may be given it.
    pub fn names(&self, item: &Item) -> bool {
        let whole = match item {
            Item::Task { name, instance: Some(_) } => Some(Item::task(name)),
            Item::Task { .. } | Item::Software(_) => None,
        };
        self.items.iter().any(|one| one == item || Some(one) == whole.as_ref())
    }
}

impl std::fmt::Debug for OpenSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenSecret")
            .field("items", &self.items)
            .field("tenants", &self.tenants)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(text: &str) -> Item {
        text.parse().expect("an item")
    }

    #[test]
    fn it_is_read_as_it_is_written_whatever_the_value() {
        for value in [&b""[..], b"a", b"\n", b"for: task/x\n", b"\0\xff\n\n", b"ordain-secret/v1\n"]
        {
            let items = vec![item("software/agent"), item("task/printer#2")];
            let tenants = vec!["contoso".to_owned()];
            let secret = OpenSecret { items, tenants, value: value.to_vec() };
            assert_eq!(OpenSecret::read(&secret.write()), Ok(secret));
        }
    }

    #[test]
    fn a_task_stands_for_its_instances_and_for_nothing_else() {
        let items = vec![item("task/printer"), item("task/vpn#a")];
        let secret = OpenSecret { items, tenants: Vec::new(), value: Vec::new() };
        for (text, named) in [
            ("task/printer", true),
            ("task/printer#2", true),
            ("task/vpn#a", true),
            ("task/vpn", false),
            ("task/vpn#b", false),
            ("software/printer", false),
        ] {
            assert_eq!(secret.names(&item(text)), named, "{text}");
        }
    }

    #[test]
    fn what_says_nothing_of_its_use_is_none() {
        for (plain, why) in [
            (&b""[..], NoSecret::NoUses),
            (b"s3cret", NoSecret::NoUses),
            (b"ordain-secret/v2\nfor: task/a\n\nx", NoSecret::NoUses),
            (b"ordain-secret/v1\n\nx", NoSecret::NoUses),
            (b"ordain-secret/v1\nfor: task/a\nx", NoSecret::Damaged),
            (b"ordain-secret/v1\nfor: everything\n\nx", NoSecret::Damaged),
            (b"ordain-secret/v1\n for: task/a\n\nx", NoSecret::Damaged),
        ] {
            assert_eq!(OpenSecret::read(plain), Err(why), "{}", String::from_utf8_lossy(plain));
        }
        let items = vec![item("task/a")];
        let secret = OpenSecret { items, tenants: Vec::new(), value: b"hunter2".to_vec() };
        assert!(!format!("{secret:?}").contains("hunter2"));
    }
}
