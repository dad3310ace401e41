//! An honest repository: files, a policy, a chain of promotions, heartbeats.

use std::collections::{BTreeMap, BTreeSet};

use ordain_trust::approval::Approves;
pub(crate) use ordain_trust::commit::signed as with_signature;
use ordain_trust::heartbeat::Heartbeat;
use ordain_trust::verify::enrol;
use ordain_trust::{
    Anchor, Approvals, Event, ObjectFormat, ObjectId, ObjectKind, Objects, PayloadId, Refusal,
    RefusalCode, RepoId, Store, UnixTime, object_id, verify,
};

use super::Signer;

/// The time at which the tests take place.
pub(crate) const NOW: UnixTime = UnixTime(1_800_000_000);

/// A commit that nobody has signed.
pub(crate) fn commit_text(tree: &ObjectId, parents: &[ObjectId], message: &str) -> String {
    let mut text = format!("tree {tree}\n");
    text.extend(parents.iter().map(|parent| format!("parent {parent}\n")));
    text.push_str("author Jo <jo@example.org> 1790000000 +0100\n");
    text.push_str("committer Jo <jo@example.org> 1790000000 +0100\n\n");
    text.push_str(message);
    text
}

/// A tree of entries as they are given: mode, name, id.
pub(crate) fn tree_bytes(entries: &[(&str, &[u8], ObjectId)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (mode, name, id) in entries {
        bytes.extend_from_slice(mode.as_bytes());
        bytes.push(b' ');
        bytes.extend_from_slice(name);
        bytes.push(0);
        bytes.extend_from_slice(id.as_bytes());
    }
    bytes
}

/// A repository whose chain grows by promotions.
#[derive(Clone)]
pub(crate) struct Chain {
    pub(crate) format: ObjectFormat,
    pub(crate) objects: Objects,
    /// The files of the working tree, by path.
    pub(crate) files: BTreeMap<String, String>,
    pub(crate) commits: Vec<ObjectId>,
    pub(crate) heartbeats: u64,
    pub(crate) approvals: Vec<Vec<u8>>,
    /// Accepted up to the last promotion.
    pub(crate) store: Store,
}

/// Who there is: three roots of whom two are needed, one who promotes, one for
/// each of two tenants, one for everything else, a heartbeat, a technician.
pub(crate) fn people() -> Vec<Signer> {
    vec![
        Signer::ed25519("ann", "Ann"),
        Signer::p256("bob", "Bob"),
        Signer::sk_ed25519("cy", "Cy"),
        Signer::ed25519("dan", "Dan"),
        Signer::sk_p256("eve", "Eve"),
        Signer::ed25519("fay", "Fay"),
        Signer::ed25519("gus", "Gus"),
        Signer::ed25519("pulse", "Clock"),
        Signer::ed25519("tech", "Tess"),
        Signer::ed25519("ann-two", "ann"),
    ]
}

/// One of [`people`].
pub(crate) fn who(name: &str) -> Signer {
    people().into_iter().find(|signer| signer.name == name).unwrap()
}

/// The roles as lines of the policy.
pub(crate) const ROLES: &str = "\
roles:
  root: {keys: [ann, bob, cy, ann-two], threshold: 2}
  release: {keys: [dan, ann, bob]}
  global: {keys: [gus, dan], threshold: 1}
  heartbeat: {keys: [pulse]}
  adhoc: {keys: [tech]}
  tenant:contoso: {keys: [eve, dan], threshold: 2}
  tenant:fabrikam: {keys: [fay]}
";

/// The policy with those roles.
pub(crate) fn policy(roles: &str, format: ObjectFormat) -> String {
    let mut text = format!("kind: Trust\nname: trust\nobjectFormat: {}\nkeys:\n", format.name());
    for signer in people() {
        let (name, key, person) = (signer.name, signer.line(), signer.person);
        text.extend([format!("  {name}: {{key: \"{key}\", person: {person}}}\n")]);
    }
    text.push_str(roles);
    text
}

impl Chain {
    /// A repository with its genesis.
    pub(crate) fn new() -> Self {
        Self::of(ObjectFormat::Sha1)
    }

    pub(crate) fn of(format: ObjectFormat) -> Self {
        let files = BTreeMap::from([
            (".ordain/trust.yaml".to_owned(), policy(ROLES, format)),
            ("ordain.yaml".to_owned(), "kind: Repository\n".to_owned()),
            ("software/tool/install.sh".to_owned(), "echo install\n".to_owned()),
            ("software/tool/uninstall.sh".to_owned(), "echo uninstall\n".to_owned()),
            ("tenants/contoso/tenant.yaml".to_owned(), "kind: Tenant\n".to_owned()),
            ("tenants/fabrikam/tenant.yaml".to_owned(), "kind: Tenant\n".to_owned()),
        ]);
        let mut objects = Objects::new(format);
        let tree = write(&mut objects, &files, "");
        let text = commit_text(&tree, &[], "genesis\n");
        let armour = who("ann").armour("git", text.as_bytes());
        let genesis =
            objects.add(ObjectKind::Commit, &with_signature(&text, &armour, format)).unwrap();
        let approves = Approves { repo: None, tree, onto: None };
        let approvals = vec![who("bob").statement("ordain-approval@v1", &approves.text())];
        let of = Approvals::sorted(approvals.iter().map(Vec::as_slice));
        let store = ordain_trust::repo::begin(None, &genesis, &of, &objects, "contoso").unwrap();
        Self { format, objects, files, commits: vec![genesis], heartbeats: 0, approvals, store }
    }

    /// The same, with a heartbeat taken.
    pub(crate) fn beating() -> Self {
        let mut chain = Self::new();
        chain.beat();
        chain
    }

    pub(crate) fn anchor(&self) -> Anchor {
        Anchor { repo: self.store.repo, genesis: self.commits[0] }
    }

    pub(crate) fn repo(&self) -> RepoId {
        self.store.repo
    }

    pub(crate) fn head(&self) -> ObjectId {
        *self.commits.last().unwrap()
    }

    pub(crate) fn payload(&self, commit: &ObjectId) -> PayloadId {
        self.objects.commit(commit).unwrap().payload_id
    }

    /// Changes a file.
    pub(crate) fn put(&mut self, path: &str, text: &str) -> &mut Self {
        self.files.insert(path.to_owned(), text.to_owned());
        self
    }

    /// The root tree of the files as they are.
    pub(crate) fn tree(&mut self) -> ObjectId {
        write(&mut self.objects, &self.files, "")
    }

    /// A commit of the main branch; it is never delivered.
    pub(crate) fn main(&self) -> ObjectId {
        let text = format!("main {}", self.commits.len());
        object_id(ObjectKind::Commit, text.as_bytes(), self.format).unwrap()
    }

    /// Promotes the files as they are, without having it accepted.
    pub(crate) fn forge(&mut self, signer: &Signer) -> ObjectId {
        let (tree, parents) = (self.tree(), [self.head(), self.main()]);
        self.forge_from(signer, &tree, &parents)
    }

    /// A commit of any tree and parents, signed.
    pub(crate) fn forge_from(
        &mut self,
        signer: &Signer,
        tree: &ObjectId,
        parents: &[ObjectId],
    ) -> ObjectId {
        let text = commit_text(tree, parents, "promote\n");
        let armour = signer.armour("git", text.as_bytes());
        let bytes = with_signature(&text, &armour, self.format);
        self.objects.add(ObjectKind::Commit, &bytes).unwrap()
    }

    /// An approval of the files as they are, to follow the head.
    pub(crate) fn approve(&mut self, signer: &Signer) -> &mut Self {
        let tree = self.tree();
        let onto = Some(self.payload(&self.head()));
        let approves = Approves { repo: Some(self.repo()), tree, onto };
        self.approvals.push(signer.statement("ordain-approval@v1", &approves.text()));
        self
    }

    /// Promotes the files as they are and has it accepted.
    pub(crate) fn promote(&mut self, signer: &Signer) -> ObjectId {
        let commit = self.forge(signer);
        self.store = self.judge(&[commit], None).unwrap();
        self.commits.push(commit);
        commit
    }

    /// The heartbeat that an honest signer would send now.
    pub(crate) fn heartbeat(&self) -> Heartbeat {
        let head = self.head();
        Heartbeat {
            repo: self.repo(),
            number: self.heartbeats + 1,
            issued: NOW,
            expires: NOW.after(26 * 3600),
            depth: self.commits.len() as u64 - 1,
            head: self.payload(&head),
            revoked: BTreeSet::new(),
            first_seen: BTreeMap::new(),
        }
    }

    /// Sends a heartbeat and has it accepted.
    pub(crate) fn beat(&mut self) {
        let bytes = signed(&self.heartbeat());
        self.take(&bytes);
    }

    /// Has a heartbeat accepted.
    pub(crate) fn take(&mut self, heartbeat: &[u8]) {
        self.store = self.judge(&[], Some(heartbeat)).unwrap();
        self.heartbeats = self.store.heartbeat.as_ref().unwrap().number;
    }

    pub(crate) fn approved(&self) -> Approvals {
        Approvals::sorted(self.approvals.iter().map(Vec::as_slice))
    }

    /// What the store makes of promotions and a heartbeat now.
    pub(crate) fn judge(
        &self,
        promotions: &[ObjectId],
        heartbeat: Option<&[u8]>,
    ) -> Result<Store, Refusal> {
        self.judge_at(promotions, heartbeat, NOW)
    }

    pub(crate) fn judge_at(
        &self,
        promotions: &[ObjectId],
        heartbeat: Option<&[u8]>,
        now: UnixTime,
    ) -> Result<Store, Refusal> {
        let approvals = self.approved();
        let event = Event::Chain { promotions, approvals: &approvals, heartbeat };
        verify(&self.store, event, &self.objects, now)
    }

    /// Those promotions are refused by that rule, and nothing has changed.
    #[track_caller]
    pub(crate) fn refuses(&self, promotions: &[ObjectId], code: RefusalCode) {
        self.refused(code, |chain| chain.judge(promotions, None).map(drop));
    }

    /// That heartbeat is refused by that rule, and nothing has changed.
    #[track_caller]
    pub(crate) fn refuses_heartbeat(&self, heartbeat: &[u8], code: RefusalCode) {
        self.refused(code, |chain| chain.judge(&[], Some(heartbeat)).map(drop));
    }

    /// Something is refused by that rule, and nothing has changed.
    #[track_caller]
    pub(crate) fn refused(
        &self,
        code: RefusalCode,
        attack: impl FnOnce(&Self) -> Result<(), Refusal>,
    ) {
        let before = self.store.clone();
        let refusal = attack(self).expect_err("the attack went through");
        assert_eq!(refusal.code, code, "{refusal}");
        assert!(self.store == before, "the store has changed");
    }

    /// A new agent's store from the genesis on.
    pub(crate) fn enrolled(&self, commits: &[ObjectId]) -> Result<Store, Refusal> {
        let approvals = self.approved();
        enrol(&self.anchor(), None, &commits[1..], &approvals, &self.objects, "contoso")
    }
}

/// A heartbeat with its signature.
pub(crate) fn signed(heartbeat: &Heartbeat) -> Vec<u8> {
    who("pulse").statement("ordain-heartbeat@v1", &heartbeat.text())
}

/// Writes the files below a folder as objects, and says the tree.
fn write(objects: &mut Objects, files: &BTreeMap<String, String>, folder: &str) -> ObjectId {
    let mut entries: Vec<(String, &str, String, ObjectId)> = Vec::new();
    let mut seen = BTreeSet::new();
    for (path, text) in files {
        let Some(rest) = path.strip_prefix(folder) else { continue };
        match rest.split_once('/') {
            None => {
                let id = objects.add(ObjectKind::Blob, text.as_bytes()).unwrap();
                entries.push((rest.to_owned(), "100644", rest.to_owned(), id));
            }
            Some((name, _)) if seen.insert(name.to_owned()) => {
                let id = write(objects, files, &format!("{folder}{name}/"));
                entries.push((format!("{name}/"), "40000", name.to_owned(), id));
            }
            Some(_) => {}
        }
    }
    entries.sort();
    let entries: Vec<(&str, &[u8], ObjectId)> =
        entries.iter().map(|(_, mode, name, id)| (*mode, name.as_bytes(), *id)).collect();
    objects.add(ObjectKind::Tree, &tree_bytes(&entries)).unwrap()
}
