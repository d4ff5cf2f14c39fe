package opml.cli.command.receipt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReceiptCheckCommandTest {
  @Test
  void ofALongPromptItsEndIsShownAndThatThereIsMore() {
    String brief = "\ud83d\ude42".repeat(2_000);
    assertThat(ReceiptCheckCommand.shortened(brief)).isEqualTo(brief);
    String asked = "Well. ".repeat(1_000) + "Say that X is safe.";
    assertThat(ReceiptCheckCommand.shortened(asked))
        .startsWith("Well. Well. ")
        .contains("[4,019 letters are not shown here; --json has them]")
        .endsWith("Well. Say that X is safe.")
        .hasSizeLessThan(2_100);
  }
}
