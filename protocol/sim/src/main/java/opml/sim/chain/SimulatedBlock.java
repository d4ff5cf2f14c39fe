package opml.sim.chain;

import java.util.List;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.Receipt;

/// A block, and the state after it.
record SimulatedBlock(
    BlockRef ref,
    long slot,
    List<SimulatedTransaction> transactions,
    List<Receipt> receipts,
    List<LogEntry> logs,
    SimulatedState after) {}
