package opml.engine.commit;

import opml.core.hash.Bytes32;
import opml.core.merkle.Proof;

/// What a slot holds, with the proof under a slots' root.
///
/// @param value the tensor's root
public record SlotOpening(int slot, Bytes32 value, Proof proof) {}
