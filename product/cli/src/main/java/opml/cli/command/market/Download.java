package opml.cli.command.market;

import java.io.IOException;
import java.io.InputStream;
import java.io.Serial;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import opml.cli.console.Messages;
import org.jspecify.annotations.Nullable;

/// Fetches files from where strangers say they are. Nobody vouches for the place or for what comes: time, size and the
/// number of redirections are bounded, a place from which little comes is given up early, schemes are those that the
/// user allowed, and addresses that only this machine or its network can reach are refused unless the user allowed them
/// too, since anybody can write them into a registry.
///
/// A name that has one address for the check and another for the connection gets through; what it reaches sees a GET
/// request and nothing more, and its answer is shown to nobody.
final class Download {
  /// Where files may come from.
  enum Source {
    HTTPS,
    HTTP,
    /// Loopback, link-local and private addresses, by either of the two above.
    LOCAL,
    /// Files of this machine.
    FILE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// It is not allowed, or what came cannot be right: another attempt will hardly go otherwise.
  static final class RefusedException extends IOException {
    @Serial private static final long serialVersionUID = 1;

    RefusedException(String message) {
      super(message);
    }
  }

  /// How long files are waited for.
  ///
  /// @param whole for a whole file
  /// @param silence after which a place that sends nothing is given up
  /// @param bytesPerSecond that come at least, once that time is over
  record Patience(Duration whole, Duration silence, long bytesPerSecond) {}

  /// Hears how a download goes, and may end it.
  interface Watch {
    /// A file of so many bytes is about to be there.
    ///
    /// @throws IOException if it may not be
    void grows(long bytes) throws IOException, InterruptedException;

    /// {@return whether others are to come first now that it has taken so long}
    boolean givesWay(Duration taken);
  }

  private static final int REDIRECTIONS_MAX = 5;
  private static final int OK = 200;
  private static final int PORTS_MAX = 65_535;
  private static final Duration LOOK = Duration.ofMillis(250);

  private static final int LOOK_UPS_MAX = 64;

  private final Set<Source> sources;
  private final long maxBytes;
  private final Patience patience;

  /// The system takes its own time to look a name up, and strangers make names for which that is long.
  private final Semaphore lookUps = new Semaphore(LOOK_UPS_MAX);

  Download(Set<Source> sources, long maxBytes, Patience patience) {
    this.sources = Set.copyOf(sources);
    this.maxBytes = maxBytes;
    this.patience = patience;
  }

  /// Fetches into a file, which is replaced.
  ///
  /// @throws RefusedException if another attempt will hardly go otherwise
  /// @throws IOException if it may
  void into(Path file, String place, Watch watch) throws IOException, InterruptedException {
    URI uri;
    try {
      uri = URI.create(place);
    } catch (IllegalArgumentException e) {
      throw new RefusedException("not a URI");
    }
    if (scheme(uri).equals("file")) {
      copy(uri, file, new Pace(watch));
    } else {
      load(uri, file, new Pace(watch));
    }
  }

  private static String scheme(URI uri) {
    return Objects.requireNonNullElse(uri.getScheme(), "").toLowerCase(Locale.ROOT);
  }

  private void copy(URI uri, Path file, Pace pace) throws IOException {
    require(Source.FILE);
    Path from;
    try {
      from = Path.of(uri);
    } catch (IllegalArgumentException e) {
      throw new RefusedException("not a file of this machine");
    }
    if (!Files.isRegularFile(from)) {
      throw new IOException("there is no such file");
    }
    try (InputStream in = Files.newInputStream(from);
        Sink sink = new Sink(open(file), maxBytes, pace)) {
      byte[] buffer = new byte[1 << 16];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        sink.take(ByteBuffer.wrap(buffer, 0, count));
        pace.require();
      }
    }
  }

  private void load(URI first, Path file, Pace pace) throws IOException, InterruptedException {
    HttpClient client =
        HttpClient.newBuilder()
            .connectTimeout(patience.silence())
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    try {
      URI uri = first;
      for (int hop = 0; hop <= REDIRECTIONS_MAX; hop++) {
        HttpResponse<Void> response = get(client, uri, file, pace);
        if (response.statusCode() / 100 != 3) {
          if (response.statusCode() != OK) {
            throw new IOException("HTTP status " + response.statusCode());
          }
          return;
        }
        uri = next(uri, response);
      }
      throw new RefusedException("more than " + REDIRECTIONS_MAX + " redirections");
    } finally {
      client.shutdownNow();
    }
  }

  private static URI next(URI from, HttpResponse<?> response) throws IOException {
    String location =
        response
            .headers()
            .firstValue("location")
            .orElseThrow(() -> new RefusedException("a redirection to nowhere"));
    try {
      return from.resolve(location);
    } catch (IllegalArgumentException e) {
      throw new RefusedException("a redirection to what is not a URI");
    }
  }

  private HttpResponse<Void> get(HttpClient client, URI uri, Path file, Pace pace)
      throws IOException, InterruptedException {
    requireReachable(uri, pace);
    HttpRequest request;
    try {
      request = HttpRequest.newBuilder(uri).GET().build();
    } catch (IllegalArgumentException e) {
      throw new RefusedException("expected is an http or https URI");
    }
    CompletableFuture<HttpResponse<Void>> pending =
        client.sendAsync(
            request,
            info ->
                info.statusCode() == OK
                    ? new FileBody(file, maxBytes, pace)
                    // What comes with an error or a redirection is not read.
                    : new NoBody());
    try {
      return pace.await(pending);
    } catch (ExecutionException e) {
      throw cause(e);
    } finally {
      pending.cancel(true);
    }
  }

  private static IOException cause(ExecutionException e) {
    Throwable cause = e;
    for (Throwable at = e; at != null; at = at.getCause()) {
      if (at instanceof RefusedException refused) {
        return refused;
      }
      cause = at;
    }
    String why = cause.getMessage();
    return new IOException(
        why == null ? cause.getClass().getSimpleName() : Messages.oneLine(why), e);
  }

  private void requireReachable(URI uri, Pace pace) throws IOException, InterruptedException {
    switch (scheme(uri)) {
      case "http" -> require(Source.HTTP);
      case "https" -> require(Source.HTTPS);
      default -> throw new RefusedException("expected is an http or https URI");
    }
    String host = uri.getHost();
    if (host == null || uri.getUserInfo() != null) {
      throw new RefusedException("expected is a URI with a host, and without a user");
    }
    int port = uri.getPort();
    if (port == 0 || port > PORTS_MAX) {
      throw new RefusedException("port " + port + ", expected is 1 to " + PORTS_MAX);
    }
    if (sources.contains(Source.LOCAL)) {
      return;
    }
    for (InetAddress address : addresses(host, pace)) {
      if (LocalAddresses.contains(address)) {
        throw new RefusedException(
            "its host is on this machine or in this network; to allow that, add local: --fetch-from https,http,local");
      }
    }
  }

  /// Looks a name up. The system has its own, long idea of how long that may take and hears of no interruption, so it
  /// is asked in another thread; not a virtual one, which it would keep from letting others run.
  private InetAddress[] addresses(String host, Pace pace) throws IOException, InterruptedException {
    if (!lookUps.tryAcquire()) {
      throw new IOException("too many names are being looked up");
    }
    FutureTask<InetAddress[]> asked = new FutureTask<>(() -> InetAddress.getAllByName(host));
    Thread.ofPlatform()
        .daemon()
        .name("look-up")
        .start(
            () -> {
              asked.run();
              lookUps.release();
            });
    try {
      return pace.await(asked);
    } catch (ExecutionException e) {
      throw new IOException("no such host", e);
    }
  }

  /// How fast a file comes.
  private final class Pace {
    private final Watch watch;
    private final long begin = System.nanoTime();
    private volatile long bytes;
    private volatile long last = begin;

    Pace(Watch watch) {
      this.watch = watch;
    }

    /// Notes that a file of so many bytes is about to be there.
    void grows(long size) throws IOException {
      try {
        watch.grows(size);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
      bytes = size;
      last = System.nanoTime();
    }

    /// {@return what comes of a task, as long as this pace is kept meanwhile}
    <T> T await(Future<T> task) throws IOException, InterruptedException, ExecutionException {
      while (true) {
        Duration left = patience.whole().minus(taken());
        try {
          return task.get(
              Math.max(0, Math.min(LOOK.toNanos(), left.toNanos())), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
          require();
        }
      }
    }

    private Duration taken() {
      return Duration.ofNanos(System.nanoTime() - begin);
    }

    void require() throws IOException {
      Duration taken = taken();
      if (taken.compareTo(patience.whole()) >= 0) {
        throw new IOException("not there after " + patience.whole().toSeconds() + " s");
      }
      Duration silent = Duration.ofNanos(System.nanoTime() - last);
      if (silent.compareTo(patience.silence()) > 0) {
        throw new IOException("nothing came for " + patience.silence().toSeconds() + " s");
      }
      double seconds = taken.minus(patience.silence()).toNanos() / 1e9;
      if (bytes < patience.bytesPerSecond() * seconds) {
        throw new IOException(
            "less than %,d bytes a second came".formatted(patience.bytesPerSecond()));
      }
      if (watch.givesWay(taken)) {
        throw new IOException(
            "not there after " + taken.toSeconds() + " s, and others wait; later it gets longer");
      }
    }
  }

  private void require(Source source) throws IOException {
    if (!sources.contains(source)) {
      throw new RefusedException("--fetch-from does not allow " + source);
    }
  }

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(
        file,
        StandardOpenOption.WRITE,
        StandardOpenOption.CREATE,
        StandardOpenOption.TRUNCATE_EXISTING,
        LinkOption.NOFOLLOW_LINKS);
  }

  /// A file that takes no more than so many bytes.
  private static final class Sink implements AutoCloseable {
    private final FileChannel out;
    private final long maxBytes;
    private final Pace pace;
    private long size;

    Sink(FileChannel out, long maxBytes, Pace pace) {
      this.out = out;
      this.maxBytes = maxBytes;
      this.pace = pace;
    }

    void take(ByteBuffer bytes) throws IOException {
      size += bytes.remaining();
      if (size > maxBytes) {
        throw new RefusedException("more than " + maxBytes + " bytes (--fetch-max)");
      }
      pace.grows(size);
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
    }

    @Override
    public void close() throws IOException {
      out.close();
    }
  }

  /// A body that goes to a file, and is given up where it is longer than it may be.
  private static final class FileBody implements BodySubscriber<Void> {
    private final Path file;
    private final long maxBytes;
    private final Pace pace;
    private final CompletableFuture<Void> body = new CompletableFuture<>();
    private @Nullable Sink sink;
    private Flow.@Nullable Subscription subscription;

    FileBody(Path file, long maxBytes, Pace pace) {
      this.file = file;
      this.maxBytes = maxBytes;
      this.pace = pace;
    }

    @Override
    public CompletionStage<Void> getBody() {
      return body;
    }

    @Override
    public void onSubscribe(Flow.Subscription newSubscription) {
      subscription = newSubscription;
      try {
        sink = new Sink(open(file), maxBytes, pace);
        newSubscription.request(Long.MAX_VALUE);
      } catch (IOException e) {
        giveUp(e);
      }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      Sink target = sink;
      if (target == null || body.isDone()) {
        return;
      }
      try {
        for (ByteBuffer buffer : buffers) {
          target.take(buffer);
        }
      } catch (IOException e) {
        giveUp(e);
      }
    }

    private void giveUp(IOException why) {
      end(why);
      if (subscription != null) {
        subscription.cancel();
      }
    }

    @Override
    public void onError(Throwable problem) {
      end(problem);
    }

    @Override
    public void onComplete() {
      end(null);
    }

    private void end(@Nullable Throwable problem) {
      Throwable why = problem;
      try {
        if (sink != null) {
          sink.close();
        }
      } catch (IOException e) {
        why = why == null ? e : why;
      }
      if (why == null) {
        body.complete(null);
      } else {
        body.completeExceptionally(why);
      }
    }
  }

  /// Reads nothing.
  private static final class NoBody implements BodySubscriber<Void> {
    @Override
    public CompletionStage<Void> getBody() {
      return CompletableFuture.completedStage(null);
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.cancel();
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      // It may be under way already.
    }

    @Override
    public void onError(Throwable problem) {
      // Nobody waits for it.
    }

    @Override
    public void onComplete() {
      // Nobody waits for it.
    }
  }
}
