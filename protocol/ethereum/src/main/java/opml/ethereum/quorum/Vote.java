package opml.ethereum.quorum;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.NodeRefusal;
import opml.ethereum.chain.Text;

/// What several nodes said to one question.
///
/// @param <T> what the question asks for
final class Vote<T> {
  /// What one of them said: a value, or a refusal that is an answer as well, since the chain's state decides it.
  ///
  /// @param key by which it is compared with what others said
  private record Said<T>(
      Witness witness, Object key, Optional<T> value, Optional<ChainException> refusal) {
    T get() {
      if (refusal.isPresent()) {
        throw refusal.get();
      }
      return value.orElseThrow();
    }
  }

  private final String question;
  private final List<Said<T>> said = new ArrayList<>();
  private final List<ChainException> silent = new ArrayList<>();
  private final Set<Witness> asked = new HashSet<>();

  /// @param question for people, as in `the code of 0x…`
  Vote(String question) {
    this.question = question;
  }

  /// Notes that somebody is asked.
  void ask(Witness witness) {
    asked.add(witness);
  }

  boolean wasAsked(Witness witness) {
    return asked.contains(witness);
  }

  /// {@return how many were asked}
  int asked() {
    return asked.size();
  }

  /// Notes a value.
  ///
  /// @param key by which it is compared
  void value(Witness witness, T value, Object key) {
    said.add(new Said<>(witness, key, Optional.of(value), Optional.empty()));
  }

  /// Notes a refusal.
  ///
  /// @return whether it is an answer
  boolean refusal(Witness witness, ChainException why) {
    Optional<Object> key = key(why);
    key.ifPresentOrElse(
        same -> said.add(new Said<>(witness, same, Optional.empty(), Optional.of(why))),
        () -> silent.add(why));
    return key.isPresent();
  }

  /// A revert is no result, even of the same bytes.
  private record Refused(Class<?> kind, Data data) {}

  private static Optional<Object> key(ChainException why) {
    return switch (why) {
      case ChainException.Reverted reverted ->
          Optional.of(new Refused(why.getClass(), reverted.revert().data()));
      case ChainException.InsufficientFunds _ ->
          Optional.of(new Refused(why.getClass(), Data.EMPTY));
      default -> Optional.empty();
    };
  }

  /// {@return how many said the same as the last that said anything}
  long agreement() {
    return said.isEmpty() ? 0 : count(said.getLast());
  }

  private long count(Said<T> one) {
    return said.stream().filter(other -> other.key().equals(one.key())).count();
  }

  /// {@return what so many agree on; the exception, if that is what they said}
  ///
  /// @throws ChainException of the most telling kind, if not enough agree
  T decided(int needed) {
    return said.stream()
        .filter(one -> count(one) >= needed)
        .findFirst()
        .orElseThrow(() -> undecided(needed))
        .get();
  }

  /// {@return who said something else than so many others}
  List<Witness> outvoted(int needed) {
    Optional<Said<T>> decided = said.stream().filter(one -> count(one) >= needed).findFirst();
    return decided.stream()
        .flatMap(right -> said.stream().filter(one -> !one.key().equals(right.key())))
        .map(Said::witness)
        .toList();
  }

  /// {@return whether so many said the same}
  boolean isDecided(int needed) {
    return said.stream().anyMatch(one -> count(one) >= needed);
  }

  /// {@return the values by who gave them, without those who refused}
  Map<Witness, T> values() {
    Map<Witness, T> values = new LinkedHashMap<>();
    said.forEach(one -> one.value().ifPresent(value -> values.put(one.witness(), value)));
    return values;
  }

  /// {@return why nothing is decided}
  ChainException undecided(int needed) {
    // One that takes less than another must not be outweighed by one that makes something up.
    Optional<ChainException> tooMuch = silent.stream().filter(Vote::isTooMuch).findFirst();
    if (tooMuch.isPresent()) {
      return tooMuch.get();
    }
    boolean differ = said.stream().anyMatch(one -> !one.key().equals(said.getFirst().key()));
    if (differ) {
      return new ChainException.Unreachable(
          "no %d nodes agree about %s: %s"
              .formatted(
                  needed,
                  question,
                  said.stream()
                      .map(one -> one.witness() + " says " + shown(one))
                      .collect(Collectors.joining(", "))));
    }
    // What tells a caller how to ask otherwise comes before what tells nothing.
    return silent.stream()
        .filter(e -> !(e instanceof ChainException.Unreachable))
        .filter(e -> !(e instanceof ChainException.Malformed))
        .findFirst()
        .or(() -> silent.stream().findFirst())
        .filter(_ -> said.isEmpty() || silent.stream().anyMatch(Vote::isAboutTheQuestion))
        .orElseGet(
            () ->
                new ChainException.Unreachable(
                    "%d of %d nodes that are needed answered about %s%s"
                        .formatted(
                            said.size(),
                            needed,
                            question,
                            silent.stream()
                                .map(e -> "; " + e.getMessage())
                                .collect(Collectors.joining()))));
  }

  private static boolean isTooMuch(ChainException why) {
    return why instanceof ChainException.TooLarge
        || why instanceof ChainException.Refused refused
            && NodeRefusal.of(refused) == NodeRefusal.TOO_MUCH;
  }

  private static boolean isAboutTheQuestion(ChainException why) {
    return why instanceof ChainException.Refused
        || why instanceof ChainException.TooLarge
        || why instanceof ChainException.Reorganised;
  }

  private static <T> String shown(Said<T> one) {
    return Text.shortened(
        one.refusal()
            .map(e -> Objects.toString(e.getMessage()))
            .orElseGet(() -> Objects.toString(one.value().orElse(null))));
  }
}
