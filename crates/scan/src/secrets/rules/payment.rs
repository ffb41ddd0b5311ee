//! Payment and shops.

use porthole_report::Severity::{Critical, High, Low, Medium};

use crate::secrets::alphabet::{ALNUM, B64P, HEX, HEX_ANY, LOWER, URL64};
use crate::secrets::rule::Part::{Lit, Run, Uuid};
use crate::secrets::rule::Rule;

const TEST: &str = "a key of the provider's test mode";

pub(crate) const RULES: &[Rule] = &[
    Rule::token("stripe-secret-key", "Stripe secret key", Critical, &[Lit("sk_live_"), Run(ALNUM, 24, 250)]),
    Rule::token("stripe-restricted-key", "Stripe restricted key", Critical, &[Lit("rk_live_"), Run(ALNUM, 24, 250)]),
    Rule::token("stripe-test-key", "Stripe test key", Low, &[Lit("sk_test_"), Run(ALNUM, 24, 250)]).harmless(TEST),
    Rule::token("stripe-restricted-test-key", "Stripe restricted test key", Low, &[Lit("rk_test_"), Run(ALNUM, 24, 250)])
        .harmless(TEST),
    Rule::token("stripe-webhook-secret", "Stripe webhook signing secret", High, &[Lit("whsec_"), Run(ALNUM, 32, 64)]).entropy(34),
    Rule::token("square-access-token", "Square access token", Critical, &[Lit("sq0atp-"), Run(URL64, 22, 22)]),
    Rule::token("square-oauth-secret", "Square OAuth secret", Critical, &[Lit("sq0csp-"), Run(URL64, 43, 43)]),
    Rule::token("square-production-token", "Square production access token", Critical, &[Lit("EAAA"), Run(URL64, 60, 60)])
        .entropy(40),
    Rule::token("shopify-access-token", "Shopify admin access token", Critical, &[Lit("shpat_"), Run(HEX_ANY, 32, 32)]),
    Rule::token("shopify-shared-secret", "Shopify app shared secret", Critical, &[Lit("shpss_"), Run(HEX_ANY, 32, 32)]),
    Rule::token("shopify-custom-app-token", "Shopify custom app token", Critical, &[Lit("shpca_"), Run(HEX_ANY, 32, 32)]),
    Rule::token("shopify-private-app-token", "Shopify private app token", Critical, &[Lit("shppa_"), Run(HEX_ANY, 32, 32)]),
    Rule::token(
        "braintree-access-token",
        "PayPal Braintree access token",
        Critical,
        &[Lit("access_token$production$"), Run(LOWER, 16, 16), Lit("$"), Run(HEX, 32, 32)],
    ),
    Rule::token(
        "braintree-sandbox-token",
        "PayPal Braintree sandbox token",
        Low,
        &[Lit("access_token$sandbox$"), Run(LOWER, 16, 16), Lit("$"), Run(HEX, 32, 32)],
    )
    .harmless(TEST),
    Rule::token("razorpay-key-id", "Razorpay live key id", Medium, &[Lit("rzp_live_"), Run(ALNUM, 14, 14)]),
    Rule::token("plaid-access-token", "Plaid production access token", Critical, &[Lit("access-production-"), Uuid]),
    Rule::token("flutterwave-secret-key", "Flutterwave secret key", Critical, &[Lit("FLWSECK-"), Run(ALNUM, 32, 40), Lit("-X")]),
    Rule::token("easypost-api-key", "EasyPost production API key", High, &[Lit("EZAK"), Run(ALNUM, 54, 54)]).entropy(38),
    Rule::token("easypost-test-key", "EasyPost test API key", Low, &[Lit("EZTK"), Run(ALNUM, 54, 54)]).entropy(38).harmless(TEST),
    Rule::token("shippo-live-token", "Shippo live token", High, &[Lit("shippo_live_"), Run(HEX, 40, 40)]),
    Rule::token("shippo-test-token", "Shippo test token", Low, &[Lit("shippo_test_"), Run(HEX, 40, 40)]).harmless(TEST),
    Rule::token("duffel-live-token", "Duffel live token", High, &[Lit("duffel_live_"), Run(URL64, 43, 43)]),
    Rule::token(
        "paddle-api-key",
        "Paddle API key",
        Critical,
        &[Lit("pdl_live_apikey_"), Run(LOWER, 26, 26), Lit("_"), Run(ALNUM, 22, 22), Lit("_"), Run(ALNUM, 3, 3)],
    ),
    Rule::token("telnyx-api-key", "Telnyx API key", High, &[Lit("KEY0"), Run(HEX_ANY, 29, 29), Lit("_"), Run(ALNUM, 22, 22)]),
    Rule::keyed("adyen-api-key", "Adyen API key", Critical, &["adyen"], &["key"], &[Lit("AQE"), Run(B64P, 80, 500)]).entropy(40),
    Rule::token("gocardless-live-token", "GoCardless live token", Critical, &[Lit("live_"), Run(URL64, 40, 42)])
        .near(&["gocardless"])
        .entropy(36),
    Rule::token("mollie-live-key", "Mollie live API key", Critical, &[Lit("live_"), Run(ALNUM, 30, 30)])
        .near(&["mollie"])
        .entropy(36),
    Rule::token("lob-live-key", "Lob live API key", High, &[Lit("live_"), Run(HEX, 35, 35)]).near(&["lob"]),
    Rule::keyed("paypal-client-secret", "PayPal client secret", Critical, &["paypal"], &["secret"], &[Run(URL64, 80, 80)])
        .entropy(42),
    Rule::keyed(
        "coinbase-access-token",
        "Coinbase access token",
        Critical,
        &["coinbase"],
        &["token", "secret", "key"],
        &[Run(URL64, 64, 64)],
    )
    .entropy(36),
    Rule::keyed("razorpay-key-secret", "Razorpay key secret", Critical, &["razorpay"], &["secret"], &[Run(ALNUM, 24, 24)])
        .entropy(35),
    Rule::keyed(
        "chargebee-api-key",
        "Chargebee live API key",
        Critical,
        &["chargebee"],
        &["key"],
        &[Lit("live_"), Run(ALNUM, 32, 60)],
    ),
    Rule::keyed("plaid-secret", "Plaid secret", Critical, &["plaid"], &["secret"], &[Run(HEX, 30, 30)]).entropy(30),
];
