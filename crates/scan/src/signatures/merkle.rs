//! Merkle inclusion proofs.
//!
//! RFC 9162, 2.1.3.2 (the same tree as RFC 6962). Proof: `tests/suite/signatures/conformance.rs` (the transparency-dev
//! vectors) and the tests below (a tree built naively).

use sha2::{Digest as _, Sha256};

/// Root of a tree.
pub(super) type Root = [u8; 32];

/// Hash of a leaf.
pub(super) fn leaf_hash(data: &[u8]) -> Root {
    Sha256::new().chain_update([0]).chain_update(data).finalize().into()
}

fn node_hash(left: &[u8], right: &[u8]) -> Root {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root to which a proof leads; `None` for an index outside the tree or a proof of the wrong length.
pub(super) fn root(index: u64, size: u64, leaf: Root, proof: &[Root]) -> Option<Root> {
    if index >= size {
        return None;
    }
    let (mut position, mut last) = (index, size - 1);
    let mut hash = leaf;
    for sibling in proof {
        if last == 0 {
            return None;
        }
        if position & 1 == 1 || position == last {
            hash = node_hash(sibling, &hash);
            while position & 1 == 0 && position != 0 {
                position >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        position >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Oracle: RFC 9162, 2.1.1, word for word.
    fn naive(leaves: &[Root]) -> Root {
        match leaves {
            [] => Sha256::digest([]).into(),
            [one] => *one,
            many => {
                let split = many.len().next_power_of_two() / 2;
                node_hash(&naive(&many[..split]), &naive(&many[split..]))
            }
        }
    }

    fn path(index: usize, leaves: &[Root]) -> Vec<Root> {
        if leaves.len() < 2 {
            return Vec::new();
        }
        let split = leaves.len().next_power_of_two() / 2;
        let (mut inner, other) = if index < split {
            (path(index, &leaves[..split]), naive(&leaves[split..]))
        } else {
            (path(index - split, &leaves[split..]), naive(&leaves[..split]))
        };
        inner.push(other);
        inner
    }

    #[test]
    fn every_leaf_of_every_small_tree_is_proven_and_no_other() {
        for size in 1..40usize {
            let leaves: Vec<Root> = (0..size).map(|n| leaf_hash(&[n as u8])).collect();
            let expected = naive(&leaves);
            for index in 0..size {
                let proof = path(index, &leaves);
                assert_eq!(root(index as u64, size as u64, leaves[index], &proof), Some(expected));
                let mut longer = proof.clone();
                longer.push([0; 32]);
                assert_ne!(root(index as u64, size as u64, leaves[index], &longer), Some(expected));
                if let Some(shorter) = proof.get(1..) {
                    assert_ne!(root(index as u64, size as u64, leaves[index], shorter), Some(expected));
                }
                assert_ne!(root(((index + 1) % size) as u64, size as u64, leaf_hash(b"x"), &proof), Some(expected));
            }
            assert_eq!(root(size as u64, size as u64, leaves[0], &[]), None, "outside the tree");
        }
    }

    #[test]
    fn the_public_vectors_end_as_they_say() {
        let vectors = include_bytes!("../../../../tests/signatures/conformance/merkle-inclusion.json");
        let vectors: Vec<serde_json::Value> = serde_json::from_slice(vectors).expect("vectors");
        assert!(vectors.len() > 90);
        let decode =
            |text: &serde_json::Value| super::super::encoding::base64(text.as_str().unwrap_or_default()).unwrap_or_default();
        for vector in vectors {
            let proof = vector["proof"].as_array().map(Vec::as_slice).unwrap_or_default();
            let proof: Option<Vec<Root>> = proof.iter().map(|hash| decode(hash).try_into().ok()).collect();
            let numbers = vector["leafIdx"].as_u64().zip(vector["treeSize"].as_u64());
            let leaf: Option<Root> = decode(&vector["leafHash"]).try_into().ok();
            let found = (|| root(numbers?.0, numbers?.1, leaf?, &proof?))();
            let right = found.is_some_and(|found| found.as_slice() == decode(&vector["root"]));
            assert_eq!(right, vector["wantErr"] != true, "{}", vector["name"]);
        }
    }
}
