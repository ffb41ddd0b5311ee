//! Work management, content, maps, everything else as a service.

use porthole_report::Severity::{Critical, High, Medium};

use crate::secrets::alphabet::{ALNUM, Alphabet, DIGIT, HEX, LOWER, UPPER, URL64, WORD};
use crate::secrets::rule::Part::{Lit, Run, Uuid};
use crate::secrets::rule::Rule;

pub(crate) const RULES: &[Rule] = &[
    Rule::token("linear-api-key", "Linear API key", High, &[Lit("lin_api_"), Run(ALNUM, 40, 40)]),
    Rule::token("linear-oauth-token", "Linear OAuth token", High, &[Lit("lin_oauth_"), Run(ALNUM, 40, 64)]),
    Rule::token("notion-token", "Notion integration token", High, &[Lit("ntn_"), Run(ALNUM, 46, 46)]).entropy(34),
    Rule::token("notion-legacy-token", "Notion integration token, old format", High, &[Lit("secret_"), Run(ALNUM, 43, 43)])
        .entropy(40),
    Rule::token("figma-token", "Figma personal access token", High, &[Lit("figd_"), Run(URL64, 40, 50)]),
    Rule::token(
        "airtable-token",
        "Airtable personal access token",
        High,
        &[Lit("pat"), Run(ALNUM, 14, 14), Lit("."), Run(HEX, 64, 64)],
    ),
    Rule::keyed(
        "airtable-api-key",
        "Airtable API key, old format",
        High,
        &["airtable"],
        &["key"],
        &[Lit("key"), Run(ALNUM, 14, 14)],
    ),
    Rule::keyed(
        "asana-token",
        "Asana personal access token",
        High,
        &["asana"],
        &["token", "secret", "pat"],
        &[Run(DIGIT, 1, 2), Lit("/"), Run(DIGIT, 13, 18), Lit(":"), Run(HEX, 32, 32)],
    ),
    Rule::keyed("asana-client-secret", "Asana client secret", High, &["asana"], &["secret"], &[Run(HEX, 32, 32)]).entropy(30),
    Rule::token("dropbox-short-lived-token", "Dropbox access token", High, &[Lit("sl."), Run(URL64, 130, 1500)]).entropy(40),
    Rule::keyed("dropbox-app-secret", "Dropbox app secret", High, &["dropbox"], &["secret"], &[Run(LOWER, 15, 15)]).entropy(30),
    Rule::token(
        "typeform-token",
        "Typeform personal access token",
        Medium,
        &[Lit("tfp_"), Run(Alphabet::new("A-Za-z0-9_.=").or(URL64), 44, 60)],
    )
    .entropy(34),
    Rule::token("contentful-management-token", "Contentful management token", High, &[Lit("CFPAT-"), Run(URL64, 43, 43)]),
    Rule::token("frameio-token", "Frame.io token", Medium, &[Lit("fio-u-"), Run(URL64, 64, 64)]),
    Rule::token(
        "hubspot-private-app-token",
        "HubSpot private app token",
        High,
        &[Lit("pat-"), Run(LOWER, 2, 3), Run(DIGIT, 0, 1), Lit("-"), Uuid],
    )
    .anchors(&["pat-na", "pat-eu", "pat-ap"]),
    Rule::token(
        "salesforce-access-token",
        "Salesforce access token",
        Critical,
        &[Lit("00D"), Run(ALNUM, 12, 15), Lit("!"), Run(Alphabet::new("A-Za-z0-9_."), 90, 110)],
    )
    .entropy(38),
    Rule::token(
        "mapbox-secret-token",
        "Mapbox secret token",
        High,
        &[Lit("sk.eyJ1"), Run(URL64, 50, 100), Lit("."), Run(URL64, 22, 22)],
    ),
    Rule::token(
        "maxmind-license-key",
        "MaxMind licence key",
        Medium,
        &[Run(ALNUM, 6, 6), Lit("_"), Run(ALNUM, 29, 29), Lit("_mmk")],
    )
    .anchors(&["_mmk"]),
    Rule::token("clickup-token", "ClickUp personal token", High, &[Lit("pk_"), Run(DIGIT, 5, 10), Lit("_"), Run(UPPER, 32, 32)]),
    Rule::keyed("knock-secret-key", "Knock secret key", Medium, &["knock"], &["key"], &[Lit("sk_"), Run(URL64, 43, 43)])
        .entropy(38),
    Rule::keyed("workos-api-key", "WorkOS API key", High, &["workos"], &["key"], &[Lit("sk_"), Run(WORD, 30, 120)]).entropy(36),
    Rule::token(
        "svix-signing-secret",
        "Svix endpoint signing secret",
        Medium,
        &[Lit("whsec_"), Run(crate::secrets::alphabet::B64P, 32, 44)],
    )
    .near(&["svix"]),
    Rule::keyed(
        "algolia-admin-key",
        "Algolia admin API key",
        High,
        &["algolia"],
        &["admin", "secret", "write"],
        &[Run(HEX, 32, 32)],
    )
    .entropy(30),
    Rule::keyed(
        "okta-api-token",
        "Okta API token",
        Critical,
        &["okta_", "okta-", "okta.", "oktat", "oktaa"],
        &["token", "key"],
        &[Lit("00"), Run(URL64, 40, 40)],
    )
    .entropy(36),
    Rule::keyed("auth0-client-secret", "Auth0 client secret", Critical, &["auth0"], &["secret"], &[Run(URL64, 64, 64)])
        .entropy(40),
    Rule::keyed("facebook-app-secret", "Facebook app secret", High, &["facebook", "fb_app"], &["secret"], &[Run(HEX, 32, 32)])
        .entropy(30),
    Rule::token("facebook-access-token", "Facebook access token", High, &[Lit("EAA"), Run(ALNUM, 90, 250)])
        .near(&["facebook", "fb_", "graph."])
        .entropy(40),
    Rule::keyed("twitter-api-secret", "X (Twitter) API secret", High, &["twitter"], &["secret"], &[Run(ALNUM, 45, 50)])
        .entropy(40),
    Rule::token(
        "twitter-bearer-token",
        "X (Twitter) bearer token",
        High,
        &[Lit("AAAAAAAAAAAAAAAAAAAAA"), Run(Alphabet::new("A-Za-z0-9%"), 60, 120)],
    )
    .entropy(40),
    Rule::keyed("linkedin-client-secret", "LinkedIn client secret", High, &["linkedin"], &["secret"], &[Run(ALNUM, 16, 16)])
        .entropy(33),
    Rule::keyed("spotify-client-secret", "Spotify client secret", Medium, &["spotify"], &["secret"], &[Run(HEX, 32, 32)])
        .entropy(30),
    Rule::keyed("trello-token", "Trello API token", High, &["trello"], &["token"], &[Run(HEX, 64, 64)]).entropy(33),
    Rule::token("trello-atta-token", "Trello API token", High, &[Lit("ATTA"), Run(HEX, 64, 64), Run(ALNUM, 0, 8)]),
    Rule::keyed(
        "jira-token",
        "Jira API token, old format",
        High,
        &["jira_", "jira-", "jira.", "jirat", "jiraa", "confluence", "atlassian"],
        &["token", "password"],
        &[Run(ALNUM, 24, 24)],
    )
    .entropy(37),
    Rule::keyed("freshdesk-key", "Freshdesk API key", Medium, &["freshdesk"], &["key"], &[Run(ALNUM, 20, 20)]).entropy(34),
    Rule::keyed("here-api-key", "HERE API key", Medium, &["here_api", "here-api"], &["key"], &[Run(URL64, 43, 43)]).entropy(38),
    Rule::keyed("shodan-api-key", "Shodan API key", Medium, &["shodan"], &["key"], &[Run(ALNUM, 32, 32)]).entropy(37),
    Rule::keyed("virustotal-api-key", "VirusTotal API key", Medium, &["virustotal", "vt_api"], &["key"], &[Run(HEX, 64, 64)])
        .entropy(33),
    Rule::keyed("ipinfo-token", "IPinfo token", Medium, &["ipinfo"], &["token"], &[Run(HEX, 14, 14)]).entropy(25),
    Rule::keyed(
        "monday-token",
        "monday.com API token",
        High,
        &["monday"],
        &["token", "key"],
        &[Lit("eyJhbGciOiJIUzI1NiJ9."), Run(WORD.or(URL64), 80, 500), Lit("."), Run(URL64, 43, 43)],
    ),
    Rule::keyed("bitly-token", "Bitly access token", Medium, &["bitly"], &["token"], &[Run(HEX, 40, 40)]).entropy(32),
    Rule::keyed("binance-api-secret", "Binance API secret", Critical, &["binance"], &["secret"], &[Run(ALNUM, 64, 64)])
        .entropy(40),
    Rule::keyed("alchemy-api-key", "Alchemy API key", Medium, &["alchemy_api", "alchemyapi"], &["key"], &[Run(URL64, 32, 32)])
        .entropy(37),
    Rule::keyed("infura-secret", "Infura API key secret", Medium, &["infura"], &["secret"], &[Run(HEX, 32, 32)]).entropy(30),
    Rule::keyed("etherscan-key", "Etherscan API key", Medium, &["etherscan"], &["key"], &[Run(UPPER, 34, 34)]).entropy(34),
];
