//! Stories with golden output: `tests/fleet/*.txt`.
//!
//! A line is a command; what is indented below `file PATH` is that file's
//! text; lines that begin with `>` are what the last command shows. Next to
//! nothing is told twice: [`Story::command`] is the list of commands.

use std::fmt::Write as _;
use std::path::Path;

use jiff::SignedDuration;
use ordain_core::session::Kind;

use crate::agent::Fate;
use crate::computer::Behaviour;
use crate::world::World;

#[test]
fn stories_go_as_they_are_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fleet");
    let mut stories: Vec<_> = std::fs::read_dir(folder)
        .expect("readable")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "txt"))
        .collect();
    stories.sort();
    assert!(!stories.is_empty(), "there are stories");
    let only = std::env::var("ORDAIN_STORY").ok();
    let mut faults = Vec::new();
    for path in stories {
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name").to_owned();
        if only.as_ref().is_some_and(|only| *only != name) {
            continue;
        }
        let written = std::fs::read_to_string(&path).expect("readable");
        let told = Story::new().tell(&written);
        if told == written {
            continue;
        }
        if std::env::var_os("ORDAIN_BLESS").is_some() {
            std::fs::write(&path, told).expect("writable");
        } else {
            faults.push(format!("{name} goes otherwise:\n{}", differences(&written, &told)));
        }
    }
    assert!(faults.is_empty(), "{}\nORDAIN_BLESS=1 writes them anew", faults.join("\n"));
}

/// The first lines that differ.
fn differences(written: &str, told: &str) -> String {
    let (mut written, mut told) = (written.lines(), told.lines());
    let mut line = 0;
    loop {
        line += 1;
        match (written.next(), told.next()) {
            (None, None) => return String::new(),
            (before, after) if before != after => {
                return format!(
                    "line {line}\n  written: {}\n  told:    {}",
                    before.unwrap_or("(the end)"),
                    after.unwrap_or("(the end)")
                );
            }
            _ => {}
        }
    }
}

struct Story {
    world: World,
}

impl Story {
    fn new() -> Self {
        Self { world: World::new() }
    }

    /// Goes through a text; gives the same text with what it shows now.
    fn tell(&mut self, text: &str) -> String {
        let mut told = String::new();
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            if line.starts_with('>') {
                continue;
            }
            told.push_str(line);
            told.push('\n');
            if let Some(path) = line.strip_prefix("file ") {
                let mut content = String::new();
                while let Some(more) = lines.next_if(|next| next.starts_with("  ")) {
                    content.push_str(&more[2..]);
                    content.push('\n');
                    told.push_str(more);
                    told.push('\n');
                }
                self.world.repository.write(path, &content);
            } else if !line.is_empty() && !line.starts_with('#') {
                for shown in self.command(line).lines() {
                    let _written = writeln!(told, "> {shown}");
                }
            }
        }
        told
    }

    /// Carries a command out; gives what it shows.
    fn command(&mut self, line: &str) -> String {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["remove", path] => self.world.repository.remove(path),
            ["commit"] => self.world.commit(),
            ["start"] => self.world.start(),
            ["crash"] => self.world.crash(),
            ["restart"] => {
                self.world.crash();
                self.world.start();
            }
            ["computer", name, ref what @ ..] => self.computer(name, what),
            ["computers", tenant, count] => {
                for number in 1..=count.parse::<u32>().expect("a number") {
                    self.world.enrol(tenant, &format!("pc-{number:04}"));
                }
                self.world.settle();
            }
            ["online", who] => self.each(who, |world, place| world.agents[place].online = true),
            ["offline", who] => self.each(who, |world, place| {
                world.agents[place].online = false;
                world.agents[place].cut();
                world.settle();
            }),
            ["session", who, ref item @ ..] => {
                let item = item.first().copied();
                let kind = if item.is_some() { Kind::Item } else { Kind::Maintenance };
                self.each(who, |world, place| {
                    world.session(place, kind, item);
                });
            }
            ["cancel", who] => self.each(who, World::cancel),
            ["run"] => self.world.run(),
            ["rounds", count] => {
                for _ in 0..count.parse::<u32>().expect("a number") {
                    self.world.round();
                }
            }
            ["wait", time] => self.world.wait(span(time)),
            ["clock", "of", who, "goes", by] => {
                let by = span(by).as_secs();
                self.each(who, |world, place| world.agents[place].skew += by);
            }
            ["kill", who] => self.each(who, |world, place| world.agents[place].die()),
            ["kill", who, fate, "write", number] => {
                let fate = match fate {
                    "before" => Fate::DiesBefore,
                    "behind" => Fate::DiesBehind,
                    share => Fate::Torn(share.parse().expect("before, behind or thousandths")),
                };
                let away = number.parse::<u32>().expect("a number") - 1;
                self.each(who, |world, place| world.agents[place].fate = Some((away, fate)));
            }
            ["disk", "of", who, how] => {
                self.each(who, |world, place| world.agents[place].full = how == "full");
            }
            ["drift", who, item] => self.each(who, |world, place| {
                let computer = &mut world.agents[place].computer;
                computer.tasks.remove(item);
                computer.software.remove(item.trim_start_matches("software/"));
            }),
            ["show", "sessions"] => return self.sessions(None),
            ["show", "sessions", who] => return self.sessions(Some(who)),
            ["show", "computers"] => return self.computers(),
            ["show", "summary"] => return self.summary(),
            _ => panic!("no such command: {line}"),
        }
        String::new()
    }

    fn computer(&mut self, name: &str, what: &[&str]) {
        let (tenant, name) = name.split_once('/').expect("TENANT/NAME");
        let place = self.world.enrol(tenant, name);
        let computer = &mut self.world.agents[place].computer;
        for each in what {
            if let Some((item, how)) = each.split_once(':') {
                let how = match how {
                    "bad" => Behaviour::Bad,
                    "idle" => Behaviour::Idle,
                    times => Behaviour::Flaky(times.parse().expect("bad, idle or how often")),
                };
                computer.behaviours.insert(item.to_owned(), how);
            } else if let Some((software, version)) = each.split_once('=') {
                computer.software.insert(software.to_owned(), version.to_owned());
            } else {
                computer.tasks.insert((*each).to_owned(), true);
            }
        }
        self.world.settle();
    }

    fn each(&mut self, who: &str, mut what: impl FnMut(&mut World, usize)) {
        let places: Vec<usize> = (0..self.world.agents.len())
            .filter(|place| who == "all" || self.world.agents[*place].name == who)
            .collect();
        assert!(!places.is_empty(), "nobody is called {who}");
        for place in places {
            what(&mut self.world, place);
        }
    }

    fn sessions(&self, who: Option<&str>) -> String {
        let mut shown = String::new();
        for (place, agent) in self.world.agents.iter().enumerate() {
            if who.is_some_and(|who| agent.name != who) {
                continue;
            }
            for (row, outcomes) in self.world.sessions(place) {
                let begun = row.created_at.strftime("%a %H:%M");
                let name = &agent.name;
                let _ = write!(shown, "{name} {begun} {} {}", row.kind, row.status);
                let reason = row.reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
                let _ = writeln!(shown, "{reason}");
                for one in outcomes {
                    let result = one.result.map(|word| format!(" {word}")).unwrap_or_default();
                    let why = one.message.map(|text| format!(": {text}")).unwrap_or_default();
                    let (item, action, reason) = (one.item, one.action, one.reason);
                    let _ =
                        writeln!(shown, "  {item} {action} {reason} {}{result}{why}", one.status);
                }
            }
        }
        shown
    }

    fn computers(&self) -> String {
        let mut shown = String::new();
        for agent in &self.world.agents {
            let state = agent.computer.state();
            let state = if state.is_empty() { "nothing".to_owned() } else { state.join(", ") };
            let _written = writeln!(shown, "{}: {state}", agent.name);
        }
        shown
    }

    /// How many sessions ended how, and how many computers have what.
    fn summary(&self) -> String {
        let mut counts = std::collections::BTreeMap::<String, usize>::new();
        for (place, agent) in self.world.agents.iter().enumerate() {
            for (row, _) in self.world.sessions(place) {
                *counts.entry(format!("sessions {} {}", row.kind, row.status)).or_default() += 1;
            }
            for item in agent.computer.state() {
                *counts.entry(format!("computers with {item}")).or_default() += 1;
            }
        }
        let lines: Vec<String> =
            counts.into_iter().map(|(what, count)| format!("{what}: {count}")).collect();
        lines.join("\n")
    }
}

/// `90s`, `15m`, `-2h`, `1d`.
fn span(text: &str) -> SignedDuration {
    let (number, unit) = text.split_at(text.len() - 1);
    let number: i64 = number.parse().expect("a number before the unit");
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => panic!("no such unit: {text}"),
    };
    SignedDuration::from_secs(number * seconds)
}
