//! One row a distribution: its release files as shipped, what is said of them.

use super::*;

fn ask(files: &[(&str, &str)], traits: Traits) -> Option<Distribution> {
    distribution(&|path| files.iter().find(|(name, _)| *name == path).map(|(_, text)| text.as_bytes()), traits)
}

const FULL: Traits = Traits { package_manager: true, reduced_package_manager: false, shell: true, busybox: false, manuals: true };
const SLIM: Traits = Traits { manuals: false, ..FULL };
const BARE: Traits =
    Traits { package_manager: false, reduced_package_manager: false, shell: false, busybox: false, manuals: false };

/// Release files, what else is there, the answer: id, version, code name, flavour.
type Row = (&'static [(&'static str, &'static str)], Traits, &'static str);

#[test]
fn every_family_is_recognised() {
    const OS: &str = "etc/os-release";
    let rows: &[Row] = &[
        (
            &[
                (
                    OS,
                    "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\nID=debian\n",
                ),
                ("etc/debian_version", "12.11\n"),
            ],
            FULL,
            "debian 12.11 bookworm full",
        ),
        (
            &[
                (OS, "PRETTY_NAME=\"Debian GNU/Linux forky/sid\"\nNAME=\"Debian GNU/Linux\"\nID=debian\n"),
                ("etc/debian_version", "forky/sid\n"),
            ],
            SLIM,
            "debian - forky slim",
        ),
        (
            &[(
                "usr/lib/os-release",
                "PRETTY_NAME=\"Distroless\"\nNAME=\"Debian GNU/Linux\"\nID=\"debian\"\nVERSION_ID=\"12\"\n",
            )],
            BARE,
            "debian 12 - distroless",
        ),
        (
            &[(OS, "NAME=\"Ubuntu\"\nVERSION_ID=\"24.04\"\nVERSION_CODENAME=noble\nID=ubuntu\nID_LIKE=debian\n")],
            SLIM,
            "ubuntu 24.04 noble slim",
        ),
        (
            &[(OS, "NAME=\"Ubuntu\"\nVERSION_ID=\"24.04\"\nID=ubuntu\nUBUNTU_CODENAME=noble\n")],
            BARE,
            "ubuntu 24.04 noble distroless",
        ),
        (
            &[(OS, "NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=3.20.3\nPRETTY_NAME=\"Alpine Linux v3.20\"\n")],
            Traits { busybox: true, ..SLIM },
            "alpine 3.20.3 - full",
        ),
        (
            &[(OS, "ID=wolfi\nNAME=\"Wolfi\"\nPRETTY_NAME=\"Wolfi\"\nVERSION_ID=\"20230201\"\n")],
            BARE,
            "wolfi 20230201 - distroless",
        ),
        (
            &[(OS, "ID=chainguard\nNAME=\"Chainguard\"\nVERSION_ID=\"20230214\"\n")],
            Traits { busybox: true, ..SLIM },
            "chainguard 20230214 - full",
        ),
        (
            &[(OS, "NAME=\"Red Hat Enterprise Linux\"\nVERSION_ID=\"9.4\"\nID=\"rhel\"\nID_LIKE=\"fedora\"\n")],
            Traits { reduced_package_manager: true, ..FULL },
            "rhel 9.4 - slim",
        ),
        (&[(OS, "NAME=\"CentOS Linux\"\nVERSION_ID=\"7\"\nID=\"centos\"\nID_LIKE=\"rhel fedora\"\n")], FULL, "centos 7 - full"),
        (&[(OS, "NAME=\"AlmaLinux\"\nVERSION_ID=\"9.5\"\nID=\"almalinux\"\n")], FULL, "almalinux 9.5 - full"),
        (&[(OS, "NAME=\"Rocky Linux\"\nVERSION_ID=\"9.4\"\nID=\"rocky\"\n")], FULL, "rocky 9.4 - full"),
        (&[(OS, "NAME=\"Oracle Linux Server\"\nVERSION_ID=\"8.9\"\nID=\"ol\"\n")], FULL, "ol 8.9 - full"),
        (&[(OS, "NAME=\"Fedora Linux\"\nID=fedora\nVERSION_ID=41\nVERSION_CODENAME=\"\"\n")], FULL, "fedora 41 - full"),
        (&[(OS, "NAME=\"Amazon Linux\"\nID=\"amzn\"\nVERSION_ID=\"2023\"\n")], FULL, "amzn 2023 - full"),
        (&[("etc/system-release", "Amazon Linux AMI release 2018.03\n")], FULL, "amzn 2018.03 - full"),
        (&[(OS, "NAME=\"openSUSE Leap\"\nID=\"opensuse-leap\"\nVERSION_ID=\"15.6\"\n")], FULL, "opensuse-leap 15.6 - full"),
        (
            &[(OS, "NAME=\"openSUSE Tumbleweed\"\nID=\"opensuse-tumbleweed\"\nVERSION_ID=\"20250101\"\n")],
            FULL,
            "opensuse-tumbleweed 20250101 - full",
        ),
        (&[(OS, "NAME=\"SLES\"\nVERSION_ID=\"15.6\"\nID=\"sles\"\n")], BARE, "sles 15.6 - distroless"),
        (
            &[("etc/SuSE-release", "SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 4\n")],
            FULL,
            "sles 11.4 - full",
        ),
        (
            &[("etc/SuSE-release", "openSUSE 13.2 (x86_64)\nVERSION = 13.2\nCODENAME = Harlequin\n")],
            FULL,
            "opensuse 13.2 Harlequin full",
        ),
        (
            &[(OS, "NAME=\"VMware Photon OS\"\nID=photon\nVERSION_ID=4.0\n")],
            Traits { reduced_package_manager: true, ..FULL },
            "photon 4.0 - slim",
        ),
        (&[("etc/photon-release", "VMware Photon Linux 1.0\nPHOTON_BUILD_NUMBER=cd0a6fb\n")], FULL, "photon 1.0 - full"),
        (&[(OS, "NAME=\"Common Base Linux Mariner\"\nID=mariner\nVERSION_ID=\"2.0\"\n")], BARE, "mariner 2.0 - distroless"),
        (&[(OS, "NAME=\"Microsoft Azure Linux\"\nID=azurelinux\nVERSION_ID=\"3.0\"\n")], FULL, "azurelinux 3.0 - full"),
        (&[(OS, "NAME=\"Arch Linux\"\nID=arch\nBUILD_ID=rolling\n")], FULL, "arch - - full"),
        (&[("etc/arch-release", "")], FULL, "arch - - full"),
        (&[(OS, "NAME=NixOS\nID=nixos\nVERSION_ID=\"24.11\"\nVERSION_CODENAME=vicuna\n")], FULL, "nixos 24.11 vicuna full"),
        (&[(OS, "NAME=\"Void\"\nID=\"void\"\n")], FULL, "void - - full"),
        (&[("etc/gentoo-release", "Gentoo Base System release 2.14\n")], FULL, "gentoo 2.14 - full"),
        (
            &[(OS, "NAME=\"BellSoft Alpaquita Linux\"\nID=alpaquita\nID_LIKE=alpine\nVERSION_ID=23\n")],
            SLIM,
            "alpaquita 23 - full",
        ),
        (&[(OS, "NAME=Bottlerocket\nID=bottlerocket\nVERSION_ID=1.20.0\n")], SLIM, "bottlerocket 1.20.0 - slim"),
        (
            &[("etc/redhat-release", "CentOS release 6.10 (Final)\n"), ("etc/centos-release", "CentOS release 6.10 (Final)\n")],
            FULL,
            "centos 6.10 Final full",
        ),
        (&[("etc/redhat-release", "Red Hat Enterprise Linux Server release 6.10 (Santiago)\n")], FULL, "rhel 6.10 Santiago full"),
        (
            &[
                ("etc/oracle-release", "Oracle Linux Server release 6.10\n"),
                ("etc/redhat-release", "Red Hat Enterprise Linux Server release 6.10 (Santiago)\n"),
            ],
            FULL,
            "ol 6.10 - full",
        ),
        (&[("etc/debian_version", "7.11\n")], FULL, "debian 7.11 - full"),
        (&[("etc/alpine-release", "3.4.6\n")], SLIM, "alpine 3.4.6 - full"),
        (
            &[(
                "etc/lsb-release",
                "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=10.04\nDISTRIB_CODENAME=lucid\nDISTRIB_DESCRIPTION=\"Ubuntu 10.04.4 LTS\"\n",
            )],
            FULL,
            "ubuntu 10.04 lucid full",
        ),
        (&[], Traits { busybox: true, shell: true, ..BARE }, "busybox - - busybox"),
        (&[], BARE, "scratch - - scratch"),
    ];
    for (files, traits, expected) in rows {
        let found = ask(files, *traits).unwrap_or_else(|| panic!("nothing for {expected}"));
        let dash = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
        let seen = format!("{} {} {} {}", found.id, dash(&found.version_id), dash(&found.codename), dash(&found.flavour));
        assert_eq!(seen, *expected);
    }
}

#[test]
fn a_shell_without_a_release_file_is_no_known_distribution() {
    assert_eq!(ask(&[], Traits { shell: true, ..BARE }), None);
}

#[test]
fn the_second_os_release_is_read_when_the_first_is_damaged() {
    let files = [("etc/os-release", "\u{0}\u{0}"), ("usr/lib/os-release", "ID=alpine\n")];
    let found = ask(&files, SLIM).expect("distribution");
    assert_eq!((found.id.as_str(), found.path.as_str()), ("alpine", "usr/lib/os-release"));
}

#[test]
fn shell_quoting_is_undone() {
    for (raw, value) in [
        ("plain", "plain"),
        ("\"two words\"", "two words"),
        ("'single \\ kept'", "single \\ kept"),
        ("\"a \\\"quote\\\" and \\$\"", "a \"quote\" and $"),
        ("\"open", "open"),
        ("\"", ""),
        ("", ""),
    ] {
        assert_eq!(unquote(raw), value, "{raw}");
    }
}

#[test]
fn paths_become_traits() {
    let mut traits = Traits::default();
    for path in ["usr/bin/apt-get", "bin/sh", "usr/share/man/man1/ls.1.gz", "opt/bin/busybox"] {
        traits.note(path.as_bytes());
    }
    assert_eq!(traits, FULL);
}
