package opml.ethereum.key;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.Set;
import opml.core.hash.Bytes32;

/// Files with secrets in them. Only their owner may read them; anything else is refused before a
/// byte is read.
final class KeyFile {
  private static final int MAX_BYTES = 64 << 10;

  private static final Set<PosixFilePermission> OWNER_ONLY =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  private KeyFile() {}

  static Wallet readKey(Path file) {
    String text = read(file).strip();
    if (text.startsWith("{")) {
      throw new KeyException(
          "key file " + file + " is an encrypted keystore: name its passphrase file");
    }
    if (!text.matches("(0x)?[0-9a-fA-F]{64}")) {
      throw new KeyException("key file " + file + " is not a private key (64 hex digits)");
    }
    try {
      return Wallet.of(Bytes32.ofHex(text));
    } catch (IllegalArgumentException e) {
      throw new KeyException("key file " + file + " is " + e.getMessage());
    }
  }

  static Wallet readKeystore(Path file, Path passphraseFile) {
    String passphrase = read(passphraseFile).lines().findFirst().orElse("");
    return Keystore.decrypt(file, read(file), passphrase);
  }

  static Wallet createKey(Path file) {
    SecureRandom random = new SecureRandom();
    byte[] key = new byte[Bytes32.BYTES];
    random.nextBytes(key);
    // A key of 0 or beyond the curve's order, once in 2^127 tries, is the caller's to try again.
    Wallet wallet = Wallet.of(Bytes32.of(key));
    write(file, Bytes32.of(key) + "\n");
    return wallet;
  }

  private static void write(Path file, String text) {
    // The permissions are part of the creation: the file is never open to others, not for a moment.
    try (var channel =
        Files.newByteChannel(
            file,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
      channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
    } catch (FileAlreadyExistsException e) {
      throw new KeyException("key file " + file + " exists already; it is not overwritten");
    } catch (IOException | UnsupportedOperationException e) {
      throw new KeyException("cannot write key file " + file + ": " + e.getMessage(), e);
    }
  }

  private static String read(Path file) {
    try {
      requireOwnerOnly(file);
      try (InputStream in = Files.newInputStream(file)) {
        byte[] bytes = in.readNBytes(MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
          throw new KeyException("key file " + file + " is too large to be a key");
        }
        return new String(bytes, StandardCharsets.UTF_8);
      }
    } catch (NoSuchFileException e) {
      throw new KeyException("no key file " + file);
    } catch (AccessDeniedException e) {
      throw new KeyException("key file " + file + " may not be read by this user", e);
    } catch (IOException e) {
      throw new KeyException("cannot read key file " + file + ": " + e.getMessage(), e);
    } catch (UnsupportedOperationException e) {
      throw new KeyException(
          "cannot tell who may read key file " + file + " on this file system", e);
    }
  }

  private static void requireOwnerOnly(Path file) throws IOException {
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
    if (!Files.isRegularFile(file)) {
      throw new KeyException("key file " + file + " is not a regular file");
    }
    if (!OWNER_ONLY.containsAll(permissions)) {
      throw new KeyException(
          "key file %s is open to others or executable (%s): run chmod 600 %s"
              .formatted(file, PosixFilePermissions.toString(permissions), file));
    }
  }
}
