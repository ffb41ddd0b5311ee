//! What a path alone says about the file: where vague rules may speak, and where a find is harmless.

/// Classes of a path.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct PathClass {
    /// A configuration file that people write: vague rules may speak here.
    pub(crate) config: bool,
    /// A shell's or client's history.
    pub(crate) history: bool,
    /// In a folder of software as it is distributed.
    pub(crate) vendor: bool,
    /// Why finds are harmless here.
    pub(crate) harmless: Option<&'static str>,
}

/// Endings of configuration files.
const CONFIG: &[&[u8]] = &[
    b".env",
    b".properties",
    b".yml",
    b".yaml",
    b".toml",
    b".ini",
    b".cfg",
    b".conf",
    b".config",
    b".json",
    b".xml",
    b".tfvars",
    b".tfstate",
    b".cnf",
    b".envrc",
    b".secret",
    b".secrets",
    b".credentials",
];
/// Names of configuration files.
const CONFIG_NAMES: &[&[u8]] = &[
    b"credentials",
    b"config",
    b".env",
    b"environment",
    b"secrets",
    b"Dockerfile",
    b".my.cnf",
    b".s3cfg",
    b".boto",
    b".pgpass",
    b".netrc",
    b"_netrc",
    b"netrc",
    b".npmrc",
    b".pypirc",
    b".htpasswd",
    b"wp-config.php",
    b"settings.py",
    b"local_settings.py",
    b"database.yml",
];
/// Folders of software as it is distributed: configuration there is not the image author's.
const VENDOR: &[&[u8]] = &[
    b"usr/share/",
    b"usr/lib/",
    b"usr/lib64/",
    b"usr/include/",
    b"usr/libexec/",
    b"usr/src/",
    b"lib/",
    b"lib64/",
    b"sbin/",
    b"bin/",
    b"usr/bin/",
    b"usr/sbin/",
    b"var/lib/dpkg/",
    b"var/lib/apk/",
    b"var/cache/",
    b"proc/",
    b"sys/",
    b"etc/ssl/openssl.cnf",
    b"etc/pki/tls/openssl.cnf",
    b"etc/ssl1.1/openssl.cnf",
];
const HISTORIES: &[&[u8]] = &[
    b".bash_history",
    b".ash_history",
    b".zsh_history",
    b".sh_history",
    b".history",
    b".python_history",
    b".mysql_history",
    b".psql_history",
    b".sqlite_history",
    b".node_repl_history",
    b".rediscli_history",
    b".irb_history",
    b".php_history",
    b".dbshell",
    b".mongorc.js",
    b"fish_history",
    b"ConsoleHost_history.txt",
];

/// What the names of folders say.
#[derive(Default)]
struct Folders {
    vendor: bool,
    tests: bool,
    docs: bool,
}

impl Folders {
    fn of(path: &[u8]) -> Self {
        let mut folders = Self { vendor: VENDOR.iter().any(|folder| path.starts_with(folder)), ..Self::default() };
        let end = path.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
        let mut before: &[u8] = b"";
        for folder in path.get(..end).unwrap_or_default().split(|byte| *byte == b'/') {
            match folder {
                b"node_modules" | b"site-packages" | b"dist-packages" | b"gems" | b"jvm" | b"locale" | b"i18n"
                | b"translations" => folders.vendor = true,
                b"bundle" if before == b"vendor" => folders.vendor = true,
                b"registry" if before == b".cargo" => folders.vendor = true,
                b"mod" if before == b"pkg" => folders.vendor = true,
                b"repository" if before == b".m2" => folders.vendor = true,
                b"test" | b"tests" | b"testing" | b"testdata" | b"__tests__" | b"spec" | b"fixtures" | b"test-data"
                | b"test_data" | b"mocks" => folders.tests = true,
                // An archive inside an archive (`app.war!/WEB-INF/lib/x.jar!/…`) is somebody else's library.
                archive if archive.ends_with(b"!") => folders.vendor = true,
                b"doc" | b"docs" | b"examples" | b"example" | b"man" | b"help" | b"info" | b"samples" => folders.docs = true,
                _ => {}
            }
            before = folder;
        }
        folders
    }
}

impl PathClass {
    /// Classes of a path without a leading slash.
    pub(crate) fn of(path: &[u8]) -> Self {
        let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
        let folders = Folders::of(path);
        let history = HISTORIES.contains(&name);
        let config = !folders.vendor
            && (CONFIG_NAMES.contains(&name)
                || CONFIG.iter().any(|ending| name.ends_with(ending))
                || name.starts_with(b".env.")
                || name.starts_with(b"Dockerfile."));
        let installed = folders.vendor || path.starts_with(b"usr/local/lib/") || path.starts_with(b"usr/local/share/");
        let harmless = match (installed, folders.tests, folders.docs) {
            (true, true, _) => Some("in the tests of an installed package"),
            (true, _, true) => Some("in the documentation of an installed package"),
            _ => None,
        };
        Self { config, history, vendor: folders.vendor, harmless }
    }
}

/// True for names that copies ship as a template: `.env.example`, `config.sample.yml`, `*.template`, `*.dist`.
pub(crate) fn is_template(name: &[u8]) -> bool {
    [b"example".as_slice(), b"sample", b"template", b".dist", b".tmpl", b".tpl"]
        .iter()
        .any(|word| memchr::memmem::find(&name.to_ascii_lowercase(), word).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vendored_configuration_is_not_the_authors() {
        assert!(PathClass::of(b"srv/app/config.yml").config);
        assert!(PathClass::of(b"root/.aws/credentials").config);
        assert!(PathClass::of(b"app/.env.production").config);
        assert!(!PathClass::of(b"srv/app/node_modules/x/config.yml").config);
        assert!(!PathClass::of(b"usr/share/x/config.yml").config);
        assert!(!PathClass::of(b"srv/app/main.c").config);
    }

    #[test]
    fn tests_are_harmless_in_packages_only() {
        assert!(PathClass::of(b"usr/lib/python3/dist-packages/x/tests/key.pem").harmless.is_some());
        assert!(PathClass::of(b"srv/app/node_modules/x/test/key.pem").harmless.is_some());
        assert!(PathClass::of(b"srv/app/test/key.pem").harmless.is_none());
    }
}
