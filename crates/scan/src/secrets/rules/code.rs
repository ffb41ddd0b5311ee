//! Source hosting, builds, package registries.

use porthole_report::Severity::{Critical, High, Medium};

use crate::secrets::alphabet::{ALNUM, ALPHA, Alphabet, B64P, HEX, LOWER, UPPER, URL64};
use crate::secrets::checksum;
use crate::secrets::rule::Part::{Lit, Run, Uuid};
use crate::secrets::rule::Rule;

pub(crate) const RULES: &[Rule] = &[
    Rule::token("github-personal-access-token", "GitHub personal access token", Critical, &[Lit("ghp_"), Run(ALNUM, 36, 36)])
        .check(checksum::base62_crc32),
    Rule::token("github-oauth-token", "GitHub OAuth access token", Critical, &[Lit("gho_"), Run(ALNUM, 36, 36)])
        .check(checksum::base62_crc32),
    Rule::token("github-user-token", "GitHub App user-to-server token", Critical, &[Lit("ghu_"), Run(ALNUM, 36, 36)])
        .check(checksum::base62_crc32),
    Rule::token("github-server-token", "GitHub App server-to-server token", High, &[Lit("ghs_"), Run(ALNUM, 36, 36)])
        .check(checksum::base62_crc32),
    Rule::token("github-refresh-token", "GitHub App refresh token", Critical, &[Lit("ghr_"), Run(ALNUM, 36, 76)]),
    Rule::token(
        "github-fine-grained-token",
        "GitHub fine-grained personal access token",
        Critical,
        &[Lit("github_pat_"), Run(ALNUM, 22, 22), Lit("_"), Run(ALNUM, 59, 59)],
    )
    .entropy(30),
    Rule::keyed(
        "github-legacy-token",
        "GitHub token, old format",
        Critical,
        &["github"],
        &["token", "secret", "pat"],
        &[Run(HEX, 40, 40)],
    )
    .entropy(32),
    Rule::token("gitlab-personal-access-token", "GitLab personal access token", Critical, &[Lit("glpat-"), Run(URL64, 20, 20)]),
    Rule::token(
        "gitlab-routable-token",
        "GitLab personal access token, routable",
        Critical,
        &[Lit("glpat-"), Run(URL64, 27, 300), Lit("."), Run(LOWER, 2, 2), Lit("."), Run(LOWER, 9, 9)],
    ),
    Rule::token("gitlab-deploy-token", "GitLab deploy token", High, &[Lit("gldt-"), Run(URL64, 20, 20)]),
    Rule::token("gitlab-runner-token", "GitLab runner authentication token", High, &[Lit("glrt-"), Run(URL64, 20, 60)]),
    Rule::token(
        "gitlab-runner-registration-token",
        "GitLab runner registration token",
        High,
        &[Lit("GR1348941"), Run(URL64, 20, 20)],
    ),
    Rule::token(
        "gitlab-ci-job-token",
        "GitLab CI job token",
        Medium,
        &[Lit("glcbt-"), Run(ALNUM, 1, 5), Lit("_"), Run(URL64, 20, 20)],
    )
    .anchors(&["glcbt-"]),
    Rule::token("gitlab-trigger-token", "GitLab pipeline trigger token", High, &[Lit("glptt-"), Run(HEX, 40, 40)]),
    Rule::token("gitlab-feed-token", "GitLab feed token", Medium, &[Lit("glft-"), Run(URL64, 20, 20)]),
    Rule::token("gitlab-incoming-mail-token", "GitLab incoming mail token", Medium, &[Lit("glimt-"), Run(URL64, 25, 25)]),
    Rule::token("gitlab-agent-token", "GitLab agent for Kubernetes token", High, &[Lit("glagent-"), Run(URL64, 50, 50)]),
    Rule::token("gitlab-oauth-secret", "GitLab OAuth application secret", High, &[Lit("gloas-"), Run(URL64, 64, 64)]),
    Rule::token("gitlab-scim-token", "GitLab SCIM token", High, &[Lit("glsoat-"), Run(URL64, 20, 20)]),
    Rule::token("gitlab-feature-flag-token", "GitLab feature flag client token", Medium, &[Lit("glffct-"), Run(URL64, 20, 20)]),
    Rule::token("bitbucket-app-password", "Bitbucket app password", Critical, &[Lit("ATBB"), Run(ALNUM, 32, 32)]),
    Rule::token(
        "bitbucket-repository-token",
        "Bitbucket repository access token",
        Critical,
        &[Lit("ATCTT3xFfG"), Run(URL64, 150, 220), Lit("="), Run(UPPER, 8, 8)],
    ),
    Rule::token(
        "atlassian-api-token",
        "Atlassian API token",
        Critical,
        &[Lit("ATATT3xFfGF0"), Run(URL64, 150, 220), Lit("="), Run(UPPER, 8, 8)],
    ),
    Rule::token("npm-access-token", "npm access token", Critical, &[Lit("npm_"), Run(ALNUM, 36, 36)])
        .check(checksum::base62_crc32),
    Rule::token("pypi-token", "PyPI upload token", Critical, &[Lit("pypi-AgEIcHlwaS5vcmc"), Run(URL64, 50, 1000)]),
    Rule::token("test-pypi-token", "TestPyPI upload token", Medium, &[Lit("pypi-AgENdGVzdC5weXBpLm9yZw"), Run(URL64, 50, 1000)]),
    Rule::token("rubygems-api-key", "RubyGems API key", Critical, &[Lit("rubygems_"), Run(HEX, 48, 48)]),
    Rule::token("crates-io-token", "crates.io API token", Critical, &[Lit("cio"), Run(ALNUM, 32, 32)]).entropy(36),
    Rule::token("nuget-api-key", "NuGet API key", Critical, &[Lit("oy2"), Run(LOWER, 43, 43)]).entropy(36),
    Rule::token("clojars-token", "Clojars deploy token", Critical, &[Lit("CLOJARS_"), Run(HEX, 60, 60)]),
    Rule::token("docker-hub-token", "Docker Hub personal access token", Critical, &[Lit("dckr_pat_"), Run(URL64, 27, 27)]),
    Rule::token(
        "docker-organization-token",
        "Docker organization access token",
        Critical,
        &[Lit("dckr_oat_"), Run(URL64, 27, 40)],
    ),
    Rule::token("artifactory-api-key", "JFrog Artifactory API key", Critical, &[Lit("AKCp"), Run(ALNUM, 69, 69)]),
    Rule::token("artifactory-reference-token", "JFrog reference token", Critical, &[Lit("cmVmdGtuOj"), Run(ALNUM, 54, 54)]),
    Rule::token(
        "sonarqube-token",
        "SonarQube token",
        High,
        &[Lit("sq"), Run(Alphabet::new("pua"), 1, 1), Lit("_"), Run(HEX, 40, 40)],
    )
    .anchors(&["sqp_", "squ_", "sqa_"])
    .check(|value| value.len() == 44),
    Rule::token(
        "circleci-personal-token",
        "CircleCI personal token",
        Critical,
        &[Lit("CCIPAT_"), Run(ALNUM, 22, 22), Lit("_"), Run(HEX, 40, 40)],
    ),
    Rule::token(
        "circleci-project-token",
        "CircleCI project token",
        High,
        &[Lit("CCIPRJ_"), Run(ALNUM, 22, 22), Lit("_"), Run(HEX, 40, 40)],
    ),
    Rule::token("buildkite-api-token", "Buildkite user access token", High, &[Lit("bkua_"), Run(HEX, 40, 40)]),
    Rule::token(
        "sourcegraph-access-token",
        "Sourcegraph access token",
        High,
        &[Lit("sgp_"), Run(ALNUM, 5, 16), Lit("_"), Run(HEX, 40, 40)],
    ),
    Rule::token("sourcegraph-license-key", "Sourcegraph licence key access token", Medium, &[Lit("slk_"), Run(HEX, 64, 64)]),
    Rule::token("readme-api-key", "ReadMe API key", Medium, &[Lit("rdme_"), Run(LOWER, 70, 70)]),
    Rule::token("postman-api-key", "Postman API key", High, &[Lit("PMAK-"), Run(HEX, 24, 24), Lit("-"), Run(HEX, 34, 34)]),
    Rule::token("postman-collection-key", "Postman collection access key", Medium, &[Lit("PMAT-"), Run(ALNUM, 26, 26)]),
    Rule::token("prefect-api-key", "Prefect API key", High, &[Lit("pnu_"), Run(ALNUM, 36, 36)]),
    Rule::token("dbt-service-token", "dbt Cloud service token", High, &[Lit("dbtc_"), Run(URL64, 35, 60)]),
    Rule::token("dbt-personal-token", "dbt Cloud personal token", High, &[Lit("dbtu_"), Run(URL64, 35, 60)]),
    Rule::token("expo-access-token", "Expo access token", High, &[Lit("expo_"), Run(URL64, 40, 40)]).entropy(35),
    Rule::token("scalingo-token", "Scalingo API token", High, &[Lit("tk-us-"), Run(URL64, 48, 48)]),
    Rule::token(
        "snyk-service-token",
        "Snyk token",
        High,
        &[Lit("snyk_"), Run(ALPHA, 3, 4), Lit("."), Run(URL64, 6, 12), Lit("."), Run(URL64, 40, 60)],
    )
    .anchors(&["snyk_"]),
    Rule::keyed("snyk-api-key", "Snyk API key", High, &["snyk"], &["token", "key", "api", "secret"], &[Uuid]),
    Rule::keyed("codecov-token", "Codecov upload token", Medium, &["codecov"], &["token"], &[Uuid]),
    Rule::keyed("travis-ci-token", "Travis CI token", High, &["travis"], &["token"], &[Run(URL64, 22, 22)]).entropy(35),
    Rule::keyed("drone-ci-token", "Drone CI token", High, &["drone_"], &["token", "secret"], &[Run(ALNUM, 32, 32)]).entropy(33),
    Rule::keyed(
        "jenkins-api-token",
        "Jenkins API token",
        High,
        &["jenkins"],
        &["token", "password", "secret"],
        &[Lit("11"), Run(HEX, 32, 32)],
    ),
    Rule::keyed(
        "gitea-token",
        "Gitea access token",
        High,
        &["gitea", "forgejo"],
        &["token", "secret", "key"],
        &[Run(HEX, 40, 40)],
    )
    .entropy(32),
    Rule::keyed("coveralls-token", "Coveralls repository token", Medium, &["coveralls"], &["token"], &[Run(ALNUM, 33, 33)])
        .entropy(35),
    Rule::keyed("packagist-token", "Packagist token", High, &["packagist"], &["token", "key"], &[Run(ALNUM, 20, 80)]).entropy(33),
    Rule::keyed("sonarcloud-token", "SonarCloud token, old format", High, &["sonar"], &["token", "login"], &[Run(HEX, 40, 40)])
        .entropy(32),
    Rule::keyed("npm-legacy-token", "npm access token, old format", Critical, &["_authtoken"], &[], &[Uuid]),
    Rule::keyed("npm-registry-token", "npm registry token", High, &["_authtoken"], &[], &[Run(B64P.or(URL64), 32, 1000)])
        .entropy(36),
    Rule::keyed("cocoapods-token", "CocoaPods trunk token", High, &["cocoapods_trunk"], &["token"], &[Run(HEX, 32, 40)]),
];
