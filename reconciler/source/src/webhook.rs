//! Whether a forge's webhook is genuine, and what it says was pushed.
//!
//! Pure: the caller brings the headers and the body. A call only ever wakes
//! the daemon, which then reads the branch itself, so nothing of the body is
//! trusted beyond that.

use hmac::{Hmac, Mac};
use serde::Deserialize;
use sha2::Sha256;

use crate::access::Secret;
use crate::location::{Location, Remote};

/// Who calls, told from the header that proves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forge {
    /// `X-Hub-Signature-256`: HMAC-SHA256 of the body.
    GitHub,
    /// `X-Gitea-Signature` (Forgejo too): HMAC-SHA256 of the body.
    Gitea,
    /// `X-Gitlab-Token`: the secret itself.
    GitLab,
}

/// A genuine call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Who calls.
    pub forge: Forge,
    /// What was pushed; absent for pings and other events.
    pub push: Option<Push>,
}

/// A push, as the forge tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// The full name of the ref, such as `refs/heads/main`.
    pub reference: String,
    /// The ref's new commit, as text; zeros where it was deleted.
    pub after: Option<String>,
    /// `group/name` of the repository.
    pub repository: String,
    /// The URLs under which it can be cloned.
    pub urls: Vec<String>,
}

/// Why a call is turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No header that proves anything.
    #[error(
        "the call is not signed: set the webhook's secret \
         (X-Hub-Signature-256, X-Gitea-Signature or X-Gitlab-Token)"
    )]
    Unsigned,
    /// The proof does not fit the body and our secret.
    #[error("the call's signature is wrong: the secrets differ, or the body was changed")]
    WrongSignature,
    /// No secret is set on our side, so nothing could be proven.
    #[error("no webhook secret is set")]
    NoSecret,
    /// Genuine, but not to be read.
    #[error("the call's body is not the JSON of a push")]
    Malformed,
}

/// Checks the call's proof and then reads its body. `header` looks a header
/// up by its name, in any case.
pub fn check<'h>(
    secret: &Secret,
    header: impl Fn(&str) -> Option<&'h str>,
    body: &[u8],
) -> Result<Call, Refusal> {
    if secret.expose().is_empty() {
        return Err(Refusal::NoSecret);
    }
    let gitea = header("X-Gitea-Signature").or_else(|| header("X-Forgejo-Signature"));
    let forge = if let Some(signature) = gitea {
        signed(secret, body, signature).then_some(Forge::Gitea)
    } else if let Some(signature) = header("X-Hub-Signature-256") {
        let digest = signature.strip_prefix("sha256=");
        digest.is_some_and(|digest| signed(secret, body, digest)).then_some(Forge::GitHub)
    } else if let Some(token) = header("X-Gitlab-Token") {
        same(secret, token).then_some(Forge::GitLab)
    } else {
        return Err(Refusal::Unsigned);
    };
    let forge = forge.ok_or(Refusal::WrongSignature)?;
    let event = ["X-Gitea-Event", "X-Forgejo-Event", "X-GitHub-Event", "X-Gitlab-Event"]
        .into_iter()
        .find_map(&header);
    let pushes = ["push", "Push Hook", "Tag Push Hook", "System Hook"];
    if event.is_some_and(|event| !pushes.contains(&event)) {
        return Ok(Call { forge, push: None });
    }
    match read(body) {
        // GitLab's system hooks are of many kinds under one name.
        None if event != Some("System Hook") => Err(Refusal::Malformed),
        push => Ok(Call { forge, push }),
    }
}

impl Push {
    /// Whether this push is likely about that repository. A folder is never
    /// told apart, since forges know nothing of it.
    pub fn concerns(&self, location: &Location) -> bool {
        let Location::Remote(ours) = location else {
            return true;
        };
        let name = |url: &String| match Location::parse(url) {
            Ok(Location::Remote(remote)) => Some(Remote::name(&remote)),
            Ok(Location::Folder(_)) | Err(_) => None,
        };
        self.urls.iter().filter_map(name).any(|theirs| theirs == ours.name())
    }
}

fn keyed(secret: &Secret) -> Hmac<Sha256> {
    Hmac::new_from_slice(secret.expose().as_bytes()).expect("HMAC takes keys of any length")
}

/// `verify_slice` takes the same time wherever the first difference is.
fn signed(secret: &Secret, body: &[u8], digest: &str) -> bool {
    let Ok(digest) = hex::decode(digest.trim()) else {
        return false;
    };
    keyed(secret).chain_update(body).verify_slice(&digest).is_ok()
}

/// Compares two secrets by their keyed digests, so that time tells nothing.
fn same(secret: &Secret, token: &str) -> bool {
    let ours = keyed(secret).chain_update(secret.expose()).finalize().into_bytes();
    keyed(secret).chain_update(token).verify_slice(&ours).is_ok()
}

#[derive(Deserialize)]
struct Body {
    #[serde(rename = "ref")]
    reference: String,
    after: Option<String>,
    #[serde(default)]
    repository: Repository,
    #[serde(default)]
    project: Project,
}

/// GitHub and Gitea.
#[derive(Deserialize, Default)]
struct Repository {
    full_name: Option<String>,
    clone_url: Option<String>,
    ssh_url: Option<String>,
    html_url: Option<String>,
}

/// GitLab.
#[derive(Deserialize, Default)]
struct Project {
    path_with_namespace: Option<String>,
    git_http_url: Option<String>,
    git_ssh_url: Option<String>,
    web_url: Option<String>,
}

fn read(body: &[u8]) -> Option<Push> {
    // GitHub's other content type: a form with one field.
    let form = url::form_urlencoded::parse(body).find(|(name, _)| name == "payload");
    let body: Body = match form {
        Some((_, json)) if body.starts_with(b"payload=") => serde_json::from_str(&json).ok()?,
        _ => serde_json::from_slice(body).ok()?,
    };
    let (hub, lab) = (body.repository, body.project);
    let urls =
        [hub.clone_url, hub.ssh_url, hub.html_url, lab.git_http_url, lab.git_ssh_url, lab.web_url];
    Some(Push {
        reference: body.reference,
        after: body.after,
        repository: hub.full_name.or(lab.path_with_namespace)?,
        urls: urls.into_iter().flatten().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    type Headers<'a> = &'a [(&'a str, &'a str)];

    const HUB: &str = r#"{"ref":"refs/heads/main","after":"0123","repository":{"full_name":
        "msp/policy","clone_url":"https://git.example/msp/policy.git"}}"#;
    const LAB: &str = r#"{"object_kind":"push","ref":"refs/heads/main","project":
        {"path_with_namespace":"msp/policy","git_ssh_url":"git@git.example:msp/policy.git"}}"#;

    fn call(headers: Headers<'_>, body: &str) -> Result<Call, Refusal> {
        let header = |name: &str| {
            headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|h| h.1)
        };
        check(&Secret::new("It's a Secret"), header, body.as_bytes())
    }

    fn digest(body: &str) -> String {
        let mac = keyed(&Secret::new("It's a Secret")).chain_update(body);
        hex::encode(mac.finalize().into_bytes())
    }

    #[test]
    fn the_digest_is_the_published_one() {
        // RFC 4231, test case 2.
        let mac = keyed(&Secret::new("Jefe")).chain_update("what do ya want for nothing?");
        assert_eq!(
            hex::encode(mac.finalize().into_bytes()),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn genuine_pushes_of_each_forge_are_read() {
        let (hub, sign) = (digest(HUB), format!("sha256={}", digest(HUB)));
        let table = [
            (
                Forge::GitHub,
                vec![("x-hub-signature-256", sign.as_str()), ("X-GitHub-Event", "push")],
                HUB,
            ),
            (
                Forge::Gitea,
                vec![("X-Gitea-Signature", hub.as_str()), ("X-Gitea-Event", "push")],
                HUB,
            ),
            (
                Forge::GitLab,
                vec![("X-Gitlab-Token", "It's a Secret"), ("X-Gitlab-Event", "Push Hook")],
                LAB,
            ),
        ];
        for (forge, headers, body) in table {
            let call = call(&headers, body).expect("a genuine call");
            assert_eq!(call.forge, forge);
            let push = call.push.expect("a push");
            assert_eq!(
                (push.reference.as_str(), push.repository.as_str()),
                ("refs/heads/main", "msp/policy")
            );
            for (place, concerned) in [
                ("ssh://git@git.example/msp/policy", true),
                ("https://git.example/msp/other", false),
                ("/srv/policy.git", true),
            ] {
                let location = Location::parse(place).expect("a location");
                assert_eq!(push.concerns(&location), concerned, "{forge:?} {place}");
            }
        }
    }

    #[test]
    fn forms_and_pings_are_read_too() {
        let payload: String = url::form_urlencoded::byte_serialize(HUB.as_bytes()).collect();
        let form = format!("payload={payload}");
        let sign = format!("sha256={}", digest(&form));
        let headers = [("X-Hub-Signature-256", sign.as_str()), ("X-GitHub-Event", "push")];
        assert!(call(&headers, &form).expect("a genuine call").push.is_some());
        let sign = format!("sha256={}", digest("{}"));
        let headers = [("X-Hub-Signature-256", sign.as_str()), ("X-GitHub-Event", "ping")];
        assert_eq!(call(&headers, "{}"), Ok(Call { forge: Forge::GitHub, push: None }));
    }

    #[test]
    fn what_is_not_genuine_is_refused() {
        let sign = format!("sha256={}", digest(HUB));
        let table: [(Headers<'_>, &str, Refusal); 8] = [
            (&[], HUB, Refusal::Unsigned),
            (&[("X-Hub-Signature", "sha1=00")], HUB, Refusal::Unsigned),
            (&[("X-Hub-Signature-256", &sign)], LAB, Refusal::WrongSignature),
            (&[("X-Hub-Signature-256", &sign[7..])], HUB, Refusal::WrongSignature),
            (&[("X-Hub-Signature-256", &sign[..40])], HUB, Refusal::WrongSignature),
            (
                &[("X-Gitea-Signature", "zz"), ("X-Hub-Signature-256", &sign)],
                HUB,
                Refusal::WrongSignature,
            ),
            (&[("X-Gitlab-Token", "It's a secret")], LAB, Refusal::WrongSignature),
            (&[("X-Gitlab-Token", "It's a Secret")], "[]", Refusal::Malformed),
        ];
        for (headers, body, refusal) in table {
            assert_eq!(call(headers, body), Err(refusal), "{headers:?}");
        }
        assert_eq!(check(&Secret::new(""), |_| None, b""), Err(Refusal::NoSecret));
    }
}
