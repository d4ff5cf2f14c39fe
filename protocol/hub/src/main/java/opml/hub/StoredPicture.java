package opml.hub;

import java.util.List;
import java.util.Optional;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Kept;

/// The hub as somebody else has read it, without a question to any chain: events are believed as they were kept.
public final class StoredPicture {
  private StoredPicture() {}

  /// {@return the hub after a block}
  ///
  /// @param history what was read; it is only asked
  /// @param block up to which it was
  public static Picture of(Deployment deployment, EventHistory history, BlockRef block) {
    HubEvent.Decoder decoder = new HubEvent.Decoder(deployment);
    Book book = new Book(deployment.parameters().allowance());
    history.forEach(log -> book.add(Kept.of(log, decoder::decode)));
    Optional<BlockRef> last = history.finalised();
    if (last.isPresent() && history.isPruned()) {
      book.lacks(last.get().number());
    }
    return book.picture(block, List.of());
  }
}
