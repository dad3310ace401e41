//! Writing a message: one text from a template, and the same as HTML.
//!
//! A branding's `subject` and `body` are templates over the same names as the
//! ones that stand beside this file: `tenant`, `computer`, `when`, `changes`
//! (each with `action`, `name`, `from`, `to`, `result`), `status`, `link`. A
//! template that fails is put aside for the built-in one. The HTML is made of
//! the text, in the branding's colours, so there is nothing to keep in step.

use std::collections::BTreeMap;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value};
use ordain_schema::document::Branding;
use ordain_store::rows::Letter;
use serde::Serialize;

/// How many steps a template may take.
const FUEL: u64 = 100_000;
/// The colours where a branding gives none: of the head, and of buttons.
const COLOURS: [(&str, &str); 2] = [("primary", "#1f4e79"), ("text", "#222222")];

/// What a message tells.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Tale {
    /// `before`, `postponed` or `after`.
    pub(super) kind: &'static str,
    /// The tenant's display name.
    pub(super) tenant: String,
    /// The computer's name.
    pub(super) computer: String,
    /// When it is carried out, in the computer's time; none for at once.
    pub(super) when: Option<String>,
    /// What is done, or was.
    pub(super) changes: Vec<Change>,
    /// How the session ended, a word of the language; none beforehand.
    pub(super) status: Option<&'static str>,
    /// Where the person decides.
    pub(super) link: Option<String>,
}

/// One thing that is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Change {
    /// A word of the language.
    pub(super) action: &'static str,
    /// The item's name.
    pub(super) name: String,
    /// The version before.
    pub(super) from: Option<String>,
    /// The version behind.
    pub(super) to: Option<String>,
    /// `passed` or `failed`; none beforehand, and where it was not done.
    pub(super) result: Option<&'static str>,
}

/// How messages and pages of a tenant look.
#[derive(Debug, Clone, Default)]
pub(crate) struct Look<'a>(pub(crate) Option<&'a Branding>);

/// A choice that a page offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Choice {
    /// Its word.
    pub(crate) action: &'static str,
    /// Where its button leads.
    pub(crate) target: String,
    /// The value that goes with it.
    pub(crate) value: String,
    /// What stands on it.
    pub(crate) label: String,
}

/// What a page is made of.
#[derive(Serialize)]
struct Page<'a> {
    title: &'a str,
    paragraphs: Vec<Vec<&'a str>>,
    link: Option<&'a str>,
    choices: &'a [Choice],
    colours: BTreeMap<&'static str, &'a str>,
}

impl Look<'_> {
    /// The built-in text of a message, which a page shows too.
    pub(super) fn text(tale: &Tale) -> String {
        render(built_in(tale).1, tale).expect("a built-in template renders")
    }

    /// The message.
    pub(super) fn letter(&self, tale: &Tale) -> Letter {
        let own = |text: Option<&String>, what| {
            let text = text?;
            match render(text, tale) {
                Ok(text) => Some(text),
                Err(error) => {
                    tracing::error!(%error, tenant = tale.tenant, what, "a branding's template fails, and the built-in one is used");
                    None
                }
            }
        };
        let built_in = || render(built_in(tale).0, tale).expect("a built-in template renders");
        let branding = self.0;
        let subject =
            own(branding.and_then(|own| own.subject.as_ref()), "subject").unwrap_or_else(built_in);
        let text = own(branding.and_then(|own| own.body.as_ref()), "body")
            .unwrap_or_else(|| Self::text(tale));
        let html = self.page(&subject, &text, tale.link.as_deref(), &[]);
        let sender = branding.and_then(|own| own.from.clone());
        Letter { sender, subject: one_line(&subject), text, html }
    }

    /// A text as a page in the tenant's colours; with a link it becomes one
    /// that can be clicked, with choices it has a button for each.
    pub(crate) fn page(
        &self,
        title: &str,
        text: &str,
        link: Option<&str>,
        choices: &[Choice],
    ) -> String {
        let own = self.0.map(|branding| &branding.colours);
        let colour = |(use_, usual): (&'static str, &'static str)| {
            let own = own.and_then(|own| own.get(use_)).filter(|colour| is_colour(colour));
            (use_, own.map_or(usual, String::as_str))
        };
        let page = Page {
            title,
            paragraphs: text.trim().split("\n\n").map(|part| part.lines().collect()).collect(),
            link,
            choices,
            colours: COLOURS.into_iter().map(colour).collect(),
        };
        let mut environment = environment();
        environment.set_auto_escape_callback(|_| minijinja::AutoEscape::Html);
        environment
            .render_named_str("page.html", PAGE, Value::from(Serde(&page)))
            .expect("the built-in page renders whatever the text is")
    }
}

const SUBJECT_BEFORE: &str = include_str!("templates/before-subject.txt");
const BEFORE: &str = include_str!("templates/before.txt");
const SUBJECT_AFTER: &str = include_str!("templates/after-subject.txt");
const AFTER: &str = include_str!("templates/after.txt");
const SUBJECT_POSTPONED: &str = include_str!("templates/postponed-subject.txt");
const POSTPONED: &str = include_str!("templates/postponed.txt");
const PAGE: &str = include_str!("templates/page.html");

/// The templates of a message's subject and text.
fn built_in(tale: &Tale) -> (&'static str, &'static str) {
    match tale.kind {
        "before" => (SUBJECT_BEFORE, BEFORE),
        "postponed" => (SUBJECT_POSTPONED, POSTPONED),
        _ => (SUBJECT_AFTER, AFTER),
    }
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.expect("the usual delimiters fit one another"));
    environment.set_fuel(Some(FUEL));
    environment
}

fn render(template: &str, tale: &Tale) -> Result<String, minijinja::Error> {
    let mut environment = environment();
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.render_named_str("text", template, Value::from(Serde(tale)))
}

/// A subject is one line, whatever a template makes of it.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(200).collect()
}

fn is_colour(text: &str) -> bool {
    let digits = text.strip_prefix('#').unwrap_or_default();
    digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tale(kind: &'static str) -> Tale {
        let change = |action, name: &str, from: Option<&str>, to: Option<&str>, result| Change {
            action,
            name: name.into(),
            from: from.map(Into::into),
            to: to.map(Into::into),
            result,
        };
        let after = kind == "after";
        let result = |word| after.then_some(word);
        Tale {
            kind,
            tenant: "Contoso <GmbH>".into(),
            computer: "pc-02".into(),
            when: (!after).then(|| "2026-03-02 22:00 (Europe/Berlin)".into()),
            changes: vec![
                change("update", "chrome", Some("130"), Some("131"), result("passed")),
                change("install", "7zip", None, Some("24.2"), result("failed")),
                change("uninstall", "flash", Some("32"), None, None),
                change("set", "bitlocker", None, None, result("passed")),
            ],
            status: after.then_some("partially-passed"),
            link: (!after).then(|| "https://ordain.example:7443/m/abc".into()),
        }
    }

    #[test]
    fn before_and_after_as_text() {
        let before = Look(None).letter(&tale("before"));
        assert_eq!(before.subject, "Changes to your computer pc-02");
        insta::assert_snapshot!(before.text, @"
        Hello,

        Contoso <GmbH> changes the following on your computer pc-02 at 2026-03-02 22:00 (Europe/Berlin):

        - chrome: version 130 becomes 131
        - 7zip is installed, version 24.2
        - flash is removed
        - bitlocker is set up

        If that does not suit you, see here what else is possible:
        https://ordain.example:7443/m/abc
        ");
        let put_off = Look(None).letter(&Tale { changes: Vec::new(), ..tale("postponed") });
        assert_eq!(put_off.subject, "Put off: changes to your computer pc-02");
        insta::assert_snapshot!(put_off.text, @"
        Hello,

        Contoso <GmbH> begins with the changes to your computer pc-02 at 2026-03-02 22:00 (Europe/Berlin), since it was put off.

        If that does not suit you, see here what else is possible:
        https://ordain.example:7443/m/abc
        ");
        let after = Look(None).letter(&tale("after"));
        insta::assert_snapshot!(after.text, @"
        Hello,

        Contoso <GmbH> has changed the following on your computer pc-02:

        - chrome 131: done
        - 7zip 24.2: did not work
        - flash: left for later
        - bitlocker: done

        Your technicians see what did not work. There is nothing for you to do.
        ");
    }

    #[test]
    fn html_is_the_text_escaped_with_a_link() {
        let html = Look(None).letter(&tale("before")).html;
        assert!(html.contains("Contoso &lt;GmbH&gt;") && !html.contains("<GmbH>"), "{html}");
        assert!(html.contains(r#"<a href="https:&#x2f;&#x2f;ordain.example"#), "{html}");
    }

    #[test]
    fn a_branding_has_its_own_words_and_colours() {
        let branding = Branding {
            from: Some("IT <it@msp.example>".into()),
            subject: Some("{{ computer }}\nin the evening".into()),
            body: Some("Dear all, {{ changes | length }} things change.".into()),
            colours: [("primary".into(), "#ff0000".into()), ("text".into(), "red;}".into())].into(),
            ..Branding::default()
        };
        let letter = Look(Some(&branding)).letter(&tale("before"));
        assert_eq!(letter.subject, "pc-02 in the evening");
        assert_eq!(letter.text, "Dear all, 4 things change.");
        assert_eq!(letter.sender.as_deref(), Some("IT <it@msp.example>"));
        assert!(letter.html.contains("#ff0000") && !letter.html.contains("red;}"));
    }

    #[test]
    fn a_template_that_fails_is_put_aside() {
        for body in ["{{ nonsense }}", "{% for", "{% for a in range(1000000) %}{{ a }}{% endfor %}"]
        {
            let branding = Branding { body: Some(body.into()), ..Branding::default() };
            let letter = Look(Some(&branding)).letter(&tale("before"));
            assert!(letter.text.contains("chrome"), "{body}: {}", letter.text);
        }
    }
}
