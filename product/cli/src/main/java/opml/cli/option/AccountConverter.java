package opml.cli.option;

import opml.core.account.Address;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// An account's or a contract's address.
public final class AccountConverter implements ITypeConverter<Address> {
  @Override
  public Address convert(String text) {
    if (!text.matches("0x[0-9a-fA-F]{40}")) {
      throw new TypeConversionException(
          "'" + text + "' is not an address, 0x and 40 hexadecimal digits");
    }
    return Address.ofHex(text);
  }
}
