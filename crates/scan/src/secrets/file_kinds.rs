//! Files that should not be in an image, told by name and proven by content.

use porthole_report::Severity::{self, Critical, High, Low, Medium};

use super::path_class::{PathClass, is_template};

/// One kind of file.
#[derive(Debug)]
pub(super) struct FileKind {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) severity: Severity,
    is: fn(&File<'_>) -> bool,
}

/// What is known of a file: its path and first bytes.
struct File<'a> {
    path: &'a [u8],
    name: &'a [u8],
    head: &'a [u8],
    class: PathClass,
    vendor: bool,
}

impl File<'_> {
    fn named(&self, names: &[&str]) -> bool {
        names.iter().any(|name| name.as_bytes() == self.name)
    }

    fn ends(&self, endings: &[&str]) -> bool {
        endings.iter().any(|ending| self.name.len() > ending.len() && self.name.ends_with(ending.as_bytes()))
    }

    /// The path is one of these or ends in `/` and one of these.
    fn at(&self, paths: &[&str]) -> bool {
        paths
            .iter()
            .any(|path| self.path.strip_suffix(path.as_bytes()).is_some_and(|before| before.is_empty() || before.ends_with(b"/")))
    }

    fn has(&self, text: &str) -> bool {
        super::matcher::holds(self.head, text)
    }

    fn starts(&self, magic: &[u8]) -> bool {
        self.head.starts_with(magic)
    }
}

const KINDS: &[FileKind] = &[
    FileKind { id: "file-dotenv", title: "environment file", severity: Medium, is: |f| !f.vendor && dotenv(f) },
    FileKind {
        id: "file-npmrc",
        title: "npm configuration with credentials",
        severity: High,
        is: |f| f.named(&[".npmrc", "npmrc"]) && (f.has("_auth") || f.has("_password")),
    },
    FileKind {
        id: "file-yarnrc",
        title: "Yarn configuration with credentials",
        severity: High,
        is: |f| f.named(&[".yarnrc.yml"]) && (f.has("npmauthtoken:") || f.has("npmauthident:")),
    },
    FileKind {
        id: "file-netrc",
        title: "netrc file with a password",
        severity: High,
        is: |f| f.named(&[".netrc", "_netrc"]) && f.has("password"),
    },
    FileKind {
        id: "file-pypirc",
        title: "Python package index credentials",
        severity: High,
        is: |f| f.named(&[".pypirc"]) && f.has("password"),
    },
    FileKind {
        id: "file-docker-config",
        title: "Docker client configuration with credentials",
        severity: High,
        is: |f| {
            (f.at(&[".docker/config.json", "containers/auth.json"]) || f.named(&[".dockercfg", ".dockerconfigjson"]))
                && f.has("\"auth\"")
        },
    },
    FileKind {
        id: "file-kubeconfig",
        title: "kubeconfig with credentials",
        severity: High,
        is: |f| {
            (f.at(&[".kube/config"]) || f.named(&["kubeconfig", "admin.conf", "kubelet.conf"]) || f.ends(&[".kubeconfig"]))
                && f.has("clusters:")
        },
    },
    FileKind {
        id: "file-aws-credentials",
        title: "AWS credentials file",
        severity: High,
        is: |f| f.at(&[".aws/credentials"]) && f.has("aws_"),
    },
    FileKind {
        id: "file-gcloud-credentials",
        title: "Google Cloud credentials",
        severity: High,
        is: |f| {
            f.named(&["application_default_credentials.json", "legacy_credentials", "adc.json"])
                && (f.has("refresh_token") || f.has("private_key"))
                || f.at(&["gcloud/credentials.db", "gcloud/access_tokens.db"])
        },
    },
    FileKind {
        id: "file-azure-credentials",
        title: "Azure CLI credentials",
        severity: High,
        is: |f| f.at(&[".azure/accessTokens.json", ".azure/msal_token_cache.json", ".azure/service_principal_entries.json"]),
    },
    FileKind {
        id: "file-git-credentials",
        title: "stored git credentials",
        severity: High,
        is: |f| f.named(&[".git-credentials"]) && f.has("://") || f.at(&[".config/git/credentials"]),
    },
    FileKind {
        id: "file-github-cli",
        title: "GitHub CLI credentials",
        severity: High,
        is: |f| f.at(&["gh/hosts.yml"]) && f.has("oauth_token"),
    },
    FileKind {
        id: "file-cargo-credentials",
        title: "Cargo registry credentials",
        severity: High,
        is: |f| f.at(&[".cargo/credentials", ".cargo/credentials.toml"]) && f.has("token"),
    },
    FileKind { id: "file-gem-credentials", title: "RubyGems credentials", severity: High, is: |f| f.at(&[".gem/credentials"]) },
    FileKind {
        id: "file-composer-auth",
        title: "Composer credentials",
        severity: High,
        is: |f| f.at(&["composer/auth.json", ".composer/auth.json"]),
    },
    FileKind {
        id: "file-maven-settings",
        title: "Maven settings with a server password",
        severity: High,
        is: |f| f.at(&[".m2/settings.xml"]) && f.has("<password>") || f.at(&[".m2/settings-security.xml"]),
    },
    FileKind {
        id: "file-gradle-properties",
        title: "Gradle properties with credentials",
        severity: Medium,
        is: |f| f.at(&[".gradle/gradle.properties"]) && (f.has("password") || f.has("token")),
    },
    FileKind {
        id: "file-terraform-credentials",
        title: "Terraform CLI credentials",
        severity: High,
        is: |f| f.named(&["credentials.tfrc.json", ".terraformrc"]) && f.has("token"),
    },
    FileKind {
        id: "file-terraform-state",
        title: "Terraform state, which holds secrets in the clear",
        severity: High,
        is: |f| (f.ends(&[".tfstate", ".tfstate.backup"])) && f.has("terraform_version"),
    },
    FileKind { id: "file-vault-token", title: "HashiCorp Vault token file", severity: High, is: |f| f.named(&[".vault-token"]) },
    FileKind {
        id: "file-helm-repositories",
        title: "Helm repositories with a password",
        severity: Medium,
        is: |f| f.at(&["helm/repositories.yaml"]) && f.has("password: ") && !f.has("password: \"\""),
    },
    FileKind {
        id: "file-mysql-credentials",
        title: "MySQL client configuration with a password",
        severity: High,
        is: |f| f.named(&[".my.cnf"]) && f.has("password") || f.named(&[".mylogin.cnf"]),
    },
    FileKind { id: "file-pgpass", title: "PostgreSQL password file", severity: High, is: |f| f.named(&[".pgpass"]) },
    FileKind {
        id: "file-s3cfg",
        title: "s3cmd or boto configuration with keys",
        severity: High,
        is: |f| f.named(&[".s3cfg", ".boto"]) && f.has("secret"),
    },
    FileKind {
        id: "file-rclone",
        title: "rclone configuration with credentials",
        severity: High,
        is: |f| f.named(&["rclone.conf"]) && (f.has("pass =") || f.has("token =") || f.has("secret_access_key =")),
    },
    FileKind {
        id: "file-htpasswd",
        title: "web server password file",
        severity: Medium,
        is: |f| !f.vendor && f.named(&[".htpasswd", "htpasswd"]) && memchr::memchr(b':', f.head).is_some(),
    },
    FileKind { id: "file-shell-history", title: "shell or client history", severity: Medium, is: |f| f.class.history },
    FileKind {
        id: "file-ssh-host-key",
        title: "SSH host key, the same in every container",
        severity: High,
        is: |f| f.name.starts_with(b"ssh_host_") && f.name.ends_with(b"_key") && f.has("private key"),
    },
    FileKind {
        id: "file-gpg-private-keys",
        title: "GnuPG private key store",
        severity: High,
        is: |f| memchr::memmem::find(f.path, b"private-keys-v1.d/").is_some() && f.ends(&[".key"]) || f.named(&["secring.gpg"]),
    },
    FileKind {
        id: "file-der-private-key",
        title: "private key in DER",
        severity: Critical,
        is: |f| {
            f.ends(&[".key", ".der", ".pk8", ".p8", ".priv"])
                && f.head.first_chunk::<7>().is_some_and(|b| b[0] == 0x30 && b[1] == 0x82 && b[4..7] == [2, 1, 0])
        },
    },
    FileKind { id: "file-java-keystore", title: "Java keystore with a private key", severity: High, is: java_keystore },
    FileKind {
        id: "file-pkcs12",
        title: "PKCS #12 keystore",
        severity: High,
        is: |f| {
            f.ends(&[".p12", ".pfx", ".pkcs12"])
                && f.head.first() == Some(&0x30)
                && memchr::memmem::find(f.head, &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01]).is_some()
        },
    },
    FileKind {
        id: "file-kerberos-keytab",
        title: "Kerberos keytab",
        severity: High,
        is: |f| (f.ends(&[".keytab"]) || f.named(&["krb5.keytab"])) && f.starts(&[5, 2]),
    },
    FileKind { id: "file-keepass", title: "KeePass database", severity: High, is: |f| f.starts(&[0x03, 0xD9, 0xA2, 0x9A]) },
    FileKind { id: "file-gnome-keyring", title: "GNOME keyring", severity: High, is: |f| f.starts(b"GnomeKeyring\n\r\0\n") },
    FileKind {
        id: "file-firefox-logins",
        title: "Firefox passwords",
        severity: High,
        is: |f| f.named(&["logins.json", "key4.db", "signons.sqlite"]) && !f.vendor,
    },
    FileKind { id: "file-wallet", title: "cryptocurrency wallet", severity: High, is: |f| f.named(&["wallet.dat"]) },
    FileKind {
        id: "file-core-dump",
        title: "core dump: memory of a process",
        severity: High,
        is: |f| f.starts(b"\x7FELF") && (f.head.get(16..18) == Some(&[4, 0]) || f.head.get(16..18) == Some(&[0, 4])),
    },
    FileKind {
        id: "file-java-heap-dump",
        title: "Java heap dump: memory of a process",
        severity: High,
        is: |f| f.starts(b"JAVA PROFILE 1.0"),
    },
    FileKind {
        id: "file-windows-dump",
        title: "Windows memory dump",
        severity: High,
        is: |f| f.starts(b"MDMP\x93\xA7") || f.starts(b"PAGEDU64"),
    },
    FileKind {
        id: "file-packet-capture",
        title: "network packet capture",
        severity: Medium,
        is: |f| {
            !f.vendor
                && (f.starts(&[0xD4, 0xC3, 0xB2, 0xA1])
                    || f.starts(&[0xA1, 0xB2, 0xC3, 0xD4])
                    || f.starts(&[0x0A, 0x0D, 0x0D, 0x0A]))
        },
    },
    FileKind {
        id: "file-git-folder",
        title: "git repository: history and removed secrets can be read from it",
        severity: Medium,
        is: |f| f.at(&[".git/HEAD"]) && (f.starts(b"ref:") || f.head.len() >= 40),
    },
    FileKind { id: "file-svn-folder", title: "Subversion working copy", severity: Low, is: |f| f.at(&[".svn/wc.db"]) },
    FileKind { id: "file-hg-folder", title: "Mercurial repository", severity: Medium, is: |f| f.at(&[".hg/requires"]) },
    FileKind {
        id: "file-sqlite-database",
        title: "SQLite database",
        severity: Medium,
        is: |f| !f.vendor && !system_database(f) && f.starts(b"SQLite format 3\0"),
    },
    FileKind {
        id: "file-postgres-data",
        title: "PostgreSQL data folder",
        severity: Medium,
        is: |f| f.at(&["global/pg_control"]),
    },
    FileKind { id: "file-mysql-data", title: "MySQL data folder", severity: Medium, is: |f| f.named(&["ibdata1"]) },
    FileKind { id: "file-redis-dump", title: "Redis dump", severity: Medium, is: |f| f.starts(b"REDIS00") },
    FileKind {
        id: "file-database-dump",
        title: "SQL dump of a database",
        severity: Medium,
        is: |f| {
            !f.vendor
                && (f.starts(b"-- MySQL dump")
                    || f.starts(b"-- MariaDB dump")
                    || f.starts(b"--\n-- PostgreSQL database dump")
                    || f.starts(b"PGDMP"))
        },
    },
    FileKind { id: "file-editor-swap", title: "editor swap file", severity: Low, is: |f| f.starts(b"b0VIM ") },
    FileKind {
        id: "file-cloud-init-user-data",
        title: "cloud-init user data",
        severity: Low,
        is: |f| f.at(&["instance/user-data.txt", "seed/nocloud/user-data"]),
    },
    FileKind {
        id: "file-tor-secret-key",
        title: "Tor hidden service secret key",
        severity: High,
        is: |f| f.starts(b"== ed25519v1-secret:"),
    },
];

/// Number of kinds.
pub(super) const COUNT: usize = KINDS.len();

/// Ids and titles.
pub(super) fn catalogue() -> impl Iterator<Item = (&'static str, &'static str)> {
    KINDS.iter().map(|kind| (kind.id, kind.title))
}

/// The kind of a file by its path (without a leading slash) and its first bytes.
pub(super) fn recognise(path: &[u8], head: &[u8], class: PathClass) -> Option<&'static FileKind> {
    let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let file = File { path, name, head, class, vendor: class.vendor };
    KINDS.iter().find(|kind| (kind.is)(&file))
}

/// `.env` and `.env.production`, with at least one variable that has a value.
fn dotenv(file: &File<'_>) -> bool {
    let named = file.named(&[".env", ".envrc"]) || file.name.starts_with(b".env.") || file.ends(&[".env"]);
    named
        && !is_template(file.name)
        && file.head.split(|byte| *byte == b'\n').any(|line| {
            let line = line.trim_ascii();
            let equals = line.iter().position(|byte| *byte == b'=');
            !line.starts_with(b"#") && equals.is_some_and(|at| at > 0 && at + 1 < line.len())
        })
}

/// JKS and JCEKS whose first entry is a private or secret key: trust stores hold certificates only.
fn java_keystore(file: &File<'_>) -> bool {
    let magic = file.starts(&[0xFE, 0xED, 0xFE, 0xED]) || file.starts(&[0xCE, 0xCE, 0xCE, 0xCE]);
    magic && matches!(file.head.get(12..16), Some([0, 0, 0, 1 | 3]))
}

/// Databases of package managers and of the system.
fn system_database(file: &File<'_>) -> bool {
    [
        b"var/lib/rpm/".as_slice(),
        b"var/lib/dnf/",
        b"var/lib/yum/",
        b"var/cache/",
        b"var/lib/PackageKit/",
        b"usr/lib/sysimage/",
        b"etc/pki/nssdb/",
        b"var/lib/command-not-found/",
        b"var/lib/swcatalog/",
        b"var/lib/snapd/",
    ]
    .iter()
    .any(|folder| file.path.starts_with(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(path: &str, head: &[u8]) -> Option<&'static str> {
        recognise(path.as_bytes(), head, PathClass::of(path.as_bytes())).map(|kind| kind.id)
    }

    #[test]
    fn kinds_of_files_and_their_near_misses() {
        let elf_core = [b"\x7FELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".as_slice(), &[4, 0]].concat();
        let elf_program = [b"\x7FELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".as_slice(), &[3, 0]].concat();
        let jks = |tag: u8| [&[0xFE, 0xED, 0xFE, 0xED, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, tag][..], b"\0\x05alias"].concat();
        let table: &[(&str, &str, &[u8], Option<&str>)] = &[
            ("environment", "app/.env", b"# c\nA=1\n", Some("file-dotenv")),
            ("template", "app/.env.example", b"A=1\n", None),
            ("empty values", "app/.env", b"A=\n#B=1\n", None),
            ("vendored", "srv/node_modules/x/.env", b"A=1\n", None),
            ("npm token", "root/.npmrc", b"//r/:_authToken=abc", Some("file-npmrc")),
            ("npm settings", "root/.npmrc", b"fund=false", None),
            ("netrc", "root/.netrc", b"machine x login y password z", Some("file-netrc")),
            ("docker", "root/.docker/config.json", b"{\"auths\":{\"r\":{\"auth\":\"eA==\"}}}", Some("file-docker-config")),
            ("docker without", "root/.docker/config.json", b"{\"auths\":{}}", None),
            ("kubeconfig", "root/.kube/config", b"apiVersion: v1\nclusters:\n", Some("file-kubeconfig")),
            ("history", "root/.bash_history", b"ls\n", Some("file-shell-history")),
            ("host key", "etc/ssh/ssh_host_rsa_key", b"-----BEGIN OPENSSH PRIVATE KEY-----\n", Some("file-ssh-host-key")),
            ("host key's public half", "etc/ssh/ssh_host_rsa_key.pub", b"ssh-rsa AAAA", None),
            ("core dump", "tmp/core.1", &elf_core, Some("file-core-dump")),
            ("program named core", "usr/bin/core", &elf_program, None),
            ("git", "srv/.git/HEAD", b"ref: refs/heads/main\n", Some("file-git-folder")),
            ("not git", "srv/HEAD", b"ref: refs/heads/main\n", None),
            ("sqlite", "srv/app.db", b"SQLite format 3\0", Some("file-sqlite-database")),
            ("rpm's own", "var/lib/rpm/rpmdb.sqlite", b"SQLite format 3\0", None),
            ("keystore", "etc/app/server.jks", &jks(1), Some("file-java-keystore")),
            ("trust store", "etc/ssl/certs/java/cacerts", &jks(2), None),
            ("state", "srv/x.tfstate", b"{\"version\":4,\"terraform_version\":\"1\"}", Some("file-terraform-state")),
            ("heap dump", "tmp/x.hprof", b"JAVA PROFILE 1.0.2\0", Some("file-java-heap-dump")),
            ("aws", "root/.aws/credentials", b"[default]\naws_access_key_id = x", Some("file-aws-credentials")),
            ("aws without keys", "root/.aws/credentials", b"[default]\n", None),
            ("yarn", "srv/.yarnrc.yml", b"npmAuthToken: \"x\"\n", Some("file-yarnrc")),
            ("yarn settings", "srv/.yarnrc.yml", b"nodeLinker: pnp\n", None),
            ("pypi", "root/.pypirc", b"[pypi]\nusername = a\npassword = b\n", Some("file-pypirc")),
            ("pypi without", "root/.pypirc", b"[distutils]\nindex-servers =\n", None),
            (
                "gcloud",
                "root/.config/gcloud/application_default_credentials.json",
                b"{\"refresh_token\":\"x\"}",
                Some("file-gcloud-credentials"),
            ),
            ("gcloud without", "root/.config/gcloud/application_default_credentials.json", b"{}", None),
            ("azure", "root/.azure/msal_token_cache.json", b"{}", Some("file-azure-credentials")),
            ("azure settings", "root/.azure/clouds.config", b"[AzureCloud]\n", None),
            ("git credentials", "root/.git-credentials", b"https://a:b@git.internal\n", Some("file-git-credentials")),
            ("git settings", "root/.gitconfig", b"[credential]\n", None),
            ("github", "root/.config/gh/hosts.yml", b"github.com:\n  oauth_token: x\n", Some("file-github-cli")),
            ("github settings", "root/.config/gh/config.yml", b"editor: vi\n", None),
            ("cargo", "root/.cargo/credentials.toml", b"[registry]\ntoken = \"x\"\n", Some("file-cargo-credentials")),
            ("cargo settings", "root/.cargo/config.toml", b"[registry]\ndefault = \"x\"\n", None),
            ("gem", "root/.gem/credentials", b":rubygems_api_key: x\n", Some("file-gem-credentials")),
            ("composer", "root/.composer/auth.json", b"{}", Some("file-composer-auth")),
            ("composer's own", "root/.composer/config.json", b"{}", None),
            ("maven", "root/.m2/settings.xml", b"<server><password>x</password></server>", Some("file-maven-settings")),
            ("maven without", "root/.m2/settings.xml", b"<settings/>", None),
            ("gradle", "root/.gradle/gradle.properties", b"nexusPassword=x\n", Some("file-gradle-properties")),
            ("gradle without", "root/.gradle/gradle.properties", b"org.gradle.daemon=true\n", None),
            (
                "terraform",
                "root/.terraform.d/credentials.tfrc.json",
                b"{\"credentials\":{\"x\":{\"token\":\"y\"}}}",
                Some("file-terraform-credentials"),
            ),
            ("terraform settings", "root/.terraformrc", b"plugin_cache_dir = \"x\"\n", None),
            ("vault", "root/.vault-token", b"hvs.x", Some("file-vault-token")),
            ("helm", "root/.config/helm/repositories.yaml", b"- name: x\n  password: y\n", Some("file-helm-repositories")),
            ("helm without", "root/.config/helm/repositories.yaml", b"- name: x\n  password: \"\"\n", None),
            ("mysql", "root/.my.cnf", b"[client]\npassword=x\n", Some("file-mysql-credentials")),
            ("mysql without", "root/.my.cnf", b"[client]\nuser=x\n", None),
            ("pgpass", "root/.pgpass", b"*:*:*:a:b\n", Some("file-pgpass")),
            ("s3cmd", "root/.s3cfg", b"secret_key = x\n", Some("file-s3cfg")),
            ("s3cmd without", "root/.s3cfg", b"host_base = x\n", None),
            ("rclone", "root/.config/rclone/rclone.conf", b"[a]\npass = x\n", Some("file-rclone")),
            ("rclone without", "root/.config/rclone/rclone.conf", b"[a]\ntype = local\n", None),
            ("htpasswd", "etc/nginx/.htpasswd", b"a:$apr1$x$y\n", Some("file-htpasswd")),
            ("empty htpasswd", "etc/nginx/.htpasswd", b"\n", None),
            ("gnupg", "root/.gnupg/private-keys-v1.d/0123.key", b"x", Some("file-gpg-private-keys")),
            ("gnupg public", "root/.gnupg/pubring.kbx", b"x", None),
            ("der", "etc/app/tls.key", &[0x30, 0x82, 4, 0xA4, 2, 1, 0, 2], Some("file-der-private-key")),
            ("der certificate", "etc/app/tls.der", &[0x30, 0x82, 4, 0xA4, 0x30, 0x82, 3], None),
            (
                "pkcs12",
                "etc/app/x.p12",
                &[0x30, 0x82, 1, 1, 2, 1, 3, 0x30, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01],
                Some("file-pkcs12"),
            ),
            ("no pkcs12", "etc/app/x.p12", b"not a keystore", None),
            ("keytab", "etc/krb5.keytab", &[5, 2, 0, 0], Some("file-kerberos-keytab")),
            ("no keytab", "etc/krb5.conf", &[5, 2, 0, 0], None),
            ("keepass", "root/x.kdbx", &[0x03, 0xD9, 0xA2, 0x9A, 0x67], Some("file-keepass")),
            ("keyring", "root/x.keyring", b"GnomeKeyring\n\r\0\n", Some("file-gnome-keyring")),
            ("firefox", "root/.mozilla/firefox/x/logins.json", b"{}", Some("file-firefox-logins")),
            ("wallet", "root/.bitcoin/wallet.dat", b"x", Some("file-wallet")),
            ("minidump", "tmp/x.dmp", b"MDMP\x93\xA7", Some("file-windows-dump")),
            ("capture", "tmp/x.pcap", &[0xD4, 0xC3, 0xB2, 0xA1], Some("file-packet-capture")),
            ("subversion", "srv/.svn/wc.db", b"SQLite format 3\0", Some("file-svn-folder")),
            ("mercurial", "srv/.hg/requires", b"x", Some("file-hg-folder")),
            ("postgres", "var/lib/postgresql/data/global/pg_control", b"x", Some("file-postgres-data")),
            ("mysql data", "var/lib/mysql/ibdata1", b"x", Some("file-mysql-data")),
            ("redis", "data/dump.rdb", b"REDIS0009", Some("file-redis-dump")),
            ("dump", "tmp/x.sql", b"-- MySQL dump 10.13", Some("file-database-dump")),
            ("schema", "srv/schema.sql", b"CREATE TABLE x;", None),
            ("swap", "srv/.x.swp", b"b0VIM 9.0", Some("file-editor-swap")),
            ("cloud-init", "var/lib/cloud/instance/user-data.txt", b"#cloud-config\n", Some("file-cloud-init-user-data")),
            ("tor", "var/lib/tor/hs/hs_ed25519_secret_key", b"== ed25519v1-secret: type0 ==", Some("file-tor-secret-key")),
        ];
        for (what, path, head, expected) in table {
            assert_eq!(kind(path, head), *expected, "{what}");
        }
        for kind in KINDS {
            assert!(table.iter().any(|(.., expected)| *expected == Some(kind.id)), "{} has no sample", kind.id);
        }
    }
}
