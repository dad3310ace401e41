//! One computer that is met again and again, by its agents.
//!
//! A life is a machine with a system installed on it. A computer lives one
//! life at a time: a new one begins where the system was installed anew, or
//! the machine below it exchanged. Two lives at once are two machines, of
//! which one is a copy of the other; and since a wiped system never comes
//! back, so is a life that was over and returns.

/// A machine with a system on it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Life {
    /// The machine, by [`super::Hardware::key`].
    pub hardware: String,
    /// The system's installation id; none where it tells none.
    pub installation: Option<String>,
}

impl Life {
    /// Whether it can be the same one, as far as both say.
    pub fn fits(&self, other: &Self) -> bool {
        let told = self.installation.as_ref().zip(other.installation.as_ref());
        self.hardware == other.hardware && told.is_none_or(|(a, b)| a == b)
    }
}

/// What is known of a computer's lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lives {
    /// The one that it lives.
    pub present: Life,
    /// Those that are over, the last one last.
    pub former: Vec<Life>,
    /// One of which nobody knows yet whether it is this computer's.
    pub doubtful: Option<Life>,
    /// Those of which a person has said that they are other computers.
    pub foreign: Vec<Life>,
}

/// What a meeting turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meeting {
    /// It lives on as it did.
    Known,
    /// It began another life.
    Changed(Change),
    /// A person has to decide; nothing changed but that.
    Doubtful,
    /// It is another computer, as a person has decided.
    Foreign,
}

/// What is new in another life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// The machine alone; the system is the same.
    Machine,
    /// The system was installed anew.
    Installation,
}

/// What a person says of a life in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It is this computer.
    Same,
    /// It is another one.
    New,
}

impl Lives {
    /// A computer that was never met before.
    pub fn new(present: Life) -> Self {
        Self { present, former: Vec::new(), doubtful: None, foreign: Vec::new() }
    }

    /// Somebody says to be this computer; `alive` says whether the computer is
    /// connected in another way at this moment.
    pub fn meet(&mut self, life: &Life, alive: bool) -> Meeting {
        if self.present.fits(life) {
            if self.present.installation.is_none() {
                self.present.installation.clone_from(&life.installation);
            }
            return Meeting::Known;
        }
        if self.foreign.contains(life) {
            return Meeting::Foreign;
        }
        if alive || self.doubtful.is_some() || self.former.contains(life) {
            self.doubtful.get_or_insert_with(|| life.clone());
            return Meeting::Doubtful;
        }
        let change = if self.present.installation == life.installation {
            Change::Machine
        } else {
            Change::Installation
        };
        self.begin(life.clone());
        Meeting::Changed(change)
    }

    /// A person decides on the life in doubt, which is given; none where there is none.
    pub fn decide(&mut self, decision: Decision) -> Option<Life> {
        let life = self.doubtful.take()?;
        match decision {
            Decision::Same => self.begin(life.clone()),
            Decision::New => self.foreign.push(life.clone()),
        }
        Some(life)
    }

    /// Another life begins.
    pub fn begin(&mut self, life: Life) {
        self.former.retain(|known| *known != life);
        self.former.push(std::mem::replace(&mut self.present, life));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `MACHINE/SYSTEM`; a system of `-` is not told.
    fn life(text: &str) -> Life {
        let (hardware, installation) = text.split_once('/').expect("MACHINE/SYSTEM");
        let told = (installation != "-").then(|| installation.to_owned());
        Life { hardware: hardware.to_owned(), installation: told }
    }

    #[test]
    fn the_rules_of_meeting() {
        let table = "
            a/1  away  known
            a/1  alive known
            a/-  alive known
            a/2  away  installation
            a/1  away  doubtful      a wiped system never comes back
            a/2  alive known         and the present one goes on
            a/3  away  doubtful      nothing is settled before that
            :same                    it is this computer
            a/1  away  known
            a/2  away  doubtful      the other one lives too
            :new
            a/2  away  foreign
            a/2  alive foreign
            a/4  alive doubtful      a copy beside it
            :new
            b/1  away  machine       the board was exchanged
            b/5  away  installation
            a/4  away  foreign";
        let mut lives = Lives::new(life("a/1"));
        for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words[0] {
                ":same" => assert!(lives.decide(Decision::Same).is_some(), "{line}"),
                ":new" => assert!(lives.decide(Decision::New).is_some(), "{line}"),
                who => {
                    let meeting = match lives.meet(&life(who), words[1] == "alive") {
                        Meeting::Known => "known",
                        Meeting::Changed(Change::Machine) => "machine",
                        Meeting::Changed(Change::Installation) => "installation",
                        Meeting::Doubtful => "doubtful",
                        Meeting::Foreign => "foreign",
                    };
                    assert_eq!(meeting, words[2], "{line}");
                }
            }
        }
        assert_eq!(lives.decide(Decision::Same), None, "nothing is in doubt");
    }

    #[test]
    fn a_system_that_tells_its_id_late_is_the_same() {
        let mut lives = Lives::new(life("a/-"));
        assert_eq!(lives.meet(&life("a/1"), true), Meeting::Known);
        assert_eq!(lives.meet(&life("a/2"), true), Meeting::Doubtful);
    }
}
