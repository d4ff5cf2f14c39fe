package opml.hub;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Kept;
import opml.game.claim.ClaimId;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;
import opml.game.move.GameStatus;
import opml.hub.GameHistory.Played;
import opml.hub.HubEvent.Moved;
import opml.hub.HubEvent.Requested;
import opml.hub.HubEvent.Unreadable;
import opml.hub.Picture.SeenClaim;
import opml.hub.Picture.SeenGame;
import opml.hub.Picture.SeenRequest;
import org.jspecify.annotations.Nullable;

/// The events of the hub, filed by what they are about, and what they tell. It knows no chain.
///
/// Each file is followed by itself: what does not fit in one is a doubt about that one, and the others stand. What
/// did not change is not followed again.
final class Book {
  /// Something that does not fit.
  ///
  /// @param text a sentence
  /// @param block an event of it is in, where somebody may look again
  record Doubt(Subject subject, String text, long block) {}

  /// Games that ended so many blocks ago are shortened.
  static final int SHORTENED_AFTER = 256;

  private final long allowance;
  private final TreeMap<Kept.Place, HubEvent> events = new TreeMap<>(Kept.Place.ORDER);
  private final Map<Subject, File> files = new HashMap<>();
  private final Set<File> changed = new HashSet<>();
  private final Set<File> ending = new HashSet<>();

  private Map<RequestId, SeenRequest> requests = Map.of();
  private Map<ClaimId, SeenClaim> claims = Map.of();
  private Map<GameId, SeenGame> games = Map.of();
  private List<Doubt> doubts = List.of();

  /// @param allowance seconds that a side of a game may think in all
  Book(long allowance) {
    this.allowance = allowance;
  }

  /// Everything about one subject.
  private static final class File {
    private final Subject subject;
    private final TreeMap<Kept.Place, HubEvent> events = new TreeMap<>(Kept.Place.ORDER);
    private Told<?> told = new Told<>(Optional.empty(), Optional.empty());
    private @Nullable SeenGame game;
    private Set<Kept<HubEvent>> readAgain = Set.of();
    private boolean isShortened;

    File(Subject subject) {
      this.subject = subject;
    }

    private Kept.Place first() {
      return events.firstKey();
    }
  }

  /// Files an event. What was filed for the same place is forgotten.
  void add(Kept<HubEvent> event) {
    HubEvent before = events.put(event.place(), event.value());
    if (event.value().equals(before)) {
      return;
    }
    if (before != null) {
      unfile(event.place(), before);
    }
    for (Subject subject : event.value().about()) {
      File file = files.computeIfAbsent(subject, File::new);
      file.events.put(event.place(), event.value());
      changed.add(file);
    }
  }

  /// Forgets every event behind a block.
  void undo(long upTo) {
    Map<Kept.Place, HubEvent> gone =
        events.tailMap(new Kept.Place(upTo + 1, Bytes32.ZERO, 0), true);
    gone.forEach(this::unfile);
    gone.clear();
  }

  private void unfile(Kept.Place place, HubEvent event) {
    for (Subject subject : event.about()) {
      File file = files.get(subject);
      if (file != null) {
        file.events.remove(place);
        changed.add(file);
        if (file.events.isEmpty()) {
          files.remove(subject);
        }
      }
    }
  }

  /// Takes what a node says when it is asked for everything about a subject. If that fits together with what is filed,
  /// or fills a gap, it is added. If only the answer by itself fits, then what it lacks never happened; but a node that
  /// is behind leaves out things as well, so this needs the same answer twice.
  ///
  /// @param answer all events about the subject
  /// @param isContradicted whether what is filed is known not to be true, fitting or not
  void reread(Subject subject, List<Kept<HubEvent>> answer, boolean isContradicted) {
    File file = files.get(subject);
    Map<Kept.Place, HubEvent> filed = new TreeMap<>(Kept.Place.ORDER);
    if (file != null) {
      filed.putAll(file.events);
    }
    Map<Kept.Place, HubEvent> fresh = new TreeMap<>(Kept.Place.ORDER);
    answer.forEach(event -> fresh.put(event.place(), event.value()));
    Map<Kept.Place, HubEvent> both = new TreeMap<>(Kept.Place.ORDER);
    both.putAll(filed);
    both.putAll(fresh);
    Set<Kept<HubEvent>> heard = new HashSet<>(answer);
    boolean isRepeated = file != null && file.readAgain.equals(heard);
    if (file != null) {
      file.readAgain = heard;
      if (file.isShortened) {
        file.isShortened = false;
        changed.add(file);
      }
    }
    if (isRepeated && (isContradicted || !fits(subject, both)) && fits(subject, fresh)) {
      filed.forEach(
          (place, event) -> {
            if (!fresh.containsKey(place)) {
              events.remove(place);
              unfile(place, event);
            }
          });
    }
    answer.forEach(this::add);
  }

  private boolean fits(Subject subject, Map<Kept.Place, HubEvent> of) {
    List<Kept<HubEvent>> about =
        listed(of).stream().filter(event -> event.value().about().contains(subject)).toList();
    return about.isEmpty() || follow(subject, about, false).trouble().isEmpty();
  }

  /// {@return what does not fit, oldest first}
  List<Doubt> doubts() {
    follow();
    return doubts;
  }

  /// {@return what the events tell}
  ///
  /// @param more troubles that the events do not tell of
  Picture picture(BlockRef block, List<String> more) {
    follow();
    shorten(block.number() - SHORTENED_AFTER);
    List<String> troubles = new ArrayList<>(doubts.stream().map(Doubt::text).toList());
    troubles.addAll(more);
    return new Picture(block, requests, claims, games, troubles);
  }

  private void follow() {
    if (changed.isEmpty()) {
      return;
    }
    for (File file : changed) {
      file.game = null;
      if (file.events.isEmpty()) {
        ending.remove(file);
      } else {
        file.told = follow(file.subject, listed(file.events), file.isShortened);
        if (isOver(file) && !file.isShortened) {
          ending.add(file);
        }
      }
    }
    changed.clear();
    requests = seen(Subject.Kind.REQUEST, SeenRequest.class, SeenRequest::id);
    claims = seen(Subject.Kind.CLAIM, SeenClaim.class, SeenClaim::id);
    claims.values().removeIf(claim -> !requests.containsKey(claim.state().claim().request()));
    games = new LinkedHashMap<>();
    for (File file : sorted(Subject.Kind.GAME)) {
      if (file.told.seen().orElse(null) instanceof Played played) {
        SeenClaim claim = claims.get(played.claim());
        if (claim != null) {
          games.put(played.id(), game(file, played, claim));
        }
      }
    }
    requests = Collections.unmodifiableMap(requests);
    claims = Collections.unmodifiableMap(claims);
    games = Collections.unmodifiableMap(games);
    doubts =
        files.values().stream()
            .filter(file -> file.told.trouble().isPresent())
            .sorted(Comparator.comparing(File::first, Kept.Place.ORDER))
            .map(Book::doubt)
            .toList();
  }

  private static SeenGame game(File file, Played played, SeenClaim claim) {
    SeenGame known = file.game;
    if (known == null || known.claimStatus() != claim.state().status()) {
      known = played.on(claim);
      file.game = known;
    }
    return known;
  }

  private static Doubt doubt(File file) {
    return new Doubt(
        file.subject,
        "the node's events do not fit: %s %s"
            .formatted(file.subject, file.told.trouble().orElseThrow()),
        file.first().block());
  }

  private static boolean isOver(File file) {
    return file.told.seen().orElse(null) instanceof Played played
        && played.status() != GameStatus.RUNNING;
  }

  private <K, S> Map<K, S> seen(Subject.Kind kind, Class<S> type, Function<S, K> id) {
    Map<K, S> seen = new LinkedHashMap<>();
    for (File file : sorted(kind)) {
      file.told.seen().map(type::cast).ifPresent(one -> seen.put(id.apply(one), one));
    }
    return seen;
  }

  private List<File> sorted(Subject.Kind kind) {
    return files.values().stream()
        .filter(file -> file.subject.kind() == kind)
        .sorted(Comparator.comparing(File::first, Kept.Place.ORDER))
        .toList();
  }

  private Told<?> follow(Subject subject, Collection<Kept<HubEvent>> history, boolean isShortened) {
    return switch (subject.kind()) {
      case REQUEST -> RequestHistory.told(history);
      case CLAIM -> ClaimHistory.told(history);
      case GAME -> GameHistory.told(history, allowance, isShortened);
      case REQUESTER -> requester(history);
      case BLOCK -> unreadable(history);
    };
  }

  /// The hub numbers the requests of an account.
  private static Told<?> requester(Collection<Kept<HubEvent>> history) {
    Told.Doubts doubts = new Told.Doubts();
    long next = 0;
    for (Kept<HubEvent> event : history) {
      if (event.value() instanceof Requested requested) {
        long number = requested.request().requesterNonce();
        if (number != next) {
          doubts.add(
              "has request number %d where %d comes next, or the deployment is older than its block"
                  .formatted(number, next));
        }
        next = number + 1;
      }
    }
    return new Told<>(Optional.empty(), doubts.first());
  }

  private static Told<?> unreadable(Collection<Kept<HubEvent>> history) {
    return new Told<>(
        Optional.empty(),
        history.stream()
            .flatMap(
                event ->
                    event.value() instanceof Unreadable unreadable
                        ? Optional.of("has an event that is none: " + unreadable.why()).stream()
                        : Optional.<String>empty().stream())
            .findFirst());
  }

  private static List<Kept<HubEvent>> listed(Map<Kept.Place, HubEvent> of) {
    List<Kept<HubEvent>> list = new ArrayList<>();
    of.forEach((place, event) -> list.add(new Kept<>(place, event)));
    return list;
  }

  /// Lets go of the states of games that ended long ago, of which only their course is still told.
  private void shorten(long before) {
    List<File> over =
        ending.stream().filter(file -> file.events.lastKey().block() < before).toList();
    for (File file : over) {
      ending.remove(file);
      if (isOver(file) && file.told.trouble().isEmpty()) {
        file.isShortened = true;
        for (Map.Entry<Kept.Place, HubEvent> entry : file.events.entrySet()) {
          if (entry.getValue() instanceof Moved moved) {
            entry.setValue(moved.shortened());
            events.put(entry.getKey(), entry.getValue());
          }
        }
        changed.add(file);
      }
    }
  }
}
