//! Detected versions by software, as small as an inventory of a whole fleet
//! asks for: three allocations for a computer, however much is installed.

use std::fmt;

use serde::{Serialize, Serializer};

/// A map from names to versions, by name.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct DetectedVersions {
    /// Every name, with its version behind it.
    text: Box<str>,
    /// Where each name and its version end in the text.
    ends: Box<[(usize, usize)]>,
    /// The tag of each name with its place, by tag: a plan asks for names that
    /// mostly are not there, and comparing texts would cost more than all else.
    tags: Box<[(u32, u32)]>,
}

impl DetectedVersions {
    /// The version of a software.
    pub fn get(&self, name: &str) -> Option<&str> {
        let wanted = tag(name);
        let first = self.tags.partition_point(|(tag, _)| *tag < wanted);
        let alike = self.tags[first..].iter().take_while(|(tag, _)| *tag == wanted);
        let mut pairs = alike.map(|(_, place)| self.pair(*place as usize));
        pairs.find_map(|(own, version)| (own == name).then_some(version))
    }

    /// Names with their versions, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        (0..self.ends.len()).map(|place| self.pair(place))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Puts a software in, or gives it another version.
    pub fn insert(&mut self, name: &str, version: &str) {
        *self = self.iter().chain([(name, version)]).collect();
    }

    /// Takes a software out.
    pub fn remove(&mut self, name: &str) {
        *self = self.iter().filter(|(own, _)| *own != name).collect();
    }

    fn pair(&self, place: usize) -> (&str, &str) {
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before].1);
        let (name, version) = self.ends[place];
        (&self.text[start..name], &self.text[name..version])
    }
}

/// Of several versions of one software the last counts.
impl<N: AsRef<str>, V: AsRef<str>> FromIterator<(N, V)> for DetectedVersions {
    fn from_iter<T: IntoIterator<Item = (N, V)>>(pairs: T) -> Self {
        let mut pairs: Vec<(N, V)> = pairs.into_iter().collect();
        pairs.sort_by(|a, b| a.0.as_ref().cmp(b.0.as_ref()));
        let lengths =
            pairs.iter().map(|(name, version)| name.as_ref().len() + version.as_ref().len());
        let mut text = String::with_capacity(lengths.sum());
        let mut ends = Vec::with_capacity(pairs.len());
        for same in pairs.chunk_by(|a, b| a.0.as_ref() == b.0.as_ref()) {
            let [.., (name, version)] = same else { continue };
            text.push_str(name.as_ref());
            let name = text.len();
            text.push_str(version.as_ref());
            ends.push((name, text.len()));
        }
        let mut found = Self { text: text.into(), ends: ends.into(), tags: Box::default() };
        let mut tags: Vec<(u32, u32)> =
            (0..).zip(found.iter()).map(|(place, (name, _))| (tag(name), place)).collect();
        tags.sort_unstable();
        found.tags = tags.into();
        found
    }
}

/// Tells most names apart: by length and by the letters at both ends.
fn tag(name: &str) -> u32 {
    let bytes = name.as_bytes();
    let word = |part: Option<&[u8; 4]>| part.copied().map_or(0, u32::from_le_bytes);
    let (first, last) = (word(bytes.first_chunk()), word(bytes.last_chunk()));
    first.rotate_left(13)
        ^ last
        ^ bytes.first().map_or(0, |byte| u32::from(*byte))
        ^ bytes.len() as u32
}

impl fmt::Debug for DetectedVersions {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_map().entries(self.iter()).finish()
    }
}

impl Serialize for DetectedVersions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn it_is_a_map() {
        let mut model: BTreeMap<String, String> = BTreeMap::new();
        let mut own = DetectedVersions::default();
        // Names that begin like others, in no order, some of them twice.
        for number in [7_u32, 1, 70, 11, 7, 0, 1, 700, 17] {
            let (name, version) = (format!("app-{number}"), format!("1.{}", model.len()));
            own.insert(&name, &version);
            model.insert(name, version);
            if number == 11 {
                own.remove("app-70");
                model.remove("app-70");
            }
            let pairs: Vec<(&str, &str)> = own.iter().collect();
            assert!(
                pairs.into_iter().eq(model.iter().map(|(name, version)| (&**name, &**version)))
            );
        }
        for (name, version) in &model {
            assert_eq!(own.get(name), Some(&**version));
        }
        for missing in ["", "app-", "app-2", "app-70", "app-8", "zz"] {
            assert_eq!(own.get(missing), None);
        }
        assert_eq!(model.iter().collect::<DetectedVersions>(), own);
        assert_eq!(serde_json::json!(own), serde_json::json!(model));
    }

    #[test]
    fn nothing_is_in_an_empty_one() {
        let empty = DetectedVersions::default();
        assert!(empty.is_empty() && empty.get("").is_none() && empty.iter().next().is_none());
        assert_eq!(format!("{empty:?}"), "{}");
    }
}
