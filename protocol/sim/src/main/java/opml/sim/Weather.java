package opml.sim;

import java.util.List;
import opml.core.account.Address;
import opml.sim.Mishap.Kind;
import opml.sim.chain.Circumstances;
import opml.sim.chain.Moods;
import opml.sim.toy.Automaton;

/// What a script's mishaps do, slot by slot.
record Weather(long seed, List<Mishap> mishaps) implements Circumstances {
  private static final long GWEI = 1_000_000_000;
  private static final long LOWEST = 6 * GWEI;
  private static final int SLOTS_OF_A_PRICE = 4;

  /// For so long gas is dear, or is not.
  private static final int SLOTS_OF_A_LEVEL = 250;

  private static final int DEAR = 5;

  static long mix(long z) {
    long y = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    long x = (y ^ y >>> 27) * 0x94d049bb133111ebL;
    return x ^ x >>> 31;
  }

  private boolean isOn(Kind kind, int account, long slot) {
    for (Mishap mishap : mishaps) {
      if (mishap.kind() == kind && mishap.isOn(slot) && mishap.hits(account)) {
        return true;
      }
    }
    return false;
  }

  private int strength(Kind kind, int account, long slot) {
    int strength = 0;
    for (Mishap mishap : mishaps) {
      if (mishap.kind() == kind && mishap.isOn(slot) && mishap.hits(account)) {
        strength = Math.max(strength, mishap.strength());
      }
    }
    return strength;
  }

  @Override
  public long baseFee(long slot) {
    long noise = mix(seed + slot / SLOTS_OF_A_PRICE) >>> 1;
    long level = mix(~seed + (slot + (seed & 0xff)) / SLOTS_OF_A_LEVEL) > 0 ? DEAR : 1;
    return (LOWEST + noise % (2 * LOWEST)) * level * Math.max(1, strength(Kind.DEARTH, 0, slot));
  }

  @Override
  public boolean isCensored(Address account, long slot) {
    for (Mishap mishap : mishaps) {
      if (mishap.kind() == Kind.CENSORSHIP
          && mishap.isOn(slot)
          && (mishap.whom() == 0 || account.equals(Automaton.account(mishap.whom())))) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean evicts(long slot) {
    return mishaps.stream().anyMatch(m -> m.kind() == Kind.EVICTION && m.isOn(slot));
  }

  /// {@return the moods of somebody's node}
  Moods of(int account) {
    return new Moods() {
      private long calls;

      @Override
      public boolean losesCall(long slot) {
        int percent = strength(Kind.LOST_CALLS, account, slot);
        return percent > 0 && (mix(seed + account + ++calls) >>> 1) % 100 < percent;
      }

      @Override
      public int lag(long slot) {
        return strength(Kind.LAG, account, slot);
      }

      @Override
      public boolean liesInViews(long slot) {
        return isOn(Kind.LYING_VIEWS, account, slot);
      }

      @Override
      public boolean losesEvents(long slot) {
        return isOn(Kind.LOST_EVENTS, account, slot);
      }
    };
  }
}
