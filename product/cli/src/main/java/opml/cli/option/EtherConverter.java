package opml.cli.option;

import java.math.BigDecimal;
import opml.core.account.Wei;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// An amount in ETH, such as `0.25`.
public final class EtherConverter implements ITypeConverter<Wei> {
  private static final int DECIMALS = 18;

  @Override
  public Wei convert(String text) {
    if (!text.matches("[0-9]{1,40}(\\.[0-9]{1,18})?")) {
      throw new TypeConversionException(
          "'" + text + "' is not an amount in ETH, such as 0.25, with at most 18 decimals");
    }
    return new Wei(new BigDecimal(text).movePointRight(DECIMALS).toBigIntegerExact());
  }
}
