package opml.ethereum.send;

import opml.core.account.Wei;
import opml.ethereum.chain.Call;

/// A call that is to get into the chain, and what it is worth.
public record Order(Call call, Wei stake, boolean settles) {}
