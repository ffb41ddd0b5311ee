//! Models and machine learning.

use porthole_report::Severity::{Critical, High, Medium};

use crate::secrets::alphabet::{ALNUM, ALPHA, HEX, URL64};
use crate::secrets::rule::Part::{Lit, Run, Uuid};
use crate::secrets::rule::Rule;

pub(crate) const RULES: &[Rule] = &[
    Rule::token(
        "openai-api-key",
        "OpenAI API key",
        Critical,
        &[Lit("sk-"), Run(ALNUM, 20, 20), Lit("T3BlbkFJ"), Run(ALNUM, 20, 20)],
    )
    .anchors(&["T3BlbkFJ"]),
    Rule::token("openai-project-key", "OpenAI project key", Critical, &[Lit("sk-proj-"), Run(URL64, 120, 170)]).entropy(42),
    Rule::token(
        "openai-service-account-key",
        "OpenAI service account key",
        Critical,
        &[Lit("sk-svcacct-"), Run(URL64, 110, 170)],
    )
    .entropy(42),
    Rule::token("openai-admin-key", "OpenAI admin key", Critical, &[Lit("sk-admin-"), Run(URL64, 110, 170)]).entropy(42),
    Rule::token("anthropic-api-key", "Anthropic API key", Critical, &[Lit("sk-ant-api03-"), Run(URL64, 93, 93), Lit("AA")])
        .check(|value| value.ends_with(b"AA"))
        .anchors(&["sk-ant-api03-"]),
    Rule::token("anthropic-admin-key", "Anthropic admin key", Critical, &[Lit("sk-ant-admin01-"), Run(URL64, 93, 93), Lit("AA")])
        .anchors(&["sk-ant-admin01-"]),
    Rule::token("anthropic-oauth-token", "Anthropic OAuth token", Critical, &[Lit("sk-ant-oat01-"), Run(URL64, 90, 120)])
        .entropy(40),
    Rule::token("huggingface-token", "Hugging Face user access token", High, &[Lit("hf_"), Run(ALPHA, 34, 34)]).entropy(36),
    Rule::token(
        "huggingface-organization-token",
        "Hugging Face organization token",
        High,
        &[Lit("api_org_"), Run(ALPHA, 34, 34)],
    )
    .entropy(36),
    Rule::token("replicate-api-token", "Replicate API token", High, &[Lit("r8_"), Run(ALNUM, 37, 37)]).entropy(36),
    Rule::token("groq-api-key", "Groq API key", High, &[Lit("gsk_"), Run(ALNUM, 52, 52)]).entropy(38),
    Rule::token("perplexity-api-key", "Perplexity API key", High, &[Lit("pplx-"), Run(ALNUM, 48, 48)]).entropy(38),
    Rule::token("xai-api-key", "xAI API key", High, &[Lit("xai-"), Run(ALNUM, 80, 80)]).entropy(40),
    Rule::token("openrouter-api-key", "OpenRouter API key", High, &[Lit("sk-or-v1-"), Run(HEX, 64, 64)]),
    Rule::token(
        "langsmith-personal-key",
        "LangSmith personal API key",
        High,
        &[Lit("lsv2_pt_"), Run(HEX, 32, 32), Lit("_"), Run(HEX, 10, 10)],
    ),
    Rule::token(
        "langsmith-service-key",
        "LangSmith service key",
        High,
        &[Lit("lsv2_sk_"), Run(HEX, 32, 32), Lit("_"), Run(HEX, 10, 10)],
    ),
    Rule::token("langfuse-secret-key", "Langfuse secret key", High, &[Lit("sk-lf-"), Uuid]),
    Rule::token("pinecone-api-key", "Pinecone API key", High, &[Lit("pcsk_"), Run(ALNUM, 5, 7), Lit("_"), Run(ALNUM, 60, 66)]),
    Rule::token("nvidia-api-key", "NVIDIA API key", High, &[Lit("nvapi-"), Run(URL64, 60, 70)]).entropy(38),
    Rule::token("tavily-api-key", "Tavily API key", Medium, &[Lit("tvly-"), Run(URL64, 32, 45)]).entropy(34),
    Rule::token("together-api-key", "Together AI API key", High, &[Lit("tgp_v1_"), Run(URL64, 43, 43)]),
    Rule::token("cerebras-api-key", "Cerebras API key", High, &[Lit("csk-"), Run(ALNUM, 48, 48)]).entropy(36),
    Rule::keyed("fireworks-api-key", "Fireworks AI API key", High, &["fireworks"], &["key"], &[Lit("fw_"), Run(ALNUM, 22, 24)])
        .entropy(36),
    Rule::token("apify-token", "Apify API token", High, &[Lit("apify_api_"), Run(ALNUM, 36, 36)]),
    Rule::keyed("cohere-api-key", "Cohere API key", High, &["cohere", "co_api_key"], &["key", "token"], &[Run(ALNUM, 40, 40)])
        .entropy(38),
    Rule::keyed("mistral-api-key", "Mistral API key", High, &["mistral"], &["key", "token"], &[Run(ALNUM, 32, 32)]).entropy(36),
    Rule::keyed("deepseek-api-key", "DeepSeek API key", High, &["deepseek"], &["key", "token"], &[Lit("sk-"), Run(HEX, 32, 32)]),
    Rule::keyed("wandb-api-key", "Weights & Biases API key", High, &["wandb"], &["key", "token"], &[Run(HEX, 40, 40)])
        .entropy(32),
    Rule::keyed(
        "elevenlabs-api-key",
        "ElevenLabs API key",
        High,
        &["elevenlabs", "xi-api-key", "eleven_"],
        &["key"],
        &[Lit("sk_"), Run(HEX, 48, 48)],
    ),
    Rule::keyed("stability-api-key", "Stability AI API key", High, &["stability"], &["key"], &[Lit("sk-"), Run(ALNUM, 48, 48)]),
    Rule::keyed("voyage-api-key", "Voyage AI API key", Medium, &["voyage"], &["key"], &[Lit("pa-"), Run(URL64, 43, 43)]),
    Rule::keyed("comet-api-key", "Comet API key", Medium, &["comet_api"], &["key"], &[Run(ALNUM, 25, 25)]).entropy(34),
    Rule::keyed(
        "clarifai-token",
        "Clarifai personal access token",
        Medium,
        &["clarifai"],
        &["pat", "key", "token"],
        &[Run(HEX, 32, 32)],
    )
    .entropy(30),
    Rule::keyed("kaggle-key", "Kaggle API key", Medium, &["kaggle_key", "kaggle_api"], &[], &[Run(HEX, 32, 32)]).entropy(30),
];
