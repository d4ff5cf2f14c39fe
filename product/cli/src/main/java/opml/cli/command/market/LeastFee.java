package opml.cli.command.market;

import java.util.Optional;
import opml.cli.option.EtherConverter;
import opml.core.account.Wei;
import picocli.CommandLine.ITypeConverter;

/// The least fee that a server answers for.
///
/// @param fixed nothing if it follows from the price of gas
record LeastFee(Optional<Wei> fixed) {
  private static final String AUTO = "auto";

  /// Reads `auto`, or an amount in ETH.
  static final class Converter implements ITypeConverter<LeastFee> {
    @Override
    public LeastFee convert(String text) {
      return new LeastFee(
          text.equals(AUTO) ? Optional.empty() : Optional.of(new EtherConverter().convert(text)));
    }
  }
}
