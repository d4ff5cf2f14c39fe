package opml.ethereum.abi;

import opml.ethereum.chain.LogEntry;

/// A log with the names of the contract that wrote it.
public record Event(String name, Values values, LogEntry log) {}
