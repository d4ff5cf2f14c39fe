package opml.cli.command.market;

import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;

/// The addresses that may lead to this machine or into its network: those that are private, and those into which
/// another address is written, which somebody on the way takes out again.
///
/// Source: the IANA special-purpose address registries (RFC 6890). `::ffff:0:0/96` is not here, since Java takes such
/// addresses for what is written into them.
final class LocalAddresses {
  private static final List<Range> RANGES =
      Stream.of(
              "0.0.0.0/8",
              "10.0.0.0/8",
              "100.64.0.0/10",
              "127.0.0.0/8",
              "169.254.0.0/16",
              "172.16.0.0/12",
              "192.0.0.0/24",
              "192.168.0.0/16",
              "198.18.0.0/15",
              "224.0.0.0/4",
              "240.0.0.0/4",
              // Unspecified, loopback, and IPv4-compatible.
              "::/96",
              // IPv4-translated.
              "::ffff:0:0:0/96",
              // NAT64.
              "64:ff9b::/96",
              "64:ff9b:1::/48",
              // Teredo and 6to4.
              "2001::/32",
              "2002::/16",
              // Unique local, link-local, site-local, multicast.
              "fc00::/7",
              "fe80::/10",
              "fec0::/10",
              "ff00::/8")
          .map(Range::of)
          .toList();

  private LocalAddresses() {}

  /// {@return whether an address is one of them}
  static boolean contains(InetAddress address) {
    byte[] bytes = address.getAddress();
    return RANGES.stream().anyMatch(range -> range.contains(bytes));
  }

  /// The addresses that begin with the same bits.
  private record Range(InetAddress first, int bits) {
    static Range of(String text) {
      int slash = text.indexOf('/');
      return new Range(
          InetAddress.ofLiteral(text.substring(0, slash)),
          Integer.parseInt(text.substring(slash + 1)));
    }

    boolean contains(byte[] address) {
      byte[] begin = first.getAddress();
      if (begin.length != address.length) {
        return false;
      }
      for (int bit = 0; bit < bits; bit++) {
        int mask = 0x80 >>> (bit & 7);
        if (((begin[bit >> 3] ^ address[bit >> 3]) & mask) != 0) {
          return false;
        }
      }
      return true;
    }
  }
}
