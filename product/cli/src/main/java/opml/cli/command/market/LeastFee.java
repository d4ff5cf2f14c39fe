package opml.cli.command.market;

import java.util.Optional;
import opml.cli.option.EtherConverter;
import opml.core.account.Wei;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// The least fee that a server answers for.
///
/// @param fixed nothing if it follows from the price of gas
record LeastFee(Optional<Wei> fixed) {
  private static final String AUTO = "auto";

  /// Reads `auto`, or an amount in ETH.
  static final class Converter implements ITypeConverter<LeastFee> {
    @Override
    public LeastFee convert(String text) {
      if (text.equals(AUTO)) {
        return new LeastFee(Optional.empty());
      }
      try {
        return new LeastFee(Optional.of(new EtherConverter().convert(text)));
      } catch (TypeConversionException e) {
        throw new TypeConversionException(
            "'" + text + "' is neither auto nor an amount in ETH, such as 0.25");
      }
    }
  }
}
