//! Clouds, hosts, databases as a service, infrastructure tools.

use porthole_report::Severity::{Critical, High, Medium};

use crate::secrets::alphabet::{ALNUM, Alphabet, B32, B64, B64P, DIGIT, HEX, LOWER, TOKEN, UPPER, URL64, WORD};
use crate::secrets::rule::Part::{Lit, Run, Uuid};
use crate::secrets::rule::Rule;
use crate::secrets::shapes::{azure_connection, azure_signature};
use crate::secrets::{checksum, matcher};

/// Bytes that Microsoft's identifiable keys may hold around their signature.
const CASK: Alphabet = B64.or(URL64);

pub(crate) const RULES: &[Rule] = &[
    Rule::token("aws-access-key-id", "AWS access key id", Critical, &[Lit("AKIA"), Run(B32, 16, 16)]).entropy(30),
    Rule::token("aws-temporary-access-key-id", "AWS temporary access key id", High, &[Lit("ASIA"), Run(B32, 16, 16)]).entropy(30),
    Rule::token("aws-bearer-key-id", "AWS bearer token key id", High, &[Lit("ABIA"), Run(B32, 16, 16)]).entropy(30),
    Rule::token("aws-context-key-id", "AWS context-specific credential id", High, &[Lit("ACCA"), Run(B32, 16, 16)]).entropy(30),
    Rule::keyed(
        "aws-secret-access-key",
        "AWS secret access key",
        Critical,
        &["secret_access_key", "secretaccesskey", "aws_secret_key", "aws-secret", "secretkey", "secret_key"],
        &[],
        &[Run(B64, 40, 40)],
    )
    .entropy(42)
    .check(matcher::has_letter_and_digit),
    Rule::keyed("aws-session-token", "AWS session token", High, &["session_token", "sessiontoken"], &[], &[Run(B64P, 100, 2000)])
        .entropy(45),
    Rule::token("aws-bedrock-api-key", "Amazon Bedrock API key", Critical, &[Lit("ABSK"), Run(B64P, 109, 269)]).entropy(40),
    Rule::token("aws-mws-token", "Amazon MWS token", High, &[Lit("amzn.mws."), Uuid]),
    Rule::token("gcp-api-key", "Google API key", High, &[Lit("AIza"), Run(URL64, 35, 35)]).entropy(35),
    Rule::keyed(
        "gcp-service-account-key-id",
        "Google Cloud service account key",
        Critical,
        &["private_key_id"],
        &[],
        &[Run(HEX, 40, 40)],
    )
    .entropy(30),
    Rule::token("gcp-oauth-client-secret", "Google OAuth client secret", High, &[Lit("GOCSPX-"), Run(URL64, 28, 28)]),
    Rule::token("google-oauth-access-token", "Google OAuth access token", High, &[Lit("ya29."), Run(URL64, 40, 1000)])
        .entropy(36),
    Rule::token("google-oauth-refresh-token", "Google OAuth refresh token", Critical, &[Lit("1//0"), Run(URL64, 40, 200)])
        .entropy(36),
    Rule::custom(
        "azure-connection-string",
        "Azure connection string with its key",
        Critical,
        &["AccountKey=", "SharedAccessKey="],
        azure_connection,
    ),
    Rule::custom("azure-sas-token", "Azure shared access signature", High, &["&sig=", "?sig="], azure_signature),
    Rule::token(
        "azure-storage-key",
        "Azure Storage account key",
        Critical,
        &[Run(CASK, 76, 76), Lit("+ASt"), Run(CASK, 6, 6), Lit("==")],
    )
    .anchors(&["+ASt"]),
    Rule::token(
        "azure-cosmos-key",
        "Azure Cosmos DB key",
        Critical,
        &[Run(CASK, 76, 76), Lit("ACDb"), Run(CASK, 6, 6), Lit("==")],
    )
    .anchors(&["ACDb"]),
    Rule::token(
        "azure-batch-key",
        "Azure Batch account key",
        Critical,
        &[Run(CASK, 76, 76), Lit("+ABa"), Run(CASK, 6, 6), Lit("==")],
    )
    .anchors(&["+ABa"]),
    Rule::token(
        "azure-service-bus-key",
        "Azure Service Bus key",
        Critical,
        &[Run(CASK, 33, 33), Lit("+ASb"), Run(CASK, 6, 6), Lit("=")],
    )
    .anchors(&["+ASb"]),
    Rule::token(
        "azure-event-hub-key",
        "Azure Event Hubs key",
        Critical,
        &[Run(CASK, 33, 33), Lit("+AEh"), Run(CASK, 6, 6), Lit("=")],
    )
    .anchors(&["+AEh"]),
    Rule::token("azure-iot-key", "Azure IoT Hub key", Critical, &[Run(CASK, 33, 33), Lit("AIoT"), Run(CASK, 6, 6), Lit("=")])
        .anchors(&["AIoT"]),
    Rule::token(
        "azure-redis-key",
        "Azure Cache for Redis key",
        Critical,
        &[Run(CASK, 33, 33), Lit("AzCa"), Run(CASK, 6, 6), Lit("=")],
    )
    .anchors(&["AzCa"]),
    Rule::token(
        "azure-container-registry-key",
        "Azure Container Registry key",
        Critical,
        &[Run(CASK, 42, 42), Lit("+ACR"), Run(CASK, 6, 6)],
    )
    .anchors(&["+ACR"]),
    Rule::token("azure-function-key", "Azure Functions key", High, &[Run(CASK, 44, 44), Lit("AzFu"), Run(CASK, 6, 6), Lit("==")])
        .anchors(&["AzFu"]),
    Rule::token("azure-search-key", "Azure AI Search key", High, &[Run(ALNUM, 42, 42), Lit("AzSe"), Run(ALNUM, 6, 6)])
        .anchors(&["AzSe"]),
    Rule::token(
        "azure-devops-token",
        "Azure DevOps personal access token",
        Critical,
        &[Run(ALNUM, 76, 76), Lit("AZDO"), Run(ALNUM, 4, 4)],
    )
    .anchors(&["AZDO"]),
    Rule::keyed(
        "azure-ad-client-secret",
        "Microsoft Entra client secret",
        Critical,
        &["client_secret", "clientsecret", "client-secret", "azure"],
        &["secret", "password", "key"],
        &[
            Run(Alphabet::new("A-Za-z0-9_~."), 3, 3),
            Run(DIGIT, 1, 1),
            Lit("Q~"),
            Run(Alphabet::new("A-Za-z0-9_~.").or(URL64), 31, 34),
        ],
    ),
    Rule::keyed(
        "azure-openai-key",
        "Azure AI services key",
        High,
        &["azure_openai", "azure-openai", "cognitive", "ocp-apim"],
        &["key"],
        &[Run(HEX, 32, 32)],
    )
    .entropy(30),
    Rule::token("digitalocean-access-token", "DigitalOcean personal access token", Critical, &[Lit("dop_v1_"), Run(HEX, 64, 64)]),
    Rule::token("digitalocean-oauth-token", "DigitalOcean OAuth token", Critical, &[Lit("doo_v1_"), Run(HEX, 64, 64)]),
    Rule::token("digitalocean-refresh-token", "DigitalOcean refresh token", Critical, &[Lit("dor_v1_"), Run(HEX, 64, 64)]),
    Rule::token("alibaba-access-key-id", "Alibaba Cloud access key id", High, &[Lit("LTAI"), Run(ALNUM, 16, 20)]).entropy(33),
    Rule::keyed(
        "alibaba-access-key-secret",
        "Alibaba Cloud access key secret",
        Critical,
        &["alicloud", "aliyun", "alibaba"],
        &["secret"],
        &[Run(ALNUM, 30, 30)],
    )
    .entropy(37),
    Rule::token("tencent-secret-id", "Tencent Cloud secret id", High, &[Lit("AKID"), Run(ALNUM, 32, 32)]).entropy(35),
    Rule::keyed(
        "tencent-secret-key",
        "Tencent Cloud secret key",
        Critical,
        &["tencent"],
        &["secret_key", "secretkey"],
        &[Run(ALNUM, 32, 32)],
    )
    .entropy(35),
    Rule::keyed(
        "ibm-cloud-api-key",
        "IBM Cloud API key",
        Critical,
        &["ibmcloud", "ibm_cloud", "bluemix"],
        &["key"],
        &[Run(URL64, 44, 44)],
    )
    .entropy(37),
    Rule::keyed("linode-token", "Linode access token", Critical, &["linode"], &["token", "key"], &[Run(HEX, 64, 64)]).entropy(33),
    Rule::keyed("vultr-api-key", "Vultr API key", Critical, &["vultr"], &["key", "token"], &[Run(UPPER, 36, 36)]).entropy(33),
    Rule::keyed(
        "hetzner-api-token",
        "Hetzner Cloud API token",
        Critical,
        &["hcloud", "hetzner"],
        &["token", "key"],
        &[Run(ALNUM, 64, 64)],
    )
    .entropy(40),
    Rule::keyed("scaleway-secret-key", "Scaleway secret key", Critical, &["scaleway", "scw_secret"], &["secret"], &[Uuid]),
    Rule::keyed(
        "ovh-application-secret",
        "OVH application secret",
        Critical,
        &["ovh_app", "ovh-app", "ovh_cons", "ovh.app"],
        &["secret", "consumer_key"],
        &[Run(ALNUM, 32, 32)],
    )
    .entropy(35),
    Rule::token("fly-access-token", "Fly.io access token", Critical, &[Lit("fo1_"), Run(URL64, 43, 43)]),
    Rule::token("fly-macaroon", "Fly.io macaroon token", Critical, &[Lit("fm2_"), Run(B64P, 100, 1000)])
        .anchors(&["fm2_"])
        .entropy(40),
    Rule::token("heroku-api-key", "Heroku API key", Critical, &[Lit("HRKU-"), Run(URL64, 36, 60)]).entropy(30),
    Rule::keyed(
        "heroku-legacy-api-key",
        "Heroku API key, old format",
        Critical,
        &["heroku"],
        &["key", "token", "secret"],
        &[Uuid],
    ),
    Rule::keyed("vercel-token", "Vercel access token", Critical, &["vercel"], &["token"], &[Run(ALNUM, 24, 24)]).entropy(35),
    Rule::token("netlify-token", "Netlify personal access token", High, &[Lit("nfp_"), Run(ALNUM, 36, 36)]).entropy(35),
    Rule::token(
        "cloudflare-origin-ca-key",
        "Cloudflare Origin CA key",
        Critical,
        &[Lit("v1.0-"), Run(HEX, 24, 24), Lit("-"), Run(HEX, 146, 146)],
    ),
    Rule::keyed(
        "cloudflare-api-token",
        "Cloudflare API token",
        Critical,
        &["cloudflare", "cf_api", "cf_token"],
        &["token"],
        &[Run(URL64, 40, 40)],
    )
    .entropy(37),
    Rule::keyed(
        "cloudflare-global-api-key",
        "Cloudflare global API key",
        Critical,
        &["cloudflare", "cf_api"],
        &["key"],
        &[Run(HEX, 37, 37)],
    )
    .entropy(32),
    Rule::keyed("fastly-api-token", "Fastly API token", Critical, &["fastly"], &["key", "token"], &[Run(URL64, 32, 32)])
        .entropy(37),
    Rule::token("render-api-key", "Render API key", High, &[Lit("rnd_"), Run(ALNUM, 28, 40)]).entropy(36),
    Rule::keyed("railway-token", "Railway token", High, &["railway"], &["token"], &[Uuid]),
    Rule::token("supabase-access-token", "Supabase access token", Critical, &[Lit("sbp_"), Run(HEX, 40, 40)]),
    Rule::token("supabase-secret-key", "Supabase secret key", Critical, &[Lit("sb_secret_"), Run(URL64, 31, 31)]),
    Rule::token(
        "planetscale-token",
        "PlanetScale API token",
        Critical,
        &[Lit("pscale_tkn_"), Run(Alphabet::new("A-Za-z0-9_=.").or(URL64), 32, 64)],
    ),
    Rule::token(
        "planetscale-password",
        "PlanetScale database password",
        Critical,
        &[Lit("pscale_pw_"), Run(Alphabet::new("A-Za-z0-9_=.").or(URL64), 32, 64)],
    ),
    Rule::token(
        "planetscale-oauth-token",
        "PlanetScale OAuth token",
        Critical,
        &[Lit("pscale_oauth_"), Run(Alphabet::new("A-Za-z0-9_=.").or(URL64), 32, 64)],
    ),
    Rule::token("neon-api-key", "Neon API key", Critical, &[Lit("napi_"), Run(LOWER, 40, 80)]).entropy(36),
    Rule::token("yandex-api-key", "Yandex Cloud API key", Critical, &[Lit("AQVN"), Run(URL64, 35, 38)]).entropy(36),
    Rule::token("databricks-token", "Databricks access token", Critical, &[Lit("dapi"), Run(HEX, 32, 32)]).entropy(28),
    Rule::token("aiven-password", "Aiven service password", Critical, &[Lit("AVNS_"), Run(URL64, 19, 24)]),
    Rule::token(
        "mongodb-atlas-secret",
        "MongoDB Atlas service account secret",
        Critical,
        &[Lit("mdb_sa_sk_"), Run(URL64, 32, 60)],
    ),
    Rule::token("clickhouse-cloud-secret", "ClickHouse Cloud key secret", Critical, &[Lit("4b1d"), Run(ALNUM, 38, 38)])
        .entropy(40),
    Rule::keyed("confluent-secret", "Confluent Cloud API secret", Critical, &["confluent"], &["secret"], &[Run(B64, 64, 64)])
        .entropy(42),
    Rule::token(
        "tailscale-key",
        "Tailscale key",
        Critical,
        &[Lit("tskey-"), Run(LOWER, 3, 8), Lit("-"), Run(ALNUM, 8, 24), Lit("-"), Run(ALNUM, 20, 40)],
    ),
    Rule::keyed(
        "ngrok-token",
        "ngrok authentication token",
        High,
        &["ngrok", "authtoken"],
        &["token", "key"],
        &[Run(ALNUM, 27, 27), Lit("_"), Run(ALNUM, 21, 21)],
    ),
    Rule::keyed("consul-token", "Consul ACL token", Critical, &["consul"], &["token"], &[Uuid]),
    Rule::keyed("nomad-token", "Nomad ACL token", Critical, &["nomad"], &["token", "secret"], &[Uuid]),
    Rule::token("vault-service-token", "HashiCorp Vault service token", Critical, &[Lit("hvs."), Run(URL64, 90, 300)])
        .entropy(36),
    Rule::token("vault-short-service-token", "HashiCorp Vault service token", Critical, &[Lit("hvs."), Run(ALNUM, 24, 24)])
        .entropy(34),
    Rule::token("vault-batch-token", "HashiCorp Vault batch token", Critical, &[Lit("hvb."), Run(URL64, 90, 500)]).entropy(36),
    Rule::token("vault-recovery-token", "HashiCorp Vault recovery token", Critical, &[Lit("hvr."), Run(URL64, 90, 300)])
        .entropy(36),
    Rule::keyed(
        "vault-legacy-token",
        "HashiCorp Vault token, old format",
        Critical,
        &["vault"],
        &["token"],
        &[Lit("s."), Run(ALNUM, 24, 24)],
    )
    .entropy(34),
    Rule::token(
        "terraform-cloud-token",
        "HCP Terraform API token",
        Critical,
        &[Run(ALNUM, 14, 14), Lit(".atlasv1."), Run(URL64, 60, 70)],
    )
    .anchors(&[".atlasv1."]),
    Rule::token("pulumi-access-token", "Pulumi access token", Critical, &[Lit("pul-"), Run(HEX, 40, 40)]),
    Rule::token("doppler-personal-token", "Doppler personal token", Critical, &[Lit("dp.pt."), Run(ALNUM, 40, 44)]),
    Rule::token("doppler-cli-token", "Doppler CLI token", Critical, &[Lit("dp.ct."), Run(ALNUM, 40, 44)]),
    Rule::token(
        "doppler-service-token",
        "Doppler service token",
        Critical,
        &[Lit("dp.st."), Run(Alphabet::new("a-z0-9_.").or(URL64), 40, 80)],
    ),
    Rule::token("doppler-service-account-token", "Doppler service account token", Critical, &[Lit("dp.sa."), Run(ALNUM, 40, 44)]),
    Rule::token("doppler-scim-token", "Doppler SCIM token", High, &[Lit("dp.scim."), Run(ALNUM, 40, 44)]),
    Rule::token("doppler-audit-token", "Doppler audit token", Medium, &[Lit("dp.audit."), Run(ALNUM, 40, 44)]),
    Rule::token(
        "onepassword-service-account-token",
        "1Password service account token",
        Critical,
        &[Lit("ops_eyJ"), Run(B64P.or(URL64), 250, 2000)],
    )
    .entropy(40),
    Rule::token(
        "onepassword-secret-key",
        "1Password secret key",
        Critical,
        &[
            Lit("A3-"),
            Run(UPPER, 6, 6),
            Lit("-"),
            Run(UPPER, 6, 6),
            Lit("-"),
            Run(UPPER, 5, 5),
            Lit("-"),
            Run(UPPER, 5, 5),
            Lit("-"),
            Run(UPPER, 5, 5),
            Lit("-"),
            Run(UPPER, 5, 5),
        ],
    ),
    Rule::token("launchdarkly-sdk-key", "LaunchDarkly SDK key", High, &[Lit("sdk-"), Uuid]),
    Rule::token("launchdarkly-api-key", "LaunchDarkly API token", High, &[Lit("api-"), Uuid]),
    Rule::token("age-secret-key", "age secret key", Critical, &[Lit("AGE-SECRET-KEY-1"), Run(UPPER, 58, 58)])
        .check(checksum::bech32),
    Rule::token(
        "age-post-quantum-secret-key",
        "age post-quantum secret key",
        Critical,
        &[Lit("AGE-SECRET-KEY-PQ-1"), Run(UPPER, 58, 70)],
    ),
    Rule::token(
        "cipherstash-access-key",
        "CipherStash workspace access key",
        High,
        &[Lit("CSAK"), Run(ALNUM, 17, 17), Lit("."), Run(ALNUM, 40, 60)],
    ),
    Rule::keyed(
        "rclone-obscured-password",
        "rclone obscured password (reversible)",
        High,
        &["pass =", "password2", "password"],
        &[],
        &[Run(URL64, 22, 300)],
    )
    .near(&["rclone.conf"])
    .entropy(35),
    Rule::keyed(
        "digitalocean-spaces-secret",
        "DigitalOcean Spaces secret",
        Critical,
        &["spaces"],
        &["secret"],
        &[Run(B64, 43, 43)],
    )
    .entropy(40),
    Rule::keyed("cloudinary-api-secret", "Cloudinary API secret", High, &["cloudinary"], &["secret"], &[Run(URL64, 27, 27)])
        .entropy(37),
    Rule::keyed(
        "backblaze-application-key",
        "Backblaze B2 application key",
        Critical,
        &["b2_application_key", "b2_app", "backblaze"],
        &["key"],
        &[Lit("K00"), Run(B64, 28, 28)],
    ),
    Rule::keyed("wasabi-secret-key", "Wasabi secret key", Critical, &["wasabi"], &["secret"], &[Run(ALNUM, 40, 40)]).entropy(40),
    Rule::keyed(
        "minio-secret",
        "MinIO root password",
        High,
        &["minio_root_password", "minio_secret"],
        &[],
        &[Run(WORD.or(TOKEN), 12, 64)],
    )
    .entropy(35)
    .guessable(),
];
