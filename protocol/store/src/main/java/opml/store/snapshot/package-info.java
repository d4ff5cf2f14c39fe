/// What a node had read of a hub, as a file for another node, which then need not read all blocks again:
/// [opml.store.snapshot.SnapshotFile].
package opml.store.snapshot;
