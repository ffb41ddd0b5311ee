//! What checks may ask: the report so far, the view, the present.

use porthole_oci::layer::{EntryKind, ImagePath};
use porthole_report::{Evidence, Origin, Report};

use crate::base::origin;
use crate::history::{self, split};
use crate::image::{ImageView, NodeId, Version};
use crate::inventory::Inventory;

/// What checks may ask.
pub(crate) struct Context<'a> {
    /// The folded layers.
    pub(crate) view: &'a ImageView,
    /// Packages and owners.
    pub(crate) inventory: &'a Inventory,
    /// The report without its checks.
    pub(crate) report: &'a Report,
    /// The present, seconds since 1970.
    pub(crate) now: Option<i64>,
}

/// A step of the build that ran a command.
pub(crate) struct Step<'a> {
    /// Layer that it made, when known.
    pub(crate) layer: Option<u32>,
    /// The command without the instruction and build arguments.
    pub(crate) command: &'a str,
    /// `RUN`, `ADD`, `COPY`, `ENV`, … as far as the text says.
    pub(crate) instruction: &'static str,
    /// Base image or the image's own.
    pub(crate) origin: Origin,
}

impl<'a> Context<'a> {
    /// Base image or own.
    pub(crate) fn origin(&self, layer: u32) -> Origin {
        origin(self.report.image.base.as_ref(), layer)
    }

    /// True unless a base image is known and the layer is part of it.
    pub(crate) fn is_own(&self, layer: u32) -> bool {
        self.origin(layer) != Origin::Base
    }

    /// Visible regular files, folders and the like with their paths.
    pub(crate) fn visible(&self) -> impl Iterator<Item = (NodeId, &'a Version)> {
        self.view.visible_nodes().filter(|(_, version)| !version.implied)
    }

    /// Evidence at a path.
    pub(crate) fn evidence(&self, node: NodeId, version: &Version, text: impl Into<String>) -> Evidence {
        Evidence {
            path: Some(self.view.path(node).display()),
            layer: Some(version.layer),
            origin: self.origin(version.layer),
            text: text.into(),
        }
    }

    /// Evidence about the image as a whole, which is its own where a base is known.
    pub(crate) fn configured(&self, text: impl Into<String>) -> Evidence {
        self.configured_by("", "", text)
    }

    /// Evidence in the configuration, where the last step with this instruction (about `name`, unless that is empty) put it.
    pub(crate) fn configured_by(&self, instruction: &str, name: &str, text: impl Into<String>) -> Evidence {
        let image = &self.report.image;
        let origin = history::configured_by(image, &history::origins(image), instruction, name);
        Evidence { path: None, layer: None, origin, text: text.into() }
    }

    /// Evidence about the base image.
    pub(crate) fn of_base(&self, text: impl Into<String>) -> Evidence {
        let origin = if self.report.image.base.is_some() { Origin::Base } else { Origin::Unknown };
        Evidence { path: None, layer: None, origin, text: text.into() }
    }

    /// The visible version of a path, links followed.
    pub(crate) fn file(&self, path: &str) -> Option<(NodeId, &'a Version)> {
        let node = self.view.resolve(&ImagePath::new(path))?;
        let version = self.view.visible(node)?;
        matches!(version.kind, EntryKind::File | EntryKind::Hardlink).then_some((node, version))
    }

    /// The lines of a captured file, split into fields at colons.
    pub(crate) fn table(&self, path: &str) -> Option<Vec<Vec<&'a str>>> {
        let bytes = self.view.captured(path)?;
        let text = std::str::from_utf8(bytes).ok()?;
        Some(
            text.lines()
                .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
                .take(100_000)
                .map(|line| line.split(':').collect())
                .collect(),
        )
    }

    /// Steps of the history, oldest first.
    pub(crate) fn steps(&self) -> Vec<Step<'a>> {
        let origins = history::origins(&self.report.image);
        let entries = self.report.image.history.iter().zip(origins);
        entries
            .map(|(entry, origin)| {
                let (instruction, command) = split(entry.created_by.as_deref().unwrap_or_default());
                Step { layer: entry.layer, command, instruction, origin }
            })
            .collect()
    }

    /// Commands that the image's own build ran.
    pub(crate) fn own_runs(&self) -> Vec<Step<'a>> {
        self.steps().into_iter().filter(|step| step.instruction == "RUN" && step.origin != Origin::Base).collect()
    }

    /// Evidence in the history.
    pub(crate) fn step(&self, step: &Step<'_>) -> Evidence {
        let mut text: String = step.command.chars().take(200).collect();
        if text.len() < step.command.len() {
            text.push('…');
        }
        Evidence { path: None, layer: step.layer, origin: step.origin, text: format!("{} {text}", step.instruction) }
    }

    /// Own commands that hold a match, as evidence.
    pub(crate) fn own_runs_with(&self, matches: impl Fn(&str) -> bool) -> Vec<Evidence> {
        self.own_runs().iter().filter(|step| matches(step.command)).map(|step| self.step(step)).collect()
    }
}

/// The commands of a shell line: split at `&&`, `||`, `;`, and line ends, each trimmed.
pub(crate) fn commands(line: &str) -> impl Iterator<Item = &str> {
    line.split(['&', ';', '\n', '|']).map(str::trim).filter(|command| !command.is_empty())
}
