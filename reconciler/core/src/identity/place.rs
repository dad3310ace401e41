//! Which computer a newcomer is: one that is known, or one more.

use super::{Life, Lives};

/// A computer that the newcomer may be.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a, C> {
    /// It.
    pub computer: C,
    /// Its lives.
    pub lives: &'a Lives,
    /// Whether it is connected now.
    pub alive: bool,
}

/// Where a newcomer belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<C> {
    /// It is one more.
    New,
    /// It is this one, by another pathway.
    Same(C),
    /// It is this one, with its system installed anew.
    Reinstalled(C),
    /// It may be this one, or a copy of it: one more until a person has decided.
    Doubtful(C),
}

/// Finds the place of a newcomer among the computers of its tenant that are
/// on the same machine, by their own word.
pub fn place<C: Copy>(life: &Life, candidates: &[Candidate<'_, C>]) -> Place<C> {
    let on_machine = candidates.iter().filter(|one| one.lives.present.hardware == life.hardware);
    let open: Vec<_> = on_machine.filter(|one| !one.lives.foreign.contains(life)).collect();
    let mut same = open.iter().filter(|one| one.lives.present.fits(life));
    if let Some(one) = same.next()
        && same.next().is_none()
    {
        return Place::Same(one.computer);
    }
    match open[..] {
        [] => Place::New,
        [one] if !one.alive && one.lives.doubtful.is_none() && !one.lives.former.contains(life) => {
            Place::Reinstalled(one.computer)
        }
        [first, ..] => Place::Doubtful(
            open.iter().find(|one| one.alive).map_or(first.computer, |one| one.computer),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Decision, Meeting};
    use super::*;
    use proptest::prelude::*;

    fn life(system: &str) -> Life {
        Life { hardware: "a".to_owned(), installation: Some(system.to_owned()) }
    }

    fn among(life: &Life, known: &[(&Lives, bool)]) -> Place<usize> {
        let candidates: Vec<_> = known
            .iter()
            .enumerate()
            .map(|(computer, (lives, alive))| Candidate { computer, lives, alive: *alive })
            .collect();
        place(life, &candidates)
    }

    #[test]
    fn the_rules_of_placing() {
        let one = Lives::new(life("1"));
        let two = Lives::new(life("2"));
        let elsewhere = Lives::new(Life { hardware: "b".to_owned(), installation: None });
        let mut wiped = Lives::new(life("1"));
        wiped.begin(life("2"));
        let mut told_apart = Lives::new(life("1"));
        told_apart.meet(&life("2"), true);
        told_apart.decide(Decision::New);
        let mute = Life { installation: None, ..life("") };

        assert_eq!(among(&life("1"), &[]), Place::New);
        assert_eq!(among(&life("1"), &[(&elsewhere, true)]), Place::New);
        assert_eq!(among(&life("1"), &[(&one, true)]), Place::Same(0));
        assert_eq!(among(&life("1"), &[(&two, true), (&one, false)]), Place::Same(1));
        assert_eq!(among(&life("2"), &[(&one, false)]), Place::Reinstalled(0));
        assert_eq!(among(&life("2"), &[(&one, true)]), Place::Doubtful(0));
        assert_eq!(among(&life("1"), &[(&wiped, false)]), Place::Doubtful(0), "it was wiped");
        assert_eq!(among(&life("2"), &[(&told_apart, true)]), Place::New, "a person said so");
        assert_eq!(among(&life("3"), &[(&one, false), (&two, true)]), Place::Doubtful(1));
        assert_eq!(among(&mute, &[(&one, true)]), Place::Same(0));
        assert_eq!(among(&mute, &[(&one, false), (&two, false)]), Place::Doubtful(0));
    }

    /// A machine of the property: which hardware and system it is.
    type Machine = (usize, usize);

    /// What the controller remembers, and who is connected to what.
    #[derive(Default)]
    struct World {
        computers: Vec<Lives>,
        /// By machine: its computer, and whether it is connected.
        agents: std::collections::BTreeMap<Machine, (usize, bool)>,
    }

    impl World {
        fn life((hardware, system): Machine) -> Life {
            Life { hardware: format!("h{hardware}"), installation: Some(format!("s{system}")) }
        }

        fn alive(&self, computer: usize, but: Machine) -> bool {
            self.agents.iter().any(|(who, (of, on))| *of == computer && *on && *who != but)
        }

        /// An agent comes: it enrols where it never did, and connects.
        fn comes(&mut self, who: Machine) {
            let life = Self::life(who);
            let Some((computer, _)) = self.agents.get(&who).copied() else {
                let candidates: Vec<_> = (0..self.computers.len())
                    .map(|computer| Candidate {
                        computer,
                        lives: &self.computers[computer],
                        alive: self.alive(computer, who),
                    })
                    .collect();
                let computer = match place(&life, &candidates) {
                    Place::Same(computer) => computer,
                    Place::Reinstalled(computer) => {
                        self.computers[computer].begin(life);
                        computer
                    }
                    Place::New | Place::Doubtful(_) => {
                        self.computers.push(Lives::new(life));
                        self.computers.len() - 1
                    }
                };
                self.agents.insert(who, (computer, true));
                return;
            };
            let alive = self.alive(computer, who);
            let met = self.computers[computer].meet(&life, alive);
            let admitted = matches!(met, Meeting::Known | Meeting::Changed(_));
            self.agents.insert(who, (computer, admitted));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

        #[test]
        fn two_that_are_alive_are_never_one(
            moves in prop::collection::vec(((0_usize..2, 0_usize..3), any::<bool>()), 1..40)
        ) {
            let mut world = World::default();
            for (who, comes) in moves {
                if comes {
                    world.comes(who);
                } else if let Some((_, on)) = world.agents.get_mut(&who) {
                    *on = false;
                }
                for (a, (of_a, on_a)) in &world.agents {
                    for (b, (of_b, on_b)) in &world.agents {
                        prop_assert!(a == b || of_a != of_b || !on_a || !on_b, "{a:?} and {b:?} are one");
                    }
                }
            }
        }

        #[test]
        fn machines_of_their_own_are_the_same_computers_in_any_order(
            order in prop::collection::vec((0_usize..5, any::<bool>()), 1..60)
        ) {
            // Every machine has hardware of its own and is never installed anew.
            let mut world = World::default();
            for (machine, comes) in order {
                if comes {
                    world.comes((machine, machine));
                } else if let Some((_, on)) = world.agents.get_mut(&(machine, machine)) {
                    *on = false;
                }
            }
            prop_assert_eq!(world.computers.len(), world.agents.len());
            for (who, (computer, _)) in &world.agents {
                prop_assert_eq!(&world.computers[*computer], &Lives::new(World::life(*who)));
            }
        }

        #[test]
        fn who_was_overtaken_and_comes_back_is_never_let_in(
            systems in Just([0_usize, 1]).prop_shuffle()
        ) {
            // A clone enrols while the original is away; then the original comes back.
            let mut world = World::default();
            let [first, second] = systems.map(|system| (0, system));
            world.comes(first);
            world.agents.insert(first, (0, false));
            world.comes(second);
            world.comes(first);
            prop_assert_eq!(world.agents[&first], (0, false));
            prop_assert_eq!(world.computers[0].doubtful.clone(), Some(World::life(first)));
        }
    }
}
