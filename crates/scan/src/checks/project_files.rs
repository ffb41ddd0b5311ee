//! Files of the project and of the person who built it.

use porthole_oci::layer::EntryKind;
use porthole_report::Severity;

use super::verdict::counted;
use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "project-files",
    also_known_as: &["DKL-LI-0003"],
    title: "no files of the workplace are in the image",
    severity: Severity::Low,
    why: "they tell about the build, and may hold what was never meant to be published",
    fix: "list them in .dockerignore, and copy what is needed by name",
    reference: "https://docs.docker.com/build/concepts/context/#dockerignore-files",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let mut found = Vec::new();
    for (node, version) in context.visible().filter(|(_, version)| context.is_own(version.layer)) {
        let name = context.view.name(node);
        let known = match version.kind {
            EntryKind::File => FILES.iter().any(|file| file.as_bytes() == name),
            EntryKind::Directory => FOLDERS.iter().any(|folder| folder.as_bytes() == name),
            _ => false,
        };
        if !known {
            continue;
        }
        let path = context.view.path(node);
        let inside = [b"node_modules/".as_slice(), b"-packages/", b"usr/share/", b"usr/lib/", b"/gems/", b"vendor/"]
            .iter()
            .any(|part| path.as_bytes().windows(part.len()).any(|window| window == *part));
        if !inside {
            found.push(context.evidence(node, version, if version.kind == EntryKind::Directory { "folder" } else { "file" }));
        }
    }
    if found.is_empty() {
        Verdict::pass("there are none")
    } else {
        Verdict::warn(counted(found.len() as u64, "path that only the project needs")).with(found)
    }
}

const FILES: &[&str] = &[
    "Dockerfile",
    "Containerfile",
    "docker-compose.yml",
    "docker-compose.yaml",
    "compose.yaml",
    "compose.yml",
    ".dockerignore",
    ".gitignore",
    ".gitlab-ci.yml",
    ".travis.yml",
    "Jenkinsfile",
    ".DS_Store",
    "Thumbs.db",
    "Vagrantfile",
];
const FOLDERS: &[&str] = &[
    ".git",
    ".svn",
    ".hg",
    ".github",
    ".aws",
    ".azure",
    ".npm",
    ".cache",
    ".vscode",
    ".idea",
    ".terraform",
    ".vagrant",
    "__pycache__",
    ".pytest_cache",
    ".mypy_cache",
    ".tox",
];
