package opml.cli.console;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;
import opml.core.codec.MalformedException;
import opml.core.codec.Printable;
import opml.ethereum.chain.ChainException;
import opml.ethereum.devchain.DevChainException;
import opml.ethereum.key.KeyException;
import opml.formats.refusal.ImportException;
import opml.lab.bench.BenchException;
import opml.store.StoreException;
import opml.vm.elf.MemoryShortException;
import org.jspecify.annotations.Nullable;

/// What went wrong, in words: as one line, or whole.
public final class Messages {
  private static final int LIMIT = 600;

  /// Reasons are told whole, but not a file's content.
  private static final int REASON_LIMIT = 100_000;

  private Messages() {}

  /// {@return the line for an exception: its own words if its cause lies outside of this software, and otherwise the
  /// place where this software went wrong}
  public static String of(Throwable e) {
    return oneLine(
        switch (e) {
          case Failure _,
              ChainException _,
              KeyException _,
              DevChainException _,
              MalformedException _,
              ImportException _,
              BenchException _,
              StoreException _,
              MemoryShortException _ ->
              words(e);
          case UncheckedIOException wrapped -> of(Objects.requireNonNull(wrapped.getCause()));
          case IOException io -> file(io);
          default -> bug(e);
        });
  }

  /// {@return everything that an exception tells: all reasons of a refusal, a line each and none cut that a person
  /// would read; of anything else one line}
  public static String whole(Throwable e) {
    return switch (e) {
      case Failure _, ImportException _ ->
          words(e)
              .lines()
              .map(line -> Printable.cut(Printable.line(line), REASON_LIMIT))
              .collect(Collectors.joining("\n"));
      default -> of(e);
    };
  }

  /// {@return the failure of reading or writing a file, which names the file whether or not the exception does} It is
  /// about an argument if there is no such file to be had, as opposed to one that a disk fails to give or take.
  public static Failure at(Path file, IOException e) {
    String why = of(e);
    String told = why.startsWith(file.toString()) ? why : file + ": " + why;
    return isAboutAnArgument(e) || Files.isDirectory(file)
        ? Failure.misuse(told, e)
        : new Failure(told, e);
  }

  /// {@return whether an exception is about an argument of the command}: a file that is not there, cannot be opened,
  /// or holds something else than it must is a wrong one
  public static boolean isAboutAnArgument(Throwable e) {
    return switch (e) {
      case Failure failure -> failure.isAboutAnArgument();
      case MalformedException _, ImportException _, KeyException _ -> true;
      case StoreException.Unusable _, StoreException.Foreign _ -> true;
      case UncheckedIOException wrapped ->
          isAboutAnArgument(Objects.requireNonNull(wrapped.getCause()));
      case FileSystemException _ -> true;
      default -> false;
    };
  }

  /// {@return a text of any origin on one line, printable and not endless}
  public static String oneLine(@Nullable String text) {
    String line =
        Objects.requireNonNullElse(text, "unknown").strip().replaceAll("\\s*\\R\\s*", " | ");
    return Printable.cut(Printable.line(line), LIMIT);
  }

  private static String words(Throwable e) {
    return Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
  }

  private static String file(IOException e) {
    return switch (e) {
      case NoSuchFileException missing -> missing.getFile() + ": there is no such file or folder";
      case AccessDeniedException denied -> denied.getFile() + ": access denied";
      case FileAlreadyExistsException taken -> taken.getFile() + ": exists already";
      case FileSystemException other -> words(other);
      default -> words(e);
    };
  }

  private static String bug(Throwable e) {
    String place =
        Arrays.stream(e.getStackTrace())
            .filter(frame -> frame.getClassName().startsWith("opml."))
            .findFirst()
            .map(frame -> " at " + frame)
            .orElse("");
    return "this is a bug: " + e + place;
  }
}
