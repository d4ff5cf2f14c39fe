package opml.ethereum.proof;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.Data;

/// What was proven, whichever node it came from. All of it is found by a hash that it was proven against, so it stays
/// true whatever becomes of the chain; only so much of it is remembered. Threads may share it.
final class ProvenFacts {
  private static final int CODES = 16;
  private static final int ACCOUNTS = 64;
  private static final long BODY_BYTES = 8 << 20;

  private final int headersMost;

  private record At(Bytes32 block, Address account) {}

  private final Map<Bytes32, Header> headers = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<Bytes32, Data> codes = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<At, AccountProof> accounts = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<Bytes32, Body> bodies = new LinkedHashMap<>(16, 0.75f, true);
  private long bodyBytes;

  /// @param headersMost how many headers are remembered, of about 1 KiB each
  ProvenFacts(int headersMost) {
    this.headersMost = headersMost;
  }

  synchronized Optional<Header> header(Bytes32 hash) {
    return Optional.ofNullable(headers.get(hash));
  }

  synchronized Header keep(Header header) {
    headers.put(header.hash(), header);
    dropEldest(headers, headersMost);
    return header;
  }

  synchronized Optional<Data> code(Bytes32 hash) {
    return Optional.ofNullable(codes.get(hash));
  }

  synchronized Data keepCode(Bytes32 hash, Data code) {
    codes.put(hash, code);
    dropEldest(codes, CODES);
    return code;
  }

  synchronized Optional<AccountProof> account(Bytes32 block, Address account) {
    return Optional.ofNullable(accounts.get(new At(block, account)));
  }

  /// {@return the account with all words of its storage that were proven up to now}
  synchronized AccountProof keep(Bytes32 block, Address account, AccountProof proof) {
    AccountProof all =
        accounts.merge(new At(block, account), proof, (old, more) -> old.with(more.slots()));
    dropEldest(accounts, ACCOUNTS);
    return all;
  }

  synchronized Optional<Body> body(Bytes32 block) {
    return Optional.ofNullable(bodies.get(block));
  }

  /// The newest is kept however large it is.
  synchronized Body keepBody(Bytes32 block, Body body) {
    if (bodies.put(block, body) == null) {
      bodyBytes += body.bytes();
    }
    for (Map.Entry<Bytes32, Body> eldest : List.copyOf(bodies.entrySet())) {
      if (bodyBytes > BODY_BYTES && !eldest.getKey().equals(block)) {
        bodies.remove(eldest.getKey());
        bodyBytes -= eldest.getValue().bytes();
      }
    }
    return body;
  }

  private static void dropEldest(Map<?, ?> map, int most) {
    while (map.size() > most) {
      map.remove(map.keySet().iterator().next());
    }
  }
}
