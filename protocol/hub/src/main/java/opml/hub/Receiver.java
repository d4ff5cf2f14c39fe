package opml.hub;

import java.util.Arrays;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.hub.contracts.Artifacts;

/// A contract that is to be told results.
///
/// @param deployment whose deliveries tell them
public record Receiver(Deployment deployment, Address address) {
  private static final long MARGIN_PERCENT = 50;

  private static final long PERCENT = 100;
  private static final long TRANSACTION = 21_000;

  /// {@return the gas that this contract takes now to hear an output of so many bytes, or its root if they are
  /// more than a claim carries}
  ///
  /// @throws ChainException.Reverted if it refuses to hear a result from these deliveries
  public long gasToHear(Chain chain, long outputBytes) {
    boolean byRoot = outputBytes > ClaimedOutput.CARRIED_MOST;
    byte[] output = new byte[byRoot ? Bytes32.BYTES : (int) outputBytes];
    Arrays.fill(output, (byte) -1);
    long most = 0;
    for (String function : new String[] {"onProvisional", "onFinal"}) {
      Call call =
          byRoot
              ? Artifacts.ROOT_RECEIVER
                  .load()
                  .at(address)
                  .call(
                      function + "Root", Bytes32.ZERO, Bytes32.ZERO, 0L, false, Bytes32.of(output))
              : Artifacts.RESULT_RECEIVER
                  .load()
                  .at(address)
                  .call(function, Bytes32.ZERO, Bytes32.ZERO, 0L, false, output);
      most =
          Math.max(most, chain.estimateGas(call, deployment.deliveries().address()) - TRANSACTION);
    }
    return most;
  }

  /// {@return the gas to pass on, where so much is taken now: what others do before a delivery may make it dearer}
  public static long withRoom(long gas) {
    return gas + gas * MARGIN_PERCENT / PERCENT;
  }
}
