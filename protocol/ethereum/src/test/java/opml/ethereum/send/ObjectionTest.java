package opml.ethereum.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import opml.ethereum.chain.ChainException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ObjectionTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          -32000 | already known                                                      | ALREADY_KNOWN
          -32000 | Known transaction: 0x12                                            | ALREADY_KNOWN
          -32010 | AlreadyKnown                                                       | ALREADY_KNOWN
          -32000 | nonce too low: next nonce 5, tx nonce 4                            | NONCE_TAKEN
          -32000 | Nonce too low. Expected nonce to be 2 but got 1.                   | NONCE_TAKEN
          -32010 | OldNonce, Current nonce: 5, nonce of rejected tx: 4                | NONCE_TAKEN
          -32000 | replacement transaction underpriced                                | TOO_CHEAP
          -32000 | transaction underpriced: gas tip cap 0, minimum needed 1           | TOO_CHEAP
          -32000 | Transaction maxFeePerGas (1) is too low for the next block, which has … | TOO_CHEAP
          -32003 | max fee per gas less than block base fee                           | TOO_CHEAP
          -32010 | ReplacementNotAllowed                                              | TOO_CHEAP
          -32000 | txpool is full                                                     | POOL_FULL
          -32000 | account limit exceeded: pooled 16 txs                              | POOL_FULL
          -32000 | Nonce too high. Expected nonce to be 0 but got 2. Note that transactions … | POOL_FULL
          -32005 | project ID request rate exceeded                                   | BUSY
          -32603 | request timed out                                                  | BUSY
          -32000 | insufficient funds for gas * price + value                         | FINAL
          -32000 | intrinsic gas too low                                              | FINAL
          """)
  void theWordsOfEachClientMeanOneOfAFewThings(int code, String words, Objection meaning) {
    assertThat(
            Objection.of(
                new ChainException.Refused(
                    "eth_sendRawTransaction", code, words, Optional.empty())))
        .isEqualTo(meaning);
  }
}
