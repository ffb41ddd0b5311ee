//! Which of several images to look at.

use super::model::{Archive, ImageSource};
use crate::platform::Platform;

/// What somebody asked for. Everything left out does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlatformWanted {
    /// Platform; fields left empty do not matter.
    pub platform: Option<Platform>,
    /// A name, tag, manifest digest or image id; a part that is unambiguous to people (`nginx`, `1.27`) does.
    pub name: Option<String>,
}

/// The outcome of a choice. Numbers are indexes into [`Archive::images`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// This one, since it is the only one that fits.
    Only(usize),
    /// This one of several that fit: the first complete one, `linux/amd64` before others.
    Best {
        /// The choice.
        image: usize,
        /// Every image that fits, the chosen one among them.
        all: Vec<usize>,
    },
    /// None fits.
    Nothing,
}

impl Choice {
    /// The chosen image.
    pub fn image(&self) -> Option<usize> {
        match self {
            Self::Only(image) | Self::Best { image, .. } => Some(*image),
            Self::Nothing => None,
        }
    }
}

impl Archive {
    /// Chooses an image. The same archive and wish always give the same answer.
    pub fn choose(&self, wanted: &PlatformWanted) -> Choice {
        let fits = |image: &ImageSource| {
            wanted.platform.as_ref().is_none_or(|platform| image.platform.satisfies(platform))
                && wanted.name.as_ref().is_none_or(|name| is_called(image, name))
        };
        let all: Vec<usize> = (0..self.images.len()).filter(|at| self.images.get(*at).is_some_and(fits)).collect();
        match all.as_slice() {
            [] => Choice::Nothing,
            [only] => Choice::Only(*only),
            [first, ..] => {
                let image = all.iter().copied().min_by_key(|at| self.rank(*at)).unwrap_or(*first);
                Choice::Best { image, all }
            }
        }
    }

    /// Lower is better; the archive's own order decides between equals.
    fn rank(&self, at: usize) -> (bool, u8, usize) {
        let Some(image) = self.images.get(at) else { return (true, u8::MAX, at) };
        let platform = match (image.platform.os.as_str(), image.platform.architecture.as_str()) {
            ("linux", "amd64") => 0,
            ("linux", "arm64") => 1,
            ("linux", _) => 2,
            _ => 3,
        };
        (!image.has_content(), platform, at)
    }
}

fn is_called(image: &ImageSource, wanted: &str) -> bool {
    let digests = [image.manifest_digest(), image.config_digest()];
    let by_digest = digests.into_iter().flatten().any(|digest| {
        let hex = wanted.strip_prefix("sha256:").unwrap_or(wanted);
        digest.to_string() == wanted || (hex.len() >= 7 && digest.hex().starts_with(&hex.to_ascii_lowercase()))
    });
    by_digest
        || image.names.iter().any(|name| {
            let (repository, tag) = match name.rsplit_once(':') {
                Some((repository, tag)) if !tag.contains('/') => (repository, tag),
                _ => (name.as_str(), ""),
            };
            let ends_with = |whole: &str| whole == wanted || whole.strip_suffix(wanted).is_some_and(|rest| rest.ends_with('/'));
            tag == wanted || ends_with(name) || ends_with(repository)
        })
}
