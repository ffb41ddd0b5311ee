//! What is known to be bad. Knows packages by purl; not images, layers or where shards live.
