//! Chat, mail, telephony.

use porthole_report::Severity::{Critical, High, Medium};

use crate::secrets::alphabet::{ALNUM, DIGIT, HEX, LOWER, UPPER, URL64};
use crate::secrets::rule::Part::{Lit, Run, Uuid};
use crate::secrets::rule::Rule;

pub(crate) const RULES: &[Rule] = &[
    Rule::token(
        "slack-bot-token",
        "Slack bot token",
        Critical,
        &[Lit("xoxb-"), Run(DIGIT, 10, 13), Lit("-"), Run(DIGIT, 10, 13), Lit("-"), Run(ALNUM, 24, 24)],
    ),
    Rule::token(
        "slack-user-token",
        "Slack user token",
        Critical,
        &[
            Lit("xoxp-"),
            Run(DIGIT, 10, 13),
            Lit("-"),
            Run(DIGIT, 10, 13),
            Lit("-"),
            Run(DIGIT, 10, 13),
            Lit("-"),
            Run(HEX, 32, 32),
        ],
    ),
    Rule::token(
        "slack-workspace-token",
        "Slack workspace token",
        Critical,
        &[
            Lit("xoxa-2-"),
            Run(DIGIT, 10, 13),
            Lit("-"),
            Run(DIGIT, 10, 13),
            Lit("-"),
            Run(DIGIT, 10, 13),
            Lit("-"),
            Run(HEX, 32, 32),
        ],
    ),
    Rule::token(
        "slack-legacy-bot-token",
        "Slack bot token, old format",
        Critical,
        &[Lit("xoxb-"), Run(DIGIT, 8, 14), Lit("-"), Run(ALNUM, 18, 26)],
    ),
    Rule::token("slack-configuration-token", "Slack configuration token", High, &[Lit("xoxe.xoxp-1-"), Run(ALNUM, 146, 180)]),
    Rule::token("slack-refresh-token", "Slack configuration refresh token", High, &[Lit("xoxe-1-"), Run(ALNUM, 140, 180)]),
    Rule::token(
        "slack-session-token",
        "Slack legacy session token",
        High,
        &[Lit("xoxs-"), Run(DIGIT, 8, 13), Lit("-"), Run(DIGIT, 8, 13), Lit("-"), Run(DIGIT, 8, 13), Lit("-"), Run(HEX, 10, 64)],
    ),
    Rule::token(
        "slack-app-token",
        "Slack app-level token",
        Critical,
        &[Lit("xapp-1-"), Run(UPPER, 9, 13), Lit("-"), Run(DIGIT, 10, 14), Lit("-"), Run(HEX, 64, 64)],
    ),
    Rule::token(
        "slack-webhook",
        "Slack incoming webhook",
        High,
        &[Lit("hooks.slack.com/services/T"), Run(UPPER, 8, 12), Lit("/B"), Run(UPPER, 8, 12), Lit("/"), Run(ALNUM, 24, 24)],
    ),
    Rule::token(
        "slack-workflow-webhook",
        "Slack workflow webhook",
        Medium,
        &[
            Lit("hooks.slack.com/workflows/T"),
            Run(UPPER, 8, 12),
            Lit("/A"),
            Run(UPPER, 8, 12),
            Lit("/"),
            Run(DIGIT, 17, 19),
            Lit("/"),
            Run(ALNUM, 24, 24),
        ],
    ),
    Rule::token(
        "discord-webhook",
        "Discord webhook",
        High,
        &[Lit("discord.com/api/webhooks/"), Run(DIGIT, 17, 20), Lit("/"), Run(URL64, 60, 72)],
    ),
    Rule::keyed(
        "discord-bot-token",
        "Discord bot token",
        Critical,
        &["discord"],
        &["token"],
        &[Run(URL64, 24, 28), Lit("."), Run(URL64, 6, 6), Lit("."), Run(URL64, 27, 38)],
    ),
    Rule::keyed("discord-client-secret", "Discord client secret", High, &["discord"], &["secret"], &[Run(URL64, 32, 32)])
        .entropy(36),
    Rule::token("telegram-bot-token", "Telegram bot token", Critical, &[Run(DIGIT, 8, 10), Lit(":AA"), Run(URL64, 33, 33)])
        .anchors(&[":AAA", ":AAE", ":AAF", ":AAG", ":AAH"])
        .entropy(36),
    Rule::token(
        "teams-webhook",
        "Microsoft Teams incoming webhook",
        High,
        &[
            Run(ALNUM, 1, 60),
            Lit(".webhook.office.com/webhookb2/"),
            Uuid,
            Lit("@"),
            Uuid,
            Lit("/IncomingWebhook/"),
            Run(HEX, 32, 32),
            Lit("/"),
            Uuid,
        ],
    )
    .anchors(&[".webhook.office.com/webhookb2/"]),
    Rule::keyed("twilio-auth-token", "Twilio auth token", Critical, &["twilio"], &["token", "secret"], &[Run(HEX, 32, 32)])
        .entropy(30),
    Rule::token(
        "sendgrid-api-key",
        "SendGrid API key",
        Critical,
        &[Lit("SG."), Run(URL64, 22, 22), Lit("."), Run(URL64, 43, 43)],
    ),
    Rule::token("mailgun-api-key", "Mailgun private API key", Critical, &[Lit("key-"), Run(HEX, 32, 32)]).entropy(30),
    Rule::keyed(
        "mailgun-sending-key",
        "Mailgun API key",
        Critical,
        &["mailgun"],
        &["key"],
        &[Run(HEX, 32, 32), Lit("-"), Run(HEX, 8, 8), Lit("-"), Run(HEX, 8, 8)],
    ),
    Rule::token("mailchimp-api-key", "Mailchimp API key", High, &[Run(HEX, 32, 32), Lit("-us"), Run(DIGIT, 1, 2)])
        .anchors(&["-us1", "-us2", "-us3", "-us4", "-us5", "-us6", "-us7", "-us8", "-us9"]),
    Rule::keyed("mandrill-api-key", "Mandrill API key", High, &["mandrill"], &["key"], &[Lit("md-"), Run(URL64, 22, 22)])
        .entropy(34),
    Rule::token(
        "brevo-api-key",
        "Brevo (Sendinblue) API key",
        High,
        &[Lit("xkeysib-"), Run(HEX, 64, 64), Lit("-"), Run(ALNUM, 16, 16)],
    ),
    Rule::token(
        "brevo-smtp-key",
        "Brevo (Sendinblue) SMTP key",
        High,
        &[Lit("xsmtpsib-"), Run(HEX, 64, 64), Lit("-"), Run(ALNUM, 16, 16)],
    ),
    Rule::token("mailersend-token", "MailerSend API token", High, &[Lit("mlsn."), Run(HEX, 64, 64)]),
    Rule::token("resend-api-key", "Resend API key", High, &[Lit("re_"), Run(ALNUM, 8, 8), Lit("_"), Run(ALNUM, 24, 24)])
        .entropy(36),
    Rule::keyed("postmark-server-token", "Postmark server token", High, &["postmark"], &["token", "key"], &[Uuid]),
    Rule::keyed("sparkpost-api-key", "SparkPost API key", High, &["sparkpost"], &["key"], &[Run(HEX, 40, 40)]).entropy(32),
    Rule::keyed(
        "messagebird-access-key",
        "Bird (MessageBird) access key",
        High,
        &["messagebird"],
        &["key", "token"],
        &[Run(ALNUM, 25, 25)],
    )
    .entropy(34),
    Rule::keyed("vonage-api-secret", "Vonage API secret", High, &["vonage", "nexmo"], &["secret"], &[Run(ALNUM, 16, 16)])
        .entropy(32),
    Rule::keyed("mattermost-token", "Mattermost access token", High, &["mattermost"], &["token"], &[Run(LOWER, 26, 26)])
        .entropy(34),
    Rule::keyed(
        "intercom-access-token",
        "Intercom access token",
        High,
        &["intercom"],
        &["token", "secret", "key"],
        &[Run(crate::secrets::alphabet::B64P, 60, 60)],
    )
    .entropy(40),
    Rule::keyed("zendesk-token", "Zendesk API token", High, &["zendesk"], &["token", "secret", "key"], &[Run(ALNUM, 40, 40)])
        .entropy(38),
    Rule::keyed("pusher-secret", "Pusher app secret", Medium, &["pusher"], &["secret"], &[Run(HEX, 20, 20)]).entropy(30),
    Rule::keyed(
        "webex-token",
        "Webex bot token",
        High,
        &["webex"],
        &["token"],
        &[Run(ALNUM, 64, 64), Lit("_"), Run(ALNUM, 4, 4), Lit("_"), Uuid],
    ),
    Rule::keyed(
        "line-channel-secret",
        "LINE channel secret",
        High,
        &["line_channel", "line-channel", "linechannel"],
        &["secret"],
        &[Run(HEX, 32, 32)],
    )
    .entropy(30),
    Rule::token("courier-token", "Courier production token", High, &[Lit("pk_prod_"), Run(UPPER, 28, 28)]),
    Rule::keyed(
        "ably-api-key",
        "Ably API key",
        High,
        &["ably_", "ably-", "ably.", "ablyk", "ablya"],
        &["key"],
        &[Run(URL64, 6, 6), Lit("."), Run(URL64, 6, 6), Lit(":"), Run(URL64, 43, 43)],
    ),
];
