//! A controller under test, its configuration repository, and an operator's client.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use ordain_controller::{Listening, ServeConfig, ServeError, serve_and_tell};
use ordain_source::Location;
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// How long anything may take before a test fails.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A configuration repository with a work tree.
pub(crate) struct Repo(pub(crate) PathBuf);

impl Repo {
    /// One software with scripts, one task, two tenants.
    pub(crate) fn new(folder: &Path) -> Self {
        let repo = Self(folder.join("policy"));
        std::fs::create_dir_all(&repo.0).unwrap();
        repo.git(&["init", "-q", "-b", "main"]);
        repo.write("ordain.yaml", "kind: Repository\nname: test\napiVersion: ordain/v1\n");
        for tenant in ["contoso", "fabrikam"] {
            repo.write(
                &format!("tenants/{tenant}/tenant.yaml"),
                &format!("kind: Tenant\nname: {tenant}\n"),
            );
        }
        repo.write(
            "software/tool/software.yaml",
            "kind: Software\nname: tool\ndetect: {script: detect.sh}\nversions: [{version: \"1.0\"}]\ninstall: {script: install.sh}\nuninstall: {script: remove.sh}\n",
        );
        for script in ["detect", "install", "remove"] {
            repo.write(&format!("software/tool/{script}.sh"), &format!("# {script}\n"));
        }
        repo.write(
            "deployments/tool.yaml",
            "kind: Deployment\nname: tool\nsoftware: tool\ntarget: {all: true}\n",
        );
        repo.commit("first");
        repo
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn commit(&self, message: &str) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let identity = [
            "-c",
            "user.name=Test",
            "-c",
            "user.email=test@example.org",
            "-c",
            "commit.gpgsign=false",
        ];
        let output = Command::new("git")
            .current_dir(&self.0)
            .args(identity)
            .args(arguments)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "git {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

/// A running controller.
pub(crate) struct Running {
    pub(crate) listening: Listening,
    pub(crate) data: PathBuf,
    pub(crate) repo: Repo,
    client: Client,
    token: String,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), ServeError>>,
    /// Removed at the end.
    folder: tempfile::TempDir,
}

/// A controller that has stopped, with everything it left behind.
pub(crate) struct Stopped {
    pub(crate) repo: Repo,
    pub(crate) data: PathBuf,
    folder: tempfile::TempDir,
}

/// Starts a controller on a fresh folder and waits until its first commit is in force.
pub(crate) async fn start() -> Running {
    start_with(|_| ()).await
}

pub(crate) async fn start_with(configure: impl FnOnce(&mut ServeConfig)) -> Running {
    let folder = tempfile::tempdir().unwrap();
    let repo = Repo::new(folder.path());
    let data = folder.path().join("data");
    let running = Stopped { repo, data, folder }.start_with(configure).await;
    running.eventually("a commit in force", |status| !status["commit"]["inForce"].is_null()).await;
    running
}

pub(crate) fn config(repo: &Repo, data: &Path) -> ServeConfig {
    let mut config = ServeConfig::new(Location::Folder(repo.0.clone()), data.to_owned());
    config.listen = "127.0.0.1:0".parse().unwrap();
    config
}

impl Stopped {
    pub(crate) fn of(repo: Repo, data: PathBuf, folder: tempfile::TempDir) -> Self {
        Self { repo, data, folder }
    }

    /// The same repository with another data folder.
    pub(crate) fn at(self, data: PathBuf) -> Self {
        Self { data, ..self }
    }

    pub(crate) async fn start(self) -> Running {
        self.start_with(|_| ()).await
    }

    pub(crate) async fn start_with(self, configure: impl FnOnce(&mut ServeConfig)) -> Running {
        let mut config = config(&self.repo, &self.data);
        configure(&mut config);
        let (stop, stopped) = oneshot::channel();
        let (ready, listening) = oneshot::channel();
        let serving = serve_and_tell(
            config,
            move |listening| ready.send(listening.clone()).unwrap(),
            async {
                let _stopped = stopped.await;
            },
        );
        let task = tokio::spawn(serving);
        let listening = tokio::time::timeout(PATIENCE, listening).await.unwrap().unwrap();
        let pem = std::fs::read(self.data.join("ca.pem")).unwrap();
        let roots = [reqwest::Certificate::from_pem(&pem).unwrap()];
        // An idle connection that is kept may be closed just when it is used again.
        let client = Client::builder()
            .tls_certs_only(roots)
            .timeout(PATIENCE)
            .pool_max_idle_per_host(0)
            .build()
            .unwrap();
        let token =
            std::fs::read_to_string(self.data.join("admin.token")).unwrap().trim().to_owned();
        Running {
            listening,
            data: self.data,
            repo: self.repo,
            client,
            token,
            stop,
            task,
            folder: self.folder,
        }
    }
}

impl Running {
    /// Stops in order; everything stays on the disk.
    pub(crate) async fn stop(self) -> Stopped {
        self.stop.send(()).unwrap();
        tokio::time::timeout(PATIENCE, self.task).await.unwrap().unwrap().unwrap();
        Stopped { repo: self.repo, data: self.data, folder: self.folder }
    }

    /// Asks as the administrator.
    pub(crate) async fn api(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> (StatusCode, Value) {
        let token = self.token.clone();
        self.ask(method, path, Some(&token), body).await
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let (status, body) = self.api(Method::GET, path, None).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        let (status, body) = self.api(Method::POST, path, Some(body)).await;
        assert!(status.is_success(), "{path}: {status} {body}");
        body
    }

    /// Asks with any token, or none.
    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: Option<Value>,
    ) -> (StatusCode, Value) {
        let mut request = self.request(method, path);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{path}", self.listening.url))
    }

    /// Looks at the status until it is as wished.
    pub(crate) async fn eventually(&self, what: &str, wished: impl Fn(&Value) -> bool) -> Value {
        self.until("/api/v1/status", what, wished).await
    }

    /// Looks at an address until its answer is as wished.
    pub(crate) async fn until(
        &self,
        path: &str,
        what: &str,
        wished: impl Fn(&Value) -> bool,
    ) -> Value {
        let begun = Instant::now();
        let mut ticks = tokio::time::interval(Duration::from_millis(20));
        loop {
            ticks.tick().await;
            let status = self.get(path).await;
            if wished(&status) {
                return status;
            }
            assert!(begun.elapsed() < PATIENCE, "waited for {what}: {status}");
        }
    }

    /// A token that enrols so many agents of a tenant.
    pub(crate) async fn token(&self, tenant: &str, count: u32) -> String {
        let made = self.post("/api/v1/enrolments", json!({"tenant": tenant, "count": count})).await;
        made["token"].as_str().unwrap().to_owned()
    }

    /// Starts a session and gives its id.
    pub(crate) async fn session(&self, computer: &str) -> String {
        let made = self.post("/api/v1/sessions", json!({"computers": [computer]})).await;
        made["sessions"][0]["id"].as_str().unwrap().to_owned()
    }

    /// Follows a session's log until it is over; gives its lines.
    pub(crate) async fn followed(&self, session: &str) -> Vec<Value> {
        let response = self
            .request(Method::GET, &format!("/api/v1/sessions/{session}/logs?follow=true"))
            .bearer_auth(&self.token)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let text = response.text().await.unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}
