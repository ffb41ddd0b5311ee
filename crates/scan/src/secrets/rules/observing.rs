//! Monitoring, incidents, analytics, feature flags.

use porthole_report::Severity::{High, Low, Medium};

use crate::secrets::alphabet::{ALNUM, Alphabet, B64P, DIGIT, HEX, LOWER, UPPER, URL64, WORD};
use crate::secrets::rule::Part::{Lit, Run, Uuid};
use crate::secrets::rule::Rule;

pub(crate) const RULES: &[Rule] = &[
    Rule::token("newrelic-user-key", "New Relic user key", High, &[Lit("NRAK-"), Run(UPPER, 27, 27)]),
    Rule::token("newrelic-insert-key", "New Relic insert key", Medium, &[Lit("NRII-"), Run(URL64, 32, 32)]),
    Rule::token("newrelic-browser-key", "New Relic browser key", Low, &[Lit("NRJS-"), Run(HEX, 19, 19)])
        .harmless("a key that is sent to every browser"),
    Rule::token("newrelic-license-key", "New Relic licence key", High, &[Run(HEX, 36, 36), Lit("NRAL")]).anchors(&["NRAL"]),
    Rule::keyed("datadog-api-key", "Datadog API key", High, &["datadog", "dd_api"], &["api"], &[Run(HEX, 32, 32)]).entropy(30),
    Rule::keyed(
        "datadog-application-key",
        "Datadog application key",
        High,
        &["datadog", "dd_app"],
        &["app"],
        &[Run(HEX, 40, 40)],
    )
    .entropy(32),
    Rule::token(
        "grafana-service-account-token",
        "Grafana service account token",
        High,
        &[Lit("glsa_"), Run(ALNUM, 32, 32), Lit("_"), Run(HEX, 8, 8)],
    ),
    Rule::token("grafana-cloud-token", "Grafana Cloud access policy token", High, &[Lit("glc_ey"), Run(B64P, 30, 400)])
        .entropy(36),
    Rule::token("grafana-api-key", "Grafana API key", High, &[Lit("eyJrIjoi"), Run(B64P, 60, 400)]).entropy(40),
    Rule::token(
        "sentry-organization-token",
        "Sentry organization token",
        High,
        &[Lit("sntrys_eyJ"), Run(B64P, 80, 400), Lit("_"), Run(B64P, 43, 43)],
    ),
    Rule::token("sentry-user-token", "Sentry user token", High, &[Lit("sntryu_"), Run(HEX, 64, 64)]),
    Rule::keyed("sentry-legacy-token", "Sentry token, old format", High, &["sentry"], &["token"], &[Run(HEX, 64, 64)])
        .entropy(33),
    Rule::keyed(
        "pagerduty-api-key",
        "PagerDuty API key",
        High,
        &["pagerduty", "pager_duty", "pd_token"],
        &["key", "token"],
        &[Run(URL64.or(Alphabet::new("+")), 20, 20)],
    )
    .entropy(34),
    Rule::token("honeycomb-ingest-key", "Honeycomb ingest key", Medium, &[Lit("hcaik_"), Run(LOWER, 58, 58)]),
    Rule::token(
        "dynatrace-token",
        "Dynatrace API token",
        High,
        &[Lit("dt0"), Run(LOWER, 3, 3), Lit("."), Run(UPPER, 24, 24), Lit("."), Run(UPPER, 64, 64)],
    ),
    Rule::keyed("splunk-hec-token", "Splunk HTTP event collector token", High, &["splunk", "hec_token"], &["token"], &[Uuid]),
    Rule::keyed(
        "sumologic-access-key",
        "Sumo Logic access key",
        High,
        &["sumo_", "sumol"],
        &["key", "secret"],
        &[Run(ALNUM, 64, 64)],
    )
    .entropy(40),
    Rule::keyed("rollbar-access-token", "Rollbar access token", Medium, &["rollbar"], &["token"], &[Run(HEX, 32, 32)])
        .entropy(30),
    Rule::keyed("bugsnag-api-key", "BugSnag API key", Low, &["bugsnag"], &["key"], &[Run(HEX, 32, 32)]).entropy(30),
    Rule::keyed("opsgenie-api-key", "Opsgenie API key", High, &["opsgenie"], &["key"], &[Uuid]),
    Rule::keyed("loggly-token", "Loggly customer token", Medium, &["loggly"], &["token"], &[Uuid]),
    Rule::keyed("logzio-token", "Logz.io shipping token", Medium, &["logzio", "logz_io"], &["token"], &[Run(ALPHA32, 32, 32)])
        .entropy(34),
    Rule::token("posthog-personal-key", "PostHog personal API key", High, &[Lit("phx_"), Run(ALNUM, 40, 50)]).entropy(36),
    Rule::token("axiom-token", "Axiom API token", High, &[Lit("xaat-"), Uuid]),
    Rule::token("axiom-personal-token", "Axiom personal token", High, &[Lit("xapt-"), Uuid]),
    Rule::token("elastic-cloud-key", "Elastic Cloud API key", High, &[Lit("essu_"), Run(B64P, 60, 200)]).entropy(38),
    Rule::token("statsig-server-secret", "Statsig server secret", Medium, &[Lit("secret-"), Run(ALNUM, 43, 43)])
        .entropy(40)
        .near(&["statsig"]),
    Rule::keyed(
        "elastic-password",
        "Elastic superuser password",
        High,
        &["elastic_password", "elasticsearch_password"],
        &[],
        &[Run(WORD.or(Alphabet::new("+*=")).or(URL64), 12, 64)],
    )
    .entropy(33)
    .guessable(),
    Rule::keyed("segment-write-key", "Segment write key", Medium, &["segment"], &["write"], &[Run(ALNUM, 32, 32)]).entropy(36),
    Rule::keyed("amplitude-secret-key", "Amplitude secret key", Medium, &["amplitude"], &["secret"], &[Run(HEX, 32, 32)])
        .entropy(30),
    Rule::keyed("mixpanel-secret", "Mixpanel API secret", Medium, &["mixpanel"], &["secret"], &[Run(HEX, 32, 32)]).entropy(30),
    Rule::keyed("lightstep-token", "Lightstep access token", Medium, &["lightstep"], &["token"], &[Run(B64P.or(URL64), 84, 110)])
        .entropy(40),
    Rule::keyed("honeybadger-api-key", "Honeybadger API key", Low, &["honeybadger"], &["key"], &[Run(ALNUM, 30, 36)]).entropy(33),
    Rule::keyed("raygun-api-key", "Raygun API key", Low, &["raygun"], &["key"], &[Run(ALNUM, 22, 24)]).entropy(34),
    Rule::keyed(
        "uptimerobot-key",
        "UptimeRobot API key",
        Low,
        &["uptimerobot"],
        &["key"],
        &[Lit("u"), Run(DIGIT, 5, 9), Lit("-"), Run(HEX, 24, 24)],
    ),
    Rule::keyed("statuspage-api-key", "Statuspage API key", Medium, &["statuspage"], &["key", "token"], &[Uuid]),
    Rule::keyed("fullstory-key", "FullStory API key", Medium, &["fullstory"], &["key"], &[Run(B64P, 60, 90)]).entropy(40),
];

const ALPHA32: Alphabet = Alphabet::new("A-Za-z");
