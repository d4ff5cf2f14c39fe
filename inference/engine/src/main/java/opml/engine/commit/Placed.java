package opml.engine.commit;

import opml.core.hash.Bytes32;

/// A subtree of a node's memory: its bytes start at `index << (5 + depth)`, and their root is `root`.
public record Placed(int depth, long index, Bytes32 root) {}
