package opml.hub;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
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
import opml.game.claim.ClaimStatus;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;
import opml.game.claim.RequestStatus;
import opml.game.move.GameStatus;
import opml.hub.GameHistory.Played;
import opml.hub.HubEvent.Claimed;
import opml.hub.HubEvent.Delivered;
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
/// did not change is not followed again. Nothing is in the order of hashes, which is another one in every process.
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
  private final Map<Subject, File> files = new LinkedHashMap<>();
  private final Set<File> changed = new LinkedHashSet<>();
  private final Set<File> ending = new LinkedHashSet<>();

  /// Requests that were over by this block may be missing here.
  private long lackedBefore = Long.MIN_VALUE;

  /// Whether requesters may have some of them that nobody counted.
  private boolean lacksUncounted;

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

    /// Of a requester: how many of his requests are missing, and were there once.
    private long gone;

    File(Subject subject) {
      this.subject = subject;
    }

    private Kept.Place first() {
      return events.firstKey();
    }

    private boolean isOverBefore(long before) {
      return told.trouble().isEmpty() && events.lastKey().block() < before;
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
      File file = files.computeIfAbsent(subject, _ -> begun(subject, event.value()));
      file.events.put(event.place(), event.value());
      changed.add(file);
    }
  }

  private File begun(Subject subject, HubEvent first) {
    File file = new File(subject);
    if (lacksUncounted
        && subject.kind() == Subject.Kind.REQUESTER
        && first instanceof Requested requested) {
      file.gone = requested.request().requesterNonce();
    }
    return file;
  }

  /// Says that requests that were over by a block are missing in what was filed until now.
  void lacks(long before) {
    lackedBefore = before;
    lacksUncounted = true;
    for (File file : files.values()) {
      if (file.subject.kind() == Subject.Kind.REQUESTER) {
        file.gone = Numbering.of(listed(file.events)).missing();
      }
    }
  }

  /// {@return the first block in which something was claimed or moved at this second or later, by the hub's word}
  long firstSince(long time) {
    return events.entrySet().stream()
        .filter(
            event ->
                switch (event.getValue()) {
                  case Claimed claimed -> claimed.claimedAt() >= time;
                  case Moved moved -> moved.movedAt() >= time;
                  default -> false;
                })
        .mapToLong(event -> event.getKey().block())
        .findFirst()
        .orElse(Long.MAX_VALUE);
  }

  /// Forgets the requests that are over, with all their claims and games, of which nothing is in block `before` or
  /// behind. How many they were of each requester is still known.
  void forget(long before) {
    follow();
    List<File> over = new ArrayList<>();
    for (SeenRequest request : requests.values()) {
      List<File> about = new ArrayList<>();
      if (isOver(request, about) && about.stream().allMatch(file -> file.isOverBefore(before))) {
        over.addAll(about);
      }
    }
    lackedBefore = Math.max(lackedBefore, before);
    for (File file : over) {
      new TreeMap<>(file.events)
          .forEach(
              (place, event) -> {
                if (event instanceof Requested requested) {
                  files.computeIfAbsent(
                          Subject.requester(requested.request().requester()), File::new)
                      .gone++;
                }
                events.remove(place);
                unfile(place, event);
              });
      ending.remove(file);
    }
  }

  /// {@return whether nothing can happen any more that anybody has something at stake on}
  ///
  /// @param about gets all files about it
  private boolean isOver(SeenRequest request, List<File> about) {
    about.add(files.get(Subject.of(request.id())));
    boolean over = request.state().status() != RequestStatus.OPEN;
    for (ClaimId id : request.claims()) {
      SeenClaim claim = claims.get(id);
      if (claim == null || claim.state().status() == ClaimStatus.LIVE) {
        return false;
      }
      about.add(files.get(Subject.of(id)));
      for (GameId game : claim.games()) {
        SeenGame seen = games.get(game);
        if (seen == null || seen.status() == GameStatus.RUNNING) {
          return false;
        }
        about.add(files.get(Subject.of(game)));
      }
    }
    return over;
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
        if (file.events.isEmpty() && file.gone == 0) {
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
    answer.stream().filter(event -> !isOfTheForgotten(event)).forEach(this::add);
  }

  /// {@return whether an event is about something that is not here any more, as far as can be told}
  private boolean isOfTheForgotten(Kept<HubEvent> event) {
    return event.block() < lackedBefore
        && !events.containsKey(event.place())
        && event.value().about().stream()
            .filter(subject -> subject.kind() != Subject.Kind.REQUESTER)
            .noneMatch(files::containsKey);
  }

  private boolean fits(Subject subject, Map<Kept.Place, HubEvent> of) {
    List<Kept<HubEvent>> about =
        listed(of).stream().filter(event -> event.value().about().contains(subject)).toList();
    File file = files.getOrDefault(subject, new File(subject));
    return about.isEmpty() || follow(file, about, false).trouble().isEmpty();
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
        file.told = new Told<>(Optional.empty(), Optional.empty());
        ending.remove(file);
      } else {
        file.told = follow(file, listed(file.events), file.isShortened);
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
            .sorted(
                Comparator.comparing(File::first, Kept.Place.ORDER)
                    .thenComparing(file -> file.subject.kind()))
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

  private Told<?> follow(File file, Collection<Kept<HubEvent>> history, boolean isShortened) {
    return switch (file.subject.kind()) {
      case REQUEST -> request(history);
      case CLAIM -> ClaimHistory.told(history);
      case GAME -> GameHistory.told(history, allowance, isShortened);
      case REQUESTER -> Numbering.of(history).told(file.gone);
      case BLOCK -> unreadable(history);
    };
  }

  private Told<?> request(Collection<Kept<HubEvent>> history) {
    // Its contract may be told of a result long after all else is over.
    boolean isForgotten =
        lackedBefore > Long.MIN_VALUE
            && history.stream().allMatch(event -> event.value() instanceof Delivered);
    return isForgotten
        ? new Told<>(Optional.empty(), Optional.empty())
        : RequestHistory.told(history);
  }

  /// The hub numbers the requests of an account.
  ///
  /// @param missing how many numbers below the last one are not here
  /// @param jump the first number that does not come next, and which one does; nothing if none is missing
  private record Numbering(long missing, Optional<String> jump, boolean isOrdered) {
    static Numbering of(Collection<Kept<HubEvent>> history) {
      Optional<String> jump = Optional.empty();
      boolean isOrdered = true;
      long missing = 0;
      long next = 0;
      for (Kept<HubEvent> event : history) {
        if (event.value() instanceof Requested requested) {
          long number = requested.request().requesterNonce();
          if (number != next && jump.isEmpty()) {
            jump =
                Optional.of(
                    "has request number %d where %d comes next, or the deployment is older than its block"
                        .formatted(number, next));
          }
          isOrdered &= number >= next;
          missing += Math.max(0, number - next);
          next = number + 1;
        }
      }
      return new Numbering(missing, jump, isOrdered);
    }

    /// {@return what does not fit}
    ///
    /// @param gone how many of its requests were let go of
    Told<?> told(long gone) {
      return new Told<>(Optional.empty(), isOrdered && missing <= gone ? Optional.empty() : jump);
    }
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
